/* One training of the forecaster `lstm`: what the options say of it, and what the hooks of a fit are to it.
 */
#include "forecast/lstm/state.h"

#include "base/memory.h"

/* ---- settings ---- */

static struct alm_schedule read_schedule(const struct alm_config *c)
{
    return (struct alm_schedule){
        .kind = (enum alm_schedule_kind)alm_config_choice(c, "schedule"),
        .rate = alm_config_real(c, "rate"),
        .warmup = alm_config_size(c, "warmup"),
        .fall = alm_config_real(c, "fall"),
        .fall_epochs = alm_config_size(c, "fall_epochs"),
    };
}

static struct alm_optimiser_settings read_optimiser(const struct alm_config *c)
{
    struct alm_optimiser_settings out = {
        .kind = (enum alm_optimiser_kind)alm_config_choice(c, "optimiser"),
        .decay = alm_config_real(c, "decay"),
        .nesterov = alm_config_flag(c, "nesterov"),
    };
    if (alm_config_has(c, "momentum"))
        out.momentum = alm_config_real(c, "momentum");
    else if (out.kind == ALM_OPTIMISER_SGD)
        out.momentum = 0.9;
    return out;
}

static struct alm_trainer_settings read_settings(const struct alm_lstm_state *lstm, size_t training,
                                                 size_t threads)
{
    const struct alm_config *c = lstm->config;
    return (struct alm_trainer_settings){
        .steps = lstm->plan.lookback / lstm->plan.segment,
        .batch = lstm->plan.carry ? lstm->streams : alm_config_size(c, "batch"),
        .carry = lstm->plan.carry,
        .accumulate = alm_config_size(c, "accumulate"),
        .epochs = alm_config_size(c, "epochs"),
        .schedule_epochs = alm_config_has(c, "schedule_epochs") ? alm_config_size(c, "schedule_epochs") : 0,
        .epoch_steps = alm_config_size(c, "steps"),
        .threads = threads,
        .patience = alm_config_size(c, "patience"),
        .schedule = read_schedule(c),
        .optimiser = read_optimiser(c),
        .clip = alm_config_real(c, "clip"),
        .time_limit = alm_config_real(c, "time_limit"),
        .keep_best = true,
        .start_counts = lstm->skip == ALM_LSTM_SKIP_RIDGE,
        .key = alm_random_key(lstm->seed, "noise", training),
        .retry = alm_config_flag(c, "retry"),
    };
}

/* Whatever a system does with a network that does not fit, swap or end the process, comes after minutes. */
enum alm_status alm_lstm_check_memory(const struct alm_lstm_state *lstm,
                                      const struct alm_network_shape *shape,
                                      const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    const double machine = alm_memory_physical(), gigabyte = 1e9;
    const size_t together = alm_lstm_together(lstm->n_networks, hooks),
                 threads = hooks == NULL ? 1 : hooks->threads / together;
    struct alm_trainer_settings settings = read_settings(lstm, 0, threads);
    double bytes;
    settings.batch = alm_config_size(lstm->config, "batch"); /* streams may be fewer */
    ALM_TRY(alm_trainer_memory(&bytes, shape, &settings, alm_config_real(lstm->config, "validation") > 0,
                               hooks != NULL && hooks->checkpoints != NULL, error));
    bytes *= (double)together;
    if (machine == 0 || bytes <= ALM_LSTM_MOST_MEMORY * machine) return ALM_OK;
    return alm_fail(
        error, ALM_USAGE,
        "lstm: training %zu layers of %zu units would take about %.1f GB, more than %.0f %% of this "
        "machine's %.1f GB of memory; take fewer units or layers, or a shorter lookback",
        shape->layers, shape->hidden, bytes / gigabyte, 100 * ALM_LSTM_MOST_MEMORY, machine / gigabyte);
}

/* ---- hooks ---- */

/* What the trainer's hooks are called with. */
struct caller {
    const struct alm_fit_hooks *hooks;
    size_t training;
};

static enum alm_status pass_epoch(void *context, const struct alm_train_epoch *epoch, struct alm_error *error)
{
    const struct alm_fit_hooks *hooks = ((const struct caller *)context)->hooks;
    const struct alm_epoch out = {epoch->epoch, epoch->train_loss, epoch->validation_loss,
                                  epoch->learning_rate, epoch->gradient_norm};
    return hooks->epoch(hooks->context, &out, error);
}

static enum alm_status pass_state(void *context, const struct alm_bytes *state, struct alm_error *error)
{
    const struct caller *caller = context;
    const struct alm_checkpoints *to = caller->hooks->checkpoints;
    return to->save(to->context, caller->hooks->fit, caller->training, state, error);
}

static double pass_seconds(void *context)
{
    return ((const struct caller *)context)->hooks->seconds();
}

enum alm_status alm_lstm_train(struct alm_train_result *result, struct alm_network *network,
                               const struct alm_lstm_state *lstm, const struct alm_batch_source *samples,
                               const struct alm_batch_source *validation, const struct alm_fit_hooks *hooks,
                               size_t training, struct alm_error *error)
{
    static const struct alm_fit_hooks none = {0};
    struct caller caller = {hooks == NULL ? &none : hooks, training};
    const struct alm_checkpoints *from = caller.hooks->checkpoints;
    struct alm_bytes state = {0};
    enum alm_status status = ALM_OK;
    if (from != NULL) status = from->load(from->context, caller.hooks->fit, training, &state, error);
    if (status == ALM_OK) status = alm_bytes_check(&state, error);
    const struct alm_trainer_settings settings = read_settings(lstm, training, caller.hooks->threads);
    const struct alm_trainer_hooks trainer = {
        .cancel = caller.hooks->cancel,
        .progress = caller.hooks->progress,
        .context = &caller,
        .epoch = caller.hooks->epoch == NULL ? NULL : pass_epoch,
        .seconds = caller.hooks->seconds == NULL ? NULL : pass_seconds,
        .checkpoint = from == NULL ? NULL : pass_state,
        .state = state.data,
        .state_length = state.length,
    };
    if (status == ALM_OK)
        status = alm_trainer_run(result, network, &lstm->loss, samples,
                                 validation->n == 0 ? NULL : validation, &settings, &trainer, error);
    alm_bytes_clear(&state);
    return status;
}
