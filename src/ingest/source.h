/* The lines of a CSV file: what the decoder gives, read in chunks and handed out line by line. */
#ifndef ALM_INGEST_SOURCE_H
#define ALM_INGEST_SOURCE_H

#include "ingest/decode.h"
#include "ingest/dialect.h"

#include <stdbool.h>
#include <stddef.h>

/* The longest stretch that is kept in memory for one record; a longer line is cut. */
#define ALM_SOURCE_RECORD_LIMIT ((size_t)16 << 20)

struct alm_source;

/* Opens the file at path, or standard input when path is "-"; see alm_stream_open for compressed files and
 * cancel, alm_decoder_open for encoding. */
enum alm_status alm_source_open(struct alm_source **out, const char *path, const char *encoding,
                                const struct alm_cancel *cancel, struct alm_error *error);
/* NULL-safe. */
void alm_source_close(struct alm_source *source);

/* The start of the file as far as it was read ahead: at least 20 lines or 256 KB, whichever is more, up to
 * the record limit. Valid until the next call. */
void alm_source_sample(const char **text, size_t *n, const struct alm_source *source);

/* While on, lines end with the last complete one of the sample, so that the file can be started again. */
void alm_source_sampling(struct alm_source *source, bool on);
/* Back to the first byte; only after sampling. */
void alm_source_restart(struct alm_source *source);

/* What ends a line; ALM_LINE_END_AUTO until set. */
void alm_source_set_line_end(struct alm_source *source, enum alm_line_end line_end);

/* Forgets the lines handed out so far: the next one starts a new record. */
void alm_source_begin(struct alm_source *source);
/* Goes back to the end of the first line of the record, so that it starts the next one. */
void alm_source_resume_after_first(struct alm_source *source);
/* Appends the next physical line, its end included, to the record. *n = 0 at the end of
 * the file. *cut says that the line, or the record with it, is longer than the limit; the rest of the line is
 * skipped. */
enum alm_status alm_source_line(const char **text, size_t *n, bool *cut, struct alm_source *source,
                                struct alm_error *error);
/* What has been read but not handed out, NULL and 0 when lines have to be looked for one by one; then taking
 * the next n bytes of it, a line, as a record. */
void alm_source_peek(const char **text, size_t *n, const struct alm_source *source);
void alm_source_take(struct alm_source *source, size_t n);
/* The bytes of the record so far, and the number (from 1) of its first line. */
void alm_source_record(const char **text, size_t *n, size_t *line, const struct alm_source *source);

/* The name of the text's encoding. */
const char *alm_source_encoding(const struct alm_source *source);
/* Bytes of the file on the disk: those read so far, and all (0 when unknown). For progress. */
size_t alm_source_position(const struct alm_source *source);
size_t alm_source_size(const struct alm_source *source);
/* SHA-256 of the whole file as it lies on the disk; only at its end. */
void alm_source_digest(char out[ALM_DIGEST_SIZE], const struct alm_source *source);

#endif
