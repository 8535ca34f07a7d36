/* Seasons by repeated STL, what they leave by another forecaster. */
#include "base/memory.h"
#include "forecast/mstl/model.h"
#include "forecast/types.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mstl {
    const struct alm_config *config;
    uint64_t seed;
    struct alm_forecaster *trend;
};

static const struct alm_option options[] = {
    {.name = "seasons",
     .help = "season lengths in bars, joined with +, such as 24+168; default: the series' own, and the week "
             "where that is a day",
     .kind = ALM_OPTION_NUMBERS,
     .minimum = 2,
     .maximum = 1e6},
    {.name = "trend",
     .help = "spec that forecasts what the seasons leave; it sees a series without season",
     .kind = ALM_OPTION_SPECS,
     .fallback = "(ets:by=likelihood)"},
    {.name = "window",
     .help =
         "how many cycles the shape of the shortest season is smoothed over, odd; 4 more for each longer one",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "11",
     .minimum = 3,
     .maximum = 1e6},
    {.name = "robust", .help = "outliers are weighed down", .kind = ALM_OPTION_FLAG, .fallback = "0"},
    {0},
};

/* ---- life ---- */

static enum alm_status take_trend(void *context, const char *spec, struct alm_error *error)
{
    struct mstl *mstl = context;
    const struct alm_forecaster_settings settings = {.seed = mstl->seed};
    if (mstl->trend != NULL) return alm_fail(error, ALM_USAGE, "mstl: trend is one spec");
    return alm_forecaster_create(&mstl->trend, spec, &settings, error);
}

static void release(void *self)
{
    struct mstl *mstl = self;
    if (mstl == NULL) return;
    alm_forecaster_free(mstl->trend);
    free(mstl);
}

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    struct mstl *mstl;
    *self = NULL;
    ALM_TRY(ALM_NEW(&mstl, 1, error));
    mstl->config = config;
    mstl->seed = seed;
    const enum alm_status status =
        alm_list_each(alm_config_text(config, "trend"), '+', mstl, take_trend, error);
    if (status == ALM_OK)
        *self = mstl;
    else
        release(mstl);
    return status;
}

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    ALM_TRY(alm_forecaster_save_part(((const struct mstl *)self)->trend, out, error));
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    return alm_forecaster_load_part(&((struct mstl *)self)->trend, in, error);
}

/* What the trend's forecaster needs of a series without season. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const size_t needed = alm_forecaster_minimum_history(((const struct mstl *)self)->trend, 1, horizon);
    (void)season_length;
    return needed > 3 ? needed : 3;
}

/* ---- seasons ---- */

static void add_period(struct alm_mstl_options *out, double period, size_t n)
{
    const size_t m = (size_t)period;
    if (m < 2 || m > (n - 1) / 2 || out->n_periods == ALM_MSTL_SEASONS) return;
    size_t at = out->n_periods;
    while (at > 0 && out->period[at - 1] > m)
        at--;
    if (at > 0 && out->period[at - 1] == m) return;
    memmove(out->period + at + 1, out->period + at, (out->n_periods - at) * sizeof *out->period);
    out->period[at] = m;
    out->n_periods++;
}

/* Those of which there are more than two. */
static struct alm_mstl_options seasons_of(const struct mstl *mstl, const struct alm_history_series *series)
{
    struct alm_mstl_options out = {.window = alm_config_size(mstl->config, "window"),
                                   .robust = alm_config_flag(mstl->config, "robust")};
    const size_t own = series->season_length, n = series->target.n;
    const int64_t day = (int64_t)24 * 3600 * 1000000;
    if (alm_config_has(mstl->config, "seasons")) {
        size_t count;
        const double *given = alm_config_numbers(mstl->config, "seasons", &count);
        for (size_t i = 0; i < count; i++)
            add_period(&out, given[i], n);
        return out;
    }
    add_period(&out, (double)own, n);
    if (alm_frequency_length(series->calendar.frequency) * (int64_t)own == day && own > 1)
        add_period(&out, 7 * (double)own, n);
    return out;
}

