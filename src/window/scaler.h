/* Scaling of one window by numbers taken from its own inputs, and back. */
#ifndef ALM_WINDOW_SCALER_H
#define ALM_WINDOW_SCALER_H

#include <stddef.h>

enum alm_scaler_kind {
    ALM_SCALER_NONE,     /* as they are */
    ALM_SCALER_LAST,     /* less the last value, by the standard deviation */
    ALM_SCALER_STANDARD, /* less the mean, by the standard deviation */
    ALM_SCALER_SEASON,   /* less the mean of the last season, by the mean absolute seasonal difference (the
                          * scale of MASE, Hyndman & Koehler 2006, eq. 5), or by the standard deviation where
                          * that is 0 */
    ALM_SCALER_ROBUST,   /* less the median, by the distance of the quartiles, or by the standard deviation
                          * where that is 0 */
    ALM_SCALER_REVIN,    /* reversible instance normalisation (Kim et al. 2022) without its learnt affine map:
                          * the numbers of ALM_SCALER_STANDARD */
    ALM_SCALER_SHIFT,    /* less the last value, in the data's own unit */
};

struct alm_scaler {
    double centre, scale; /* scale 0: the inputs do not vary, so that there is no unit */
};

/* The scaler of y[0 .. n), n >= 1; NaN is missing and does not count. season counts for ALM_SCALER_SEASON
 * only; one as long as the window or longer is taken as 1. scratch [n] is needed by ALM_SCALER_ROBUST and may
 * be NULL for the others. When nothing is there, centre and scale are 0. */
struct alm_scaler alm_scaler_fit(enum alm_scaler_kind kind, const double *y, size_t n, size_t season,
                                 double *scratch);

/* Mean absolute seasonal difference of y[0 .. n) and mean absolute value of it, over what is there; 0 when
 * nothing is. */
double alm_seasonal_difference(const double *y, size_t n, size_t season);
double alm_mean_size(const double *y, size_t n);

/* (value - centre) / scale, and 0 when scale is 0. */
static inline double alm_scaler_apply(struct alm_scaler scaler, double value)
{
    return scaler.scale == 0 ? 0 : (value - scaler.centre) / scaler.scale;
}

static inline double alm_scaler_invert(struct alm_scaler scaler, double scaled)
{
    return scaler.centre + scaled * scaler.scale;
}

#endif
