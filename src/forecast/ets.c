/* Exponential smoothing: ets chooses a model, ses, holt, damped and holt-winters are names of some. */
#include "base/memory.h"
#include "forecast/ets_forecast.h"
#include "forecast/ets_select.h"
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>
#include <stdlib.h>

/* ---- options ---- */

#define WEIGHT(letter, text)                                                                                 \
    {                                                                                                        \
        .name = letter, .help = text "; default: by maximum likelihood", .kind = ALM_OPTION_REAL,            \
        .maximum = 1                                                                                         \
    }
#define ALPHA WEIGHT("alpha", "share of an error that the level takes: 1 keeps only the last value, 0 none")
#define BETA WEIGHT("beta", "share of an error that the slope takes, at most alpha")
#define GAMMA WEIGHT("gamma", "share of an error that the season takes, at most 1 - alpha")
#define PHI WEIGHT("phi", "what is left of the slope from step to step")
#define BY                                                                                                   \
    {                                                                                                        \
        .name = "by",                                                                                        \
        .help = "what decides how fast the level may be: the errors of forecasts over the whole horizon "    \
                "within the "                                                                                \
                "history, of fits with alpha at most .9999, .5, .2 and .05, or the likelihood of one step "  \
                "alone",                                                                                     \
        .kind = ALM_OPTION_CHOICE, .fallback = "horizon", .choices = "horizon|likelihood"                    \
    }
#define SEASON                                                                                               \
    {                                                                                                        \
        .name = "season", .help = "season length in bars; default: the series' own",                         \
        .kind = ALM_OPTION_INTEGER, .minimum = 1, .maximum = 1e6                                             \
    }

static const struct alm_option ets_options[] = {
    {.name = "model",
     .help = "error (A additive, M multiplicative), trend (N none, A additive, Ad damped) and season (N, A, "
             "M), Z "
             "for any: AAdN is one model, ZZN chooses among those without a season",
     .kind = ALM_OPTION_TEXT,
     .fallback = "ZZZ"},
    {.name = "damped",
     .help = "which trends a Z stands for: with damping, without, or both",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "auto",
     .choices = "auto|no|yes"},
    {.name = "criterion",
     .help = "what chooses among models",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "aicc",
     .choices = "aicc|aic|bic"},
    BY,
    ALPHA,
    BETA,
    GAMMA,
    PHI,
    SEASON,
    {0},
};
static const struct alm_option ses_options[] = {ALPHA, {0}};
static const struct alm_option holt_options[] = {ALPHA, BETA, {0}};
static const struct alm_option damped_options[] = {ALPHA, BETA, PHI, {0}};
static const struct alm_option holt_winters_options[] = {
    {.name = "seasonal",
     .help = "whether seasons add to the level or multiply it, which takes values above 0",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "additive",
     .choices = "additive|multiplicative"},
    {.name = "damped", .help = "whether the slope fades", .kind = ALM_OPTION_FLAG, .fallback = "0"},
    BY,
    ALPHA,
    BETA,
    GAMMA,
    {.name = "phi",
     .help = "what is left of the slope from step to step; default: by maximum likelihood",
     .kind = ALM_OPTION_REAL,
     .maximum = 1,
     .needs = "damped=1"},
    SEASON,
    {0},
};

/* ---- life ---- */

struct ets {
    struct alm_ets_search search; /* its horizon: 1, or 0 for that of the history */
    size_t season;                /* 0: the series' own */
    struct alm_ets_fit fit;
    double value; /* of the criterion */
    /* The values that fit was fitted on: how many, the first and the last. */
    size_t n;
    double first, last;
};

static double given(const struct alm_config *config, const struct alm_option *options, const char *name)
{
    for (; options->name != NULL; options++)
        if (options->name[0] == name[0] && options->name[1] == name[1]) return alm_config_real(config, name);
    return (double)NAN;
}

static enum alm_status check_weights(const struct alm_ets_weights *w, struct alm_error *error)
{
    const double least_alpha = isnan(w->alpha) ? 0 : w->alpha;
    if (w->beta > w->alpha)
        return alm_fail(error, ALM_USAGE,
                        "beta=%g is above alpha=%g: the slope cannot move more than the level", w->beta,
                        w->alpha);
    if (w->gamma + (isnan(w->alpha) ? fmax(least_alpha, isnan(w->beta) ? 0 : w->beta) : w->alpha) > 1)
        return alm_fail(error, ALM_USAGE, "gamma=%g is above 1 - alpha", w->gamma);
    return ALM_OK;
}

