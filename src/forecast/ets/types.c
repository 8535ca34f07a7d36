/* The names of exponential smoothing: ets chooses a model, ses, holt, damped and holt-winters are one or a
 * few each. */
#include "forecast/types.h"
#include "base/memory.h"
#include "forecast/ets/ets.h"

#include <math.h>
#include <string.h>

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

static double given(const struct alm_config *config, const struct alm_option *options, const char *name)
{
    for (; options->name != NULL; options++)
        if (strcmp(options->name, name) == 0) return alm_config_real(config, name);
    return (double)NAN;
}

static enum alm_status check_weights(const struct alm_ets_weights *w, struct alm_error *error)
{
    const double least_alpha = isnan(w->alpha) ? isnan(w->beta) ? 0 : w->beta : w->alpha;
    if (w->beta > w->alpha)
        return alm_fail(error, ALM_USAGE,
                        "beta=%g is above alpha=%g: the slope cannot move more than the level", w->beta,
                        w->alpha);
    if (w->gamma + least_alpha > 1)
        return alm_fail(error, ALM_USAGE, "gamma=%g is above 1 - alpha", w->gamma);
    return ALM_OK;
}

/* text and damping are those of alm_ets_parse. */
static enum alm_status create(void **self, const struct alm_config *config, const struct alm_option *options,
                              const char *text, enum alm_ets_damping damping, struct alm_error *error)
{
    struct alm_ets_self *e;
    const struct alm_ets_weights weights = {given(config, options, "alpha"), given(config, options, "beta"),
                                            given(config, options, "gamma"), given(config, options, "phi")};
    unsigned models;
    *self = NULL;
    ALM_TRY(alm_ets_parse(&models, text, damping, error));
    ALM_TRY(check_weights(&weights, error));
    ALM_TRY(ALM_NEW(&e, 1, error));
    *e = (struct alm_ets_self){.search = {.models = models, .given = weights, .horizon = 1}};
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
    struct alm_ets_self *e = *self;
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
    struct alm_ets_self *e = *self;
    e->search.horizon = alm_config_choice(config, "by") == 0 ? 0 : 1;
    e->season = alm_config_size(config, "season");
    return ALM_OK;
}

/* ---- the types ---- */

#define BOOK                                                                                                 \
    "Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing; Hyndman & "              \
    "Athanasopoulos (2021), "                                                                                \
    "Forecasting: Principles and Practice, 3rd ed., chapter 8"
#define COMMON                                                                                               \
    .minimum_history = alm_ets_minimum_history, .fit = alm_ets_fit_history,                                  \
    .forecast = alm_ets_forecast_history, .save = alm_ets_save, .load = alm_ets_load, .free = alm_ets_free,  \
    .describe = alm_ets_describe

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
