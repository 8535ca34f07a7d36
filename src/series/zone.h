/* Time zones: what local clocks show, by the machine's zone database (TZif files, RFC 8536). */
#ifndef ALM_SERIES_ZONE_H
#define ALM_SERIES_ZONE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The offsets of one zone, from the year 1 to the year 9999. Immutable once made. */
struct alm_zone;

/* Loads a zone by its IANA name, such as Europe/Berlin, from the directory TZDIR (environment) or the usual
 * places; UTC needs no file. ALM_USAGE for a name that is not known (with a suggestion) or not possible,
 * ALM_DATA for a file that is damaged or counts leap seconds. */
enum alm_status alm_zone_create(struct alm_zone **out, const char *name, struct alm_error *error);
/* NULL-safe. */
void alm_zone_free(struct alm_zone *zone);
const char *alm_zone_name(const struct alm_zone *zone);
/* Whether local time is UTC at all times; true for NULL. */
bool alm_zone_is_utc(const struct alm_zone *zone);

/* Below, a local time is what the clock shows, as microseconds since 1970-01-01T00:00 on that clock. */

/* Local time less UTC at the moment ts, microseconds. zone NULL is UTC. */
int64_t alm_zone_offset(const struct alm_zone *zone, int64_t ts);

enum alm_zone_case {
    ALM_ZONE_PLAIN, /* one moment */
    ALM_ZONE_HOLE,  /* the clock was put forward over this time: it does not exist */
    ALM_ZONE_FOLD,  /* the clock was put back: it exists twice */
};

/* The moments that a local time may be: by the offset before and by the offset after the change that it lies
 * at (PEP 495: fold 0 and fold 1), the same moment twice when it is plain. In a fold before < after, in a
 * hole before > after. */
enum alm_zone_case alm_zone_moments(int64_t *before, int64_t *after, const struct alm_zone *zone,
                                    int64_t local);

/* A stretch of local time in which nothing changes: local - offset is the moment of every local time in
 * [from, until). Start from {0}. */
struct alm_zone_stretch {
    int64_t from, until, offset;
};

/* The same as alm_zone_moments for a local time that is likely to lie near the last one: stretch remembers
 * where that was. */
static inline enum alm_zone_case alm_zone_moments_near(int64_t *before, int64_t *after,
                                                       struct alm_zone_stretch *stretch,
                                                       const struct alm_zone *zone, int64_t local);

/* The stretch that a plain local time lies in; for internal use by the above. */
enum alm_zone_case alm_zone_find_stretch(int64_t *before, int64_t *after, struct alm_zone_stretch *stretch,
                                         const struct alm_zone *zone, int64_t local);

static inline enum alm_zone_case alm_zone_moments_near(int64_t *before, int64_t *after,
                                                       struct alm_zone_stretch *stretch,
                                                       const struct alm_zone *zone, int64_t local)
{
    if (local < stretch->from || local >= stretch->until)
        return alm_zone_find_stretch(before, after, stretch, zone, local);
    *before = *after = local - stretch->offset;
    return ALM_ZONE_PLAIN;
}

/* What to do with a local time in a hole or a fold. */
enum alm_dst {
    ALM_DST_ERROR,   /* refuse it */
    ALM_DST_EARLIER, /* the earlier of the two moments that alm_zone_moments gives */
    ALM_DST_LATER,   /* the later one */
    ALM_DST_SKIP,    /* leave it out */
};
/* Reads error, earlier, later or skip; NULL is error. */
enum alm_status alm_dst_parse(enum alm_dst *out, const char *text, struct alm_error *error);

#endif
