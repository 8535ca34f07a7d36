/* The text of a file as UTF-8, whatever its encoding is. */
#ifndef ALM_INGEST_DECODE_H
#define ALM_INGEST_DECODE_H

#include "ingest/stream.h"

struct alm_decoder;

/* Opens a stream (see alm_stream_open) and finds its encoding: by its mark (byte order mark) UTF-8, UTF-16 or
 * UTF-32, which is taken off; else the one named (any that iconv knows), else UTF-8. UTF-8 is handed on
 * without being looked at. ALM_USAGE for a name that is unknown or that the mark contradicts; ALM_PARSE for
 * UTF-16 that nobody named. */
enum alm_status alm_decoder_open(struct alm_decoder **out, const char *path, const char *encoding,
                                 const struct alm_cancel *cancel, struct alm_error *error);
/* NULL-safe. */
void alm_decoder_close(struct alm_decoder *decoder);

/* The next bytes of UTF-8, at most capacity (at least 16); *n = 0 at the end only. In place of bytes that do
 * not belong to the encoding stands 0xFF, which UTF-8 does not have. */
enum alm_status alm_decoder_read(size_t *n, struct alm_decoder *decoder, void *buffer, size_t capacity,
                                 struct alm_error *error);

/* The name of the encoding that was found or stated. */
const char *alm_decoder_encoding(const struct alm_decoder *decoder);
/* The stream below: for its position, size and digest. */
const struct alm_stream *alm_decoder_stream(const struct alm_decoder *decoder);

#endif
