/* One optimiser step: the samples piece by piece, their gradient, and whether it went well. */
#include "nn/trainer_impl.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

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

/* A loss this many times that of zeros (or than 1, if that is more), or, where losses are logarithms, so much
 * above that of zeros, is wild; so many wild steps in a row are an explosion. */
#define WILD 100
#define WILD_LOGARITHM 10
enum { WILD_STEPS = 10 };

bool alm_training_is_wild(const struct training *t, const struct alm_training_sum *sum)
{
    const enum alm_loss_kind kind = t->loss->kind;
    const bool logarithm = kind == ALM_LOSS_GAUSSIAN || kind == ALM_LOSS_STUDENT || kind == ALM_LOSS_CLASSES;
    const double weight = sum->loss.weight,
                 most = logarithm ? sum->zeros + WILD_LOGARITHM * weight : WILD * fmax(weight, sum->zeros);
    return weight > 0 && sum->loss.sum > most;
}

/* What answering zeros to a piece would cost. */
static double loss_of_zeros(const struct training *t, const struct alm_batch *piece)
{
    const struct alm_network_shape *shape = &t->network->shape;
    const size_t labelled = shape->labels == ALM_LABELS_ALL ? piece->steps : 1;
    struct alm_loss_sum sum = {0};
    for (size_t i = 0; i < labelled * piece->rows; i++)
        alm_loss_add(&sum, NULL, t->loss, t->zeros, piece->y + i * shape->horizon,
                     piece->weight + i * shape->horizon, shape->horizon);
    return sum.sum;
}

/* Whether a step that is not finished leaves everything as it was before. */
static bool may_break_off(const struct training *t, const alm_real *gradient)
{
    return t->carried == NULL || gradient == NULL;
}

/* Forward and backward over a piece. Zeros are only asked for where the loss is large. */
static void run_piece(struct training *t, struct alm_training_sum *total, alm_real *gradient,
                      const struct alm_batch *piece)
{
    struct alm_training_sum own = {0};
    alm_network_gradient(&own.loss, gradient, t->tape, t->network, t->loss, piece);
    if (alm_training_is_wild(t, &own)) total->zeros += loss_of_zeros(t, piece);
    total->loss.sum += own.loss.sum;
    total->loss.weight += own.loss.weight;
}

enum alm_status alm_training_run(struct training *t, struct alm_training_sum *total, alm_real *gradient,
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
        run_piece(t, total, gradient, &piece);
        /* whoever carries states has moved them, and ends the step */
        if (may_break_off(t, gradient) && alm_cancelled(t->hooks->cancel))
            return alm_training_interrupted(t, error);
    }
    return ALM_OK;
}

enum alm_status alm_training_diverged(struct training *t, size_t epoch, double loss, double norm,
                                      struct alm_error *error)
{
    const char *again = t->state.attempt > 0 ? " again, at a tenth of the rate," : "";
    if (t->state.attempt == 0) {
        t->state.diverged_epoch = epoch;
        t->state.diverged_loss = loss;
        t->state.diverged_norm = norm;
    }
    return alm_fail(
        error, ALM_DIVERGED,
        "training diverged%s in epoch %zu: loss %.6g, gradient norm %.6g; a smaller rate or clip may help",
        again, epoch, loss, fabs(norm));
}

enum alm_status alm_training_step(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_settings *settings = t->settings;
    struct alm_trainer_state *s = &t->state;
    struct alm_training_sum batch = {0};
    const size_t left = t->train->n - s->next, most = alm_training_step_samples(settings),
                 n = left < most ? left : most;
    memset(t->gradient, 0, t->network->n_parameters * sizeof *t->gradient);
    ALM_TRY(alm_training_run(t, &batch, t->gradient, t->train, s->pass, s->next, n, error));
    s->step++;
    s->next += n;
    if (s->next == t->train->n) s->next = 0, s->pass++;
    if (batch.loss.weight == 0) return ALM_OK;
    s->rate = alm_schedule_rate(&settings->schedule, &s->schedule, t->optimiser.step, t->total_steps);
    if (s->attempt > 0) s->rate /= 10;
    const double norm = alm_optimiser_update(&t->optimiser, t->network->parameters, t->gradient,
                                             1 / batch.loss.weight, s->rate, settings->clip);
    const double loss = batch.loss.sum / batch.loss.weight;
    s->wild = alm_training_is_wild(t, &batch) ? s->wild + 1 : 0;
    if (!isfinite(loss) || !isfinite(norm) || s->wild == WILD_STEPS)
        return alm_training_diverged(t, s->epoch + 1, loss, norm, error);
    s->norms += norm;
    s->sum.sum += batch.loss.sum;
    s->sum.weight += batch.loss.weight;
    return ALM_OK;
}
