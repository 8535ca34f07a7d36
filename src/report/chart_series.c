#include "report/chart.h"

#include "base/memory.h"
#include "report/draw.h"
#include "report/number.h"
#include "report/svg.h"
#include "report/view.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 3 /* forecasters in one chart */
#define BANDS 2 /* intervals of the first */

/* Points of one line or band; NaN in y parts. */
struct path {
    size_t n;
    double *x, *y, *high;
};

struct picture {
    const struct alm_facts *facts;
    struct alm_view view;
    size_t n_shown;
    int64_t shown[SHOWN]; /* numbers of forecasters; the first has the intervals */
    struct path line[SHOWN];
    size_t n_bands; /* wider first */
    struct path band[BANDS];
    double level[BANDS];
    bool cut; /* an interval goes beyond the scale */
    struct alm_plot plot;
};

/* ---- which forecasters ---- */

static void show(struct picture *p, int64_t forecaster)
{
    for (size_t i = 0; i < p->n_shown; i++)
        if (p->shown[i] == forecaster) return;
    if (p->n_shown < SHOWN) p->shown[p->n_shown++] = forecaster;
}

/* The best, the best that was trained, the baseline, then by rank while there is room. */
static void choose_forecasters(struct picture *p)
{
    const struct alm_table *t = &p->facts->leader;
    const size_t naive = alm_facts_naive(p->facts);
    if (t->rows > 0) show(p, alm_table_integer(t, 0, ALM_LEADER_NO));
    for (size_t i = 0; i < t->rows; i++) {
        if (!alm_facts_trained(p->facts, alm_table_integer(t, i, ALM_LEADER_NO))) continue;
        show(p, alm_table_integer(t, i, ALM_LEADER_NO));
        break;
    }
    if (naive < t->rows) show(p, alm_table_integer(t, naive, ALM_LEADER_NO));
    for (size_t i = 0; i < t->rows; i++)
        show(p, alm_table_integer(t, i, ALM_LEADER_NO));
}

/* ---- paths ---- */

static enum alm_status path_create(struct path *path, size_t n, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&path->x, n, error));
    ALM_TRY(ALM_NEW(&path->y, n, error));
    return ALM_NEW(&path->high, n, error);
}

static void path_clear(struct path *path)
{
    free(path->x);
    free(path->y);
    free(path->high);
}

static void path_add(struct path *path, double x, double y, double high)
{
    path->x[path->n] = x;
    path->y[path->n] = y;
    path->high[path->n++] = high;
}

/* Parts two folds, and begins the new one at the value it started from. */
static void path_begin(struct path *path, const struct alm_view *view, const struct alm_view_origin *origin)
{
    if (view->joined) return;
    const double x = alm_view_x(view, origin->ts), y = alm_view_y(view, origin->ts);
    if (path->n > 0) path_add(path, x, NAN, NAN);
    if (!isnan(y)) path_add(path, x, y, y);
}

static enum alm_status trace_line(struct picture *p, size_t which, struct alm_error *error)
{
    const struct alm_table *t = &p->view.forecast;
    struct path *line = &p->line[which];
    ALM_TRY(path_create(line, t->rows + 2 * p->view.n_origins + 1, error));
    int64_t fold = -1;
    for (size_t i = 0; i < t->rows; i++) {
        if (alm_table_integer(t, i, ALM_FORECAST_FORECASTER) != p->shown[which]) continue;
        const int64_t at = alm_table_integer(t, i, ALM_FORECAST_FOLD);
        const struct alm_view_origin *origin = alm_view_origin_find(&p->view, at);
        if (origin == NULL) continue;
        if (at != fold) path_begin(line, &p->view, origin);
        fold = at;
        const double y = alm_table_number(t, i, ALM_FORECAST_FORECAST);
        path_add(line, alm_view_x(&p->view, alm_table_integer(t, i, ALM_FORECAST_TS)), y, y);
    }
    return ALM_OK;
}

/* The moment of a step of a fold of the first forecaster shown; false when there is no such forecast. */
static bool find_moment(int64_t *out, const struct picture *p, int64_t fold, int64_t step, size_t *from)
{
    const struct alm_table *t = &p->view.forecast;
    for (size_t tries = 0; tries < t->rows; tries++, *from = (*from + 1) % t->rows)
        if (alm_table_integer(t, *from, ALM_FORECAST_FORECASTER) == p->shown[0] &&
            alm_table_integer(t, *from, ALM_FORECAST_FOLD) == fold &&
            alm_table_integer(t, *from, ALM_FORECAST_STEP) == step) {
            *out = alm_table_integer(t, *from, ALM_FORECAST_TS);
            return true;
        }
    return false;
}

