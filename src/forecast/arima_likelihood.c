#include "forecast/arima_likelihood.h"

#include <math.h>
#include <string.h>

static const double gone = 1e-8;

/* Everything about one filter; arrays are [r + 1] with a 0 at the end. */
struct filter {
    const struct alm_arma *arma;
    const struct alm_arma_input *in;
    double *ar;       /* dense, padded to r */
    double *gain;     /* K_t: covariance of the next state with the error */
    double *change;   /* L_t: the covariance changes by -L L' / variance */
    double *state[2]; /* predicted */
    double *error[2]; /* [n] not yet divided */
    double variance;  /* of the error */
};

size_t alm_arma_filter_work(const struct alm_arma *arma, size_t n)
{
    return 5 * (arma->r + 1) + alm_arma_work(arma) + 2 * n;
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
static void step_state(double *restrict state, const double *restrict ar, const double *restrict gain,
                       double error_by_variance, size_t r)
{
    const double first = state[0];
    for (size_t i = 0; i < r; i++)
        state[i] = ar[i] * first + state[i + 1] + gain[i] * error_by_variance;
}

/* With l = L_t[0] and u = T L_t:  L_{t+1} = u - (l / F_t) K_t,  K_{t+1} = K_t - (l / F_t) u,
 * F_{t+1} = F_t - l^2 / F_t. */
static void step_gain(struct filter *f)
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
        largest = fmax(largest, fabs(f->change[i]));
    return largest < gone;
}

/* The errors at t = from.. by the polynomials: z_t - sum ar z_{t-lag} - sum ma v_{t-lag}; terms from before
 * the first value are 0. */
static void by_polynomials(double *restrict v, const double *restrict z, size_t from, size_t n,
                           const struct alm_arma *arma)
{
    for (size_t t = from; t < n; t++) {
        double sum = z[t];
        for (size_t i = 0; i < arma->ar.n; i++)
            sum -= arma->ar.at[i] * z[t - arma->ar.lag[i]];
        for (size_t i = 0; i < arma->ma.n && arma->ma.lag[i] <= t; i++)
            sum -= arma->ma.at[i] * v[t - arma->ma.lag[i]];
        v[t] = sum;
    }
}

bool alm_arma_filter(double *e, double *log_determinant, const struct alm_arma *arma,
                     const struct alm_arma_input *in, double *work)
{
    struct filter f;
    const size_t n = in->n, r = arma->r;
    size_t t = 0, last = n; /* where the polynomials take over */
    double product = 1;
    *log_determinant = 0;
    if (!begin(&f, arma, in, work)) return false;
    for (bool settled = false; t < last; t++) {
        const double root = sqrt(f.variance);
        product *= f.variance;
        if (product > 1e200) *log_determinant += log(product), product = 1;
        for (size_t k = 0; k < in->n_series; k++) {
            const double v = in->z[k][t] - f.state[k][0];
            f.error[k][t] = v;
            e[k * n + t] = v / root;
            step_state(f.state[k], f.ar, f.gain, v / f.variance, r);
        }
        if (settled) continue;
        step_gain(&f);
        if (!(f.variance > 0.5)) return false; /* it falls to 1: rounding errors have taken over */
        settled = t % 8 == 7 && has_settled(&f);
        if (settled && t + 1 + r < n) last = t + 1 + r;
    }
    *log_determinant += log(product) + (double)(n - t) * log(f.variance);
    for (size_t k = 0; t < n && k < in->n_series; k++) {
        by_polynomials(f.error[k], in->z[k], t, n, arma);
        for (size_t i = t; i < n; i++)
            e[k * n + i] = f.error[k][i] / sqrt(f.variance);
    }
    return true;
}

void alm_arma_conditional(double *e, const struct alm_arma *arma, const struct alm_arma_input *in)
{
    const size_t n = in->n, first = arma->ar.degree < n ? arma->ar.degree : n;
    for (size_t k = 0; k < in->n_series; k++) {
        memset(e + k * n, 0, first * sizeof *e);
        by_polynomials(e + k * n, in->z[k], first, n, arma);
    }
}
