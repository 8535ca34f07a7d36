#include "forecast/arima/likelihood.h"

#include <math.h>
#include <string.h>

enum { FEW = 5 };
static const double gone = 1e-8;

/* A second form for processors with vectors of four. (What chooses between them runs before a thread
 * sanitizer can.) */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Everything about one filter; arrays are [r + 1] with a 0 at the end. */
struct filter {
    const struct alm_arma *arma;
    const struct alm_arma_input *in;
    double *ar;       /* dense, padded to r */
    double *gain;     /* K_t: covariance of the next state with the error */
    double *change;   /* L_t: the covariance changes by -L L' / variance */
    double *state[2]; /* predicted */
    double *error[2]; /* [n] not yet divided */
    double *spare;    /* [n] */
    double variance;  /* of the error */
};

size_t alm_arma_filter_work(const struct alm_arma *arma, size_t n)
{
    return 5 * (arma->r + 1) + alm_arma_work(arma) + 3 * n;
}

static bool begin(struct filter *f, const struct alm_arma *arma, const struct alm_arma_input *in,
                  double *work)
{
    const size_t r = arma->r;
    f->arma = arma;
    f->in = in;
    double **arrays[] = {&f->ar, &f->gain, &f->change, &f->state[0], &f->state[1]};
    for (size_t k = 0; k < 5; k++, work += r + 1)
        *arrays[k] = work;
    f->error[0] = work, work += in->n;
    f->error[1] = work, work += in->n;
    f->spare = work, work += in->n;
    memset(f->ar, 0, 5 * (r + 1) * sizeof *f->ar);
    memcpy(f->ar, arma->ar.value, arma->ar.degree * sizeof *f->ar);
    if (!alm_arma_stationary(f->change, arma, work)) return false;
    f->variance = f->change[0];
    for (size_t i = 0; i < r; i++)
        f->gain[i] = f->ar[i] * f->change[0] + f->change[i + 1];
    memcpy(f->change, f->gain, r * sizeof *f->gain);
    return true;
}

/* a_{t+1} = T a_t + K_t v_t / F_t */
static inline void step_state(double *restrict state, const double *restrict ar, const double *restrict gain,
                              double error_by_variance, size_t r)
{
    const double first = state[0];
    for (size_t i = 0; i < r; i++)
        state[i] = ar[i] * first + state[i + 1] + gain[i] * error_by_variance;
}

/* With l = L_t[0] and u = T L_t:  L_{t+1} = u - (l / F_t) K_t,  K_{t+1} = K_t - (l / F_t) u,
 * F_{t+1} = F_t - l^2 / F_t. */
static inline void step_gain(struct filter *f)
{
    const size_t r = f->arma->r;
    double *restrict change = f->change, *restrict gain = f->gain;
    const double *restrict ar = f->ar;
    const double l = change[0], share = l / f->variance;
    for (size_t i = 0; i < r; i++) {
        const double u = ar[i] * l + change[i + 1];
        change[i] = u - share * gain[i];
        gain[i] -= share * u;
    }
    f->variance -= share * l;
}

static bool has_settled(const struct filter *f)
{
    double largest = 0;
    for (size_t i = 0; i < f->arma->r; i++)
        if (fabs(f->change[i]) > largest) largest = fabs(f->change[i]);
    return largest < gone;
}

/* out_t -= sum ar z_{t-lag} for t = from..; a pass for each lag, which vector units like. */
static void take_ar_off(double *restrict out, const double *restrict z, size_t from, size_t n,
                        const struct alm_lags *ar)
{
    for (size_t i = 0; i < ar->n; i++) {
        const double *restrict shifted = z - ar->lag[i], at = ar->at[i];
        for (size_t t = from; t < n; t++)
            out[t] -= at * shifted[t];
    }
}

/* u_t = v_t + sum ma v_{t-i} for t = from .. to - 1, and the other way round for v: terms from before the
 * first value are 0. The newest error is taken off last, as it is the one that comes last. */
static void multiply_ma(double *restrict u, const double *restrict v, size_t from, size_t to,
                        const double *ma, size_t q)
{
    for (size_t t = from; t < to; t++) {
        u[t] = v[t];
        for (size_t i = 0; i < q && i < t; i++)
            u[t] += ma[i] * v[t - 1 - i];
    }
}

