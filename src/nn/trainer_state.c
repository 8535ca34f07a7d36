#include "nn/trainer_state.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 0x544D4C41 /* "ALMT" */, VERSION = 4 };

void alm_trainer_state_reset(struct alm_trainer_state *state)
{
    *state = (struct alm_trainer_state){
        .best_loss = (double)INFINITY,
        .validation_loss = (double)NAN,
        .schedule = ALM_SCHEDULE_START,
        .attempt = state->attempt,
        .diverged_epoch = state->diverged_epoch,
        .diverged_loss = state->diverged_loss,
        .diverged_norm = state->diverged_norm,
        .seconds = state->seconds,
        .history = state->history,
        .n_history = state->n_history,
        .history_capacity = state->history_capacity,
    };
}

enum alm_status alm_trainer_state_remember(struct alm_trainer_state *state,
                                           const struct alm_train_epoch *epoch, struct alm_error *error)
{
    ALM_TRY(alm_grow((void **)&state->history, &state->history_capacity, state->n_history + 1,
                     sizeof *state->history, error));
    state->history[state->n_history++] = *epoch;
    return ALM_OK;
}

/* Writes to out or, when that is NULL, reads from in: one list of fields for both ways. */
struct codec {
    struct alm_bytes *out;
    struct alm_bytes_reader *in;
};

static void code_size(const struct codec *codec, size_t *value)
{
    if (codec->out != NULL)
        alm_bytes_put_u64(codec->out, *value);
    else
        *value = (size_t)alm_bytes_get_u64(codec->in);
}

static void code_double(const struct codec *codec, double *value)
{
    if (codec->out != NULL)
        alm_bytes_put_f64(codec->out, *value);
    else
        *value = alm_bytes_get_f64(codec->in);
}

static void code_state(const struct codec *codec, struct alm_trainer_state *s)
{
    size_t *const sizes[] = {&s->pass,      &s->next,           &s->epoch,
                             &s->step,      &s->best_epoch,     &s->finished,
                             &s->timed_out, &s->schedule.falls, &s->schedule.waiting,
                             &s->attempt,   &s->diverged_epoch, &s->n_history,
                             &s->wild,      &s->best_is_wild};
    double *const doubles[] = {&s->sum.sum,       &s->sum.weight,      &s->norms,           &s->rate,
                               &s->best_loss,     &s->validation_loss, &s->schedule.lowest, &s->diverged_loss,
                               &s->diverged_norm, &s->seconds};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        code_size(codec, sizes[i]);
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        code_double(codec, doubles[i]);
}

static void code_epoch(const struct codec *codec, struct alm_train_epoch *e)
{
    code_size(codec, &e->epoch);
    code_double(codec, &e->train_loss);
    code_double(codec, &e->validation_loss);
    code_double(codec, &e->learning_rate);
    code_double(codec, &e->gradient_norm);
}

size_t alm_trainer_schedule_epochs(const struct alm_trainer_settings *settings)
{
    return settings->schedule_epochs > 0 ? settings->schedule_epochs : settings->epochs;
}

/* What must be alike for the bits to be alike, as far as the trainer knows it; the number of epochs only says
 * where it ends. */
static void save_setting(const struct alm_trainer_parts *p, struct alm_bytes *out)
{
    const struct alm_trainer_settings *s = p->settings;
    const size_t sizes[] = {sizeof(alm_real),
                            p->network->n_parameters,
                            p->train_samples,
                            p->validation_samples,
                            s->steps,
                            s->carry,
                            (size_t)s->key,
                            s->batch,
                            s->accumulate,
                            s->schedule.kind == ALM_SCHEDULE_COSINE ? alm_trainer_schedule_epochs(s) : 0,
                            s->epoch_steps,
                            s->patience,
                            s->schedule.warmup,
                            s->schedule.fall_epochs,
                            (size_t)s->schedule.kind,
                            (size_t)s->optimiser.kind,
                            s->optimiser.nesterov,
                            s->keep_best,
                            s->start_counts,
                            s->retry};
    const double doubles[] = {s->schedule.rate,   s->schedule.fall,      s->clip,
                              s->optimiser.decay, s->optimiser.momentum, s->time_limit};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        alm_bytes_put_u64(out, sizes[i]);
    alm_bytes_put_f64s(out, doubles, sizeof doubles / sizeof *doubles);
}

void alm_trainer_state_save(const struct alm_trainer_parts *parts, struct alm_bytes *out)
{
    const struct codec codec = {.out = out};
    alm_bytes_put_u32(out, MAGIC);
    alm_bytes_put_u32(out, VERSION);
    save_setting(parts, out);
    code_state(&codec, parts->state);
    for (size_t i = 0; i < parts->state->n_history; i++)
        code_epoch(&codec, &parts->state->history[i]);
    alm_reals_save(parts->network->parameters, parts->network->n_parameters, out);
    alm_optimiser_save(parts->optimiser, out);
    alm_reals_save(parts->carried, parts->n_carried, out);
    if (isfinite(parts->state->best_loss)) alm_reals_save(parts->best, parts->network->n_parameters, out);
}

static enum alm_status load_setting(const struct alm_trainer_parts *parts, struct alm_bytes_reader *in,
                                    struct alm_error *error)
{
    struct alm_bytes expected = {0};
    save_setting(parts, &expected);
    enum alm_status status = alm_bytes_check(&expected, error);
    const bool ours = alm_bytes_get_u32(in) == MAGIC && alm_bytes_get_u32(in) == VERSION;
    const void *found = alm_bytes_get(in, expected.length);
    if (status == ALM_OK && (!ours || found == NULL || memcmp(found, expected.data, expected.length) != 0))
        status =
            alm_fail(error, ALM_PARSE,
                     "the kept state of the training is damaged, of another version or of another training");
    alm_bytes_clear(&expected);
    return status;
}

enum alm_status alm_trainer_state_load(const struct alm_trainer_parts *parts, const void *data, size_t n,
                                       struct alm_error *error)
{
    struct alm_bytes_reader in = {.data = data, .length = n};
    const struct codec codec = {.in = &in};
    struct alm_trainer_state *state = parts->state;
    ALM_TRY(load_setting(parts, &in, error));
    code_state(&codec, state);
    const size_t n_history = state->n_history;
    state->n_history = 0;
    for (size_t i = 0; i < n_history && !in.failed; i++) {
        struct alm_train_epoch epoch;
        code_epoch(&codec, &epoch);
        ALM_TRY(alm_trainer_state_remember(state, &epoch, error));
    }
    alm_reals_load(parts->network->parameters, parts->network->n_parameters, &in);
    alm_optimiser_load(parts->optimiser, &in);
    alm_reals_load(parts->carried, parts->n_carried, &in);
    if (isfinite(state->best_loss) && parts->best == NULL) in.failed = true;
    if (isfinite(state->best_loss) && !in.failed)
        alm_reals_load(parts->best, parts->network->n_parameters, &in);
    if (state->next >= parts->train_samples || state->epoch > parts->settings->epochs) in.failed = true;
    return alm_bytes_reader_end(&in, error);
}
