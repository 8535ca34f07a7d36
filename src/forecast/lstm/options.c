/* The options of the forecaster `lstm`, and what they say together. */
#include "forecast/lstm/state.h"
#include "forecast/types.h"

/* The names of enum values follow their order in nn/ and window/. */
const struct alm_option alm_lstm_options[] = {
    {.name = "hidden",
     .help =
         "units per layer: the size of h and c. A training that would take more than three quarters of the "
         "machine's memory is refused",
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
    {.name = "projection",
     .help = "numbers that a learnt linear map, cut at zero, makes of a step's inputs before the first layer "
             "sees "
             "them (SegRNN); 0: none",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "0",
     .minimum = 0,
     .maximum = 4096},
    {.name = "labels",
     .help = "which time steps answer and are counted by the loss",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "all|last"},
    {.name = "loss",
     .help = "what training makes small; gaussian, student: the negative log likelihood of a normal or "
             "Student distribution, whose quantiles are forecast; classes (with labels, target=direction or "
             "bins always): cross-entropy, probabilities are forecast",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "mae",
     .choices = "mse|mae|huber|quantile|gaussian|student|classes"},
    ALM_CLASS_OPTIONS{.name = "levels",
                      .help = "quantile levels of loss=quantile, rising",
                      .kind = ALM_OPTION_NUMBERS,
                      .fallback = "0.025+0.1+0.25+0.5+0.75+0.9+0.975",
                      .minimum = 0.001,
                      .maximum = 0.999,
                      .needs = "loss=quantile"},
    {.name = "crossing",
     .help = "quantiles of loss=quantile that cross are sorted; monotone: each is the one below plus a "
             "positive number, so that none can cross",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "sort",
     .choices = "sort|monotone",
     .needs = "loss=quantile"},
    {.name = "scale",
     .help =
         "how a window is scaled, by numbers of its own: less its last value or its mean, by its standard "
         "deviation; season: less the mean of its last season, by its mean seasonal difference, to go "
         "with residual=season; robust: less its median, by its quartiles; revin: as standard "
         "(reversible instance normalisation without learnt affine map); shift: less its last value, in "
         "the unit of the data, for series whose units are alike",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "none|last|standard|season|robust|revin|shift"},
    {.name = "residual",
     .help = "season: answers are added to the value one season before",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|season"},
    ALM_OPTION_SEASON,
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
     .maximum = 0.9999,
     .needs = "optimiser=sgd|rmsprop"},
    {.name = "nesterov",
     .help = "sgd looks ahead along its momentum",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0",
     .needs = "optimiser=sgd"},
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
    {.name = "schedule_epochs",
     .help = "epochs over which the step size falls to 0; default: epochs",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 100000,
     .needs = "schedule=cosine"},
    {.name = "fall",
     .help = "what schedule=step and plateau multiply the step size by",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.5",
     .minimum = 1e-6,
     .maximum = 1,
     .needs = "schedule=step|plateau"},
    {.name = "fall_epochs",
     .help =
         "the step size falls every so many epochs (schedule=step), or after so many without a lower loss "
         "(plateau)",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "3",
     .minimum = 1,
     .maximum = 100000,
     .needs = "schedule=step|plateau"},
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
     .help = "share that is not trained on but decides which epoch is kept; 0: none",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.1",
     .minimum = 0,
     .maximum = 0.5},
    {.name = "validate",
     .help =
         "what is not trained on: the end of each series, or that share of the series, drawn by the seed, "
         "from beginning to end",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "tail",
     .choices = "tail|series",
     .needs = "validation>0"},
    {.name = "patience",
     .help = "stop after this many epochs without a better validation loss; 0: never",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "5",
     .minimum = 0,
     .maximum = 100000,
     .needs = "validation>0"},
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
    {.name = "state",
     .help =
         "carry: a window begins with the state that the one before it, which ends where it begins, was left "
         "with (truncated backpropagation); forecasts are warmed up the same way. Windows then lie a "
         "lookback apart, whatever stride says, and are not shuffled",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "reset",
     .choices = "reset|carry"},
    {.name = "stride",
     .help = "values between neighbouring training windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 100000,
     .needs = "state=reset"},
    {.name = "deseason",
     .help = "the mean season of a window is taken out of it before it is scaled and is put back on answers",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "arcsinh",
     .help = "the layers see asinh of the scaled values, which tames outliers; the skip and answers do not",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "skip",
     .help = "a linear map from the scaled window to the answers beside the layers, which then learn what it "
             "cannot; starts at 0, or at the ridge solution of the training windows",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|zero|ridge"},
    {.name = "ridge",
     .help = "penalty of skip=ridge, as a share of the mean variance of a window's values",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.001",
     .minimum = 1e-12,
     .maximum = 1e6,
     .needs = "skip=ridge"},
    {.name = "drift",
     .help = "skip=ridge starts with an intercept: a constant drift away from where a window ends",
     .kind = ALM_OPTION_FLAG,
     .fallback = "1",
     .needs = "skip=ridge"},
    {.name = "seeds",
     .help =
         "networks that are trained, each from a seed of its own; the median of their answers is forecast",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 1000},
    {.name = "weight",
     .help =
         "what windows count for: 1; their scale, so that errors count in the unit of the data; scale by "
         "level, as shares; owa: as errors move OWA against the seasonal naive forecast of the training part",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|scale|level|owa"},
    {.name = "step_weight",
     .help = "step h of the horizon counts h to the power of minus this",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 10},
    {.name = "calendar",
     .help = "clock and date of each step's first bar and of the first bar to forecast as inputs, the fields "
             "chosen by frequency: as sine and cosine, or one input per value",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|cyclic|onehot"},
    {.name = "missing",
     .help = "fill: with the last value; mask: missing values are 0 and marked by an input of their own",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "fill",
     .choices = "fill|mask"},
    {.name = "scale_input",
     .help = "the logarithm of a window's scale as an input",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0",
     .needs = "scale=last|standard|season|robust|revin"},
    {.name = "channels",
     .help =
         "independent: each series by itself; joint: the series of a fit, which must share their times, are "
         "shown and answered together, so that each tells of the others",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "independent",
     .choices = "independent|joint"},
    {.name = "embedding",
     .help = "size of a vector that is learnt for each series; such a model forecasts only series that it "
             "was trained on",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "0",
     .minimum = 0,
     .maximum = 1024},
    {.name = "cell",
     .help = "lstm, or slstm with exponential input gate and normalised memory (Beck et al. 2024)",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "lstm",
     .choices = "lstm|slstm"},
    {.name = "peephole",
     .help = "gates see the memory",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0",
     .needs = "cell=lstm"},
    {.name = "layer_norm",
     .help = "sums that gates are made of are normalised over the layer",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "residual_layers",
     .help = "a layer above the first adds its input to its output",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0",
     .needs = "layers>1"},
    {.name = "precision",
     .help = "numbers that the layers' products are made of: bf16 has 8 bits in place of 24 and is up to 1.8 "
             "times as fast at 128 units where the CPU has AVX-512 BF16 (slower elsewhere); sums, gates, "
             "states, weights and optimiser stay fp32. M4 hourly and ETTh1 were forecast as well with "
             "it",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "fp32",
     .choices = "fp32|bf16",
     .needs = "cell=lstm, peephole=0, layer_norm=0, forget=learned, dropout_recurrent=0"},
    {.name = "forget",
     .help =
         "in training the forget gate of a unit and step is replaced with probability forget_rate: by 0, by "
         "1, or by (1 - a) f + a u with a = forget_noise and u uniform; forecasts take the expectation. One "
         "for all layers, or a list with one for each: learned+zero",
     .kind = ALM_OPTION_CHOICES,
     .fallback = "learned",
     .choices = "learned|zero|one|noise",
     .needs = "cell=lstm, forget_rate>0"},
    {.name = "forget_rate",
     .help = "see forget; one for all layers, or a list",
     .kind = ALM_OPTION_NUMBERS,
     .fallback = "0",
     .minimum = 0,
     .maximum = 1,
     .needs = "forget=zero|one|noise"},
    {.name = "forget_noise",
     .help = "see forget; one for all layers, or a list",
     .kind = ALM_OPTION_NUMBERS,
     .fallback = "0",
     .minimum = 0,
     .maximum = 1,
     .needs = "forget=noise, forget_rate>0"},
    {.name = "dropout_input",
     .help = "share of a window's inputs that are 0 in training, the same ones at all steps",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.99},
    {.name = "dropout_layer",
     .help = "share of the outputs of a layer that the next one does not see in training",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.99,
     .needs = "layers>1"},
    {.name = "dropout_recurrent",
     .help = "share of a layer's outputs that it does not see itself at the next step in training",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.99},
    {.name = "dropout_head",
     .help = "share of the outputs of the last layer (of each step of decoder=segment) that the map to the "
             "answers "
             "does not see in training",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.99},
    {.name = "decoder",
     .help = "direct: one map to the whole horizon; segment: the horizon in parts, each one step of a "
             "further cell from the last state (SegRNN) with the future covariates of its bars; recursive: "
             "the network answers a part of the "
             "horizon and goes on from its own answers (see paths)",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "direct",
     .choices = "direct|segment|recursive"},
    {.name = "answer",
     .help = "values of a part of decoder=segment or recursive; default: segment (where that divides the "
             "horizon)",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 100000,
     .needs = "decoder=segment|recursive"},
    {.name = "paths",
     .help = "sampled paths that decoder=recursive takes quantiles and chances of classes from; 1: the "
             "classes of "
             "one path have the chance 1, which writes a text",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "200",
     .minimum = 1,
     .maximum = 100000,
     .needs = "decoder=recursive"},
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

void alm_lstm_set_loss(struct alm_lstm_state *lstm)
{
    const struct alm_config *c = lstm->config;
    const size_t classes = lstm->plan.classes.rule.n;
    lstm->loss = (struct alm_loss){
        .kind = (enum alm_loss_kind)alm_config_choice(c, "loss"), .delta = 1, .n_levels = 1};
    if (classes > 0) lstm->loss = (struct alm_loss){.kind = ALM_LOSS_CLASSES, .n_levels = classes};
    if (lstm->loss.kind == ALM_LOSS_GAUSSIAN) lstm->loss.n_levels = 2;
    if (lstm->loss.kind == ALM_LOSS_STUDENT) lstm->loss.n_levels = 3;
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return;
    lstm->loss.monotone = alm_config_choice(c, "crossing") == 1;
    lstm->loss.levels = alm_config_numbers(c, "levels", &lstm->loss.n_levels);
}

enum alm_status alm_lstm_check_classes(const struct alm_lstm_state *lstm, struct alm_error *error)
{
    const struct alm_lstm_classes *classes = &lstm->plan.classes;
    const enum alm_class_kind kind = classes->rule.n > 0 ? classes->rule.kind : classes->options.kind;
    if (lstm->skip == ALM_LSTM_SKIP_RIDGE)
        return alm_fail(error, ALM_USAGE,
                        "lstm: classes are no numbers that a ridge could answer: skip=zero or none");
    if (lstm->plan.skip && kind == ALM_CLASSES_LABELS)
        return alm_fail(error, ALM_USAGE,
                        "lstm: labels are no numbers that a linear map could take: skip=none");
    if (alm_lstm_is_recursive(lstm) && kind == ALM_CLASSES_DIRECTION)
        return alm_fail(
            error, ALM_USAGE,
            "lstm: decoder=recursive cannot go on from a direction, which says nothing of how far");
    if (lstm->joint) return alm_fail(error, ALM_USAGE, "lstm: channels=joint forecasts numbers, not classes");
    return ALM_OK;
}

/* target and bins mean loss=classes. */
static enum alm_status read_classes(struct alm_lstm_state *lstm, struct alm_error *error)
{
    struct alm_class_rule *rule = &lstm->plan.classes.options;
    ALM_TRY(alm_class_rule_read(rule, lstm->config, "lstm", error));
    if (rule->n > 0 && alm_config_given(lstm->config, "loss") && lstm->loss.kind != ALM_LOSS_CLASSES)
        return alm_fail(error, ALM_USAGE, "lstm: target=direction and bins go with loss=classes");
    if (rule->n > 0 || lstm->loss.kind == ALM_LOSS_CLASSES) return alm_lstm_check_classes(lstm, error);
    return ALM_OK;
}

enum alm_status alm_lstm_read_options(struct alm_lstm_state *lstm, struct alm_error *error)
{
    alm_lstm_set_loss(lstm);
    ALM_TRY(alm_lstm_read_plan(lstm, error));
    ALM_TRY(read_classes(lstm, error));
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return ALM_OK;
    return check_levels(&lstm->loss, error);
}
