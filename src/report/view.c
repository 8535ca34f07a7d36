#include "report/view.h"

#include "base/memory.h"
#include "report/draw.h"
#include "series/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BARS 160   /* of forecasts in one chart, about */
#define SHOWN_ORIGINS 12 /* when each forecast is a path of its own */

struct bar {
    int64_t ts;
    double y;
    int rank; /* of two bars with one timestamp the higher one counts */
};

static int compare_bars(const void *a, const void *b)
{
    const struct bar *p = a, *q = b;
    if (p->ts != q->ts) return p->ts < q->ts ? -1 : 1;
    return p->rank < q->rank ? -1 : p->rank > q->rank;
}

double alm_view_x(const struct alm_view *view, int64_t ts)
{
    return view->by_bars ? (double)alm_bars_find(view->ts, view->n, ts) : (double)ts;
}

double alm_view_y(const struct alm_view *view, int64_t ts)
{
    const size_t i = alm_bars_find(view->ts, view->n, ts);
    return i < view->n && view->ts[i] == ts ? view->y[i] : NAN;
}

const struct alm_view_origin *alm_view_origin_find(const struct alm_view *view, int64_t fold)
{
    for (size_t i = 0; i < view->n_origins; i++)
        if (view->origin[i].fold == fold) return &view->origin[i];
    return NULL;
}

/* ---- which origins ---- */

static size_t observation_find(const struct alm_table *observation, int64_t ts)
{
    size_t low = 0, high = observation->rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (alm_table_integer(observation, middle, ALM_OBSERVATION_TS) < ts)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes origins from the newest back, as long as their forecasts do not overlap and the chart is not full. */
static void choose_origins(struct alm_view *view, const struct alm_table *origins,
                           const struct alm_table *observation, size_t horizon)
{
    const size_t room = horizon <= 1 ? ALM_VIEW_ORIGINS : SHOWN_BARS / horizon;
    const size_t most = room < 1 ? 1 : horizon > 1 && room > SHOWN_ORIGINS ? SHOWN_ORIGINS : room;
    size_t last = 0, neighbours = 0;
    for (size_t i = 0; i < origins->rows && view->n_origins < most; i++) {
        const int64_t ts = alm_table_integer(origins, i, ALM_ORIGIN_TS);
        const size_t at = observation_find(observation, ts);
        if (view->n_origins > 0 && at + horizon > last) continue;
        if (view->n_origins > 0 && at + 1 == last) neighbours++;
        view->origin[view->n_origins++] =
            (struct alm_view_origin){ts, alm_table_integer(origins, i, ALM_ORIGIN_FOLD)};
        last = at;
    }
    view->joined = horizon == 1 && view->n_origins > 2 && neighbours + 1 == view->n_origins;
    for (size_t i = 0; i < view->n_origins / 2; i++) {
        const struct alm_view_origin swap = view->origin[i];
        view->origin[i] = view->origin[view->n_origins - 1 - i];
        view->origin[view->n_origins - 1 - i] = swap;
    }
}

static enum alm_status load_forecasts(struct alm_view *view, struct alm_store *store,
                                      const struct alm_facts *facts, const struct alm_table *observation,
                                      struct alm_error *error)
{
    struct alm_table origins = {0};
    const struct alm_binding keys[] = {alm_bound_integer("run", facts->run),
                                       alm_bound_integer("series", view->series)};
    const enum alm_status status = alm_table_load(&origins, store, "report_origin", keys, 2, error);
    if (status == ALM_OK) {
        view->n_origins_all = origins.rows;
        choose_origins(view, &origins, observation, facts->horizon);
    }
    alm_table_clear(&origins);
    if (status != ALM_OK || view->n_origins == 0) return status;
    const struct alm_binding bindings[] = {keys[0], keys[1], alm_bound_integer("fold", view->origin[0].fold)};
    return alm_table_load(&view->forecast, store, "report_forecast", bindings, 3, error);
}

/* ---- bars ---- */

static bool has_clock(const char *frequency)
{
    return strcmp(frequency, "index") != 0;
}

/* Nights and weekends of a market are no holes; neither are those of a series without a rule. */
static bool stands_by_bars(const struct alm_facts *facts, size_t row)
{
    const char *frequency = alm_table_text(&facts->series, row, ALM_SERIES_FREQUENCY);
    return strchr(frequency, 'B') != NULL ||
           strcmp(alm_table_text(&facts->series, row, ALM_SERIES_KIND), "price") == 0;
}

/* Observations and forecast bars, sorted, one per timestamp; returns how many. */
static size_t gather_bars(struct bar *bars, const struct alm_table *observation,
                          const struct alm_table *forecast)
{
    size_t n = 0;
    for (size_t i = 0; i < observation->rows; i++)
        bars[n++] = (struct bar){alm_table_integer(observation, i, ALM_OBSERVATION_TS),
                                 alm_table_number(observation, i, ALM_OBSERVATION_VALUE), 1};
    for (size_t i = 0; i < forecast->rows; i++) {
        const double actual = alm_table_number(forecast, i, ALM_FORECAST_ACTUAL);
        bars[n++] =
            (struct bar){alm_table_integer(forecast, i, ALM_FORECAST_TS), actual, isnan(actual) ? 0 : 2};
    }
    qsort(bars, n, sizeof *bars, compare_bars);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || bars[i + 1].ts != bars[i].ts) bars[kept++] = bars[i];
    return kept;
}

