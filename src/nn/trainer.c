#include "nn/trainer.h"

#include "base/memory.h"
#include "nn/adam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A mean training loss this many times that of the first epoch (or 1, if that is more) counts as an
 * explosion. */
#define EXPLOSION 1e4

struct training {
    struct alm_network *network;
    const struct alm_loss *loss;
    const struct alm_trainer_settings *settings;
    struct alm_adam adam;
    struct alm_tape *tape;
    struct alm_batch piece;
    alm_real *gradient, *best; /* [n_parameters] */
    size_t pass, next;         /* where in the samples the next batch starts */
    size_t total_steps;
    double first_loss, best_loss, rate;
    size_t best_epoch;
};

double alm_trainer_rate(const struct alm_trainer_settings *settings, size_t step, size_t total)
{
    if (step < settings->warmup) return settings->rate * (double)(step + 1) / (double)settings->warmup;
    if (settings->schedule == ALM_SCHEDULE_CONSTANT || total <= settings->warmup) return settings->rate;
    const double share = (double)(step - settings->warmup) / (double)(total - settings->warmup);
    return settings->rate * 0.5 * (1 + cos(3.14159265358979323846 * share));
}

static size_t epoch_steps(const struct training *t, const struct alm_batch_source *train)
{
    const size_t pass = (train->n + t->settings->batch - 1) / t->settings->batch,
                 limit = t->settings->epoch_steps;
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

static enum alm_status training_init(struct training *t, const struct alm_batch_source *train,
                                     const struct alm_batch_source *validation, struct alm_error *error)
{
    const size_t n = t->network->n_parameters;
    if (train->n == 0 || t->settings->batch == 0 || t->settings->epochs == 0)
        return alm_fail(error, ALM_USAGE, "training needs samples, a batch and an epoch");
    t->total_steps = t->settings->epochs * epoch_steps(t, train);
    t->best_loss = t->first_loss = INFINITY;
    ALM_TRY(create_piece(t, error));
    ALM_TRY(ALM_NEW(&t->gradient, n, error));
    if (validation != NULL) ALM_TRY(ALM_NEW(&t->best, n, error));
    return alm_adam_init(&t->adam, n, error);
}

static void training_clear(struct training *t)
{
    alm_adam_clear(&t->adam);
    alm_tape_free(t->tape);
    alm_batch_clear(&t->piece);
    free(t->gradient);
    free(t->best);
}

/* Adds loss (and gradient, unless NULL) of samples first .. first + n to *total, piece by piece. */
static enum alm_status run_samples(struct training *t, struct alm_loss_sum *total, alm_real *gradient,
                                   const struct alm_batch_source *source, size_t pass, size_t first, size_t n,
                                   struct alm_error *error)
{
    struct alm_batch piece = t->piece;
    for (size_t done = 0; done < n; done += piece.rows) {
        if (n - done < piece.rows) piece.rows = n - done;
        ALM_TRY(source->fill(source->context, &piece, pass, first + done, error));
        alm_network_gradient(total, gradient, t->tape, t->network, t->loss, &piece);
    }
    return ALM_OK;
}

static enum alm_status diverged(size_t epoch, double loss, double norm, struct alm_error *error)
{
    return alm_fail(
        error, ALM_DIVERGED,
        "training diverged in epoch %zu: loss %g, gradient norm %g; a smaller rate or clip may help", epoch,
        loss, norm);
}

/* One Adam step on the next batch; a batch in which nothing counts moves nothing. */
static enum alm_status adam_step(struct training *t, struct alm_train_epoch *epoch, struct alm_loss_sum *sum,
                                 const struct alm_batch_source *train, struct alm_error *error)
{
    struct alm_loss_sum batch = {0};
    const size_t left = train->n - t->next, n = left < t->settings->batch ? left : t->settings->batch;
    memset(t->gradient, 0, t->network->n_parameters * sizeof *t->gradient);
    ALM_TRY(run_samples(t, &batch, t->gradient, train, t->pass, t->next, n, error));
    t->next += n;
    if (t->next == train->n) t->next = 0, t->pass++;
    if (batch.weight == 0) return ALM_OK;
    t->rate = alm_trainer_rate(t->settings, t->adam.step, t->total_steps);
    const double norm = alm_adam_update(&t->adam, t->network->parameters, t->gradient, 1 / batch.weight,
                                        t->rate, t->settings->clip);
    const double loss = batch.sum / batch.weight;
    if (!isfinite(loss) || !isfinite(norm)) return diverged(epoch->epoch, loss, norm, error);
    epoch->gradient_norm += norm;
    sum->sum += batch.sum;
    sum->weight += batch.weight;
    return ALM_OK;
}

static enum alm_status train_epoch(struct training *t, struct alm_train_epoch *epoch,
                                   const struct alm_batch_source *train,
                                   const struct alm_trainer_hooks *hooks, struct alm_error *error)
{
    struct alm_loss_sum sum = {0};
    const size_t steps = epoch_steps(t, train);
    for (size_t step = 0; step < steps; step++) {
        if (alm_cancelled(hooks->cancel)) return alm_fail(error, ALM_INTERRUPTED, "training was interrupted");
        ALM_TRY(adam_step(t, epoch, &sum, train, error));
        alm_progress_report(hooks->progress, "training",
                            (double)(epoch->epoch - 1) + (double)(step + 1) / (double)steps,
                            (double)t->settings->epochs, "epochs");
    }
    /* NaN when nothing counted, as with a constant series */
    epoch->train_loss = sum.sum / sum.weight;
    epoch->learning_rate = t->rate;
    epoch->gradient_norm /= (double)steps;
    if (isinf(t->first_loss) && isfinite(epoch->train_loss)) t->first_loss = epoch->train_loss;
    if (epoch->train_loss > EXPLOSION * fmax(t->first_loss, 1))
        return diverged(epoch->epoch, epoch->train_loss, epoch->gradient_norm, error);
    return ALM_OK;
}

/* Measures the validation loss and remembers the weights if they are the best so far. */
static enum alm_status validate(struct training *t, struct alm_train_epoch *epoch,
                                const struct alm_batch_source *validation, struct alm_error *error)
{
    struct alm_loss_sum sum = {0};
    epoch->validation_loss = NAN;
    if (validation == NULL || validation->n == 0) return ALM_OK;
    ALM_TRY(run_samples(t, &sum, NULL, validation, 0, 0, validation->n, error));
    if (sum.weight == 0) return ALM_OK;
    epoch->validation_loss = sum.sum / sum.weight;
    if (!isfinite(epoch->validation_loss))
        return diverged(epoch->epoch, epoch->validation_loss, epoch->gradient_norm, error);
    if (epoch->validation_loss < t->best_loss) {
        t->best_loss = epoch->validation_loss;
        t->best_epoch = epoch->epoch;
        memcpy(t->best, t->network->parameters, t->network->n_parameters * sizeof *t->best);
    }
    return ALM_OK;
}

static enum alm_status train_epochs(struct training *t, struct alm_train_result *result,
                                    const struct alm_batch_source *train,
                                    const struct alm_batch_source *validation,
                                    const struct alm_trainer_hooks *hooks, struct alm_error *error)
{
    const size_t patience = t->settings->patience;
    for (size_t e = 1; e <= t->settings->epochs; e++) {
        struct alm_train_epoch epoch = {.epoch = e};
        ALM_TRY(train_epoch(t, &epoch, train, hooks, error));
        ALM_TRY(validate(t, &epoch, validation, error));
        if (hooks->epoch != NULL) ALM_TRY(hooks->epoch(hooks->context, &epoch, error));
        result->epochs = e;
        result->validation_loss = epoch.validation_loss;
        if (t->best_epoch > 0 && patience > 0 && e - t->best_epoch >= patience) break;
    }
    result->best_epoch = t->best_epoch;
    result->adam_steps = t->adam.step;
    if (t->best_epoch > 0 && t->settings->keep_best) {
        memcpy(t->network->parameters, t->best, t->network->n_parameters * sizeof *t->best);
        result->validation_loss = t->best_loss;
    }
    return ALM_OK;
}

enum alm_status alm_trainer_run(struct alm_train_result *result, struct alm_network *network,
                                const struct alm_loss *loss, const struct alm_batch_source *train,
                                const struct alm_batch_source *validation,
                                const struct alm_trainer_settings *settings,
                                const struct alm_trainer_hooks *hooks, struct alm_error *error)
{
    static const struct alm_trainer_hooks none = {0};
    struct alm_train_result ignored;
    struct training t = {.network = network, .loss = loss, .settings = settings};
    if (result == NULL) result = &ignored;
    *result = (struct alm_train_result){.validation_loss = NAN};
    enum alm_status status = training_init(&t, train, validation, error);
    const unsigned before = alm_denormals_flush();
    if (status == ALM_OK)
        status = train_epochs(&t, result, train, validation, hooks == NULL ? &none : hooks, error);
    alm_denormals_restore(before);
    training_clear(&t);
    return status;
}
