/* The options of the forecaster `lstm`, and what they say together. */
#include "forecast/lstm_state.h"

/* The names of enum values follow their order in nn/ and window/. */
const struct alm_option alm_lstm_options[] = {
    {.name = "hidden",
     .help = "units per layer: the size of h and c",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "32",
     .minimum = 1,
     .maximum = 4096},
    {.name = "layers",
     .help = "stacked layers",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 16},
    {.name = "lookback",
     .help = "values a window sees; default: the most of 24, 1.25 horizons and two seasons, but at most 512 "
             "(seasons of more than 96 do not count)",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 100000},
    {.name = "segment",
     .help = "values that make one time step; must divide lookback",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 10000},
    {.name = "labels",
     .help = "which time steps answer and are counted by the loss",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "all|last"},
    {.name = "loss",
     .help = "what training makes small; gaussian, student: the negative log likelihood of a normal or "
             "Student distribution, whose quantiles are forecast",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "mae",
     .choices = "mse|mae|huber|quantile|gaussian|student"},
    {.name = "levels",
     .help = "quantile levels of loss=quantile, rising",
     .kind = ALM_OPTION_NUMBERS,
     .fallback = "0.025+0.1+0.25+0.5+0.75+0.9+0.975",
     .minimum = 0.001,
     .maximum = 0.999},
    {.name = "crossing",
     .help = "quantiles of loss=quantile that cross are sorted; monotone: each is the one below plus a "
             "positive number, so that none can cross",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "sort",
     .choices = "sort|monotone"},
    {.name = "scale",
     .help = "how a window is scaled: less its last value or its mean, by its standard deviation; season: "
             "by its mean seasonal difference, to go with residual=season",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "none|last|standard|season"},
    {.name = "residual",
     .help = "season: answers are added to the value one season before",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|season"},
    {.name = "epochs",
     .help = "most epochs",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "20",
     .minimum = 1,
     .maximum = 100000},
    {.name = "steps",
     .help = "most optimiser steps in an epoch; 0: once through all windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "100",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "batch",
     .help = "windows of a batch",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "32",
     .minimum = 1,
     .maximum = 100000},
    {.name = "accumulate",
     .help = "batches whose gradients make one optimiser step",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 100000},
    {.name = "optimiser",
     .help = "what a gradient does to the parameters",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "adam",
     .choices = "adam|adamw|sgd|rmsprop"},
    {.name = "momentum",
     .help = "of sgd and rmsprop; default: 0.9 with sgd, 0 with rmsprop",
     .kind = ALM_OPTION_REAL,
     .minimum = 0,
     .maximum = 0.9999},
    {.name = "nesterov",
     .help = "sgd looks ahead along its momentum",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "decay",
     .help =
         "weight decay of matrices, not of biases: a step of adamw shrinks them by rate times this share; "
         "the others add this times the weight to the gradient",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 1000},
    {.name = "rate",
     .help = "step size of the optimiser",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.002",
     .minimum = 0,
     .maximum = 1e6},
    {.name = "schedule",
     .help = "how the step size goes on after the warm-up",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "cosine",
     .choices = "constant|cosine|step|plateau"},
    {.name = "fall",
     .help = "what schedule=step and plateau multiply the step size by",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.5",
     .minimum = 1e-6,
     .maximum = 1},
    {.name = "fall_epochs",
     .help =
         "the step size falls every so many epochs (schedule=step), or after so many without a lower loss "
         "(plateau)",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "3",
     .minimum = 1,
     .maximum = 100000},
    {.name = "warmup",
     .help = "optimiser steps over which the step size rises",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "20",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "clip",
     .help = "largest global norm of the gradient; 0: any",
     .kind = ALM_OPTION_REAL,
     .fallback = "1",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "validation",
     .help =
         "share of each series, at its end, that is not trained on but decides which epoch is kept; 0: none",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.1",
     .minimum = 0,
     .maximum = 0.5},
    {.name = "patience",
     .help = "stop after this many epochs without a better validation loss; 0: never",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "5",
     .minimum = 0,
     .maximum = 100000},
    {.name = "time_limit",
     .help = "seconds after which training ends as if patience were over; what comes out then depends on the "
             "clock; 0: none",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "retry",
     .help = "a training that diverges is done once more at a tenth of the rate",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "stride",
     .help = "values between neighbouring training windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 100000},
    {0},
};

static enum alm_status check_levels(const struct alm_loss *loss, struct alm_error *error)
{
    bool rising = true;
    for (size_t i = 1; i < loss->n_levels; i++)
        rising = rising && loss->levels[i - 1] < loss->levels[i];
    if (loss->n_levels == 0 || loss->n_levels > ALM_LOSS_MAX_LEVELS || !rising)
        return alm_fail(error, ALM_USAGE, "lstm: levels must be 1 to %d numbers that rise",
                        ALM_LOSS_MAX_LEVELS);
    return ALM_OK;
}

enum alm_status alm_lstm_read_options(struct alm_lstm_state *lstm, struct alm_error *error)
{
    const struct alm_config *c = lstm->config;
    lstm->plan = (struct alm_lstm_plan){
        .segment = alm_config_size(c, "segment"),
        .labels = (enum alm_labels)alm_config_choice(c, "labels"),
        .scale = (enum alm_scaler_kind)alm_config_choice(c, "scale"),
        .seasonal = alm_config_choice(c, "residual") == 1,
    };
    lstm->loss = (struct alm_loss){
        .kind = (enum alm_loss_kind)alm_config_choice(c, "loss"), .delta = 1, .n_levels = 1};
    if (alm_config_has(c, "lookback") && alm_config_size(c, "lookback") % lstm->plan.segment != 0)
        return alm_fail(error, ALM_USAGE, "lstm: segment=%zu does not divide lookback=%zu",
                        lstm->plan.segment, alm_config_size(c, "lookback"));
    if (lstm->loss.kind == ALM_LOSS_GAUSSIAN) lstm->loss.n_levels = 2;
    if (lstm->loss.kind == ALM_LOSS_STUDENT) lstm->loss.n_levels = 3;
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return ALM_OK;
    lstm->loss.monotone = alm_config_choice(c, "crossing") == 1;
    lstm->loss.levels = alm_config_numbers(c, "levels", &lstm->loss.n_levels);
    return check_levels(&lstm->loss, error);
}
