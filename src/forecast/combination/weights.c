/* Weights of members from their errors. */
#include "base/memory.h"
#include "forecast/combination/combination.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- least squares on the simplex ---- */

/* Members that have a weight, and room for their equations. */
struct active {
    size_t n;
    size_t index[ALM_MEMBERS_MOST];
    double x[ALM_MEMBERS_MOST]; /* [n] solution where only they count and signs do not */
    double *factor;             /* [n][n] */
};

/* Solves A x = 1 by Cholesky's factors and scales x to sum 1: there x' A x is least among all x of that sum.
 * The diagonal is raised by jitter, so that equal members share their weight. */
static void solve(struct active *a, const double *gram, size_t n, double jitter)
{
    double sum = 0;
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = gram[a->index[i] * n + a->index[j]] + (i == j ? jitter : 0);
            for (size_t k = 0; k < j; k++)
                s -= a->factor[i * a->n + k] * a->factor[j * a->n + k];
            a->factor[i * a->n + j] = i == j ? sqrt(fmax(s, jitter * 1e-3)) : s / a->factor[j * a->n + j];
        }
    }
    for (size_t i = 0; i < a->n; i++) {
        a->x[i] = 1;
        for (size_t k = 0; k < i; k++)
            a->x[i] -= a->factor[i * a->n + k] * a->x[k];
        a->x[i] /= a->factor[i * a->n + i];
    }
    for (size_t i = a->n; i-- > 0;) {
        for (size_t k = i + 1; k < a->n; k++)
            a->x[i] -= a->factor[k * a->n + i] * a->x[k];
        a->x[i] /= a->factor[i * a->n + i];
    }
    for (size_t i = 0; i < a->n; i++)
        sum += a->x[i];
    for (size_t i = 0; i < a->n; i++)
        a->x[i] /= sum;
}

/* Goes from w towards the solution until a weight is 0, drops that one, and again. */
static void settle(double *w, struct active *a, const double *gram, size_t n, double jitter)
{
    for (;;) {
        double share = 1;
        solve(a, gram, n, jitter);
        for (size_t i = 0; i < a->n; i++)
            if (a->x[i] <= 0) share = fmin(share, w[a->index[i]] / (w[a->index[i]] - a->x[i]));
        size_t kept = 0;
        for (size_t i = 0; i < a->n; i++) {
            double *at = &w[a->index[i]];
            *at += share * (a->x[i] - *at);
            if (share == 1 || *at > 1e-15)
                a->index[kept++] = a->index[i];
            else
                *at = 0;
        }
        if (share == 1 || kept == a->n) return;
        a->n = kept;
    }
}

/* The member outside that would make w' gram w less; n when none would. */
static size_t find_entering(const double *w, const struct active *a, const double *gram, size_t n,
                            double trace)
{
    double least = 0, value = 0;
    size_t best = n;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < a->n; j++)
            value += w[a->index[i]] * gram[a->index[i] * n + a->index[j]] * w[a->index[j]];
    for (size_t k = 0; k < n; k++) {
        double slope = -value;
        for (size_t i = 0; i < a->n; i++)
            slope += gram[k * n + a->index[i]] * w[a->index[i]];
        if (w[k] == 0 && slope < least) {
            least = slope;
            best = k;
        }
    }
    return least < -1e-13 * trace ? best : n;
}

enum alm_status alm_simplex_least(double *w, const double *gram, size_t n, struct alm_error *error)
{
    struct active a = {0};
    double trace = 0;
    size_t first = 0;
    ALM_TRY(ALM_NEW(&a.factor, n * n, error));
    for (size_t k = 0; k < n; k++) {
        w[k] = 0;
        trace += gram[k * n + k];
        if (gram[k * n + k] < gram[first * n + first]) first = k;
    }
    w[first] = 1;
    a.index[a.n++] = first;
    /* every round but for rounding has a smaller value, and there are finitely many sets */
    for (size_t round = 0; trace > 0 && round < 10 * n; round++) {
        const size_t entering = find_entering(w, &a, gram, n, trace);
        if (entering == n) break;
        a.index[a.n++] = entering;
        settle(w, &a, gram, n, 1e-13 * trace);
    }
    free(a.factor);
    return ALM_OK;
}

