/* Ridge regression in blocks, against the normal equations and what they say at the ends. */
#include "nn/ridge.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

enum { N = 1300, P = 7, Q = 3 };
static const double tolerance = 1e-9;

struct data {
    double x[N * P], y[N * Q];
};

/* y = A x + c + noise, with x far from zero. */
static struct data *make_data(double noise, double level)
{
    struct data *d = malloc(sizeof *d);
    struct alm_random *random;
    cr_assert(d != NULL && alm_random_create(&random, 5, NULL) == ALM_OK);
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < P; k++)
            d->x[i * P + k] = level + alm_random_normal(random);
        for (size_t c = 0; c < Q; c++) {
            double y = 2 + noise * alm_random_normal(random);
            for (size_t k = 0; k < P; k++)
                y += d->x[i * P + k] * ((double)k - 2 * (double)c);
            d->y[i * Q + c] = y;
        }
    }
    alm_random_free(random);
    return d;
}

static void solve(double *w, double *b, const struct data *d, size_t block, double penalty)
{
    struct alm_ridge ridge;
    cr_assert(alm_ridge_init(&ridge, P, Q, NULL) == ALM_OK);
    for (size_t i = 0; i < N; i += block)
        alm_ridge_add(&ridge, d->x + i * P, d->y + i * Q, NULL, N - i < block ? N - i : block);
    cr_assert(alm_ridge_solve(w, b, &ridge, penalty, NULL) == ALM_OK);
    alm_ridge_clear(&ridge);
}

Test(ridge, finds_the_linear_map_at_any_level_and_block_size)
{
    for (size_t block = 1; block <= 512; block = 7 * block + 1)
        for (int high = 0; high < 2; high++) {
            struct data *d = make_data(0, high ? 50 : 0);
            double w[P * Q], b[Q];
            solve(w, b, d, block, 1e-12);
            for (size_t k = 0; k < P; k++)
                for (size_t c = 0; c < Q; c++)
                    cr_assert(fabs(w[k * Q + c] - ((double)k - 2 * (double)c)) < (high ? 100 : 1) * tolerance,
                              "block %zu, %zu %zu: %g", block, k, c, w[k * Q + c]);
            free(d);
        }
}

/* At the solution the gradient is zero: X̃ᵀ(Ỹ - X̃ W) = λ W, and residuals sum to zero. */
Test(ridge, fulfils_its_normal_equations)
{
    struct data *d = make_data(1, 3);
    double w[P * Q], b[Q], mean[P] = {0}, trace = 0;
    const double penalty = 0.1;
    solve(w, b, d, 512, penalty);
    for (size_t i = 0; i < N * P; i++)
        mean[i % P] += d->x[i] / N;
    for (size_t i = 0; i < N * P; i++)
        trace += pow(d->x[i] - mean[i % P], 2);
    for (size_t c = 0; c < Q; c++) {
        double gradient[P] = {0}, sum = 0;
        for (size_t i = 0; i < N; i++) {
            double residual = d->y[i * Q + c] - b[c];
            for (size_t k = 0; k < P; k++)
                residual -= d->x[i * P + k] * w[k * Q + c];
            sum += residual;
            for (size_t k = 0; k < P; k++)
                gradient[k] += (d->x[i * P + k] - mean[k]) * residual;
        }
        cr_assert(fabs(sum / N) < 10 * tolerance, "%g", sum / N);
        for (size_t k = 0; k < P; k++)
            cr_assert(fabs(gradient[k] - penalty * trace / P * w[k * Q + c]) / N < 20 * tolerance);
    }
    free(d);
}

/* Through the origin: Xᵀ(Y - X W) = λ W, and nothing is added. */
Test(ridge, without_an_intercept_passes_through_the_origin)
{
    struct data *d = make_data(1, 3);
    struct alm_ridge ridge;
    double w[P * Q], b[Q], trace = 0;
    const double penalty = 0.1;
    cr_assert(alm_ridge_init(&ridge, P, Q, NULL) == ALM_OK);
    ridge.through_origin = true;
    for (size_t i = 0; i < N; i += 500)
        alm_ridge_add(&ridge, d->x + i * P, d->y + i * Q, NULL, N - i < 500 ? N - i : 500);
    cr_assert(alm_ridge_solve(w, b, &ridge, penalty, NULL) == ALM_OK);
    alm_ridge_clear(&ridge);
    for (size_t i = 0; i < N * P; i++)
        trace += pow(d->x[i], 2);
    for (size_t c = 0; c < Q; c++) {
        double gradient[P] = {0};
        for (size_t i = 0; i < N; i++) {
            double residual = d->y[i * Q + c];
            for (size_t k = 0; k < P; k++)
                residual -= d->x[i * P + k] * w[k * Q + c];
            for (size_t k = 0; k < P; k++)
                gradient[k] += d->x[i * P + k] * residual;
        }
        cr_assert(b[c] == 0);
        for (size_t k = 0; k < P; k++)
            cr_assert(fabs(gradient[k] - penalty * trace / P * w[k * Q + c]) / N < 100 * tolerance);
    }
    free(d);
}

