/* Files of a few lines, and a sink that remembers what it was told. Everything stops the test when it fails.
 */
#ifndef ALM_TESTS_INGEST_SUPPORT_H
#define ALM_TESTS_INGEST_SUPPORT_H

#include "ingest/ingest.h"
#include "ingest/labels.h"
#include "ingest/reader.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes n bytes to a new file; its path is valid until the next call. Remove it, which may be done while it
 * is open. */
const char *write_file(const char *name, const char *bytes, size_t n);
void remove_file(const char *path);
/* The same, opened as a source. */
enum alm_status open_bytes(struct alm_source **out, const char *bytes, size_t n, struct alm_error *error);

/* One import as text: a line `group NAME NAME`, a line `TS V V` for each row under `rows GROUP`, `end GROUP
 * FREQUENCY n gaps/missing`, `reject LINE:COLUMN reason text`. */
struct outcome {
    struct alm_text log;
    struct alm_ingest_summary summary;
    struct alm_error error;
    enum alm_status status;
    size_t widths[64];
    bool no_times; /* print ts as numbers */
    struct alm_labels labels[8][8];
};

/* Imports bytes as a file called t.csv under options (path is set here). Clear the outcome. */
void ingest_bytes(struct outcome *out, struct alm_ingest_options options, const char *bytes, size_t n);
void ingest_text(struct outcome *out, struct alm_ingest_options options, const char *text);
void outcome_clear(struct outcome *out);

/* The log of importing text, which must succeed; freed by the caller. */
char *log_of(struct alm_ingest_options options, const char *text);

/* Importing text must give a log that has this part; or be refused with this status and a message that has
 * it. */
void gives(struct alm_ingest_options options, const char *text, const char *part);
void refused(struct alm_ingest_options options, const char *text, enum alm_status status, const char *part);

#define HAS(log, part) cr_assert(strstr((log), (part)) != NULL, "no <%s> in:\n%s", (part), (log))
#define LACKS(log, part) cr_assert(strstr((log), (part)) == NULL, "<%s> in:\n%s", (part), (log))

#endif
