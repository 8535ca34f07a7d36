#include "forecast/lstm/answer.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Between quantiles that were learnt at rising levels. */
static double interpolate(const double *values, const struct alm_loss *loss, double level)
{
    const size_t n = loss->n_levels;
    const double slack = 1e-9;
    if (level < loss->levels[0] - slack || level > loss->levels[n - 1] + slack) return (double)NAN;
    for (size_t i = 0; i + 1 < n; i++) {
        if (level > loss->levels[i + 1] + slack) continue;
        const double share = (level - loss->levels[i]) / (loss->levels[i + 1] - loss->levels[i]);
        return values[i] + fmin(fmax(share, 0), 1) * (values[i + 1] - values[i]);
    }
    return values[n - 1];
}

double alm_answer_point(const struct alm_loss *loss, const double *values)
{
    if (loss->kind != ALM_LOSS_QUANTILE || loss->n_levels == 1) return values[0];
    const double median = interpolate(values, loss, 0.5);
    if (!isnan(median)) return median;
    return loss->levels[0] > 0.5 ? values[0] : values[loss->n_levels - 1];
}

double alm_answer_quantile(const struct alm_loss *loss, const double *values, double level)
{
    switch (loss->kind) {
    case ALM_LOSS_QUANTILE:
        return interpolate(values, loss, level);
    case ALM_LOSS_GAUSSIAN:
        return values[0] + values[1] * gsl_cdf_ugaussian_Pinv(level);
    case ALM_LOSS_STUDENT:
        return values[0] + values[1] * gsl_cdf_tdist_Pinv(level, values[2]);
    case ALM_LOSS_MSE:
    case ALM_LOSS_MAE:
    case ALM_LOSS_HUBER:
    case ALM_LOSS_CLASSES:
        break;
    }
    return (double)NAN;
}
