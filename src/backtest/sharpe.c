#include "backtest/sharpe.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Returns closer to each other than rounding makes them are equal. */
static const double EQUAL = 1e-14;

void alm_sharpe_measure(struct alm_sharpe *out, const double *returns, size_t n)
{
    double sum = 0, m2 = 0, m3 = 0, m4 = 0, largest = 0;
    *out = (struct alm_sharpe){
        .n = n, .mean = NAN, .deviation = NAN, .ratio = NAN, .skewness = NAN, .kurtosis = NAN, .error = NAN};
    if (n == 0) return;
    for (size_t i = 0; i < n; i++)
        sum += returns[i];
    out->mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double d = returns[i] - out->mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
        largest = fmax(largest, fabs(returns[i]));
    }
    if (n > 1) out->deviation = sqrt(m2 / (double)(n - 1));
    if (n < 3 || !(out->deviation > EQUAL * largest)) return;
    m2 /= (double)n;
    out->skewness = m3 / (double)n / pow(m2, 1.5);
    out->kurtosis = m4 / (double)n / (m2 * m2);
    out->ratio = out->mean / out->deviation;
    const double spread = 1 - out->skewness * out->ratio + (out->kurtosis - 1) / 4 * out->ratio * out->ratio;
    out->error = sqrt(spread / (double)(n - 1));
}

double alm_sharpe_probability(const struct alm_sharpe *sharpe, double benchmark)
{
    if (isnan(sharpe->ratio)) return NAN;
    return gsl_cdf_ugaussian_P((sharpe->ratio - benchmark) / sharpe->error);
}

double alm_sharpe_of_best(size_t n, double variance)
{
    static const double EULER = 0.57721566490153286061;
    const double e = exp(1), trials = (double)n;
    if (n <= 1) return 0;
    return sqrt(variance) * ((1 - EULER) * gsl_cdf_ugaussian_Pinv(1 - 1 / trials) +
                             EULER * gsl_cdf_ugaussian_Pinv(1 - 1 / (trials * e)));
}
