#include "nn/trainer.h"

#include "base/memory.h"
#include "base/random.h"
#include "nn/trainer_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A mean training loss this many times that of the first epoch (or 1, if that is more) counts as an
 * explosion. */
#define EXPLOSION 1e4
/* Seconds between checkpoints within an epoch, and how many times the seconds that one took must pass. */
#define CHECKPOINT_SECONDS 30
#define CHECKPOINT_COST 20

struct training {
    struct alm_network *network;
    const struct alm_loss *loss;
    const struct alm_trainer_settings *settings;
    const struct alm_trainer_hooks *hooks;
    const struct alm_batch_source *train, *validation;
    struct alm_optimiser optimiser;
    struct alm_tape *tape;
    struct alm_batch piece;
    alm_real *gradient, *best, *initial;       /* [n_parameters]; NULL where not needed */
    struct alm_layer_state *carried, *checked; /* with carry, [batch] rows: of training, and of validation */
    struct alm_layer_state *start;             /* [layers] those of a piece */
    struct alm_trainer_state state;
    size_t epoch_steps, total_steps;
    double begin, checkpointed, checkpoint_cost; /* on the clock of the hooks */
};

/* ---- memory ---- */

/* Samples of one optimiser step. */
static size_t step_samples(const struct alm_trainer_settings *settings)
{
    return settings->batch * (settings->accumulate > 1 ? settings->accumulate : 1);
}

static size_t epoch_steps(const struct alm_trainer_settings *settings, size_t samples)
{
    const size_t n = step_samples(settings), pass = (samples + n - 1) / n, limit = settings->epoch_steps;
    return limit > 0 && limit < pass ? limit : pass;
}

static enum alm_status create_piece(struct training *t, struct alm_error *error)
{
    const struct alm_network_shape *shape = &t->network->shape;
    const size_t steps = t->settings->steps,
                 rows = alm_trainer_piece(t->settings->batch, steps, shape->inputs);
    ALM_TRY(alm_tape_create_threads(&t->tape, t->network, steps, rows, t->settings->threads, error));
    return alm_batch_init(&t->piece, shape, steps, rows, error);
}

static enum alm_status create_optimiser(struct training *t, struct alm_error *error)
{
    const struct alm_network *network = t->network;
    struct alm_optimiser_range *range;
    size_t n = 0;
    ALM_TRY(ALM_NEW(&range, network->n_tensors, error));
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        if (alm_tensor_is_matrix(tensor))
            range[n++] = (struct alm_optimiser_range){tensor->offset, tensor->rows * tensor->columns};
    }
    const enum alm_status status =
        alm_optimiser_init(&t->optimiser, &t->settings->optimiser, network->n_parameters, range, n, error);
    free(range);
    return status;
}

static enum alm_status create_states(struct training *t, struct alm_error *error)
{
    const struct alm_network_shape *shape = &t->network->shape;
    const size_t batch = t->settings->batch;
    if (!t->settings->carry) return ALM_OK;
    if (t->train->n % batch != 0 || (t->validation != NULL && t->validation->n % batch != 0))
        return alm_fail(error, ALM_INTERNAL, "carried states need whole batches");
    ALM_TRY(alm_state_create(&t->carried, shape, batch, error));
    ALM_TRY(alm_state_create(&t->checked, shape, batch, error));
    return ALM_NEW(&t->start, shape->layers, error);
}

static enum alm_status training_init(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_settings *s = t->settings;
    const size_t n = t->network->n_parameters;
    size_t samples;
    if (t->train->n == 0 || s->batch == 0 || s->epochs == 0)
        return alm_fail(error, ALM_USAGE, "training needs samples, a batch and an epoch");
    if (!alm_multiply(&samples, s->batch, s->accumulate))
        return alm_fail(error, ALM_USAGE, "that many batches cannot be accumulated");
    t->epoch_steps = epoch_steps(s, t->train->n);
    t->total_steps = alm_trainer_schedule_epochs(s) * t->epoch_steps;
    ALM_TRY(create_piece(t, error));
    ALM_TRY(create_states(t, error));
    ALM_TRY(ALM_NEW(&t->gradient, n, error));
    if (t->validation != NULL) ALM_TRY(ALM_NEW(&t->best, n, error));
    if (s->retry) {
        ALM_TRY(ALM_NEW(&t->initial, n, error));
        memcpy(t->initial, t->network->parameters, n * sizeof *t->initial);
    }
    return create_optimiser(t, error);
}

static void training_clear(struct training *t)
{
    alm_optimiser_clear(&t->optimiser);
    alm_tape_free(t->tape);
    alm_batch_clear(&t->piece);
    alm_state_free(t->carried);
    alm_state_free(t->checked);
    free(t->start);
    free(t->gradient);
    free(t->best);
    free(t->initial);
    free(t->state.history);
}

