/* Names of series, from file names, headers and keys. */
#ifndef ALM_INGEST_NAME_H
#define ALM_INGEST_NAME_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The stem of a path: its last part without `.gz` or `.zst`, then without `.csv`, `.tsv`, `.tsf` or `.txt`.
 */
enum alm_status alm_name_stem(char **out, const char *path, struct alm_error *error);
/* A header as part of a name: ASCII lower case, runs of anything but letters and digits as one `_`, none at
 * the ends. Letters beyond ASCII stay. Empty when nothing is left. */
enum alm_status alm_name_column(char **out, const char *header, struct alm_error *error);
/* Whether a column of this header is likely to hold the time; or to count rows. */
bool alm_name_is_time(const char *header);
/* Whether it is the name of a period (year, month, quarter, week): numbers under it may be times, where
 * nothing else is. */
bool alm_name_is_period(const char *header);
bool alm_name_is_counter(const char *header);
/* Whether a column of this name (as alm_name_column makes it) is likely to name series; or to number them. */
bool alm_name_is_key(const char *name);
bool alm_name_is_id(const char *name);
/* Whether n bytes can be a series name or a part of one: not empty, no control characters. */
bool alm_name_is_usable(const char *name, size_t n);

#endif
