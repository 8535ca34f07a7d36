/* How far: a number of bars or a stretch of time. */
#ifndef ALM_WINDOW_EXTENT_H
#define ALM_WINDOW_EXTENT_H

#include "base/status.h"
#include "base/text.h"
#include "series/calendar.h"
#include "series/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_extent {
    size_t bars;
    struct alm_frequency time; /* counts when its multiple is above 0: seconds .. years; bars is 0 then */
};

static inline bool alm_extent_is_time(struct alm_extent extent)
{
    return extent.time.multiple > 0;
}
static inline bool alm_extent_is_none(struct alm_extent extent)
{
    return extent.bars == 0 && extent.time.multiple == 0;
}

/* Reads a number of bars, or a number and a unit as in 90T, 36H, 10D, 2W, 6M, 1Y. ALM_USAGE; option names it
 * in the message. */
enum alm_status alm_extent_parse(struct alm_extent *out, const char *text, const char *option,
                                 struct alm_error *error);
/* Appends the same text. */
void alm_extent_write(struct alm_text *out, struct alm_extent extent);

/* The moment that lies an extent of time before (sign -1) or after (sign 1) ts; days and what is longer are
 * counted on the local clock, and a day that a month lacks is its last. Stops at the first and last time
 * there is. */
int64_t alm_extent_moment(struct alm_extent extent, int64_t ts, int sign, const struct alm_zone *zone);

#endif