/* ---- checkpoints ---- */

static double seconds(const struct training *t)
{
    return t->hooks->seconds == NULL ? 0 : t->hooks->seconds(t->hooks->context);
}

static struct alm_trainer_parts parts_of(struct training *t)
{
    return (struct alm_trainer_parts){
        .state = &t->state,
        .network = t->network,
        .optimiser = &t->optimiser,
        .best = t->best,
        .carried = t->carried == NULL ? NULL : t->carried[0].h,
        .n_carried = t->carried == NULL ? 0 : alm_state_size(&t->network->shape, t->settings->batch),
        .settings = t->settings,
        .train_samples = t->train->n,
        .validation_samples = t->validation == NULL ? 0 : t->validation->n,
    };
}

static enum alm_status checkpoint(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_parts parts = parts_of(t);
    const double before = t->state.seconds;
    struct alm_bytes bytes = {0};
    if (t->hooks->checkpoint == NULL) return ALM_OK;
    const double start = seconds(t);
    t->state.seconds += start - t->begin;
    /* room at once for all blocks: growing would take twice the memory */
    if (alm_grow((void **)&bytes.data, &bytes.capacity,
                 4 * t->network->n_parameters * sizeof(alm_real) + parts.n_carried * sizeof(alm_real) +
                     t->state.n_history * sizeof *t->state.history + 4096,
                 1, NULL) != ALM_OK)
        bytes.failed = true;
    alm_trainer_state_save(&parts, &bytes);
    t->state.seconds = before;
    enum alm_status status = alm_bytes_check(&bytes, error);
    if (status == ALM_OK) status = t->hooks->checkpoint(t->hooks->context, &bytes, error);
    alm_bytes_clear(&bytes);
    t->checkpointed = seconds(t);
    t->checkpoint_cost = t->checkpointed - start;
    return status;
}

/* A checkpoint if it is time for one. */
static enum alm_status checkpoint_when_due(struct training *t, bool epoch_is_over, struct alm_error *error)
{
    if (t->hooks->checkpoint == NULL || (t->hooks->seconds == NULL && !epoch_is_over)) return ALM_OK;
    const double since = seconds(t) - t->checkpointed;
    const double wanted = epoch_is_over ? 0 : CHECKPOINT_SECONDS;
    if (since < fmax(wanted, CHECKPOINT_COST * t->checkpoint_cost)) return ALM_OK;
    return checkpoint(t, error);
}

static enum alm_status interrupted(struct training *t, struct alm_error *error)
{
    ALM_TRY(checkpoint(t, error));
    return alm_fail(error, ALM_INTERRUPTED, "training was interrupted");
}

/* Whether the last epoch was the last one that the settings allow. */
static bool is_done(const struct training *t)
{
    const struct alm_trainer_state *s = &t->state;
    const size_t patience = t->settings->patience;
    const bool waited = s->best_epoch > 0 && patience > 0 && s->epoch - s->best_epoch >= patience;
    return s->epoch == t->settings->epochs || waited;
}

/* A training that ended for want of epochs goes on if there are more now. */
static enum alm_status resume(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_parts parts = parts_of(t);
    const struct alm_trainer_hooks *hooks = t->hooks;
    if (hooks->state_length == 0) return ALM_OK;
    ALM_TRY(alm_trainer_state_load(&parts, hooks->state, hooks->state_length, error));
    if (t->state.finished > 0) t->state.finished = is_done(t) || t->state.timed_out > 0;
    for (size_t i = 0; hooks->epoch != NULL && i < t->state.n_history; i++)
        ALM_TRY(hooks->epoch(hooks->context, &t->state.history[i], error));
    return ALM_OK;
}

/* ---- epochs ---- */

/* Never 0, which would be a prediction. */
static uint64_t noise_key(uint64_t key, size_t pass, size_t first)
{
    key = alm_random_key(alm_random_key(key, "pass", pass), "sample", first);
    return key == 0 ? 1 : key;
}

/* Lets a piece that begins at row `row` of its batch go on where these rows ended, and stay within the batch.
 */
static void carry(struct training *t, struct alm_batch *piece, const struct alm_layer_state *states,
                  size_t row)
{
    const size_t offset = row * t->network->shape.hidden;
    if (piece->rows > t->settings->batch - row) piece->rows = t->settings->batch - row;
    for (size_t i = 0; i < t->network->shape.layers; i++) {
        t->start[i] = (struct alm_layer_state){.h = states[i].h + offset, .c = states[i].c + offset};
        if (states[i].n != NULL) t->start[i].n = states[i].n + offset, t->start[i].m = states[i].m + offset;
    }
    piece->start = piece->last = t->start;
}