/* text and damping are those of alm_ets_parse. */
static enum alm_status create(void **self, const struct alm_config *config, const struct alm_option *options,
                              const char *text, enum alm_ets_damping damping, struct alm_error *error)
{
    struct ets *e;
    const struct alm_ets_weights weights = {given(config, options, "alpha"), given(config, options, "beta"),
                                            given(config, options, "gamma"), given(config, options, "phi")};
    unsigned models;
    *self = NULL;
    ALM_TRY(alm_ets_parse(&models, text, damping, error));
    ALM_TRY(check_weights(&weights, error));
    ALM_TRY(ALM_NEW(&e, 1, error));
    *e = (struct ets){.search = {.models = models, .given = weights, .horizon = 1}};
    *self = e;
    return ALM_OK;
}

static enum alm_status ets_create(void **self, const struct alm_config *config, uint64_t seed,
                                  struct alm_error *error)
{
    static const enum alm_ets_damping damping[] = {ALM_ETS_DAMPING_AUTO, ALM_ETS_DAMPING_NO,
                                                   ALM_ETS_DAMPING_YES};
    (void)seed;
    ALM_TRY(create(self, config, ets_options, alm_config_text(config, "model"),
                   damping[alm_config_choice(config, "damped")], error));
    struct ets *e = *self;
    e->search.criterion = (enum alm_ets_criterion)alm_config_choice(config, "criterion");
    e->search.horizon = alm_config_choice(config, "by") == 0 ? 0 : 1;
    e->season = alm_config_size(config, "season");
    return ALM_OK;
}

static enum alm_status ses_create(void **self, const struct alm_config *config, uint64_t seed,
                                  struct alm_error *error)
{
    (void)seed;
    return create(self, config, ses_options, "ANN", ALM_ETS_DAMPING_AUTO, error);
}

static enum alm_status holt_create(void **self, const struct alm_config *config, uint64_t seed,
                                   struct alm_error *error)
{
    (void)seed;
    return create(self, config, holt_options, "AAN", ALM_ETS_DAMPING_AUTO, error);
}

static enum alm_status damped_create(void **self, const struct alm_config *config, uint64_t seed,
                                     struct alm_error *error)
{
    (void)seed;
    return create(self, config, damped_options, "AAdN", ALM_ETS_DAMPING_AUTO, error);
}

static enum alm_status holt_winters_create(void **self, const struct alm_config *config, uint64_t seed,
                                           struct alm_error *error)
{
    static const char *const models[2][2] = {{"AAA", "AAdA"}, {"MAM", "MAdM"}};
    (void)seed;
    const char *text = models[alm_config_choice(config, "seasonal")][alm_config_flag(config, "damped")];
    ALM_TRY(create(self, config, holt_winters_options, text, ALM_ETS_DAMPING_AUTO, error));
    struct ets *e = *self;
    e->search.horizon = alm_config_choice(config, "by") == 0 ? 0 : 1;
    e->season = alm_config_size(config, "season");
    return ALM_OK;
}

static void free_self(void *self)
{
    if (self == NULL) return;
    alm_ets_fit_clear(&((struct ets *)self)->fit);
    free(self);
}

/* ---- fit and forecast ---- */

static size_t season_of(const struct ets *e, const struct alm_history_series *series)
{
    return e->season > 0 ? e->season : series->season_length;
}

/* A fitted season needs two of them where its first states must be found anew. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const struct ets *e = self;
    (void)season_length, (void)horizon;
    if (e->n > 0 && e->fit.model.season != ALM_ETS_NO_SEASON) return 2 * e->fit.model.m;
    return alm_ets_minimum(e->search.models);
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    struct ets *e = self;
    const struct alm_span y = history->series[0].target;
    struct alm_ets_series series;
    (void)hooks;
    alm_ets_fit_clear(&e->fit);
    e->n = 0;
    ALM_TRY(alm_ets_series_init(&series, y.y, y.n, season_of(e, &history->series[0]), error));
    struct alm_ets_search search = e->search;
    if (search.horizon == 0) search.horizon = history->horizon;
    const enum alm_status status = alm_ets_select(&e->fit, &series, &search, error);
    alm_ets_series_clear(&series);
    if (status != ALM_OK) return status;
    e->value = alm_ets_criterion(&e->fit, y.n, e->search.criterion);
    e->n = y.n;
    e->first = y.y[0];
    e->last = y.y[y.n - 1];
    return ALM_OK;
}

/* A history that goes on from the fitted one keeps its first states; for another one, such as a window that
 * has moved, they are found anew. */
