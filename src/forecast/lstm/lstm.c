/* The forecaster `lstm`: windows of one or many series train one network. Its life. */
#include "forecast/lstm/state.h"
#include "forecast/types.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* ---- life ---- */

static void lstm_free(void *self)
{
    struct alm_lstm_state *lstm = self;
    if (lstm != NULL) alm_lstm_clear_fit(lstm);
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
    const enum alm_status status = alm_lstm_read_options(lstm, error);
    if (status == ALM_OK)
        *self = lstm;
    else
        lstm_free(lstm);
    return status;
}

/* Room for a window, a second horizon to validate on, and some windows more to learn from. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    return alm_lstm_lookback(self, season_length, horizon) + 2 * horizon + 16;
}

static bool takes_missing(const void *self)
{
    return ((const struct alm_lstm_state *)self)->plan.mask;
}

static void describe_result(struct alm_text *out, const struct alm_train_result *result)
{
    alm_text_printf(out, "epochs=%zu\n", result->epochs);
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

static void describe(const void *self, struct alm_text *out)
{
    const struct alm_lstm_state *lstm = self;
    if (lstm->networks == NULL) return;
    alm_text_printf(out, "lookback=%zu\nparameters=%zu\n", lstm->plan.lookback,
                    lstm->networks[0]->n_parameters);
    for (size_t i = 0; i < lstm->n_networks; i++) {
        if (lstm->n_networks > 1) alm_text_printf(out, "network=%zu\n", i + 1);
        describe_result(out, &lstm->result[i]);
    }
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
    .traits = ALM_TRAIT_GLOBAL | ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT | ALM_TRAIT_RANDOM |
              ALM_TRAIT_CLASSES,
    .budget = "epochs",
    .lasting = "schedule_epochs",
    .create = create,
    .minimum_history = minimum_history,
    .takes_missing = takes_missing,
    .fit = alm_lstm_fit,
    .forecast = alm_lstm_forecast,
    .save = alm_lstm_save,
    .load = alm_lstm_load,
    .free = lstm_free,
    .describe = describe,
};