/* Adds loss (and gradient, unless NULL) of samples first .. first + n to *total, piece by piece. */
static enum alm_status run_samples(struct training *t, struct alm_loss_sum *total, alm_real *gradient,
                                   const struct alm_batch_source *source, size_t pass, size_t first, size_t n,
                                   struct alm_error *error)
{
    struct alm_batch piece = t->piece;
    for (size_t done = 0; done < n; done += piece.rows) {
        piece.rows = n - done < t->piece.rows ? n - done : t->piece.rows;
        if (t->carried != NULL)
            carry(t, &piece, gradient == NULL ? t->checked : t->carried, (first + done) % t->settings->batch);
        if (gradient != NULL) piece.key = noise_key(t->settings->key, pass, first + done);
        ALM_TRY(source->fill(source->context, &piece, pass, first + done, error));
        alm_network_gradient(total, gradient, t->tape, t->network, t->loss, &piece);
    }
    return ALM_OK;
}

static enum alm_status diverged(struct training *t, double loss, double norm, struct alm_error *error)
{
    const size_t epoch = t->state.epoch + 1;
    const char *again = t->state.attempt > 0 ? " again, at a tenth of the rate," : "";
    if (t->state.attempt == 0) {
        t->state.diverged_epoch = epoch;
        t->state.diverged_loss = loss;
        t->state.diverged_norm = norm;
    }
    return alm_fail(
        error, ALM_DIVERGED,
        "training diverged%s in epoch %zu: loss %g, gradient norm %g; a smaller rate or clip may help", again,
        epoch, loss, fabs(norm));
}

/* One step on the next samples; if nothing in them counts nothing moves. */
static enum alm_status take_step(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_settings *settings = t->settings;
    struct alm_trainer_state *s = &t->state;
    struct alm_loss_sum batch = {0};
    const size_t left = t->train->n - s->next, most = step_samples(settings), n = left < most ? left : most;
    memset(t->gradient, 0, t->network->n_parameters * sizeof *t->gradient);
    ALM_TRY(run_samples(t, &batch, t->gradient, t->train, s->pass, s->next, n, error));
    s->step++;
    s->next += n;
    if (s->next == t->train->n) s->next = 0, s->pass++;
    if (batch.weight == 0) return ALM_OK;
    s->rate = alm_schedule_rate(&settings->schedule, &s->schedule, t->optimiser.step, t->total_steps);
    if (s->attempt > 0) s->rate /= 10;
    const double norm = alm_optimiser_update(&t->optimiser, t->network->parameters, t->gradient,
                                             1 / batch.weight, s->rate, settings->clip);
    const double loss = batch.sum / batch.weight;
    if (!isfinite(loss) || !isfinite(norm)) return diverged(t, loss, norm, error);
    s->norms += norm;
    s->sum.sum += batch.sum;
    s->sum.weight += batch.weight;
    return ALM_OK;
}

static bool time_is_up(const struct training *t)
{
    const double limit = t->settings->time_limit;
    return limit > 0 && t->hooks->seconds != NULL && t->state.seconds + seconds(t) - t->begin >= limit;
}

/* The steps of an epoch that are still to be done. */
static enum alm_status train_epoch(struct training *t, struct alm_train_epoch *epoch, struct alm_error *error)
{
    struct alm_trainer_state *s = &t->state;
    while (s->step < t->epoch_steps && s->timed_out == 0) {
        if (alm_cancelled(t->hooks->cancel)) return interrupted(t, error);
        ALM_TRY(take_step(t, error));
        s->timed_out = time_is_up(t);
        alm_progress_report(t->hooks->progress, "training",
                            (double)s->epoch + (double)s->step / (double)t->epoch_steps,
                            (double)t->settings->epochs, "epochs");
        if (s->step < t->epoch_steps) ALM_TRY(checkpoint_when_due(t, false, error));
    }
    /* NaN when nothing counted, as with a constant series */
    epoch->train_loss = s->sum.sum / s->sum.weight;
    epoch->learning_rate = s->rate;
    epoch->gradient_norm = s->norms / (double)s->step;
    if (isinf(s->first_loss) && isfinite(epoch->train_loss)) s->first_loss = epoch->train_loss;
    if (epoch->train_loss > EXPLOSION * fmax(s->first_loss, 1))
        return diverged(t, epoch->train_loss, epoch->gradient_norm, error);
    return ALM_OK;
}

