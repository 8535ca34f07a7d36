#include "ingest/source.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024, LEAST_CHUNK = 4096, SAMPLE_LINES = 20 };

struct alm_source {
    struct alm_decoder *decoder;
    char *buffer;
    size_t capacity;
    size_t start;              /* of the record */
    size_t first_line_end;     /* of its first line; start when there is none yet */
    size_t position;           /* next byte to hand out */
    size_t end;                /* of what was read */
    size_t sample_end;         /* of the last complete line of the sample */
    size_t cut_end;            /* where a line was cut; the next one starts there */
    size_t record_line, lines; /* number of the record's first line; lines in the record */
    size_t chunk;              /* bytes read at once: no more than the file has */
    enum alm_line_end line_end;
    bool at_end, sampling;
};

/* Reads one more chunk behind end, making room first. */
static enum alm_status read_chunk(struct alm_source *source, struct alm_error *error)
{
    size_t n;
    ALM_TRY(alm_grow((void **)&source->buffer, &source->capacity, source->end + source->chunk, 1, error));
    ALM_TRY(alm_decoder_read(&n, source->decoder, source->buffer + source->end, source->chunk, error));
    source->at_end = n == 0;
    source->end += n;
    return ALM_OK;
}

/* Drops what lies before the record, then reads one more chunk. */
static enum alm_status refill(struct alm_source *source, struct alm_error *error)
{
    const size_t drop = source->start;
    memmove(source->buffer, source->buffer + drop, source->end - drop);
    source->start = 0;
    source->first_line_end -= drop;
    source->position -= drop;
    source->cut_end -= drop < source->cut_end ? drop : source->cut_end;
    source->end -= drop;
    return read_chunk(source, error);
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static enum alm_status read_sample(struct alm_source *source, struct alm_error *error)
{
    size_t lines = 0, counted = 0;
    while (!source->at_end && source->end < ALM_SOURCE_RECORD_LIMIT) {
        if (source->end >= CHUNK && lines >= SAMPLE_LINES) break;
        ALM_TRY(read_chunk(source, error));
        for (; counted < source->end; counted++)
            lines += is_line_end(source->buffer[counted]);
    }
    source->sample_end = source->end;
    /* not before a LF that may belong to a CR already here */
    while (!source->at_end && source->sample_end > 0 && source->buffer[source->sample_end - 1] != '\n')
        source->sample_end--;
    if (source->sample_end == 0) source->sample_end = source->end;
    return ALM_OK;
}

enum alm_status alm_source_open(struct alm_source **out, const char *path, const char *encoding,
                                const struct alm_cancel *cancel, struct alm_error *error)
{
    struct alm_source *source;
    *out = NULL;
    ALM_TRY(ALM_NEW(&source, 1, error));
    source->record_line = 1;
    enum alm_status status = alm_decoder_open(&source->decoder, path, encoding, cancel, error);
    if (status == ALM_OK) {
        const size_t size = alm_source_size(source);
        source->chunk = size == 0 || size >= CHUNK ? CHUNK : size < LEAST_CHUNK ? LEAST_CHUNK : size + 1;
        status = read_sample(source, error);
    }
    if (status != ALM_OK) {
        alm_source_close(source);
        return status;
    }
    *out = source;
    return ALM_OK;
}

void alm_source_close(struct alm_source *source)
{
    if (source == NULL) return;
    alm_decoder_close(source->decoder);
    free(source->buffer);
    free(source);
}

void alm_source_sample(const char **text, size_t *n, const struct alm_source *source)
{
    *text = source->buffer;
    *n = source->sample_end;
}

void alm_source_sampling(struct alm_source *source, bool on)
{
    source->sampling = on;
}

void alm_source_restart(struct alm_source *source)
{
    source->start = source->first_line_end = source->position = 0;
    source->record_line = 1;
    source->lines = 0;
}

void alm_source_set_line_end(struct alm_source *source, enum alm_line_end line_end)
{
    source->line_end = line_end;
}

void alm_source_begin(struct alm_source *source)
{
    source->start = source->first_line_end = source->position;
    source->record_line += source->lines;
    source->lines = 0;
}

void alm_source_resume_after_first(struct alm_source *source)
{
    source->position = source->first_line_end;
    source->lines = source->lines > 0;
}

/* Where the line of text that is ended by exactly CRLF has its end; NULL when it is not here. */
static const char *find_crlf(const char *text, size_t n)
{
    for (const char *p = text, *lf; (lf = memchr(p, '\n', n - (size_t)(p - text))) != NULL; p = lf + 1)
        if (lf > text && lf[-1] == '\r') return lf;
    return NULL;
}

/* The end of the line that starts at position, as far as bytes [from, end) tell; 0 when they do not. */
static size_t find_line_end(const struct alm_source *source, size_t from, size_t end, bool last)
{
    const char *text = source->buffer + from;
    const size_t n = end - from;
    if (source->line_end != ALM_LINE_END_AUTO) {
        const char *stop = source->line_end == ALM_LINE_END_CRLF ? find_crlf(text, n)
                           : source->line_end == ALM_LINE_END_LF ? memchr(text, '\n', n)
                                                                 : memchr(text, '\r', n);
        return stop == NULL ? 0 : (size_t)(stop - source->buffer) + 1;
    }
    const char *lf = memchr(text, '\n', n);
    const char *cr = memchr(text, '\r', lf == NULL ? n : (size_t)(lf - text));
    if (cr == NULL) return lf == NULL ? 0 : (size_t)(lf - source->buffer) + 1;
    const size_t after = (size_t)(cr - source->buffer) + 1;
    if (after < end) return source->buffer[after] == '\n' ? after + 1 : after;
    return last ? after : 0;
}

/* Takes a line that does not fit the limit: what is here is handed out, the rest is skipped. */
static enum alm_status skip_line(struct alm_source *source, struct alm_error *error)
{
    const size_t keep = source->end;
    for (;;) {
        ALM_TRY(read_chunk(source, error));
        if (source->at_end) break;
        const size_t stop = find_line_end(source, keep, source->end, false);
        const size_t drop_to = stop == 0 ? source->end : stop;
        memmove(source->buffer + keep, source->buffer + drop_to, source->end - drop_to);
        source->end -= drop_to - keep;
        if (stop != 0) break;
    }
    source->cut_end = keep;
    return ALM_OK;
}

static void take_line(const char **text, size_t *n, struct alm_source *source, size_t from, size_t to)
{
    *text = source->buffer + from;
    *n = to - from;
    source->position = to;
    if (source->lines++ == 0) source->first_line_end = to;
}

enum alm_status alm_source_line(const char **text, size_t *n, bool *cut, struct alm_source *source,
                                struct alm_error *error)
{
    *n = 0;
    *cut = false;
    size_t searched = 0; /* bytes after position known to hold no line end */
    for (;;) {
        if (source->position < source->cut_end) {
            *cut = true;
            take_line(text, n, source, source->position, source->cut_end);
            return ALM_OK;
        }
        const size_t end = source->sampling ? source->sample_end : source->end;
        const bool last = source->at_end || source->sampling;
        const size_t stop = find_line_end(source, source->position + searched, end, last);
        if (stop != 0) {
            take_line(text, n, source, source->position, stop);
            return ALM_OK;
        }
        if (last) {
            if (source->position < end) take_line(text, n, source, source->position, end);
            return ALM_OK;
        }
        if (source->end - source->start >= ALM_SOURCE_RECORD_LIMIT) {
            ALM_TRY(skip_line(source, error));
            continue;
        }
        /* the last byte may be a CR whose LF is still to come */
        searched = source->end - source->position;
        if (searched > 0) searched--;
        ALM_TRY(refill(source, error));
    }
}

void alm_source_peek(const char **text, size_t *n, const struct alm_source *source)
{
    const bool plain = !source->sampling && source->position >= source->cut_end;
    *text = plain ? source->buffer + source->position : NULL;
    *n = plain ? source->end - source->position : 0;
}

void alm_source_take(struct alm_source *source, size_t n)
{
    source->start = source->position;
    source->position += n;
    source->first_line_end = source->position;
    source->record_line += source->lines;
    source->lines = 1;
}

void alm_source_record(const char **text, size_t *n, size_t *line, const struct alm_source *source)
{
    *text = source->buffer + source->start;
    *n = source->position - source->start;
    *line = source->record_line;
}

const char *alm_source_encoding(const struct alm_source *source)
{
    return alm_decoder_encoding(source->decoder);
}

size_t alm_source_position(const struct alm_source *source)
{
    return alm_stream_position(alm_decoder_stream(source->decoder));
}

size_t alm_source_size(const struct alm_source *source)
{
    return alm_stream_size(alm_decoder_stream(source->decoder));
}

void alm_source_digest(char out[ALM_DIGEST_SIZE], const struct alm_source *source)
{
    alm_stream_digest(out, alm_decoder_stream(source->decoder));
}
