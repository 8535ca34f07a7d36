/* Files that results are written into: under a temporary name, renamed when all is there. What is no regular
 * file (a device, a pipe, a link) is written to directly. */
#ifndef ALM_WORKBENCH_OUTPUT_H
#define ALM_WORKBENCH_OUTPUT_H

#include "base/hooks.h"
#include "base/status.h"
#include "base/text.h"

#include <stdio.h>

struct alm_output_file {
    struct alm_output output; /* write through it */
    const char *path;         /* borrowed */
    char *temporary;          /* NULL: path is written to directly */
    FILE *file;
};

/* Begins beside path, which must stay valid. */
enum alm_status alm_output_file_open(struct alm_output_file *out, const char *path, struct alm_error *error);
/* Ends by how the work went: renames when status is ALM_OK, else removes what was written and returns status.
 */
enum alm_status alm_output_file_close(struct alm_output_file *file, enum alm_status status,
                                      struct alm_error *error);

/* Writes a whole text to path, or to output when path is NULL. */
enum alm_status alm_output_text(const struct alm_text *text, const char *path,
                                const struct alm_output *output, struct alm_error *error);

#endif