/* Up to FEW terms are kept in registers: what is not there counts 0. */
static void divide_few(double *restrict v, const double *restrict u, size_t from, size_t n, const double *ma,
                       size_t q)
{
    double m[FEW] = {0}, last[FEW] = {0};
    for (size_t i = 0; i < q; i++) {
        m[i] = ma[i];
        if (i < from) last[i] = v[from - 1 - i];
    }
    double v1 = last[0], v2 = last[1], v3 = last[2], v4 = last[3], v5 = last[4];
    for (size_t t = from; t < n; t++) {
        const double now = u[t] - m[4] * v5 - m[3] * v4 - m[2] * v3 - m[1] * v2 - m[0] * v1;
        v5 = v4, v4 = v3, v3 = v2, v2 = v1, v1 = now;
        v[t] = now;
    }
}

static void divide_ma(double *restrict v, const double *restrict u, size_t from, size_t n, const double *ma,
                      size_t q)
{
    if (q <= FEW) {
        divide_few(v, u, from, n, ma, q);
        return;
    }
    for (size_t t = from; t < n; t++) {
        double sum = u[t];
        for (size_t i = q < t ? q : t; i-- > 0;)
            sum -= ma[i] * v[t - 1 - i];
        v[t] = sum;
    }
}

static void divide_seasonal_ma(double *u, size_t from, size_t n, const struct alm_factor *ma)
{
    for (size_t t = from; t < n; t++)
        for (size_t i = ma->n; i-- > 0;)
            if ((i + 1) * ma->step <= t) u[t] -= ma->value[i] * u[t - (i + 1) * ma->step];
}

/* The errors v_t at t = from.. by the polynomials, of which the moving averages are divided out one after the
 * other: ar(B) z = seasonal_ma(B) u, u = ma(B) v. Errors before from are known. work is [n]. */
WIDE static void by_polynomials(double *v, const double *z, size_t from, size_t n,
                                const struct alm_arma *arma, double *work)
{
    const struct alm_factor *short_ma = &arma->ma_factor, *seasonal = &arma->seasonal_ma_factor;
    const size_t reach = seasonal->n * seasonal->step;
    if (from < n) memcpy(work + from, z + from, (n - from) * sizeof *work);
    take_ar_off(work, z, from, n, &arma->ar);
    multiply_ma(work, v, from > reach ? from - reach : 0, from, short_ma->value, short_ma->n);
    divide_seasonal_ma(work, from, n, seasonal);
    divide_ma(v, work, from, n, short_ma->value, short_ma->n);
}

/* Steps the state until gains have settled and r steps beyond, or to the end; returns how far it came, or
 * n + 1 when rounding errors have taken over. Every processor gives the same bits: elements do not mix. */
WIDE static size_t step_states(struct filter *f, double *e, double *log_determinant)
{
    const struct alm_arma_input *in = f->in;
    const size_t n = in->n, r = f->arma->r;
    double product = 1;
    size_t t = 0, last = n;
    for (bool settled = false; t < last; t++) {
        const double root = sqrt(f->variance);
        product *= f->variance;
        if (product > 1e200) *log_determinant += log(product), product = 1;
        for (size_t k = 0; k < in->n_series; k++) {
            const double v = in->z[k][t] - f->state[k][0];
            f->error[k][t] = v;
            e[k * n + t] = v / root;
            step_state(f->state[k], f->ar, f->gain, v / f->variance, r);
        }
        if (settled) continue;
        step_gain(f);
        if (!(f->variance > 0.5)) return n + 1; /* it falls to 1 */
        settled = t % 8 == 7 && has_settled(f);
        if (settled && t + 1 + r < n) last = t + 1 + r;
    }
    *log_determinant += log(product);
    return t;
}

bool alm_arma_filter(double *e, double *log_determinant, const struct alm_arma *arma,
                     const struct alm_arma_input *in, double *work)
{
    struct filter f;
    const size_t n = in->n;
    *log_determinant = 0;
    if (!begin(&f, arma, in, work)) return false;
    const size_t t = step_states(&f, e, log_determinant);
    if (t >= n) return t == n;
    const double by_root = 1 / sqrt(f.variance);
    *log_determinant += (double)(n - t) * log(f.variance);
    for (size_t k = 0; k < in->n_series; k++) {
        by_polynomials(f.error[k], in->z[k], t, n, arma, f.spare);
        for (size_t i = t; i < n; i++)
            e[k * n + i] = f.error[k][i] * by_root;
    }
    return true;
}

void alm_arma_conditional(double *e, const struct alm_arma *arma, const struct alm_arma_input *in,
                          double *work)
{
    const size_t n = in->n, first = arma->ar.degree < n ? arma->ar.degree : n;
    for (size_t k = 0; k < in->n_series; k++) {
        memset(e + k * n, 0, first * sizeof *e);
        by_polynomials(e + k * n, in->z[k], first, n, arma, work);
    }
}