static bool goes_on(const struct ets *e, struct alm_span y)
{
    return y.n >= e->n && y.y[0] == e->first && y.y[e->n - 1] == e->last;
}

static enum alm_status copy_fit(struct alm_ets_fit *out, const struct alm_ets_fit *from,
                                struct alm_error *error)
{
    *out = *from;
    ALM_TRY(ALM_NEW(&out->first.season, from->model.m, error));
    for (size_t j = 0; j < from->model.m; j++)
        out->first.season[j] = from->first.season[j];
    return ALM_OK;
}

static enum alm_status moments(double *mean, double *sd, const struct ets *e,
                               const struct alm_history *history, struct alm_error *error)
{
    const struct alm_span y = history->series[0].target;
    struct alm_ets_series series = {0};
    struct alm_ets_fit own = {0};
    const bool same = goes_on(e, y);
    enum alm_status status = alm_ets_series_init(&series, y.y, y.n, e->fit.model.m, error);
    if (status == ALM_OK) status = copy_fit(&own, &e->fit, error);
    if (status == ALM_OK && !same) status = alm_ets_fit_states(&own, &series, error);
    if (status == ALM_OK) status = alm_ets_forecast(mean, sd, history->horizon, &own, &series, error);
    alm_ets_fit_clear(&own);
    alm_ets_series_clear(&series);
    return status;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    double *mean;
    ALM_TRY(ALM_NEW(&mean, 2 * history->horizon, error));
    double *sd = mean + history->horizon;
    const enum alm_status status = moments(mean, sd, self, history, error);
    for (size_t i = 0; status == ALM_OK && i < history->horizon; i++)
        alm_put_normal(out, i, mean[i], sd[i]);
    free(mean);
    return status;
}

/* ---- what was learnt ---- */

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct ets *e = self;
    const struct alm_ets_fit *f = &e->fit;
    alm_bytes_put_u32(out,
                      ALM_ETS_CODE((uint32_t)f->model.trend, (uint32_t)f->model.season, f->model.relative));
    alm_bytes_put_u64(out, f->model.m);
    alm_bytes_put_u64(out, f->parameters);
    alm_bytes_put_u64(out, e->n);
    const double numbers[] = {f->weights.alpha, f->weights.beta, f->weights.gamma, f->weights.phi,
                              f->first.level,   f->first.slope,  f->likelihood,    f->sigma,
                              e->value,         e->first,        e->last};
    alm_bytes_put_f64s(out, numbers, sizeof numbers / sizeof *numbers);
    alm_bytes_put_f64s(out, f->first.season, f->model.m);
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct ets *e = self;
    struct alm_ets_fit *f = &e->fit;
    double numbers[11];
    alm_ets_fit_clear(f);
    const uint32_t code = alm_bytes_get_u32(in);
    const size_t m = alm_bytes_get_u64(in);
    f->parameters = alm_bytes_get_u64(in);
    e->n = alm_bytes_get_u64(in);
    alm_bytes_get_f64s(in, numbers, sizeof numbers / sizeof *numbers);
    const size_t left = in->failed ? 0 : (in->length - in->offset) / sizeof(double);
    if (code > ALM_ETS_CODE(ALM_ETS_DAMPED, ALM_ETS_MULTIPLICATIVE, 1) || m == 0 || m > left || e->n == 0)
        return alm_fail(error, ALM_PARSE, "the model of exponential smoothing is damaged");
    f->model = (struct alm_ets_model){code % 2 == 1, (enum alm_ets_trend)(code / 6),
                                      (enum alm_ets_season)(code / 2 % 3), m};
    f->weights = (struct alm_ets_weights){numbers[0], numbers[1], numbers[2], numbers[3]};
    f->first = (struct alm_ets_state){numbers[4], numbers[5], NULL};
    f->likelihood = numbers[6];
    f->sigma = numbers[7];
    e->value = numbers[8];
    e->first = numbers[9];
    e->last = numbers[10];
    ALM_TRY(ALM_NEW(&f->first.season, m, error));
    alm_bytes_get_f64s(in, f->first.season, m);
    return in->failed ? alm_fail(error, ALM_PARSE, "the model of exponential smoothing is cut off") : ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct ets *e = self;
    const struct alm_ets_fit *f = &e->fit;
    const bool trend = f->model.trend != ALM_ETS_NO_TREND, season = f->model.season != ALM_ETS_NO_SEASON;
    if (e->n == 0) return;
    alm_text_append(out, "model=");
    alm_ets_model_write(&f->model, out);
    alm_text_append(out, "\n");
    if (season) alm_text_printf(out, "season=%zu\n", f->model.m);
    alm_parameters_describe(out, "alpha", f->weights.alpha);
    if (trend) alm_parameters_describe(out, "beta", f->weights.beta);
    if (season) alm_parameters_describe(out, "gamma", f->weights.gamma);
    if (f->model.trend == ALM_ETS_DAMPED) alm_parameters_describe(out, "phi", f->weights.phi);
    alm_parameters_describe(out, "first_level", f->first.level);
    if (trend) alm_parameters_describe(out, "first_slope", f->first.slope);
    alm_parameters_describe(out, "sigma", f->sigma);
    static const char *const criteria[] = {"aicc", "aic", "bic"};
    if (isfinite(e->value)) alm_text_printf(out, "%s=%.10g\n", criteria[e->search.criterion], e->value);
}

