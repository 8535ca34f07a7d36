/* The bytes of a file or of standard input, taken out of gzip or zstd where they are packed. */
#ifndef ALM_INGEST_STREAM_H
#define ALM_INGEST_STREAM_H

#include "base/digest.h"
#include "base/hooks.h"
#include "base/status.h"

#include <stddef.h>

struct alm_stream;

/* Opens the file at path, or standard input when path is "-". What it is packed with is told by its first
 * bytes, never by its name; gzip may have several members, zstd several frames. cancel (may be NULL, must
 * outlive the stream) ends the waiting for a pipe. ALM_NOTFOUND or ALM_IO when it cannot be read, ALM_USAGE
 * for a terminal, ALM_PARSE for formats that are no text (zip, xz, Parquet, ...). */
enum alm_status alm_stream_open(struct alm_stream **out, const char *path, const struct alm_cancel *cancel,
                                struct alm_error *error);
/* NULL-safe. */
void alm_stream_close(struct alm_stream *stream);

/* The next bytes, at most capacity; *n = 0 at the end only. ALM_PARSE, with the byte of the packed file, when
 * packed data are damaged or end too early. */
enum alm_status alm_stream_read(size_t *n, struct alm_stream *stream, void *buffer, size_t capacity,
                                struct alm_error *error);

/* What messages call it: the path, or `standard input`. */
const char *alm_stream_name(const struct alm_stream *stream);
/* Bytes of the file as it lies on the disk: those read so far, and all (0 when unknown). */
size_t alm_stream_position(const struct alm_stream *stream);
size_t alm_stream_size(const struct alm_stream *stream);
/* SHA-256 of the file as it lies on the disk; only after the end was read. */
void alm_stream_digest(char out[ALM_DIGEST_SIZE], const struct alm_stream *stream);

#endif