/* The area between the k-th lowest and k-th highest of n_levels quantiles. */
static enum alm_status trace_band(struct picture *p, const struct alm_table *t, size_t k, size_t n_levels,
                                  struct alm_error *error)
{
    struct path *band = &p->band[p->n_bands];
    ALM_TRY(path_create(band, t->rows / n_levels + 2 * p->view.n_origins + 1, error));
    p->level[p->n_bands++] = alm_table_number(t, n_levels - 1 - k, ALM_QUANTILE_LEVEL) -
                             alm_table_number(t, k, ALM_QUANTILE_LEVEL);
    int64_t fold = -1, ts;
    size_t from = 0;
    for (size_t i = 0; i + n_levels <= t->rows; i += n_levels) {
        const int64_t at = alm_table_integer(t, i, ALM_QUANTILE_FOLD);
        const struct alm_view_origin *origin = alm_view_origin_find(&p->view, at);
        if (origin == NULL || !find_moment(&ts, p, at, alm_table_integer(t, i, ALM_QUANTILE_STEP), &from))
            continue;
        if (at != fold) path_begin(band, &p->view, origin);
        fold = at;
        path_add(band, alm_view_x(&p->view, ts), alm_table_number(t, i + k, ALM_QUANTILE_VALUE),
                 alm_table_number(t, i + n_levels - 1 - k, ALM_QUANTILE_VALUE));
    }
    return ALM_OK;
}

static enum alm_status trace_bands(struct picture *p, struct alm_store *store, struct alm_error *error)
{
    struct alm_table t = {0};
    const struct alm_binding bindings[] = {
        alm_bound_integer("run", p->facts->run), alm_bound_integer("series", p->view.series),
        alm_bound_integer("forecaster", p->shown[0]), alm_bound_integer("fold", p->view.origin[0].fold)};
    enum alm_status status = alm_table_load(&t, store, "report_quantile", bindings, 4, error);
    size_t n_levels = 0; /* the first step's rows: the levels are the same everywhere */
    while (n_levels < t.rows &&
           alm_table_integer(&t, n_levels, ALM_QUANTILE_STEP) ==
               alm_table_integer(&t, 0, ALM_QUANTILE_STEP) &&
           alm_table_integer(&t, n_levels, ALM_QUANTILE_FOLD) == alm_table_integer(&t, 0, ALM_QUANTILE_FOLD))
        n_levels++;
    for (size_t k = 0; status == ALM_OK && k < BANDS && 2 * k + 1 < n_levels; k++)
        status = trace_band(p, &t, k, n_levels, error);
    alm_table_clear(&t);
    return status;
}

/* ---- scales ---- */

/* Everything fits, but an interval may at most double the height that the lines need. */
static void set_scales(struct picture *p)
{
    const struct alm_view *v = &p->view;
    double low = INFINITY, high = -INFINITY, low_band = INFINITY, high_band = -INFINITY;
    alm_range_add(&low, &high, v->y + v->first, v->n - v->first);
    for (size_t i = 0; i < p->n_shown; i++)
        alm_range_add(&low, &high, p->line[i].y, p->line[i].n);
    for (size_t i = 0; i < p->n_bands; i++) {
        alm_range_add(&low_band, &high_band, p->band[i].y, p->band[i].n);
        alm_range_add(&low_band, &high_band, p->band[i].high, p->band[i].n);
    }
    if (!(low <= high)) low = high = 0;
    const double room = 0.6 * (high - low);
    if (low_band < low) low = low_band > low - room || room <= 0 ? low_band : low - room;
    if (high_band > high) high = high_band < high + room || room <= 0 ? high_band : high + room;
    alm_range_widen(&low, &high, 0.04);
    p->cut = low_band < low || high_band > high;
    const double x0 = alm_view_x(v, v->ts[v->first]), x1 = alm_view_x(v, v->ts[v->n - 1]);
    const double pad = x1 > x0 ? (x1 - x0) * 0.01 : 1;
    p->plot = (struct alm_plot){.left = 64,
                                .top = v->unit[0] != '\0' ? 30 : 12,
                                .width = ALM_SVG_WIDTH - 64 - 12,
                                .height = 230,
                                .x0 = x0 - pad,
                                .x1 = x1 + pad,
                                .y0 = low,
                                .y1 = high};
}

/* ---- drawing ---- */

static struct alm_bars bars_of(const struct alm_view *v)
{
    return (struct alm_bars){v->ts, v->y, v->n, v->by_bars};
}

