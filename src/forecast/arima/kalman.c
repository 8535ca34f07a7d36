#include "forecast/arima/kalman.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum alm_status alm_kalman_init(struct alm_kalman *kalman, const struct alm_arma *arma,
                                struct alm_error *error)
{
    const size_t size = arma->r + arma->delta.degree;
    *kalman = (struct alm_kalman){.arma = arma, .size = size};
    ALM_TRY(ALM_NEW(&kalman->block, 3 * size * size + 3 * size + arma->r + 1 + alm_arma_work(arma), error));
    double *at = kalman->block;
    kalman->covariance = at, at += size * size;
    kalman->next = at, at += size * size;
    kalman->before = at, at += size * size;
    kalman->state[0] = at, at += size;
    kalman->state[1] = at, at += size;
    kalman->gain = at, at += size;
    kalman->arma_start = at, at += arma->r + 1;
    kalman->work = at;
    return ALM_OK;
}

void alm_kalman_clear(struct alm_kalman *kalman)
{
    free(kalman->block);
    *kalman = (struct alm_kalman){0};
}

static double ar_at(const struct alm_arma *arma, size_t i)
{
    return i < arma->ar.degree ? arma->ar.value[i] : 0;
}

static double noise_at(const struct alm_arma *arma, size_t i)
{
    return i == 0 ? 1 : i <= arma->ma.degree ? arma->ma.value[i - 1] : 0;
}

/* The value that a state vector stands for: its first element and the last values by their differences. */
static double observe(const struct alm_arma *arma, const double *state)
{
    double sum = state[0];
    for (size_t i = 0; i < arma->delta.n; i++)
        sum += arma->delta.at[i] * state[arma->r + arma->delta.lag[i] - 1];
    return sum;
}

/* The covariance of the first state, V = T V T' + R R', from its first column, last elements first. */
static void start_covariance(struct alm_kalman *k)
{
    const struct alm_arma *arma = k->arma;
    const size_t r = arma->r, size = k->size;
    const double *first = k->arma_start;
    memset(k->covariance, 0, size * size * sizeof *k->covariance);
    for (size_t i = r; i-- > 0;)
        for (size_t j = r; j-- > 0;) {
            const double ar_i = ar_at(arma, i), ar_j = ar_at(arma, j);
            double v = ar_i * ar_j * first[0] + ar_i * first[j + 1] + ar_j * first[i + 1] +
                       noise_at(arma, i) * noise_at(arma, j);
            if (i + 1 < r && j + 1 < r) v += k->covariance[(i + 1) * size + j + 1];
            k->covariance[i * size + j] = v;
        }
}

static bool start(struct alm_kalman *k, const double *const y[2])
{
    const size_t r = k->arma->r, lost = k->arma->delta.degree;
    if (!alm_arma_stationary(k->arma_start, k->arma, k->work)) return false;
    start_covariance(k);
    memset(k->state[0], 0, k->size * sizeof(double));
    memset(k->state[1], 0, k->size * sizeof(double));
    for (size_t i = 0; i < lost; i++) { /* y_{t-1} stands first */
        const size_t t = lost - 1 - i;
        if (isnan(y[0][t])) {
            k->covariance[(r + i) * (k->size + 1)] = ALM_ARIMA_DIFFUSE;
            continue;
        }
        k->state[0][r + i] = y[0][t];
        if (y[1] != NULL) k->state[1][r + i] = y[1][t];
    }
    k->settled = false;
    return true;
}

/* out = T in, for vectors of the state. */
static void transit(double *restrict out, const double *restrict in, const struct alm_arma *arma, size_t size)
{
    const size_t r = arma->r, p = arma->ar.degree;
    const double first = in[0];
    memcpy(out, in + 1, (r - 1) * sizeof *out);
    out[r - 1] = 0;
    for (size_t i = 0; i < p; i++)
        out[i] += arma->ar.value[i] * first;
    if (size == r) return;
    out[r] = observe(arma, in);
    memcpy(out + r + 1, in + r, (size - r - 1) * sizeof *out);
}

/* out += factor in */
static void add(double *restrict out, const double *restrict in, double factor, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] += factor * in[i];
}

