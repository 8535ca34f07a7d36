/* Losses of stated outputs against PyTorch (tests/golden/nn_losses.py), and what outputs say. In double. */
#include "nn/loss.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "nn_losses.h"

enum { N_GOLDENS = sizeof loss_goldens / sizeof *loss_goldens, MOST = 5 };

/* The formula of nn_losses.py. */
static double number(size_t k, double seed, double scale)
{
    return scale * sin(0.7 * (double)k + seed + 0.3 * (double)((k * k) % 7));
}

struct values {
    double output[LOSS_VALUES * MOST], wanted[LOSS_VALUES], weight[LOSS_VALUES];
};

static struct values values_for(const struct alm_loss *loss)
{
    struct values v;
    const size_t n = LOSS_VALUES * loss->n_levels;
    for (size_t k = 0; k < n; k++)
        v.output[k] = number(k, 1, 1) * (0.1 + 3.9 * (double)k / (double)(n - 1));
    for (size_t i = 0; i < LOSS_VALUES; i++) {
        v.wanted[i] = loss->kind == ALM_LOSS_CLASSES ? (double)(i % loss->n_levels) : number(i, 2, 5);
        v.weight[i] = number(i, 3, 0.5) + 0.5;
    }
    return v;
}

Test(loss, values_and_derivatives_equal_pytorch)
{
    for (size_t g = 0; g < N_GOLDENS; g++) {
        const struct loss_golden *golden = &loss_goldens[g];
        const struct values v = values_for(&golden->loss);
        const size_t n = LOSS_VALUES * golden->loss.n_levels;
        double gradient[LOSS_VALUES * MOST], largest = 0;
        struct alm_loss_sum total = {0};
        alm_loss_add(&total, gradient, &golden->loss, v.output, v.wanted, v.weight, LOSS_VALUES);
        cr_assert(fabs(total.sum - golden->sum) <= 1e-12 * fabs(golden->sum), "%s: %.17g", golden->name,
                  total.sum);
        for (size_t k = 0; k < n; k++)
            largest = fmax(largest, fabs(golden->gradient[k]));
        for (size_t k = 0; k < n; k++)
            cr_assert(fabs(gradient[k] - golden->gradient[k]) <=
                          1e-11 * fmax(fabs(golden->gradient[k]), 1e-4 * largest),
                      "%s: derivative %zu is %.17g, not %.17g", golden->name, k, gradient[k],
                      golden->gradient[k]);
    }
}

Test(loss, a_student_of_many_degrees_of_freedom_is_the_normal_distribution)
{
    const struct alm_loss student = {.kind = ALM_LOSS_STUDENT, .n_levels = 3};
    const struct alm_loss gaussian = {.kind = ALM_LOSS_GAUSSIAN, .n_levels = 2};
    const double output[] = {0.5, -1, 1e9}, wanted = 1.25, weight = 1;
    struct alm_loss_sum t = {0}, normal = {0};
    alm_loss_add(&t, NULL, &student, output, &wanted, &weight, 1);
    alm_loss_add(&normal, NULL, &gaussian, output, &wanted, &weight, 1);
    cr_assert(epsilon_eq(dbl, t.sum, normal.sum, 1e-7));
}

Test(loss, values_of_weight_zero_move_nothing)
{
    for (size_t g = 0; g < N_GOLDENS; g++) {
        struct values v = values_for(&loss_goldens[g].loss);
        double gradient[LOSS_VALUES * MOST];
        struct alm_loss_sum total = {0};
        for (size_t i = 0; i < LOSS_VALUES; i++)
            v.weight[i] = 0;
        alm_loss_add(&total, gradient, &loss_goldens[g].loss, v.output, v.wanted, v.weight, LOSS_VALUES);
        cr_assert(eq(dbl, total.sum, 0));
        cr_assert(eq(dbl, total.weight, 0));
        for (size_t k = 0; k < LOSS_VALUES * loss_goldens[g].loss.n_levels; k++)
            cr_assert(eq(dbl, gradient[k], 0));
    }
}

Test(loss, outputs_are_read_as_what_they_say)
{
    double out[3];
    const double raw[] = {0.3, -800, -800}, classes[] = {1000, 1000 - log(3), -1000};
    alm_loss_read(out, &(struct alm_loss){.kind = ALM_LOSS_STUDENT, .n_levels = 3}, raw);
    cr_assert(eq(dbl, out[0], 0.3));
    cr_assert(eq(dbl, out[1], ALM_LOSS_FLOOR));
    cr_assert(eq(dbl, out[2], 2 + ALM_LOSS_FLOOR));
    alm_loss_read(out, &(struct alm_loss){.kind = ALM_LOSS_CLASSES, .n_levels = 3}, classes);
    cr_assert(epsilon_eq(dbl, out[0], 0.75, 1e-12));
    cr_assert(epsilon_eq(dbl, out[1], 0.25, 1e-12));
    cr_assert(eq(dbl, out[2], 0));
}

Test(loss, quantiles_that_cross_are_sorted_or_cannot_cross)
{
    struct alm_loss loss = {.kind = ALM_LOSS_QUANTILE, .n_levels = 3, .levels = loss_levels};
    const double output[] = {3, -2, 0};
    double out[3];
    alm_loss_read(out, &loss, output);
    cr_assert(eq(dbl, out[0], -2));
    cr_assert(eq(dbl, out[1], 0));
    cr_assert(eq(dbl, out[2], 3));
    loss.monotone = true;
    alm_loss_read(out, &loss, output);
    cr_assert(eq(dbl, out[0], 3));
    cr_assert(epsilon_eq(dbl, out[1], 3 + log(1 + exp(-2)), 1e-12));
    cr_assert(epsilon_eq(dbl, out[2], out[1] + log(2), 1e-12));
}

Test(loss, outputs_that_are_nan_give_nan)
{
    const double output[MOST] = {NAN, NAN, NAN, NAN, NAN}, wanted = 1, weight = 1;
    for (size_t g = 0; g < N_GOLDENS; g++) {
        struct alm_loss_sum total = {0};
        alm_loss_add(&total, NULL, &loss_goldens[g].loss, output, &wanted, &weight, 1);
        cr_assert(isnan(total.sum), "%s", loss_goldens[g].name);
    }
}
