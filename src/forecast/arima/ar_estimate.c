#include "forecast/arima/ar_estimate.h"

#include <math.h>
#include <string.h>

size_t alm_ar_work(size_t n, size_t largest)
{
    return 3 * n + (largest + 2) * (largest + 2);
}

double alm_ar_aicc(double variance, size_t n, size_t order, size_t intercepts)
{
    const double k = (double)(order + intercepts + 1), rest = (double)n - k - 1;
    return rest > 0 ? (double)n * log(variance) + 2 * k + 2 * k * (k + 1) / rest : (double)INFINITY;
}

size_t alm_ar_burg(double *coefficient, double *variance, const struct alm_ar_sample *s, size_t largest)
{
    double *forward = s->work, *backward = forward + s->n, *last = backward + s->n, squares = 0;
    for (size_t t = 0; t < s->n; t++) {
        forward[t] = backward[t] = s->y[t];
        squares += s->y[t] * s->y[t];
    }
    variance[0] = squares / (double)s->n;
    for (size_t k = 0; k < largest; k++) {
        double product = 0, sum = 0;
        for (size_t t = k + 1; t < s->n; t++) {
            product += forward[t] * backward[t - 1];
            sum += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
        }
        if (!(sum > 1e-24 * squares)) return k;
        const double reflection = 2 * product / sum;
        for (size_t t = s->n; t-- > k + 1;) {
            const double f = forward[t], b = backward[t - 1];
            forward[t] = f - reflection * b;
            backward[t] = b - reflection * f;
        }
        memcpy(last, coefficient, k * sizeof *last);
        for (size_t i = 0; i < k; i++)
            coefficient[i] -= reflection * last[k - 1 - i];
        coefficient[k] = reflection;
        variance[k + 1] = variance[k] * (1 - reflection * reflection);
    }
    return largest;
}

/* Column i of the regression at bar t: the intercept if there is one, then lags, then the value. */
static double regressor(const struct alm_ar_sample *s, size_t i, size_t t, size_t order)
{
    if (i < s->intercepts) return 1;
    const size_t lag = i - s->intercepts + 1;
    return lag > order ? s->y[t] : s->y[t - lag];
}

/* The factor L of the cross products of all columns, the value last, over t = order .. n - 1, so that its
 * last row is that of the regression. Returns how many columns are independent. */
static size_t factorise(double *l, const struct alm_ar_sample *s, size_t order)
{
    const size_t k = s->intercepts + order, size = k + 1;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t t = order; t < s->n; t++)
                sum += regressor(s, i, t, order) * regressor(s, j, t, order);
            l[i * size + j] = sum;
        }
    for (size_t j = 0; j < size; j++) {
        const double before = l[j * size + j];
        for (size_t m = 0; m < j; m++)
            l[j * size + j] -= l[j * size + m] * l[j * size + m];
        if (j == k) break;
        if (!(l[j * size + j] > 1e-12 * before)) return j;
        l[j * size + j] = sqrt(l[j * size + j]);
        for (size_t i = j + 1; i < size; i++) {
            for (size_t m = 0; m < j; m++)
                l[i * size + j] -= l[i * size + m] * l[j * size + m];
            l[i * size + j] /= l[j * size + j];
        }
    }
    return k;
}

/* Each column takes its square off what is left of the values'. */
size_t alm_ar_variances(double *variance, const struct alm_ar_sample *s, size_t largest)
{
    const size_t n = s->n - largest, size = s->intercepts + largest + 1;
    const size_t independent = factorise(s->work, s, largest);
    const double *row = s->work + (size - 1) * size;
    double left = 0;
    for (size_t t = largest; t < s->n; t++)
        left += s->y[t] * s->y[t];
    for (size_t i = 0; i < independent + 1; i++) {
        if (i >= s->intercepts) variance[i - s->intercepts] = fmax(left, 0) / (double)n;
        if (i < independent) left -= row[i] * row[i];
    }
    return independent > s->intercepts ? independent - s->intercepts : 0;
}

bool alm_ar_regress(double *coefficient, double *intercept, double *squares, const struct alm_ar_sample *s,
                    size_t order)
{
    const size_t k = s->intercepts + order, size = k + 1;
    double *l = s->work, *row = l + k * size, beta[ALM_AR_LARGEST + 1];
    if (factorise(l, s, order) < k) return false;
    for (size_t i = k; i-- > 0;) {
        beta[i] = row[i];
        for (size_t j = i + 1; j < k; j++)
            beta[i] -= l[j * size + i] * beta[j];
        beta[i] /= l[i * size + i];
    }
    *squares = fmax(row[k], 0);
    *intercept = s->intercepts == 1 ? beta[0] : 0;
    memcpy(coefficient, beta + s->intercepts, order * sizeof *beta);
    return true;
}