/* ---- the types ---- */

#define BOOK                                                                                                 \
    "Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing; Hyndman & "              \
    "Athanasopoulos (2021), "                                                                                \
    "Forecasting: Principles and Practice, 3rd ed., chapter 8"
#define COMMON                                                                                               \
    .minimum_history = minimum_history, .fit = fit, .forecast = forecast, .save = save, .load = load,        \
    .free = free_self, .describe = describe

const struct alm_forecaster_type alm_ets = {
    .name = "ets",
    .summary = "level, slope and season that follow the errors, in the form that AICc prefers",
    .use =
        "The first choice for one series with trend or season: it finds out which it has. A history below "
        "two "
        "seasons is forecast without one; multiplicative forms are left out unless all values are above 0.",
    .reference = "Hyndman & Khandakar (2008), Journal of Statistical Software 27(3); " BOOK,
    .options = ets_options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE,
    .create = ets_create,
    COMMON,
};

const struct alm_forecaster_type alm_ses = {
    .name = "ses",
    .summary = "a level that follows the values by a share alpha of each error",
    .use = "For data without trend or season whose level wanders. With alpha near 1 it is naive, near 0 the "
           "mean.",
    .reference = "Brown (1959), Statistical Forecasting for Inventory Control; as ETS(A,N,N): " BOOK,
    .options = ses_options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = ses_create,
    COMMON,
};

const struct alm_forecaster_type alm_holt = {
    .name = "holt",
    .summary = "a level and a slope that follow the errors",
    .use = "For data with a trend that bends, over short horizons: far ahead the last slope goes too far, "
           "and damped "
           "is safer.",
    .reference =
        "Holt (1957), reprinted in International Journal of Forecasting 20 (2004); as ETS(A,A,N): " BOOK,
    .options = holt_options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = holt_create,
    COMMON,
};

const struct alm_forecaster_type alm_damped = {
    .name = "damped",
    .summary = "a level and a slope that fades step by step",
    .use = "For data with a trend that will not go on forever: of the simple forecasters often the best over "
           "many "
           "series.",
    .reference = "Gardner & McKenzie (1985), Management Science 31; as ETS(A,Ad,N): " BOOK,
    .options = damped_options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = damped_create,
    COMMON,
};

const struct alm_forecaster_type alm_holt_winters = {
    .name = "holt-winters",
    .summary = "level, slope and season that follow the errors",
    .use = "For data with a trend and one season that changes slowly. Multiplicative where swings grow with "
           "the level. "
           "A history below two seasons is forecast without one.",
    .reference = "Winters (1960), Management Science 6; as ETS(A,A,A) and ETS(M,A,M): " BOOK,
    .options = holt_winters_options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE,
    .create = holt_winters_create,
    COMMON,
};
