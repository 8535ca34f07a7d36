#include "nn/smoothing.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cycles that the first values of a season are the means of. */
enum { CYCLES = 4 };

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

size_t alm_smoothing_parameters(const struct alm_smoothing_shape *shape)
{
    size_t n = 1 + shape->n_seasons;
    for (size_t k = 0; k < shape->n_seasons; k++)
        n += shape->period[k];
    return n;
}

/* Where the first values of season k stand among the parameters. */
static size_t first_of(const struct alm_smoothing_shape *shape, size_t k)
{
    size_t at = 1 + shape->n_seasons;
    for (size_t i = 0; i < k; i++)
        at += shape->period[i];
    return at;
}

/* ---- start ---- */

/* What the shorter seasons leave of z at t. */
static double left(const alm_real *parameters, const struct alm_smoothing_shape *shape, size_t k,
                   const double *z, size_t t)
{
    double value = z[t];
    for (size_t i = 0; i < k; i++)
        value -= (double)parameters[first_of(shape, i) + t % shape->period[i]];
    return value;
}

static void start_season(alm_real *parameters, const struct alm_smoothing_shape *shape, size_t k,
                         const double *z, size_t n)
{
    const size_t m = shape->period[k], cycles = n / m < CYCLES ? n / m : CYCLES, at = first_of(shape, k);
    for (size_t i = 0; i < m; i++)
        parameters[at + i] = 0;
    for (size_t c = 0; c < cycles; c++) {
        double mean = 0;
        for (size_t i = 0; i < m; i++)
            mean += left(parameters, shape, k, z, c * m + i) / (double)m;
        for (size_t i = 0; i < m; i++)
            parameters[at + i] +=
                (alm_real)((left(parameters, shape, k, z, c * m + i) - mean) / (double)cycles);
    }
}

void alm_smoothing_start(alm_real *parameters, const struct alm_smoothing_shape *shape, double alpha,
                         double gamma, const double *z, size_t n)
{
    parameters[0] = (alm_real)log(alpha / (1 - alpha));
    for (size_t k = 0; k < shape->n_seasons; k++)
        parameters[1 + k] = (alm_real)log(gamma / (1 - gamma));
    for (size_t k = 0; k < shape->n_seasons; k++)
        start_season(parameters, shape, k, z, n);
}

/* ---- the recursion ---- */

static size_t lay_out(struct alm_smoothing *s, bool place)
{
    size_t used = 0;
    double **const rows[] = {&s->level, &s->d_level, &s->e};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, used += s->n)
        if (place) *rows[i] = s->block + used;
    for (size_t k = 0; k < s->shape.n_seasons; k++) {
        const size_t size = s->n + s->shape.period[k];
        if (place) s->season[k] = s->block + used, s->d_season[k] = s->block + used + size;
        used += 2 * size;
    }
    return used;
}

enum alm_status alm_smoothing_init(struct alm_smoothing *out, const struct alm_smoothing_shape *shape,
                                   const double *z, size_t n, struct alm_error *error)
{
    *out = (struct alm_smoothing){.shape = *shape, .n = n, .z = z};
    ALM_TRY(ALM_NEW(&out->block, lay_out(out, false), error));
    lay_out(out, true);
    return ALM_OK;
}

void alm_smoothing_clear(struct alm_smoothing *smoothing)
{
    free(smoothing->block);
    *smoothing = (struct alm_smoothing){0};
}

/* All seasons where they stand at t. */
static double seasons_at(const struct alm_smoothing *s, size_t t)
{
    double sum = 0;
    for (size_t k = 0; k < s->shape.n_seasons; k++)
        sum += s->season[k][t];
    return sum;
}

void alm_smoothing_run(struct alm_smoothing *s, const alm_real *parameters)
{
    const double alpha = logistic((double)parameters[0]);
    memset(s->d_level, 0, s->n * sizeof *s->d_level);
    for (size_t k = 0; k < s->shape.n_seasons; k++) {
        const size_t m = s->shape.period[k], at = first_of(&s->shape, k);
        memset(s->d_season[k], 0, (s->n + m) * sizeof(double));
        for (size_t i = 0; i < m; i++)
            s->season[k][i] = (double)parameters[at + i];
    }
    for (size_t t = 0; t < s->n; t++) {
        const double deseasoned = s->z[t] - seasons_at(s, t);
        s->e[t] = t == 0 ? 0 : deseasoned - s->level[t - 1];
        s->level[t] = t == 0 ? deseasoned : s->level[t - 1] + alpha * s->e[t];
        for (size_t k = 0; k < s->shape.n_seasons; k++)
            s->season[k][t + s->shape.period[k]] =
                s->season[k][t] + logistic((double)parameters[1 + k]) * (1 - alpha) * s->e[t];
    }
}

