/* Life and options of the forecaster `es-lstm`. */
#include "forecast/es_lstm/es_lstm.h"

#include "base/memory.h"
#include "forecast/types.h"

#include <stdlib.h>

static const struct alm_option options[] = {
    {.name = "seasons",
     .help =
         "up to two season lengths in bars, joined with +, such as 24+168; default: the series' own, and the "
         "week where that is a day; one of which there are no two cycles is left out",
     .kind = ALM_OPTION_NUMBERS,
     .minimum = 2,
     .maximum = 1e6},
    {.name = "scale",
     .help = "log: seasons multiply, needs positive values; linear: they add; auto: log for positive series",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "auto",
     .choices = "auto|log|linear"},
    {.name = "inputs",
     .help = "values that the network sees at each step; default: a season up to 48, or 8",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 10000},
    {.name = "lookback",
     .help = "steps that the network reads, made a multiple of all dilations; default: all up to 1000",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 100000},
    {.name = "dilations",
     .help =
         "one layer each, whose state is that of so many steps before; default: 1, a part of the season and "
         "the seasons",
     .kind = ALM_OPTION_NUMBERS,
     .minimum = 1,
     .maximum = 10000},
    {.name = "hidden",
     .help = "units of each layer",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "40",
     .minimum = 1,
     .maximum = 2048},
    {.name = "epochs",
     .help = "passes over all series; the rates fall along half a cosine",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "30",
     .minimum = 1,
     .maximum = 100000},
    {.name = "batch",
     .help = "series that one step of the network learns from",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "8",
     .minimum = 1,
     .maximum = ALM_ES_LSTM_ROWS},
    {.name = "rate",
     .help = "step size of the network (Adam)",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.003",
     .minimum = 1e-8,
     .maximum = 1},
    {.name = "series_rate",
     .help = "step size of each series' smoothing and seasons (Adam, one step an epoch); 0: they stay",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.01",
     .minimum = 0,
     .maximum = 1},
    {.name = "alpha",
     .help = "smoothing of the level that learning starts from",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.3",
     .minimum = 0.001,
     .maximum = 0.999},
    {.name = "gamma",
     .help = "smoothing of the seasons that learning starts from",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.1",
     .minimum = 0.001,
     .maximum = 0.999},
    {.name = "tau",
     .help = "quantile that is learnt as the point forecast; a little below a half against bias of logs",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.49",
     .minimum = 0.01,
     .maximum = 0.99},
    {.name = "wiggle",
     .help = "penalty on the level's second differences",
     .kind = ALM_OPTION_REAL,
     .fallback = "10",
     .minimum = 0,
     .maximum = 1e6},
    {.name = "weight",
     .help =
         "what errors of a series count for: 1 (of its logarithm, or of its unit), or owa: as they move OWA "
         "against the seasonal naive forecast of the training part",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|owa"},
    {.name = "ensemble",
     .help = "trainings from other random starts; the median is the forecast",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "3",
     .minimum = 1,
     .maximum = 100},
    {0},
};

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    struct alm_es_lstm *es;
    *self = NULL;
    ALM_TRY(ALM_NEW(&es, 1, error));
    es->config = config;
    es->seed = seed;
    *self = es;
    return ALM_OK;
}

static void release(void *self)
{
    if (self != NULL) alm_es_lstm_clear(self);
    free(self);
}

/* One step more than what is seen and answered. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const struct alm_es_lstm *es = self;
    const size_t inputs = alm_config_has(es->config, "inputs") ? alm_config_size(es->config, "inputs")
                          : season_length > 1                  ? season_length
                                                               : 8;
    return inputs + horizon + 1;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct alm_es_lstm *es = self;
    if (es->horizon == 0) return;
    const struct alm_network *network = es->member[0].network;
    alm_text_printf(
        out,
        "networks=%zu\nlayers=%zu\nparameters=%zu\nseries=%zu\nseries_parameters=%zu\ninputs=%zu\n"
        "steps=%zu\nloss=%.6g\n",
        es->n_members, network->shape.layers, network->n_parameters, es->n_series, es->n_parameters,
        es->inputs, es->steps, es->loss);
}

const struct alm_forecaster_type alm_es_lstm = {
    .name = "es-lstm",
    .summary = "exponential smoothing of each series and one dilated LSTM for all, learnt together",
    .use = "For many related series with a season, such as hours of electricity: what is each series' own is "
           "smoothed away and put back, what they share is the network's.",
    .reference =
        "Smyl (2020), A hybrid method of exponential smoothing and recurrent neural networks for time "
        "series forecasting, International Journal of Forecasting 36(1); Chang et al. (2017), Dilated "
        "recurrent neural networks, NeurIPS",
    .options = options,
    .traits = ALM_TRAIT_GLOBAL | ALM_TRAIT_RANDOM,
    .create = create,
    .minimum_history = minimum_history,
    .fit = alm_es_lstm_fit,
    .forecast = alm_es_lstm_forecast,
    .save = alm_es_lstm_save,
    .load = alm_es_lstm_load,
    .free = release,
    .describe = describe,
};