/* Measures the validation loss and remembers the weights if they are the best so far. */
static enum alm_status validate(struct training *t, struct alm_train_epoch *epoch, struct alm_error *error)
{
    struct alm_loss_sum sum = {0};
    epoch->validation_loss = (double)NAN;
    if (t->validation == NULL || t->validation->n == 0) return ALM_OK;
    ALM_TRY(run_samples(t, &sum, NULL, t->validation, 0, 0, t->validation->n, error));
    if (sum.weight == 0) return ALM_OK;
    epoch->validation_loss = sum.sum / sum.weight;
    if (!isfinite(epoch->validation_loss))
        return diverged(t, epoch->validation_loss, epoch->gradient_norm, error);
    if (epoch->validation_loss < t->state.best_loss) {
        t->state.best_loss = epoch->validation_loss;
        t->state.best_epoch = epoch->epoch;
        memcpy(t->best, t->network->parameters, t->network->n_parameters * sizeof *t->best);
    }
    return ALM_OK;
}

/* The epoch is over: everybody is told, and the next one begins. */
static enum alm_status end_epoch(struct training *t, const struct alm_train_epoch *epoch,
                                 struct alm_error *error)
{
    struct alm_trainer_state *s = &t->state;
    const double loss = isnan(epoch->validation_loss) ? epoch->train_loss : epoch->validation_loss;
    ALM_TRY(alm_trainer_state_remember(s, epoch, error));
    if (t->hooks->epoch != NULL) ALM_TRY(t->hooks->epoch(t->hooks->context, epoch, error));
    alm_schedule_end_epoch(&s->schedule, &t->settings->schedule, epoch->epoch, loss);
    s->epoch = epoch->epoch;
    const bool whole = s->step == t->epoch_steps;
    s->step = 0;
    s->norms = 0;
    s->sum = (struct alm_loss_sum){0};
    s->validation_loss = epoch->validation_loss;
    const bool done = is_done(t);
    s->finished = done || s->timed_out > 0;
    if (done && whole) s->timed_out = 0; /* it would have ended here anyhow */
    return s->finished ? checkpoint(t, error) : checkpoint_when_due(t, true, error);
}

static enum alm_status train_epochs(struct training *t, struct alm_error *error)
{
    while (t->state.finished == 0) {
        struct alm_train_epoch epoch = {.epoch = t->state.epoch + 1};
        ALM_TRY(train_epoch(t, &epoch, error));
        ALM_TRY(validate(t, &epoch, error));
        ALM_TRY(end_epoch(t, &epoch, error));
    }
    return ALM_OK;
}

static enum alm_status train_again(struct training *t, struct alm_error *error)
{
    t->state.attempt = 1;
    alm_trainer_state_reset(&t->state);
    alm_optimiser_reset(&t->optimiser);
    memcpy(t->network->parameters, t->initial, t->network->n_parameters * sizeof *t->initial);
    return train_epochs(t, error);
}

static enum alm_status train(struct training *t, struct alm_error *error)
{
    ALM_TRY(training_init(t, error));
    ALM_TRY(resume(t, error));
    t->begin = t->checkpointed = seconds(t);
    const enum alm_status status = train_epochs(t, error);
    if (status != ALM_DIVERGED || !t->settings->retry || t->state.attempt > 0) return status;
    return train_again(t, error);
}

static void finish(struct training *t, struct alm_train_result *result)
{
    const struct alm_trainer_state *s = &t->state;
    *result = (struct alm_train_result){
        .epochs = s->epoch,
        .best_epoch = s->best_epoch,
        .optimiser_steps = t->optimiser.step,
        .validation_loss = s->validation_loss,
        .timed_out = s->timed_out > 0,
        .diverged_epoch = s->diverged_epoch,
        .diverged_norm = s->diverged_norm,
    };
    if (s->best_epoch == 0 || !t->settings->keep_best) return;
    memcpy(t->network->parameters, t->best, t->network->n_parameters * sizeof *t->best);
    result->validation_loss = s->best_loss;
}

enum alm_status alm_trainer_run(struct alm_train_result *result, struct alm_network *network,
                                const struct alm_loss *loss, const struct alm_batch_source *train_source,
                                const struct alm_batch_source *validation,
                                const struct alm_trainer_settings *settings,
                                const struct alm_trainer_hooks *hooks, struct alm_error *error)
{
    static const struct alm_trainer_hooks none = {0};
    struct alm_train_result ignored;
    struct training t = {
        .network = network,
        .loss = loss,
        .settings = settings,
        .hooks = hooks == NULL ? &none : hooks,
        .train = train_source,
        .validation = validation,
    };
    alm_trainer_state_reset(&t.state);
    const unsigned before = alm_denormals_flush();
    const enum alm_status status = train(&t, error);
    alm_denormals_restore(before);
    if (status == ALM_OK) finish(&t, result == NULL ? &ignored : result);
    training_clear(&t);
    return status;
}
