#include "forecast/arima/model.h"

#include "base/memory.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_poly.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool alm_arima_order_equal(const struct alm_arima_order *a, const struct alm_arima_order *b)
{
    return a->p == b->p && a->d == b->d && a->q == b->q && a->P == b->P && a->D == b->D && a->Q == b->Q &&
           a->season == b->season && a->constant == b->constant;
}

bool alm_arima_order_too_large(const struct alm_arima_order *o)
{
    return o->p > ALM_ARIMA_ORDER || o->q > ALM_ARIMA_ORDER || o->P > ALM_ARIMA_ORDER ||
           o->Q > ALM_ARIMA_ORDER || o->d + o->D > ALM_ARIMA_DIFFERENCES || o->season == 0 ||
           o->season > (size_t)1 << 20;
}

/* ---- polynomials ---- */

static void list(struct alm_lags *lags)
{
    lags->n = 0;
    for (size_t i = 0; i < lags->degree; i++)
        if (lags->value[i] != 0) {
            lags->lag[lags->n] = i + 1;
            lags->at[lags->n++] = lags->value[i];
        }
}

/* value becomes that of (1 - sum value B^i)(1 - B^step). */
static void multiply_difference(struct alm_lags *lags, size_t step)
{
    for (size_t i = lags->degree; i-- > 0;) {
        const double shifted = i + 1 > step ? lags->value[i - step] : i + 1 == step ? -1 : 0;
        lags->value[i] -= shifted;
    }
}

enum alm_status alm_arma_init(struct alm_arma *arma, const struct alm_arima_order *order,
                              struct alm_error *error)
{
    *arma = (struct alm_arma){0};
    if (alm_arima_order_too_large(order))
        return alm_fail(error, ALM_USAGE, "the orders of the model are too large");
    struct alm_lags *all[] = {&arma->ar, &arma->ma, &arma->delta};
    const size_t degree[] = {order->p + order->P * order->season, order->q + order->Q * order->season,
                             alm_arima_lost(order)};
    const size_t total = degree[0] + degree[1] + degree[2];
    if (total > ALM_ARIMA_STATE)
        return alm_fail(error, ALM_DATA, "a season of %zu bars is too long for arima", order->season);
    ALM_TRY(ALM_NEW(&arma->block, 3 * total, error));
    double *at = arma->block;
    for (size_t k = 0; k < 3; k++) {
        *all[k] = (struct alm_lags){.degree = degree[k], .value = at, .at = at + degree[k]};
        at += 2 * degree[k];
    }
    size_t *lag = (size_t *)(void *)at;
    for (size_t k = 0; k < 3; k++) {
        all[k]->lag = lag;
        lag += degree[k];
    }
    arma->r = degree[0] > degree[1] + 1 ? degree[0] : degree[1] + 1;
    for (size_t i = 0; i < order->d; i++)
        multiply_difference(&arma->delta, 1);
    for (size_t i = 0; i < order->D; i++)
        multiply_difference(&arma->delta, order->season);
    list(&arma->delta);
    return ALM_OK;
}

void alm_arma_clear(struct alm_arma *arma)
{
    free(arma->block);
    *arma = (struct alm_arma){0};
}

/* (1 + sum a B^i)(1 + sum b B^(i season)), both with their sign turned by sign. */
static void multiply(struct alm_lags *out, const double *a, size_t n_a, const double *b, size_t n_b,
                     size_t season, double sign)
{
    memset(out->value, 0, out->degree * sizeof *out->value);
    for (size_t i = 0; i < n_a; i++)
        out->value[i] += a[i];
    for (size_t k = 0; k < n_b; k++) {
        double *at = out->value + (k + 1) * season;
        at[-1] += b[k];
        for (size_t i = 0; i < n_a; i++)
            at[i] += sign * a[i] * b[k];
    }
    list(out);
}

void alm_arma_set(struct alm_arma *arma, const struct alm_arima_order *o, const double *coefficient)
{
    const double *ar = coefficient, *ma = ar + o->p, *seasonal_ar = ma + o->q,
                 *seasonal_ma = seasonal_ar + o->P;
    multiply(&arma->ar, ar, o->p, seasonal_ar, o->P, o->season, -1);
    multiply(&arma->ma, ma, o->q, seasonal_ma, o->Q, o->season, 1);
    arma->ma_factor = (struct alm_factor){.n = o->q, .step = 1};
    arma->seasonal_ma_factor = (struct alm_factor){.n = o->Q, .step = o->season};
    memcpy(arma->ma_factor.value, ma, o->q * sizeof *ma);
    memcpy(arma->seasonal_ma_factor.value, seasonal_ma, o->Q * sizeof *ma);
}

/* ---- coefficients that are stationary and invertible ---- */

static void from_free(double *out, const double *free, size_t n, double sign)
{
    double last[ALM_ARIMA_ORDER];
    for (size_t k = 0; k < n; k++) {
        const double partial = tanh(free[k]);
        memcpy(last, out, k * sizeof *out);
        for (size_t i = 0; i < k; i++)
            out[i] -= partial * last[k - 1 - i];
        out[k] = partial;
    }
    for (size_t k = 0; k < n; k++)
        out[k] *= sign;
}

void alm_arma_from_free(double *coefficient, const double *free, const struct alm_arima_order *o)
{
    const size_t n[] = {o->p, o->q, o->P, o->Q};
    for (size_t k = 0, at = 0; k < 4; at += n[k++])
        from_free(coefficient + at, free + at, n[k], k % 2 == 0 ? 1 : -1);
}

/* ---- variances of a state that has run forever ---- */

size_t alm_arma_work(const struct alm_arma *arma)
{
    const size_t p = arma->ar.degree, q = arma->ma.degree;
    return p * p + (p + arma->r + q + 1) + 2 * (q + 1) + arma->r + 1;
}