Test(ridge, a_row_of_weight_two_counts_as_two_rows_and_one_of_weight_zero_as_none)
{
    enum { ROWS = 30 };
    struct data *d = make_data(1, 3);
    struct alm_ridge ridge;
    double w[2][P * Q], b[2][Q];
    double weight[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        weight[i] = i < 10 ? 2 : i < 20 ? 1 : 0;
    cr_assert(alm_ridge_init(&ridge, P, Q, NULL) == ALM_OK);
    alm_ridge_add(&ridge, d->x, d->y, weight, ROWS);
    cr_assert(alm_ridge_solve(w[0], b[0], &ridge, 0.1, NULL) == ALM_OK);
    alm_ridge_clear(&ridge);
    cr_assert(alm_ridge_init(&ridge, P, Q, NULL) == ALM_OK);
    alm_ridge_add(&ridge, d->x, d->y, NULL, 20);
    alm_ridge_add(&ridge, d->x, d->y, NULL, 10);
    cr_assert(alm_ridge_solve(w[1], b[1], &ridge, 0.1, NULL) == ALM_OK);
    alm_ridge_clear(&ridge);
    for (size_t i = 0; i < P * Q; i++)
        cr_assert(fabs(w[0][i] - w[1][i]) < tolerance);
    for (size_t c = 0; c < Q; c++)
        cr_assert(fabs(b[0][c] - b[1][c]) < 20 * tolerance);
    free(d);
}

Test(ridge, without_rows_or_variation_there_is_no_slope)
{
    struct alm_ridge ridge;
    double w[P * Q], b[Q];
    double x[4 * P], y[4 * Q];
    for (size_t i = 0; i < 4 * P; i++)
        x[i] = 3;
    for (size_t i = 0; i < 4 * Q; i++)
        y[i] = (double)(i / Q);
    cr_assert(alm_ridge_init(&ridge, P, Q, NULL) == ALM_OK);
    cr_assert(alm_ridge_solve(w, b, &ridge, 1, NULL) == ALM_OK);
    cr_assert(w[0] == 0 && b[0] == 0);
    alm_ridge_add(&ridge, x, y, NULL, 4);
    cr_assert(alm_ridge_solve(w, b, &ridge, 1, NULL) == ALM_OK);
    cr_assert(w[P * Q - 1] == 0 && b[1] == 1.5);
    alm_ridge_clear(&ridge);
    cr_assert(alm_ridge_init(&ridge, ALM_RIDGE_MOST_INPUTS + 1, 1, NULL) == ALM_USAGE);
    alm_ridge_clear(&ridge);
}

/* Sums of two parts are those of all rows, and the loss that they tell is that of the rows. */
Test(ridge, parts_add_up_and_tell_the_loss_of_any_map)
{
    struct data *d = make_data(1, 3);
    struct alm_ridge part[2];
    double w[P * Q], b[Q], all_w[P * Q], all_b[Q], loss, expected = 0;
    for (size_t i = 0; i < 2; i++) {
        cr_assert(alm_ridge_init(&part[i], P, Q, NULL) == ALM_OK);
        alm_ridge_add(&part[i], d->x + i * 300 * P, d->y + i * 300 * Q, NULL, 300);
    }
    cr_assert(alm_ridge_solve(w, b, &part[0], 0.1, NULL) == ALM_OK);
    cr_assert(alm_ridge_loss(&loss, &part[1], w, b, NULL) == ALM_OK);
    for (size_t i = 300; i < 600; i++)
        for (size_t c = 0; c < Q; c++) {
            double residual = d->y[i * Q + c] - b[c];
            for (size_t k = 0; k < P; k++)
                residual -= d->x[i * P + k] * w[k * Q + c];
            expected += residual * residual;
        }
    cr_assert(fabs(loss / expected - 1) < tolerance, "%g, expected %g", loss, expected);
    alm_ridge_merge(&part[0], &part[1]);
    cr_assert(alm_ridge_solve(w, b, &part[0], 0.1, NULL) == ALM_OK);
    alm_ridge_clear(&part[0]);
    cr_assert(alm_ridge_init(&part[0], P, Q, NULL) == ALM_OK);
    alm_ridge_add(&part[0], d->x, d->y, NULL, 400);
    alm_ridge_add(&part[0], d->x + 400 * P, d->y + 400 * Q, NULL, 200);
    cr_assert(alm_ridge_solve(all_w, all_b, &part[0], 0.1, NULL) == ALM_OK);
    for (size_t i = 0; i < P * Q; i++)
        cr_assert(fabs(w[i] - all_w[i]) < tolerance);
    for (size_t c = 0; c < Q; c++)
        cr_assert(fabs(b[c] - all_b[c]) < tolerance);
    for (size_t i = 0; i < 2; i++)
        alm_ridge_clear(&part[i]);
    free(d);
}
