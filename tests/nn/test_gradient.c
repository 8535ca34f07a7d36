/* Every parameter's derivative against central differences, in double. */
#include "problem.h"

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

static struct problem setup(const struct size *s, const struct alm_loss *loss, enum alm_labels labels)
{
    const struct alm_network_shape shape = {.inputs = s->inputs,
                                            .hidden = s->hidden,
                                            .layers = s->layers,
                                            .horizon = s->horizon,
                                            .levels = loss->n_levels,
                                            .labels = labels};
    return problem_create(&shape, loss, s->steps, s->rows);
}

static void check(const struct size *size, size_t loss, enum alm_labels labels)
{
    struct problem p = setup(size, &losses[loss], labels);
    double *gradient = calloc(p.network->n_parameters, sizeof *gradient);
    struct alm_loss_sum total = {0};
    alm_network_gradient(&total, gradient, p.tape, p.network, p.loss, &p.batch);
    for (size_t i = 0; i < p.network->n_tensors; i++) {
        const double error = problem_error(&p, gradient, &p.network->tensors[i]);
        cr_assert(error < TOLERANCE, "%s, %s loss, labels %d, T=%zu B=%zu F=%zu: error %g",
                  p.network->tensors[i].name, loss_names[loss], (int)labels, size->steps, size->rows,
                  size->inputs, error);
    }
    free(gradient);
    problem_clear(&p);
}

Test(gradient, every_tensor_equals_central_differences)
{
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t loss = 0; loss < sizeof losses / sizeof *losses; loss++) {
            if (sizes[s].hidden > 10 && loss > 0) break; /* many parameters; the loss does not see them */
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
    problem_clear(&p);
}
