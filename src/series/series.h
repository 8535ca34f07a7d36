/* One series in memory, with every bar of its calendar. */
#ifndef ALM_SERIES_SERIES_H
#define ALM_SERIES_SERIES_H

#include "base/status.h"
#include "series/calendar.h"
#include "series/covariates.h"
#include "series/span.h"

#include <stddef.h>
#include <stdint.h>

struct alm_series {
    int64_t id; /* series_id of the store; 0 when not from there */
    char *name;
    char *time_zone;       /* IANA name; never NULL */
    struct alm_zone *zone; /* of calendar, where it makes a difference; else NULL */
    struct alm_calendar calendar;
    size_t season_length;              /* >= 1 */
    struct alm_covariates *covariates; /* of n bars; NULL: none */
    size_t n;
    int64_t *ts;             /* [n] strictly increasing */
    struct alm_times *times; /* what ts points into; several series may have it in common */
    double *y;               /* [n] NaN = missing */
    char **label; /* [n_labels] of a categorical series, whose values are their numbers; one may be NULL */
    size_t n_labels;
};

/* Makes a series from n observations, which are copied: one value per timestamp, strictly increasing. Bars
 * that the calendar has and the observations lack are put in as NaN (never for business days, irregular and
 * index series); leading and trailing NaN are cut. season_length 0 takes the frequency's usual one. ALM_DATA
 * when the timestamps do not increase, a value is infinite, or more than 100 bars a value would have to be
 * put in (the frequency is then wrong); ALM_USAGE when its bars are days or longer and this machine does not
 * know the time zone. No present value at all gives a series with n = 0. */
enum alm_status alm_series_create(struct alm_series **out, const char *name, struct alm_frequency frequency,
                                  const char *time_zone, size_t season_length, const int64_t *ts,
                                  const double *y, size_t n, struct alm_error *error);
void alm_series_free(struct alm_series *series);

/* Lets series have its times in common with other, where they are neighbours among those of other; else does
 * nothing. Series that share are made and freed by one thread. */
void alm_series_share_times(struct alm_series *series, const struct alm_series *other);

static inline struct alm_span alm_series_span(const struct alm_series *series)
{
    return (struct alm_span){series->y, series->ts, series->n};
}

#endif
