/* The forecaster `lstm`: windows of one or many series train one network. Its options, life and bytes. */
#include "forecast/lstm_state.h"
#include "forecast/types.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum { VERSION = 1 };

/* The names of enum values follow their order in nn/ and window/. */
static const struct alm_option options[] = {
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
     .help = "what training makes small",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "mae",
     .choices = "mse|mae|huber|quantile"},
    {.name = "levels",
     .help = "quantile levels of loss=quantile, rising",
     .kind = ALM_OPTION_NUMBERS,
     .fallback = "0.025+0.1+0.25+0.5+0.75+0.9+0.975",
     .minimum = 0.001,
     .maximum = 0.999},
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
     .help = "most Adam steps in an epoch; 0: once through all windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "100",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "batch",
     .help = "windows per Adam step",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "32",
     .minimum = 1,
     .maximum = 100000},
    {.name = "rate",
     .help = "step size of Adam",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.002",
     .minimum = 0,
     .maximum = 1e6},
    {.name = "schedule",
     .help = "how the step size goes on after the warm-up",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "cosine",
     .choices = "constant|cosine"},
    {.name = "warmup",
     .help = "Adam steps over which the step size rises",
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
    {.name = "stride",
     .help = "values between neighbouring training windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 100000},
    {0},
};

/* ---- life ---- */

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

static enum alm_status read_options(struct alm_lstm_state *lstm, struct alm_error *error)
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
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return ALM_OK;
    lstm->loss.levels = alm_config_numbers(c, "levels", &lstm->loss.n_levels);
    return check_levels(&lstm->loss, error);
}

static void lstm_free(void *self)
{
    struct alm_lstm_state *lstm = self;
    if (lstm != NULL) alm_network_free(lstm->network);
    free(lstm);
}

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    struct alm_lstm_state *lstm = NULL;
    *self = NULL;
    ALM_TRY(ALM_NEW(&lstm, 1, error));
    lstm->config = config;
    lstm->seed = seed;
    lstm->validation_loss = (double)NAN;
    const enum alm_status status = read_options(lstm, error);
    if (status == ALM_OK)
        *self = lstm;
    else
        lstm_free(lstm);
    return status;
}

/* ---- sizes ---- */

size_t alm_lstm_lookback(const struct alm_lstm_state *lstm, size_t season, size_t horizon)
{
    if (alm_config_has(lstm->config, "lookback")) return alm_config_size(lstm->config, "lookback");
    size_t n = 24;
    if (horizon + horizon / 4 > n) n = horizon + horizon / 4;
    if (season <= 96 && 2 * season > n) n = 2 * season;
    if (n > 512) n = 512;
    if (lstm->plan.seasonal && n < season) n = season;
    return (n + lstm->plan.segment - 1) / lstm->plan.segment * lstm->plan.segment;
}

/* Room for a window, a second horizon to validate on, and some windows more to learn from. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    return alm_lstm_lookback(self, season_length, horizon) + 2 * horizon + 16;
}

/* ---- save and load ---- */

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = self;
    if (lstm->network == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to save before it was fitted");
    alm_bytes_put_u32(out, VERSION);
    alm_bytes_put_u64(out, lstm->plan.lookback);
    alm_bytes_put_u64(out, lstm->epochs);
    alm_bytes_put_u64(out, lstm->best_epoch);
    alm_bytes_put_f64(out, lstm->validation_loss);
    alm_network_save(lstm->network, out);
    return alm_bytes_check(out, error);
}

/* Whether the loaded network is one that the options make. */
static bool fits(const struct alm_lstm_state *lstm)
{
    const struct alm_network_shape *s = &lstm->network->shape;
    const size_t lookback = lstm->plan.lookback;
    if (alm_config_has(lstm->config, "lookback") && lookback != alm_config_size(lstm->config, "lookback"))
        return false;
    return lookback > 0 && lookback <= 1000000 && lookback % lstm->plan.segment == 0 &&
           s->inputs == lstm->plan.segment && s->hidden == alm_config_size(lstm->config, "hidden") &&
           s->layers == alm_config_size(lstm->config, "layers") && s->levels == lstm->loss.n_levels &&
           s->labels == lstm->plan.labels;
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_lstm_state *lstm = self;
    const uint32_t version = alm_bytes_get_u32(in);
    if (in->failed || version != VERSION)
        return alm_fail(error, ALM_PARSE, "the stored lstm is damaged or of another version");
    lstm->plan.lookback = alm_bytes_get_u64(in);
    lstm->epochs = alm_bytes_get_u64(in);
    lstm->best_epoch = alm_bytes_get_u64(in);
    lstm->validation_loss = alm_bytes_get_f64(in);
    alm_network_free(lstm->network);
    ALM_TRY(alm_network_load(&lstm->network, in, error));
    lstm->plan.horizon = lstm->network->shape.horizon;
    if (!fits(lstm)) return alm_fail(error, ALM_PARSE, "the stored lstm does not fit its spec");
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct alm_lstm_state *lstm = self;
    if (lstm->network == NULL) return;
    alm_text_printf(out, "lookback=%zu\nparameters=%zu\nepochs=%zu\n", lstm->plan.lookback,
                    lstm->network->n_parameters, lstm->epochs);
    if (lstm->best_epoch > 0) alm_text_printf(out, "best_epoch=%zu\n", lstm->best_epoch);
    if (isnan(lstm->validation_loss)) return;
    alm_text_append(out, "validation_loss=");
    alm_text_append_number(out, lstm->validation_loss);
    alm_text_append(out, "\n");
}

const struct alm_forecaster_type alm_lstm = {
    .name = "lstm",
    .summary = "a long short-term memory network, trained on windows of one or many series",
    .use = "For many series that behave alike, or one long one. With residual=season it learns only what the "
           "season "
           "before does not tell. Prices one step ahead: expect naive's errors.",
    .reference = "Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9(8); forget "
                 "gate: Gers, "
                 "Schmidhuber & Cummins (2000)",
    .options = options,
    /* scale and shift hold but for scale=none */
    .traits = ALM_TRAIT_GLOBAL | ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT | ALM_TRAIT_RANDOM,
    .create = create,
    .minimum_history = minimum_history,
    .fit = alm_lstm_fit,
    .forecast = alm_lstm_forecast,
    .save = save,
    .load = load,
    .free = lstm_free,
    .describe = describe,
};