/* Where season k of t + h, known at t, stands. */
static size_t season_index(const struct alm_smoothing *s, size_t k, size_t t, size_t h)
{
    return h == 0 ? t : t + 1 + (h - 1) % s->shape.period[k];
}

double alm_smoothing_season(const struct alm_smoothing *s, size_t t, size_t h)
{
    double sum = 0;
    for (size_t k = 0; k < s->shape.n_seasons; k++)
        sum += s->season[k][season_index(s, k, t, h)];
    return sum;
}

/* ---- what a network sees and answers ---- */

void alm_smoothing_inputs(alm_real *x, const struct alm_smoothing *s, size_t t, size_t inputs)
{
    for (size_t i = 0; i < inputs; i++) {
        const bool there = t + i + 1 >= inputs;
        const size_t at = there ? t + i + 1 - inputs : 0;
        x[i] = there ? (alm_real)(s->z[at] - seasons_at(s, at) - s->level[t]) : 0;
    }
}

void alm_smoothing_answers(alm_real *y, alm_real *weight, const struct alm_smoothing *s, size_t t,
                           size_t horizon)
{
    for (size_t h = 1; h <= horizon; h++) {
        const bool there = t + h < s->n;
        y[h - 1] = there ? (alm_real)(s->z[t + h] - alm_smoothing_season(s, t, h) - s->level[t]) : 0;
        weight[h - 1] = there;
    }
}

void alm_smoothing_take(struct alm_smoothing *s, const alm_real *d_x, size_t inputs, const alm_real *d_y,
                        size_t horizon, size_t t)
{
    for (size_t i = 0; i < inputs; i++) {
        if (t + i + 1 < inputs) continue;
        s->d_level[t] -= (double)d_x[i];
        for (size_t k = 0; k < s->shape.n_seasons; k++)
            s->d_season[k][t + i + 1 - inputs] -= (double)d_x[i];
    }
    for (size_t h = 1; h <= horizon && t + h < s->n; h++) {
        s->d_level[t] -= (double)d_y[h - 1];
        for (size_t k = 0; k < s->shape.n_seasons; k++)
            s->d_season[k][season_index(s, k, t, h)] -= (double)d_y[h - 1];
    }
}

void alm_smoothing_penalise(double *loss, struct alm_smoothing *s, double c)
{
    for (size_t t = 2; t < s->n; t++) {
        const double bend = s->level[t] - 2 * s->level[t - 1] + s->level[t - 2],
                     share = c / (double)(s->n - 2);
        *loss += share * bend * bend;
        s->d_level[t] += 2 * share * bend;
        s->d_level[t - 1] -= 4 * share * bend;
        s->d_level[t - 2] += 2 * share * bend;
    }
}

/* ---- backward ---- */

void alm_smoothing_backward(alm_real *gradient, struct alm_smoothing *s, const alm_real *parameters,
                            double scale)
{
    const double alpha = logistic((double)parameters[0]);
    double gamma[ALM_SMOOTHING_SEASONS], d_gamma[ALM_SMOOTHING_SEASONS] = {0}, d_alpha = 0;
    for (size_t k = 0; k < s->shape.n_seasons; k++)
        gamma[k] = logistic((double)parameters[1 + k]);
    for (size_t t = s->n; t-- > 0;) {
        double d_e = alpha * s->d_level[t], d_deseasoned = t == 0 ? s->d_level[t] : 0;
        d_alpha += s->d_level[t] * s->e[t];
        for (size_t k = 0; k < s->shape.n_seasons; k++) {
            const double d = s->d_season[k][t + s->shape.period[k]];
            s->d_season[k][t] += d;
            d_gamma[k] += d * (1 - alpha) * s->e[t];
            d_alpha -= d * gamma[k] * s->e[t];
            d_e += d * gamma[k] * (1 - alpha);
        }
        if (t > 0) {
            s->d_level[t - 1] += s->d_level[t] - d_e;
            d_deseasoned = d_e;
        }
        for (size_t k = 0; k < s->shape.n_seasons; k++)
            s->d_season[k][t] -= d_deseasoned;
    }
    gradient[0] += (alm_real)(scale * d_alpha * alpha * (1 - alpha));
    for (size_t k = 0; k < s->shape.n_seasons; k++) {
        gradient[1 + k] += (alm_real)(scale * d_gamma[k] * gamma[k] * (1 - gamma[k]));
        for (size_t i = 0; i < s->shape.period[k]; i++)
            gradient[first_of(&s->shape, k) + i] += (alm_real)(scale * s->d_season[k][i]);
    }
}
