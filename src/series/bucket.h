/* The bars of a frequency as stretches of time: which one a moment falls into. */
#ifndef ALM_SERIES_BUCKET_H
#define ALM_SERIES_BUCKET_H

#include "series/calendar.h"
#include "series/zone.h"

#include <stdint.h>

/* The moment at which the bar begins that ts falls into, by the clocks of zone (NULL: UTC): seconds, minutes,
 * hours and their multiples from midnight, or from 1970-01-01 where they do not divide a day; days from
 * midnight, weeks from Monday, months, quarters and years from their first day; of business days Friday has
 * the weekend, too. Multiples of days and weeks count from 1970, those of months within the year or from the
 * year 0. Over a change of summer time a bar is as long as the clocks make it; of two hours with one name
 * each is a bar. ts itself for irregular and index. */
int64_t alm_bucket_start(int64_t ts, struct alm_frequency frequency, const struct alm_zone *zone);

#endif
