/* Every parameter's derivative against central differences, in double. */
#include "nn/network.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

/* With steps of 1e-4 the differences of correct code are within 3e-8 of the derivatives (with smaller ones
 * the rounding of the losses shows); a wrong state in one gate's derivative gives 1e-2. */
#define STEP 1e-4
#define TOLERANCE 1e-7

static const double levels[] = {0.1, 0.5, 0.9};
static const struct alm_loss losses[] = {
    {.kind = ALM_LOSS_MSE, .n_levels = 1},
    {.kind = ALM_LOSS_MAE, .n_levels = 1},
    {.kind = ALM_LOSS_HUBER, .delta = 0.5, .n_levels = 1},
    {.kind = ALM_LOSS_QUANTILE, .n_levels = 3, .levels = levels},
    {.kind = ALM_LOSS_QUANTILE, .n_levels = 3, .levels = levels, .monotone = true},
    {.kind = ALM_LOSS_GAUSSIAN, .n_levels = 2},
    {.kind = ALM_LOSS_STUDENT, .n_levels = 3},
    {.kind = ALM_LOSS_CLASSES, .n_levels = 4},
};
static const char *const loss_names[] = {"mse",      "mae",      "huber",   "quantile",
                                         "monotone", "gaussian", "student", "classes"};

static const struct size {
    size_t inputs, hidden, layers, steps, rows, horizon;
} sizes[] = {
    {1, 1, 1, 1, 1, 1}, {1, 4, 1, 1, 3, 2}, {3, 5, 1, 6, 1, 1},
    {2, 7, 2, 5, 4, 3}, {1, 3, 3, 4, 2, 2}, {4, 17, 2, 3, 3, 1},
};

struct problem {
    struct alm_network *network;
    struct alm_tape *tape;
    struct alm_batch batch;
    const struct alm_loss *loss;
};

static double *uniform(size_t n, struct alm_random *random, double low, double high)
{
    double *out = calloc(n, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = low + (high - low) * alm_random_uniform(random);
    return out;
}

static struct problem setup(const struct size *s, const struct alm_loss *loss, enum alm_labels labels)
{
    struct problem p = {.loss = loss};
    const struct alm_network_shape shape = {.inputs = s->inputs,
                                            .hidden = s->hidden,
                                            .layers = s->layers,
                                            .horizon = s->horizon,
                                            .levels = loss->n_levels,
                                            .labels = labels};
    const size_t answers = (labels == ALM_LABELS_ALL ? s->steps : 1) * s->rows * s->horizon;
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 7, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_create(&p.network, &shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(p.network, random, NULL), ALM_OK));
    cr_assert(eq(int, alm_tape_create(&p.tape, p.network, s->steps, s->rows, NULL), ALM_OK));
    p.batch = (struct alm_batch){
        .steps = s->steps,
        .rows = s->rows,
        .x = uniform(s->steps * s->rows * s->inputs, random, -1, 1),
        .y = uniform(answers, random, -2,
                     2), /* far from the outputs: the kinks of mae and pinball are not met */
        .weight = uniform(answers, random, 0, 1),
    };
    p.batch.weight[0] = answers > 1 ? 0 : 1;
    if (loss->kind == ALM_LOSS_CLASSES)
        for (size_t i = 0; i < answers; i++)
            p.batch.y[i] = floor(p.batch.y[i]) + 2; /* 0 to 3 */
    alm_random_free(random);
    return p;
}

static void teardown(struct problem *p)
{
    alm_network_free(p->network);
    alm_tape_free(p->tape);
    free(p->batch.x);
    free(p->batch.y);
    free(p->batch.weight);
}

static double loss_of(struct problem *p)
{
    struct alm_loss_sum total = {0};
    alm_network_gradient(&total, NULL, p->tape, p->network, p->loss, &p->batch);
    return total.sum;
}

/* |gradient - difference| / |difference| over one tensor. */
static double tensor_error(struct problem *p, const double *gradient, const struct alm_tensor *tensor)
{
    double wrong = 0, size = 0;
    for (size_t k = tensor->offset; k < tensor->offset + tensor->rows * tensor->columns; k++) {
        double *w = &p->network->parameters[k];
        const double kept = *w;
        *w = kept + STEP;
        const double above = loss_of(p);
        *w = kept - STEP;
        const double difference = (above - loss_of(p)) / (2 * STEP);
        *w = kept;
        wrong += (gradient[k] - difference) * (gradient[k] - difference);
        size += difference * difference;
    }
    return size == 0 ? sqrt(wrong) : sqrt(wrong / size);
}

static void check(const struct size *size, size_t loss, enum alm_labels labels)
{
    struct problem p = setup(size, &losses[loss], labels);
    double *gradient = calloc(p.network->n_parameters, sizeof *gradient);
    struct alm_loss_sum total = {0};
    alm_network_gradient(&total, gradient, p.tape, p.network, p.loss, &p.batch);
    for (size_t i = 0; i < p.network->n_tensors; i++) {
        const double error = tensor_error(&p, gradient, &p.network->tensors[i]);
        cr_assert(error < TOLERANCE, "%s, %s loss, labels %d, T=%zu B=%zu F=%zu: error %g",
                  p.network->tensors[i].name, loss_names[loss], (int)labels, size->steps, size->rows,
                  size->inputs, error);
    }
    free(gradient);
    teardown(&p);
}

Test(gradient, every_tensor_equals_central_differences)
{
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t loss = 0; loss < sizeof losses / sizeof *losses; loss++) {
            check(&sizes[s], loss, ALM_LABELS_ALL);
            check(&sizes[s], loss, ALM_LABELS_LAST);
        }
}

Test(gradient, adds_up_over_pieces_of_a_batch)
{
    struct problem p = setup(&sizes[3], &losses[0], ALM_LABELS_ALL);
    double *once = calloc(p.network->n_parameters, sizeof *once),
           *twice = calloc(p.network->n_parameters, sizeof *twice);
    struct alm_loss_sum one = {0}, two = {0};
    alm_network_gradient(&one, once, p.tape, p.network, p.loss, &p.batch);
    for (size_t i = 0; i < 2; i++)
        alm_network_gradient(&two, twice, p.tape, p.network, p.loss, &p.batch);
    cr_assert(epsilon_eq(dbl, two.sum, 2 * one.sum, 1e-12));
    for (size_t k = 0; k < p.network->n_parameters; k++)
        cr_assert(epsilon_eq(dbl, twice[k], 2 * once[k], 1e-12));
    free(once);
    free(twice);
    teardown(&p);
}
