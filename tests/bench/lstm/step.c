/* Our training step for compare.py, which loads this as a shared library. */
#include "base/clock.h"
#include "nn/network.h"
#include "nn/optimiser.h"
#include "nn/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct step {
    struct alm_network *network;
    struct alm_tape *tape;
    struct alm_optimiser adam;
    struct alm_batch piece;
    float *gradient;
    size_t batch;
};

struct step *step_create(size_t inputs, size_t hidden, size_t steps, size_t batch, size_t threads,
                         size_t bf16);
void step_free(struct step *step);
double step_run(struct step *step, size_t times);
double step_infer(struct step *step, size_t times);
const char *step_kernel(void);

static float *numbers(size_t n)
{
    float *out = calloc(n, sizeof *out);
    for (size_t i = 0; out != NULL && i < n; i++)
        out[i] = (float)sin(0.1 * (double)i);
    return out;
}

/* One layer, one answer from the last step, as the PyTorch model. bf16 is 0 or 1. Returns NULL on failure. */
struct step *step_create(size_t inputs, size_t hidden, size_t steps, size_t batch, size_t threads,
                         size_t bf16)
{
    const struct alm_network_shape shape = {.inputs = inputs,
                                            .hidden = hidden,
                                            .layers = 1,
                                            .horizon = 1,
                                            .levels = 1,
                                            .labels = ALM_LABELS_LAST,
                                            .precision = bf16 ? ALM_PRECISION_BF16 : ALM_PRECISION_FP32};
    const struct alm_optimiser_settings adam = {.kind = ALM_OPTIMISER_ADAM};
    struct step *s = calloc(1, sizeof *s);
    struct alm_random *random = NULL;
    const size_t rows = alm_trainer_piece(batch, steps, inputs);
    if (s == NULL || alm_random_create(&random, 1, NULL) != ALM_OK ||
        alm_network_create(&s->network, &shape, NULL) != ALM_OK ||
        alm_network_init(s->network, random, NULL) != ALM_OK ||
        alm_tape_create_threads(&s->tape, s->network, steps, rows, threads, NULL) != ALM_OK ||
        alm_optimiser_init(&s->adam, &adam, s->network->n_parameters, NULL, 0, NULL) != ALM_OK)
        return NULL;
    alm_random_free(random);
    s->batch = batch;
    s->gradient = calloc(s->network->n_parameters, sizeof *s->gradient);
    s->piece = (struct alm_batch){.steps = steps,
                                  .rows = rows,
                                  .x = numbers(steps * rows * inputs),
                                  .y = numbers(rows),
                                  .weight = numbers(rows)};
    for (size_t i = 0; i < rows; i++)
        s->piece.weight[i] = 1;
    return s;
}

/* The gradient of a whole batch, in the trainer's pieces. (Every piece has the same values; their work is the
 * same.) */
static struct alm_loss_sum compute(struct step *s)
{
    static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
    struct alm_loss_sum sum = {0};
    struct alm_batch piece = s->piece;
    memset(s->gradient, 0, s->network->n_parameters * sizeof *s->gradient);
    for (size_t done = 0; done < s->batch; done += piece.rows) {
        if (s->batch - done < piece.rows) piece.rows = s->batch - done;
        alm_network_gradient(&sum, s->gradient, s->tape, s->network, &mse, &piece);
    }
    return sum;
}

/* CPU seconds of `times` steps. */
double step_run(struct step *s, size_t times)
{
    const unsigned before = alm_denormals_flush();
    const double start = alm_clock_thread_cpu();
    for (size_t i = 0; i < times; i++) {
        const struct alm_loss_sum sum = compute(s);
        alm_optimiser_update(&s->adam, s->network->parameters, s->gradient, 1 / sum.weight, 1e-3, 0);
    }
    const double seconds = alm_clock_thread_cpu() - start;
    alm_denormals_restore(before);
    return seconds;
}

/* CPU seconds of `times` answers to a batch. */
double step_infer(struct step *s, size_t times)
{
    const unsigned before = alm_denormals_flush();
    const double start = alm_clock_thread_cpu();
    for (size_t i = 0; i < times; i++)
        alm_network_forward(s->tape, s->network, &s->piece);
    const double seconds = alm_clock_thread_cpu() - start;
    alm_denormals_restore(before);
    return seconds;
}

void step_free(struct step *s)
{
    if (s == NULL) return;
    alm_optimiser_clear(&s->adam);
    alm_tape_free(s->tape);
    alm_network_free(s->network);
    free(s->piece.x);
    free(s->piece.y);
    free(s->piece.weight);
    free(s->gradient);
    free(s);
}

const char *step_kernel(void)
{
    return alm_nn_kernel_name();
}
