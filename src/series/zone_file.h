/* What zone.c and zone_file.c share: the changes of a zone and how they are read. */
#ifndef ALM_SERIES_ZONE_FILE_H
#define ALM_SERIES_ZONE_FILE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* The changes of a zone's offset, in order; all times in microseconds. */
struct alm_zone_changes {
    int64_t *at;     /* [n] moments */
    int64_t *offset; /* [n + 1] from at[i - 1] to at[i]; the first one holds before all changes */
    size_t n, at_capacity, offset_capacity;
    int64_t cycle; /* from here on the last 400 years repeat for ever; INT64_MAX: the last offset holds */
};

/* Reads the bytes of a TZif file (RFC 8536, versions 1 to 4). Clear out in any case. ALM_DATA when they are
 * none or count leap seconds. */
enum alm_status alm_zone_changes_read(struct alm_zone_changes *out, const unsigned char *bytes, size_t n,
                                      struct alm_error *error);
void alm_zone_changes_clear(struct alm_zone_changes *changes);

/* The Gregorian calendar and its weekdays repeat after 400 years. */
#define ALM_CYCLE (INT64_C(146097) * 86400 * 1000000)

#endif
