/* A network with random parameters and a random batch, in double, and its derivatives by central differences.
 */
#ifndef ALM_TEST_NN_PROBLEM_H
#define ALM_TEST_NN_PROBLEM_H

#include "nn/network.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Differences over six points, whose error falls with the sixth power of the step: those of correct code
 * are within 3e-8 of the derivatives; a wrong state in one gate's derivative gives 1e-2. */
#define STEP 1e-3

struct problem {
    struct alm_network *network;
    struct alm_tape *tape;
    struct alm_batch batch;
    const struct alm_loss *loss;
};

static inline void draw(double *out, size_t n, struct alm_random *random, double low, double high)
{
    for (size_t i = 0; i < n; i++)
        out[i] = low + (high - low) * alm_random_uniform(random);
}

/* Also what starts as zero gets numbers that matter. */
static inline void draw_zeros(struct alm_network *network, struct alm_random *random)
{
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *t = &network->tensors[i];
        const char *const name = strchr(t->name, '.') + 1;
        if (strcmp(name, "W") != 0 && strcmp(name, "R") != 0)
            for (size_t k = 0; k < t->rows * t->columns; k++)
                network->parameters[t->offset + k] += 0.4 * (2 * alm_random_uniform(random) - 1);
    }
}

static inline struct problem problem_create(const struct alm_network_shape *shape,
                                            const struct alm_loss *loss, size_t steps, size_t rows)
{
    struct problem p = {.loss = loss};
    const size_t answers = (shape->labels == ALM_LABELS_ALL ? steps : 1) * rows * shape->horizon;
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 7, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_create(&p.network, shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(p.network, random, NULL), ALM_OK));
    draw_zeros(p.network, random);
    cr_assert(eq(int, alm_tape_create(&p.tape, p.network, steps, rows, NULL), ALM_OK));
    cr_assert(eq(int, alm_batch_init(&p.batch, shape, steps, rows, NULL), ALM_OK));
    draw(p.batch.x, steps * rows * shape->inputs, random, -1, 1);
    /* far from the outputs: the kinks of mae and pinball are not met */
    draw(p.batch.y, answers, random, -1, 1);
    for (size_t k = 0; k < answers; k++)
        p.batch.y[k] += p.batch.y[k] < 0 ? -3 : 3;
    for (size_t k = 0; loss->kind == ALM_LOSS_CLASSES && k < answers; k++)
        p.batch.y[k] = (double)(k * 7 % loss->n_levels);
    draw(p.batch.weight, answers, random, 0, 1);
    draw(p.batch.window, rows * shape->window, random, -1, 1);
    draw(p.batch.extras, rows * shape->extras, random, -1, 1);
    if (shape->ahead > 0)
        draw(p.batch.ahead, rows * shape->horizon / shape->segment * shape->ahead, random, -1, 1);
    for (size_t i = 0; p.batch.series != NULL && i < rows; i++)
        p.batch.series[i] = (uint32_t)alm_random_below(random, shape->n_series);
    p.batch.weight[0] = answers > 1 ? 0 : 1;
    alm_random_free(random);
    return p;
}

static inline void problem_clear(struct problem *p)
{
    alm_network_free(p->network);
    alm_tape_free(p->tape);
    alm_batch_clear(&p->batch);
}

static inline double problem_loss(struct problem *p)
{
    struct alm_loss_sum total = {0};
    alm_network_gradient(&total, NULL, p->tape, p->network, p->loss, &p->batch);
    return total.sum;
}

/* f' = (45 (f(w + s) - f(w - s)) - 9 (f(w + 2 s) - f(w - 2 s)) + f(w + 3 s) - f(w - 3 s)) / 60 s */
static inline double problem_difference(struct problem *p, double *w)
{
    static const double at[] = {1, -1, 2, -2, 3, -3}, factors[] = {45, -45, -9, 9, 1, -1};
    const double kept = *w;
    double sum = 0;
    for (size_t i = 0; i < 6; i++) {
        *w = kept + at[i] * STEP;
        sum += factors[i] * problem_loss(p);
    }
    *w = kept;
    return sum / (60 * STEP);
}

/* |gradient - difference| / |difference| over one tensor. */
static inline double problem_error(struct problem *p, const double *gradient, const struct alm_tensor *tensor)
{
    double wrong = 0, size = 0;
    for (size_t k = tensor->offset; k < tensor->offset + tensor->rows * tensor->columns; k++) {
        const double difference = problem_difference(p, &p->network->parameters[k]);
        wrong += (gradient[k] - difference) * (gradient[k] - difference);
        size += difference * difference;
    }
    return size == 0 ? sqrt(wrong) : sqrt(wrong / size);
}

#endif
