/* What is known beside a series: other series, brought onto its bars, and numbers that belong to it. */
#ifndef ALM_SERIES_COVARIATES_H
#define ALM_SERIES_COVARIATES_H

#include "base/status.h"
#include "series/calendar.h"
#include "series/span.h"

#include <stddef.h>
#include <stdint.h>

struct alm_covariates {
    size_t n, ahead;         /* bars of the series, and bars after its end for which there is a future */
    size_t n_past, n_future; /* known up to an origin; known also over the horizon after it */
    double **y;              /* [n_past + n_future]: [n] of a past one, [n + ahead] of a future one */
    size_t n_statics;
    double *statics; /* [n_statics] */
};

/* With all values NaN. Release with alm_covariates_free, which accepts NULL. */
enum alm_status alm_covariates_create(struct alm_covariates **out, size_t n, size_t ahead, size_t n_past,
                                      size_t n_future, size_t n_statics, struct alm_error *error);
void alm_covariates_free(struct alm_covariates *covariates);

/* Values that covariate k has. */
static inline size_t alm_covariate_length(const struct alm_covariates *covariates, size_t k)
{
    return k < covariates->n_past ? covariates->n : covariates->n + covariates->ahead;
}

/* out[i] is what source says at ts[i] (rising): its value at that time or, where it has none, the last one
 * before, as long as the bar it stands for lasts; NaN before its first bar and from one bar after its last
 * one on. A value of source counts as known from its own timestamp on. */
void alm_covariate_align(double *out, const int64_t *ts, size_t n, struct alm_span source,
                         const struct alm_calendar *calendar);

#endif