/* ---- the rules ---- */

static void mean_squares(double *out, const struct alm_member_errors *e)
{
    memset(out, 0, e->n * sizeof *out);
    for (size_t i = 0; i < e->n_points; i++)
        for (size_t k = 0; k < e->n; k++)
            out[k] += e->error[i * e->n + k] * e->error[i * e->n + k] / (double)e->n_points;
}

static void divide_by_sum(double *weight, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += weight[k];
    for (size_t k = 0; k < n; k++)
        weight[k] /= sum;
}

enum alm_status alm_weigh_inverse(double *weight, const struct alm_member_errors *errors,
                                  const struct alm_config *config, struct alm_error *error)
{
    double square[ALM_MEMBERS_MOST], least = INFINITY;
    const double power = alm_config_real(config, "power");
    (void)error;
    mean_squares(square, errors);
    for (size_t k = 0; k < errors->n; k++)
        least = fmin(least, square[k]);
    /* relative to the least, so that nothing overflows; members without error share all */
    for (size_t k = 0; k < errors->n; k++)
        weight[k] = square[k] > 0 ? pow(least / square[k], power) : 1;
    divide_by_sum(weight, errors->n);
    return ALM_OK;
}

enum alm_status alm_weigh_stack(double *weight, const struct alm_member_errors *errors,
                                const struct alm_config *config, struct alm_error *error)
{
    const double shrink = alm_config_real(config, "shrink");
    const size_t n = errors->n;
    double *gram, trace = 0;
    ALM_TRY(ALM_NEW(&gram, n * n, error));
    for (size_t i = 0; i < errors->n_points; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                gram[j * n + k] += errors->error[i * n + j] * errors->error[i * n + k];
    for (size_t k = 0; k < n; k++)
        trace += gram[k * n + k];
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            gram[j * n + k] = (1 - shrink) * gram[j * n + k] + (j == k ? shrink * trace / (double)n : 0);
    const enum alm_status status = alm_simplex_least(weight, gram, n, error);
    free(gram);
    return status;
}

enum alm_status alm_weigh_best(double *weight, const struct alm_member_errors *errors,
                               const struct alm_config *config, struct alm_error *error)
{
    double square[ALM_MEMBERS_MOST];
    size_t best = 0;
    (void)config, (void)error;
    mean_squares(square, errors);
    for (size_t k = 1; k < errors->n; k++)
        if (square[k] < square[best]) best = k;
    for (size_t k = 0; k < errors->n; k++)
        weight[k] = k == best;
    return ALM_OK;
}

/* weight_k ~ exp(-rate sum of losses), a fold's loss being the mean absolute error divided by that of the
 * worst member: in [0, 1], where rate = sqrt(8 log n / folds) bounds the regret (Cesa-Bianchi & Lugosi 2006,
 * theorem 2.2). */
enum alm_status alm_weigh_hedge(double *weight, const struct alm_member_errors *errors,
                                const struct alm_config *config, struct alm_error *error)
{
    const size_t n = errors->n;
    double loss[ALM_MEMBERS_MOST] = {0}, least = INFINITY;
    size_t folds = 0;
    (void)error;
    for (size_t i = 0, end; i < errors->n_points; i = end, folds++) {
        double fold[ALM_MEMBERS_MOST] = {0}, worst = 0;
        for (end = i; end < errors->n_points && errors->fold[end] == errors->fold[i]; end++)
            for (size_t k = 0; k < n; k++)
                fold[k] += fabs(errors->error[end * n + k]);
        for (size_t k = 0; k < n; k++)
            worst = fmax(worst, fold[k]);
        for (size_t k = 0; worst > 0 && k < n; k++)
            loss[k] += fold[k] / worst;
    }
    const double rate = alm_config_has(config, "rate") ? alm_config_real(config, "rate")
                                                       : sqrt(8 * log((double)n) / (double)folds);
    for (size_t k = 0; k < n; k++)
        least = fmin(least, loss[k]);
    for (size_t k = 0; k < n; k++)
        weight[k] = exp(-rate * (loss[k] - least));
    divide_by_sum(weight, n);
    return ALM_OK;
}