/* A series without its seasons, and the last cycle of each. */
struct parts {
    struct alm_mstl_options options;
    double *memory, *seasonal, *rest; /* [n_periods][n], [n] */
    size_t n;
    struct alm_history_series series; /* rest, as the trend's forecaster sees it */
};

static enum alm_status split(struct parts *out, const struct mstl *mstl,
                             const struct alm_history_series *series, struct alm_error *error)
{
    const size_t n = series->target.n;
    *out = (struct parts){.options = seasons_of(mstl, series), .n = n, .series = *series};
    size_t size;
    if (!alm_multiply(&size, n, out->options.n_periods + 1))
        return alm_fail(error, ALM_NOMEM, "the series is too long for mstl");
    ALM_TRY(ALM_NEW(&out->memory, size, error));
    out->rest = out->memory;
    out->seasonal = out->memory + n;
    const enum alm_status status =
        alm_mstl_split(out->seasonal, out->rest, series->target.y, n, &out->options, error);
    if (status != ALM_OK) free(out->memory);
    out->series.target.y = out->rest;
    out->series.season_length = 1;
    return status;
}

static double season_at(const struct parts *parts, size_t step)
{
    double sum = 0;
    for (size_t k = 0; k < parts->options.n_periods; k++) {
        const size_t m = parts->options.period[k];
        sum += parts->seasonal[k * parts->n + parts->n - m + step % m];
    }
    return sum;
}

/* ---- fit and forecast ---- */

static enum alm_status outcome_of(const struct mstl *mstl, enum alm_status status,
                                  const struct alm_series_outcome *outcome, struct alm_error *error)
{
    if (status != ALM_OK || outcome->status == ALM_OK) return status;
    return alm_fail(error, outcome->status, "trend by %s: %s", alm_forecaster_type_of(mstl->trend)->name,
                    outcome->reason);
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    struct mstl *mstl = self;
    struct parts parts;
    struct alm_series_outcome outcome = {.status = ALM_OK};
    ALM_TRY(split(&parts, mstl, &history->series[0], error));
    const struct alm_history rest = {1, &parts.series, history->horizon};
    enum alm_status status = alm_forecaster_fit(mstl->trend, &rest, NULL, 0, hooks, &outcome, error);
    status = outcome_of(mstl, status, &outcome, error);
    free(parts.memory);
    return status;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct mstl *mstl = self;
    struct parts parts;
    struct alm_series_outcome outcome = {.status = ALM_OK};
    ALM_TRY(split(&parts, mstl, &history->series[0], error));
    const struct alm_history rest = {1, &parts.series, history->horizon};
    struct alm_forecast *trend = NULL;
    enum alm_status status = alm_forecast_create(&trend, 1, history->horizon, NULL, 0, error);
    if (status == ALM_OK) status = alm_forecaster_forecast(mstl->trend, &rest, trend, &outcome, error);
    status = outcome_of(mstl, status, &outcome, error);
    for (size_t i = 0; status == ALM_OK && i < history->horizon; i++)
        out->mean[i] = trend->mean[i] + season_at(&parts, i);
    alm_forecast_free(trend);
    free(parts.memory);
    return status;
}

static void describe(const void *self, struct alm_text *out)
{
    alm_forecaster_describe(((const struct mstl *)self)->trend, 0, out);
}

const struct alm_forecaster_type alm_mstl = {
    .name = "mstl",
    .summary = "several seasons by local regression, what they leave by another forecaster",
    .use =
        "For data with more than one season, such as hours with a day and a week in them; seasons may change "
        "their shape slowly.",
    .reference = "Bandara, Hyndman & Bergmeir (2021), MSTL, arXiv:2107.13462; Cleveland, Cleveland, McRae & "
                 "Terpenning (1990), Journal of Official Statistics 6",
    .options = options,
    .traits = 0,
    .create = create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = save,
    .load = load,
    .free = release,
    .describe = describe,
};