/* Autocovariances g [n] of the AR alone, from the partial autocorrelations into which its polynomial is taken
 * apart (step-down recursion); levels is [p][p]. False when it is not stationary. */
static bool autocovariances(double *g, size_t n, const struct alm_lags *ar, double *levels)
{
    const size_t p = ar->degree;
    double variance = 1;
    if (p > 0) memcpy(levels + (p - 1) * p, ar->value, p * sizeof *levels);
    for (size_t k = p; k-- > 0;) { /* level k has k + 1 coefficients */
        const double *at = levels + k * p, partial = at[k], rest = 1 - partial * partial;
        if (!(rest > 1e-14)) return false;
        variance /= rest;
        for (size_t i = 0; i < k; i++)
            levels[(k - 1) * p + i] = (at[i] + partial * at[k - 1 - i]) / rest;
    }
    g[0] = variance;
    for (size_t k = 0; k + 1 < n && k < p; k++) { /* variance is that of errors at level k */
        const double *below = levels + (k - (k > 0)) * p, partial = levels[k * p + k];
        double sum = partial * variance;
        for (size_t i = 0; i < k; i++)
            sum += below[i] * g[k - i];
        g[k + 1] = sum;
        variance *= 1 - partial * partial;
    }
    for (size_t k = p + 1; k < n; k++) {
        g[k] = 0;
        for (size_t i = 0; i < ar->n; i++)
            g[k] += ar->at[i] * g[k - ar->lag[i]];
    }
    return isfinite(g[0]);
}

/* c_h = sum_i ma_i ma_{i+h} with ma_0 = 1, for h = 0..q. */
static void ma_products(double *c, const struct alm_lags *ma)
{
    memset(c, 0, (ma->degree + 1) * sizeof *c);
    c[0] = 1;
    for (size_t i = 0; i < ma->n; i++) {
        c[ma->lag[i]] += ma->at[i];
        for (size_t j = i; j < ma->n; j++)
            c[ma->lag[j] - ma->lag[i]] += ma->at[i] * ma->at[j];
    }
}

/* psi_0 .. psi_q: what e does to z later. */
static void psi_weights(double *psi, const struct alm_arma *arma)
{
    for (size_t k = 0; k <= arma->ma.degree; k++) {
        psi[k] = k == 0 ? 1 : arma->ma.value[k - 1];
        for (size_t i = 0; i < arma->ar.n && arma->ar.lag[i] <= k; i++)
            psi[k] += arma->ar.at[i] * psi[k - arma->ar.lag[i]];
    }
}

bool alm_arma_stationary(double *out, const struct alm_arma *arma, double *work)
{
    const struct alm_lags *ar = &arma->ar, *ma = &arma->ma;
    const size_t p = ar->degree, q = ma->degree, r = arma->r, n = r + q + 1;
    double *levels = work, *g = levels + p * p, *c = g + n + p, *psi = c + q + 1, *gamma = psi + q + 1;
    if (!autocovariances(g, n, ar, levels)) return false;
    ma_products(c, ma);
    psi_weights(psi, arma);
    for (size_t k = 0; k <= r; k++) /* of the ARMA: gamma_k = sum_h c_|h| g_|k - h| */
        gamma[k] = c[0] * g[k];
    for (size_t h = 1; h <= q; h++)
        for (size_t k = 0; c[h] != 0 && k <= r; k++)
            gamma[k] += c[h] * (g[k + h] + g[k > h ? k - h : h - k]);
    /* a_t[i] = sum_{k >= i} ar_{k+1} z_{t-1-k+i} + ma_k e_{t-k+i} */
    memset(out, 0, (r + 1) * sizeof *out);
    for (size_t j = 0; j < ar->n; j++)
        for (size_t i = 0; i < ar->lag[j]; i++)
            out[i] += ar->at[j] * gamma[ar->lag[j] - i];
    out[0] += 1;
    for (size_t j = 0; j < ma->n; j++)
        for (size_t i = 0; i <= ma->lag[j]; i++)
            out[i] += ma->at[j] * psi[ma->lag[j] - i];
    return isfinite(out[0]);
}

/* ---- roots ---- */

/* The least modulus of the roots of 1 + sign (c_1 x + ... + c_n x^n). */
static double least_root(const double *c, size_t n, double sign)
{
    double polynomial[ALM_ARIMA_ORDER + 1] = {1}, root[2 * ALM_ARIMA_ORDER], least = (double)INFINITY;
    while (n > 0 && fabs(c[n - 1]) <= 1e-8)
        n--;
    if (n == 0) return least;
    for (size_t i = 0; i < n; i++)
        polynomial[i + 1] = sign * c[i];
    gsl_poly_complex_workspace *work = gsl_poly_complex_workspace_alloc(n + 1);
    if (work == NULL) return 0;
    const int status = gsl_poly_complex_solve(polynomial, n + 1, work, root);
    gsl_poly_complex_workspace_free(work);
    for (size_t i = 0; i < n; i++)
        least = fmin(least, hypot(root[2 * i], root[2 * i + 1]));
    return status == GSL_SUCCESS ? least : 0;
}

double alm_arima_least_root(const struct alm_arima_model *model)
{
    const struct alm_arima_order *o = &model->order;
    const size_t n[] = {o->p, o->q, o->P, o->Q};
    double least = (double)INFINITY;
    for (size_t k = 0, at = 0; k < 4; at += n[k++]) {
        const double root = least_root(model->coefficient + at, n[k], k % 2 == 0 ? -1 : 1);
        least = fmin(least, k < 2 ? root : pow(root, 1 / (double)o->season));
    }
    return least;
}
