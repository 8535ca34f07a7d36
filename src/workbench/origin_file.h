/* Origins that are written down: a file with a time on each line. */
#ifndef ALM_WORKBENCH_ORIGIN_FILE_H
#define ALM_WORKBENCH_ORIGIN_FILE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times in rising order, and the lines where they stand. */
struct alm_origin_file {
    size_t n;
    int64_t *moment; /* [n] */
    size_t *line;    /* [n] from 1 */
};

/* Reads a file: on each line a time, or a whole number where index; empty lines and what follows a # do not
 * count. Times without a zone are of time_zone. ALM_USAGE or ALM_DATA as `file:line:column: ...` for a line
 * that is no time or that stands there twice, ALM_IO when the file cannot be read. Clear it in any case. */
enum alm_status alm_origin_file_read(struct alm_origin_file *out, const char *path, bool index,
                                     const char *time_zone, struct alm_error *error);
void alm_origin_file_clear(struct alm_origin_file *file);

#endif