/* next = T covariance (rows as transit, all columns at once). */
static void transit_rows(struct alm_kalman *k)
{
    const struct alm_arma *arma = k->arma;
    const size_t r = arma->r, size = k->size;
    const double *in = k->covariance;
    double *out = k->next;
    memcpy(out, in + size, (r - 1) * size * sizeof *out);
    memset(out + (r - 1) * size, 0, size * sizeof *out);
    for (size_t i = 0; i < arma->ar.n; i++)
        add(out + (arma->ar.lag[i] - 1) * size, in, arma->ar.at[i], size);
    if (size == r) return;
    memcpy(out + r * size, in, size * sizeof *out);
    for (size_t i = 0; i < arma->delta.n; i++)
        add(out + r * size, in + (r + arma->delta.lag[i] - 1) * size, arma->delta.at[i], size);
    memcpy(out + (r + 1) * size, in + r * size, (size - r - 1) * size * sizeof *out);
}

/* covariance = T covariance T' + R R' */
static void transit_covariance(struct alm_kalman *k)
{
    const struct alm_arma *arma = k->arma;
    const size_t size = k->size;
    transit_rows(k);
    for (size_t i = 0; i < size; i++)
        transit(k->covariance + i * size, k->next + i * size, arma, size);
    for (size_t i = 0; i <= arma->ma.n; i++) {
        const size_t lag = i == 0 ? 0 : arma->ma.lag[i - 1];
        double *row = k->covariance + lag * size;
        const double weight = noise_at(arma, lag);
        row[0] += weight;
        for (size_t j = 0; j < arma->ma.n; j++)
            row[arma->ma.lag[j]] += weight * arma->ma.at[j];
    }
}

/* gain = covariance Z', variance = Z gain. */
static void look(struct alm_kalman *k)
{
    for (size_t i = 0; i < k->size; i++)
        k->gain[i] = observe(k->arma, k->covariance + i * k->size);
    k->variance = observe(k->arma, k->gain);
}

/* The state learns from an error of the value. */
static void learn_state(struct alm_kalman *k, double *state, double error)
{
    add(state, k->gain, error / k->variance, k->size);
}

static void learn_covariance(struct alm_kalman *k)
{
    for (size_t i = 0; i < k->size; i++)
        if (k->gain[i] != 0) add(k->covariance + i * k->size, k->gain, -k->gain[i] / k->variance, k->size);
}

static void advance_state(struct alm_kalman *k, double *state)
{
    transit(k->next, state, k->arma, k->size);
    memcpy(state, k->next, k->size * sizeof *state);
}

static bool has_settled(const struct alm_kalman *k)
{
    for (size_t i = 0; i < k->size * k->size; i++)
        if (fabs(k->covariance[i] - k->before[i]) > 1e-14 * (1 + fabs(k->before[i]))) return false;
    return true;
}

/* The covariance before the next value, after one that is there or missing. */
static void advance_covariance(struct alm_kalman *k, bool missing, bool compare)
{
    if (k->settled && !missing) return;
    if (compare) memcpy(k->before, k->covariance, k->size * k->size * sizeof *k->before);
    if (!missing) learn_covariance(k);
    transit_covariance(k);
    k->settled = compare && !missing && has_settled(k);
}

bool alm_kalman_filter(struct alm_kalman *k, double *const e[2], double *log_determinant, size_t *used,
                       const double *const y[2], size_t n)
{
    const size_t n_series = y[1] == NULL ? 1 : 2;
    if (!start(k, y)) return false;
    *log_determinant = 0;
    *used = 0;
    for (size_t s = 0; s < n_series; s++)
        memset(e[s], 0, n * sizeof(double));
    for (size_t t = k->arma->delta.degree; t < n; t++) {
        const bool missing = isnan(y[0][t]);
        look(k);
        if (!missing && !(k->variance > 0.5)) return false;
        const bool counts = !missing && k->variance < 1e-3 * ALM_ARIMA_DIFFUSE;
        if (counts) *log_determinant += log(k->variance), ++*used;
        for (size_t s = 0; s < n_series; s++) {
            const double error = missing ? 0 : y[s][t] - observe(k->arma, k->state[s]);
            if (counts) e[s][t] = error / sqrt(k->variance);
            if (!missing) learn_state(k, k->state[s], error);
            advance_state(k, k->state[s]);
        }
        advance_covariance(k, missing, t % 16 == 0);
    }
    return true;
}

void alm_kalman_predict(struct alm_kalman *k, double *mean, double *variance)
{
    look(k);
    *mean = observe(k->arma, k->state[0]);
    *variance = k->variance;
    advance_state(k, k->state[0]);
    advance_covariance(k, true, false);
}
