/* A linear map from the last values to the whole horizon: life of the forecaster `ridge`. */
#include "forecast/ridge/model.h"
#include "forecast/types.h"

#include "base/memory.h"
#include "nn/ridge.h"

#include <math.h>
#include <stdlib.h>

static const struct alm_option options[] = {
    {.name = "lookback",
     .help = "values a window has; default: the most of 24, 1.25 horizons and two seasons, but at most 512 "
             "(seasons of more than 96 do not count). Two weeks do well for hourly data: 336",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = ALM_RIDGE_MOST_INPUTS},
    {.name = "centre",
     .help =
         "what is taken from a window's values and given back to its answers: its last value or its mean; "
         "season: values are taken less the mean of the last season, answers added to the value one "
         "season before",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "last|season|mean"},
    ALM_OPTION_SEASON,
    {.name = "pool",
     .help = "all: one map learnt from all series; series: one for each",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "all",
     .choices = "all|series"},
    {.name = "scale",
     .help = "unit that the errors of a series are counted in, so that large ones do not decide alone: its "
             "mean absolute seasonal difference, its standard deviation, or that of the data",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "season",
     .choices = "season|deviation|none"},
    {.name = "penalty",
     .help =
         "how much slopes are shrunk, as a share of the mean square of a window's values; of several, the "
         "one with the least error in the windows held out",
     .kind = ALM_OPTION_NUMBERS,
     .fallback = "0.00001+0.0001+0.001+0.01+0.1+1",
     .minimum = 1e-12,
     .maximum = 1e9},
    {.name = "validation",
     .help = "share at the end of each series that is held out to choose the penalty; at least a horizon",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.2",
     .minimum = 0,
     .maximum = 0.5},
    {.name = "retrain",
     .help = "1: the map is learnt from all windows once the penalty is chosen; 0: from those before the "
             "windows held out",
     .kind = ALM_OPTION_FLAG,
     .fallback = "1"},
    {.name = "drift",
     .help = "1: with an intercept, a constant drift away from where a window ends",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "stride",
     .help = "values between neighbouring windows that are learnt from",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 100000},
    {0},
};

static bool is_local(const struct alm_config *config)
{
    return alm_config_choice(config, "pool") == 1;
}

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    static const enum alm_scaler_kind units[] = {ALM_SCALER_SEASON, ALM_SCALER_STANDARD, ALM_SCALER_NONE};
    struct alm_ridge_model *model;
    (void)seed;
    *self = NULL;
    ALM_TRY(ALM_NEW(&model, 1, error));
    model->config = config;
    model->centre = (enum alm_ridge_centre)alm_config_choice(config, "centre");
    model->unit = units[alm_config_choice(config, "scale")];
    model->drift = alm_config_flag(config, "drift");
    alm_ridge_drop(model);
    *self = model;
    return ALM_OK;
}

static void destroy(void *self)
{
    if (self != NULL) alm_ridge_drop(self);
    free(self);
}

/* One window. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    return alm_ridge_lookback(self, season_length, horizon) + horizon;
}

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_ridge_model *model = self;
    if (model->w == NULL) return alm_fail(error, ALM_INTERNAL, "ridge: asked to save before it was fitted");
    alm_bytes_put_u64(out, model->lookback);
    alm_bytes_put_u64(out, model->horizon);
    alm_bytes_put_u64(out, model->windows);
    alm_bytes_put_f64(out, model->penalty);
    alm_bytes_put_f64(out, model->validation_loss);
    alm_bytes_put_f64s(out, model->w, model->lookback * model->horizon);
    alm_bytes_put_f64s(out, model->b, model->horizon);
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_ridge_model *model = self;
    alm_ridge_drop(model);
    const uint64_t lookback = alm_bytes_get_u64(in), horizon = alm_bytes_get_u64(in),
                   windows = alm_bytes_get_u64(in);
    const double penalty = alm_bytes_get_f64(in), loss = alm_bytes_get_f64(in);
    const size_t rest = in->length - in->offset;
    if (in->failed || lookback == 0 || lookback > ALM_RIDGE_MOST_INPUTS || horizon == 0 ||
        horizon > rest / 8 || (lookback + 1) * horizon > rest / 8)
        return alm_fail(error, ALM_PARSE, "the stored ridge is damaged or does not fit its spec");
    model->lookback = lookback;
    model->horizon = horizon;
    ALM_TRY(alm_ridge_make_room(model, error));
    model->windows = windows;
    model->penalty = penalty;
    model->validation_loss = loss;
    alm_bytes_get_f64s(in, model->w, lookback * horizon);
    alm_bytes_get_f64s(in, model->b, horizon);
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct alm_ridge_model *model = self;
    if (model->w == NULL) return;
    alm_text_printf(out, "lookback=%zu\nwindows=%zu\npenalty=%g\n", model->lookback, model->windows,
                    model->penalty);
    if (!isnan(model->validation_loss))
        alm_text_printf(out, "validation_loss=%.6g\n", model->validation_loss);
}

const struct alm_forecaster_type alm_ridge = {
    .name = "ridge",
    .summary = "a linear map from the last values to the whole horizon, in closed form",
    .use = "The floor for every network: seconds for thousands of windows, and on long horizons of regular "
           "data often the better answer. Missing values are carried on from the last one before.",
    .reference = "Hoerl & Kennard (1970), Ridge regression, Technometrics 12(1); one map of windows less "
                 "their last value: Zeng et al. (2023), Are transformers effective for time series "
                 "forecasting? (NLinear)",
    .options = options,
    .traits = ALM_TRAIT_GLOBAL | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = create,
    .minimum_history = minimum_history,
    .is_local = is_local,
    .fit = alm_ridge_fit,
    .forecast = alm_ridge_forecast,
    .save = save,
    .load = load,
    .free = destroy,
    .describe = describe,
};
