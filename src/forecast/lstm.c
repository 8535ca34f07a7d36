/* The forecaster `lstm`: windows of one or many series train one network. Its life and bytes. */
#include "forecast/lstm_state.h"
#include "forecast/types.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum { VERSION = 2 };

/* ---- life ---- */

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
    lstm->result.validation_loss = (double)NAN;
    const enum alm_status status = alm_lstm_read_options(lstm, error);
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

static void save_result(const struct alm_train_result *result, struct alm_bytes *out)
{
    alm_bytes_put_u64(out, result->epochs);
    alm_bytes_put_u64(out, result->best_epoch);
    alm_bytes_put_u64(out, result->optimiser_steps);
    alm_bytes_put_f64(out, result->validation_loss);
    alm_bytes_put_u32(out, result->timed_out);
    alm_bytes_put_u64(out, result->diverged_epoch);
    alm_bytes_put_f64(out, result->diverged_norm);
}

static void load_result(struct alm_train_result *result, struct alm_bytes_reader *in)
{
    result->epochs = alm_bytes_get_u64(in);
    result->best_epoch = alm_bytes_get_u64(in);
    result->optimiser_steps = alm_bytes_get_u64(in);
    result->validation_loss = alm_bytes_get_f64(in);
    result->timed_out = alm_bytes_get_u32(in) != 0;
    result->diverged_epoch = alm_bytes_get_u64(in);
    result->diverged_norm = alm_bytes_get_f64(in);
}

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = self;
    if (lstm->network == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to save before it was fitted");
    alm_bytes_put_u32(out, VERSION);
    alm_bytes_put_u64(out, lstm->plan.lookback);
    save_result(&lstm->result, out);
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
    load_result(&lstm->result, in);
    alm_network_free(lstm->network);
    ALM_TRY(alm_network_load(&lstm->network, in, error));
    lstm->plan.horizon = lstm->network->shape.horizon;
    if (!fits(lstm)) return alm_fail(error, ALM_PARSE, "the stored lstm does not fit its spec");
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct alm_lstm_state *lstm = self;
    const struct alm_train_result *result = &lstm->result;
    if (lstm->network == NULL) return;
    alm_text_printf(out, "lookback=%zu\nparameters=%zu\nepochs=%zu\n", lstm->plan.lookback,
                    lstm->network->n_parameters, result->epochs);
    if (result->best_epoch > 0) alm_text_printf(out, "best_epoch=%zu\n", result->best_epoch);
    if (!isnan(result->validation_loss)) {
        alm_text_append(out, "validation_loss=");
        alm_text_append_number(out, result->validation_loss);
        alm_text_append(out, "\n");
    }
    if (result->timed_out) alm_text_append(out, "timed_out=1 (what was learnt depends on the clock)\n");
    if (result->diverged_epoch > 0)
        alm_text_printf(out, "diverged=epoch %zu, gradient norm %g (trained again at a tenth of the rate)\n",
                        result->diverged_epoch, result->diverged_norm);
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
    .options = alm_lstm_options,
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