static void class_of(char out[16], char kind, const struct alm_facts *facts, int64_t forecaster)
{
    snprintf(out, 16, "%c %s", kind, alm_facts_class(facts, forecaster));
}

static void draw_forecasts(struct alm_text *out, const struct picture *p)
{
    const struct alm_plot *plot = &p->plot;
    char class[16];
    for (size_t i = 0; i < p->n_bands; i++) {
        class_of(class, i == 0 && p->n_bands > 1 ? 'w' : 'b', p->facts, p->shown[0]);
        alm_svg_band(out, plot, p->band[i].x, p->band[i].y, p->band[i].high, p->band[i].n, class);
    }
    for (size_t i = 0; !p->view.joined && i < p->view.n_origins; i++) {
        const double x = alm_plot_x(plot, alm_view_x(&p->view, p->view.origin[i].ts));
        alm_svg_segment(out, x, plot->top, x, plot->top + plot->height, "origin");
    }
    for (size_t i = p->n_shown; i-- > 0;) {
        class_of(class, 'l', p->facts, p->shown[i]);
        alm_svg_line(out, plot, p->line[i].x, p->line[i].y, p->line[i].n, class);
    }
}

/* The whole series, small, with what the chart shows of it shaded. */
static enum alm_status draw_strip(struct alm_text *out, const struct picture *p, double top,
                                  struct alm_error *error)
{
    const struct alm_view *v = &p->view;
    double low = INFINITY, high = -INFINITY;
    alm_range_add(&low, &high, v->y, v->n);
    if (!(low <= high)) return ALM_OK;
    alm_range_widen(&low, &high, 0.02);
    struct alm_plot plot = p->plot;
    plot.top = top;
    plot.height = 40;
    plot.x0 = alm_view_x(v, v->ts[0]);
    plot.x1 = alm_view_x(v, v->ts[v->n - 1]);
    plot.y0 = low;
    plot.y1 = high;
    const double from = alm_plot_x(&plot, alm_view_x(v, v->ts[v->first]));
    alm_svg_rectangle(out, from, top, plot.left + plot.width - from, plot.height, "shade");
    const struct alm_bars bars = bars_of(v);
    ALM_TRY(alm_draw_bars(out, &plot, &bars, 0, "l strip", error));
    struct alm_text label = {0};
    alm_words_time(&label, v->frequency, v->ts[0]);
    alm_svg_label(out, plot.left, top + 55, "start", "cap x3", alm_text_string(&label));
    alm_text_reset(&label);
    alm_words_time(&label, v->frequency, v->ts[v->n - 1]);
    alm_svg_label(out, plot.left + plot.width, top + 55, "end", "cap x3", alm_text_string(&label));
    alm_text_clear(&label);
    return ALM_OK;
}

/* ---- words around it ---- */

static void write_legend(struct alm_text *out, const struct picture *p)
{
    char class[16];
    struct alm_text name = {0};
    alm_text_append(out, "<ul class=\"legend\">\n");
    alm_svg_legend(out, "l actual", ALM_SVG_NO_MARK, "actual");
    for (size_t i = 0; i < p->n_shown; i++) {
        const size_t row = alm_facts_leader(p->facts, p->shown[i]);
        if (p->line[i].n == 0) continue;
        class_of(class, 'l', p->facts, p->shown[i]);
        alm_svg_legend(out, class, ALM_SVG_NO_MARK, alm_table_text(&p->facts->leader, row, ALM_LEADER_LABEL));
    }
    for (size_t i = p->n_bands; i-- > 0;) {
        const size_t row = alm_facts_leader(p->facts, p->shown[0]);
        class_of(class, i == 0 && p->n_bands > 1 ? 'w' : 'b', p->facts, p->shown[0]);
        alm_text_reset(&name);
        alm_text_printf(&name, "%.4g %% interval of %s", p->level[i] * 100,
                        alm_table_text(&p->facts->leader, row, ALM_LEADER_LABEL));
        alm_svg_legend(out, class, ALM_SVG_NO_MARK, alm_text_string(&name));
    }
    alm_text_append(out, "</ul>\n");
    if (name.failed) out->failed = true;
    alm_text_clear(&name);
}

