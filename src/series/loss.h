/* Elementary losses and scales, shared by inner folds and by what a backtest reports. e = actual - forecast.
 */
#ifndef ALM_SERIES_LOSS_H
#define ALM_SERIES_LOSS_H

#include "series/span.h"

#include <stddef.h>

/* Pinball loss of quantile forecast q at level (0 < level < 1): (y - q) * level, or (q - y) * (1 - level)
 * when y < q (Koenker & Bassett 1978). */
double alm_pinball(double y, double q, double level);

/* Symmetric absolute percentage error, 0 .. 200: 200 |y - f| / (|y| + |f|) (Makridakis 1993); 0 when both are
 * 0. */
double alm_smape(double y, double f);

/* Mean absolute and mean squared seasonal difference of span, lag season, over the pairs of which both values
 * are present: the scales of MASE (Hyndman & Koehler 2006, eq. 5) and, squared, of RMSSE. NaN when there is
 * no pair; may be 0. */
double alm_scale_absolute(struct alm_span span, size_t season);
double alm_scale_squared(struct alm_span span, size_t season);

#endif
