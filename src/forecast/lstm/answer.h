/* What the outputs of the forecaster `lstm` for one value say: a point and quantiles, in the window's units.
 */
#ifndef ALM_FORECAST_LSTM_ANSWER_H
#define ALM_FORECAST_LSTM_ANSWER_H

#include "nn/loss.h"

/* values [loss->n_levels] is what alm_loss_read gave; not for classes. */

/* The point forecast: the output, the median of quantiles (or the level nearest to it), the location. */
double alm_answer_point(const struct alm_loss *loss, const double *values);

/* The quantile at `level`: of the normal or Student distribution, or linear between learnt quantiles. NaN
 * where there is none: for a loss of one number, or beyond the outermost learnt level. */
double alm_answer_quantile(const struct alm_loss *loss, const double *values, double level);

#endif
