/* Calendar features: what the clock and the date of a bar are, as numbers. */
#ifndef ALM_WINDOW_CALENDAR_FEATURES_H
#define ALM_WINDOW_CALENDAR_FEATURES_H

#include "series/calendar.h"

#include <stddef.h>
#include <stdint.h>

enum alm_feature_coding {
    ALM_FEATURES_NONE,
    ALM_FEATURES_CYCLIC, /* sine and cosine of each field as an angle */
    ALM_FEATURES_ONEHOT, /* one number per value of a field: 1 for the one it has, 0 for the others */
};

struct alm_features {
    enum alm_feature_coding coding;
    unsigned fields; /* a set of fields, see alm_feature_fields */
};

/* The fields that matter for bars of a frequency: for seconds second, minute and hour; for minutes minute,
 * hour and weekday; for hours and irregular ones hour, weekday and month; for days weekday, day of month and
 * month; for weeks week of year; for months month; for quarters quarter; none for years and index series.
 * Fields that no bar of the frequency changes (the minute of 60T) are left out. Sets are joined with |. */
unsigned alm_feature_fields(struct alm_frequency frequency);

/* Sets are below this. */
enum { ALM_FEATURE_FIELDS = 1 << 8 };

/* Numbers that features make. */
size_t alm_feature_count(struct alm_features features);

/* Fills out [alm_feature_count] for the moment ts in zone (NULL: UTC). */
void alm_feature_fill(double *out, struct alm_features features, const struct alm_zone *zone, int64_t ts);

#endif