static enum alm_status lay_bars(struct alm_view *view, const struct alm_table *observation,
                                struct alm_error *error)
{
    struct bar *bars = NULL;
    size_t most, n;
    if (!alm_add(&most, observation->rows, view->forecast.rows) || !alm_multiply(&n, most, 2))
        return alm_fail(error, ALM_NOMEM, "%s is too long to draw", view->name);
    ALM_TRY(ALM_NEW(&bars, most, error));
    n = gather_bars(bars, observation, &view->forecast);
    enum alm_status status = ALM_NEW(&view->ts, 2 * n, error);
    if (status == ALM_OK) status = ALM_NEW(&view->y, 2 * n, error);
    struct alm_calendar calendar = {.time_zone = NULL};
    const bool gaps = !view->by_bars && has_clock(view->frequency) &&
                      alm_frequency_parse(&calendar.frequency, view->frequency, NULL) == ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        if (gaps && i > 0 && alm_calendar_missing(&calendar, bars[i - 1].ts, bars[i].ts) > 0) {
            view->ts[view->n] = bars[i - 1].ts + (bars[i].ts - bars[i - 1].ts) / 2;
            view->y[view->n++] = NAN;
        }
        view->ts[view->n] = bars[i].ts;
        view->y[view->n++] = bars[i].y;
    }
    free(bars);
    return status;
}

/* Leaves enough history before the first origin to see what the forecaster saw. */
static void choose_window(struct alm_view *view, size_t horizon)
{
    if (view->n_origins == 0) return;
    const size_t origin = alm_bars_find(view->ts, view->n, view->origin[0].ts);
    const size_t drawn = view->n - (origin < view->n ? origin : view->n);
    size_t history = drawn / 2 > 2 * horizon ? drawn / 2 : 2 * horizon;
    if (history < 24) history = 24;
    if (history > 300) history = 300;
    view->first = origin > history ? origin - history : 0;
}

enum alm_status alm_view_load(struct alm_view *out, struct alm_store *store, const struct alm_facts *facts,
                              size_t row, struct alm_error *error)
{
    struct alm_table observation = {0};
    *out = (struct alm_view){.series = alm_table_integer(&facts->series, row, ALM_SERIES_NO),
                             .name = alm_table_text(&facts->series, row, ALM_SERIES_NAME),
                             .frequency = alm_table_text(&facts->series, row, ALM_SERIES_FREQUENCY),
                             .unit = alm_table_text(&facts->series, row, ALM_SERIES_UNIT),
                             .by_bars = stands_by_bars(facts, row)};
    const struct alm_binding bindings[] = {alm_bound_integer("run", facts->run),
                                           alm_bound_integer("series", out->series)};
    enum alm_status status = alm_table_load(&observation, store, "report_observation", bindings, 2, error);
    if (status == ALM_OK) status = load_forecasts(out, store, facts, &observation, error);
    if (status == ALM_OK) status = lay_bars(out, &observation, error);
    if (status == ALM_OK) choose_window(out, facts->horizon);
    alm_table_clear(&observation);
    return status;
}

void alm_view_clear(struct alm_view *view)
{
    free(view->ts);
    free(view->y);
    alm_table_clear(&view->forecast);
    view->ts = NULL;
    view->y = NULL;
}