static void write_caption(struct alm_text *out, const struct picture *p)
{
    const struct alm_view *v = &p->view;
    alm_text_append(out, "<figcaption>");
    if (v->n_origins == 0) {
        alm_text_append(out, "No forecasts.");
    } else if (v->n_origins < v->n_origins_all) {
        alm_text_append(out, v->joined || p->facts->horizon == 1
                                 ? "The last "
                                 : "Forecasts that do not overlap, from the last ");
        alm_number_fixed(out, (double)v->n_origins, 0);
        alm_text_append(out, " of ");
        alm_number_count(out, (long long)v->n_origins_all, "origin", "origins");
    } else {
        alm_number_count(out, (long long)v->n_origins, "origin", "origins");
    }
    if (v->n_origins > 0) {
        alm_text_append(out, v->joined ? ", each one bar ahead" : " (dotted), each ");
        if (!v->joined) alm_number_count(out, (long long)p->facts->horizon, "bar ahead", "bars ahead");
    }
    const char *code = alm_facts_ranking(p->facts);
    bool first = true;
    for (size_t i = 0; i < p->n_shown; i++) {
        const double score = alm_facts_score(p->facts, v->series, p->shown[i], code);
        if (isnan(score)) continue;
        alm_text_append(out, first ? ". " : ", ");
        if (first) alm_words_metric(out, code);
        alm_text_append(out, first ? " over all origins: <bdi>" : "<bdi>");
        first = false;
        alm_text_append_safe(out, alm_table_text(&p->facts->leader, alm_facts_leader(p->facts, p->shown[i]),
                                                 ALM_LEADER_LABEL));
        alm_text_append(out, "</bdi> ");
        alm_number_short(out, score, 4);
    }
    alm_text_append(out, p->cut ? ". The intervals go beyond the scale.</figcaption>\n" : ".</figcaption>\n");
}

static enum alm_status draw(struct alm_text *out, struct picture *p, struct alm_error *error)
{
    const struct alm_view *v = &p->view;
    struct alm_text id = {0}, title = {0}, description = {0};
    set_scales(p);
    const bool strip = v->first > (v->n - v->first) / 4;
    const double strip_top = p->plot.top + p->plot.height + 52;
    alm_text_printf(&id, "series-%lld", (long long)v->series);
    alm_text_printf(&title, "%s: actual values and forecasts", v->name);
    alm_text_append(&description, "From ");
    alm_words_time(&description, v->frequency, v->ts[v->first]);
    alm_text_append(&description, " to ");
    alm_words_time(&description, v->frequency, v->ts[v->n - 1]);
    alm_svg_open(out, ALM_SVG_WIDTH, strip ? strip_top + 60 : strip_top - 8, alm_text_string(&id),
                 alm_text_string(&title), alm_text_string(&description));
    const struct alm_bars bars = bars_of(v);
    struct alm_ticks ticks;
    alm_ticks_linear(&ticks, p->plot.y0, p->plot.y1, 6);
    alm_svg_axis_y(out, &p->plot, &ticks, v->unit[0] != '\0' ? v->unit : NULL);
    alm_draw_axis(out, &p->plot, &bars, p->view.first, p->view.frequency);
    draw_forecasts(out, p);
    enum alm_status status = alm_draw_bars(out, &p->plot, &bars, v->first, "l actual", error);
    if (status == ALM_OK && strip) status = draw_strip(out, p, strip_top, error);
    alm_svg_close(out);
    if (id.failed || title.failed || description.failed) out->failed = true;
    alm_text_clear(&id);
    alm_text_clear(&title);
    alm_text_clear(&description);
    return status;
}

enum alm_status alm_chart_series(struct alm_text *out, struct alm_store *store, const struct alm_facts *facts,
                                 size_t row, struct alm_error *error)
{
    struct picture p = {.facts = facts};
    enum alm_status status = alm_view_load(&p.view, store, facts, row, error);
    if (status == ALM_OK && p.view.n > 0) {
        choose_forecasters(&p);
        for (size_t i = 0; status == ALM_OK && i < p.n_shown; i++)
            status = trace_line(&p, i, error);
        if (status == ALM_OK && p.n_shown > 0 && p.view.n_origins > 0) status = trace_bands(&p, store, error);
        alm_text_append(out, "<figure>\n");
        if (status == ALM_OK) write_legend(out, &p);
        if (status == ALM_OK) status = draw(out, &p, error);
        if (status == ALM_OK) write_caption(out, &p);
        alm_text_append(out, "</figure>\n");
    } else if (status == ALM_OK) {
        alm_text_append(
            out, "<p class=\"none\">The series is no longer in the database and the run has no forecasts "
                 "of it.</p>\n");
    }
    for (size_t i = 0; i < SHOWN; i++)
        path_clear(&p.line[i]);
    for (size_t i = 0; i < BANDS; i++)
        path_clear(&p.band[i]);
    alm_view_clear(&p.view);
    return status;
}
