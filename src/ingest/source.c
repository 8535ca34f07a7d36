#include "ingest/source.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, SAMPLE_LINES = 20 };

struct alm_source {
    int fd;
    char *path;
    char *buffer;
    size_t capacity;
    size_t start;          /* of the record */
    size_t first_line_end; /* of its first line; start when there is none yet */
    size_t position;       /* next byte to hand out */
    size_t end;            /* of what was read */
    size_t sample_end;     /* of the last complete line of the sample */
    size_t cut_end;        /* where a line was cut; the next one starts there */
    size_t discarded;      /* bytes before buffer[0] */
    size_t size;
    size_t record_line, lines; /* number of the record's first line; lines in the record */
    bool at_end, sampling;
    struct alm_digest digest;
    char digest_text[ALM_DIGEST_SIZE];
};

/* Reads one more chunk behind end, making room first. */
static enum alm_status read_chunk(struct alm_source *source, struct alm_error *error)
{
    ALM_TRY(alm_grow((void **)&source->buffer, &source->capacity, source->end + CHUNK, 1, error));
    ssize_t n;
    do
        n = read(source->fd, source->buffer + source->end, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0) return alm_fail(error, ALM_IO, "cannot read %s: %s", source->path, strerror(errno));
    if (n == 0) {
        source->at_end = true;
        alm_digest_finish(&source->digest, source->digest_text);
        return ALM_OK;
    }
    alm_digest_update(&source->digest, source->buffer + source->end, (size_t)n);
    source->end += (size_t)n;
    return ALM_OK;
}

/* Drops what lies before the record, then reads one more chunk. */
static enum alm_status refill(struct alm_source *source, struct alm_error *error)
{
    const size_t drop = source->start;
    memmove(source->buffer, source->buffer + drop, source->end - drop);
    source->discarded += drop;
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

static enum alm_status strip_mark(struct alm_source *source, struct alm_error *error)
{
    const unsigned char *b = (const unsigned char *)source->buffer;
    if (source->end >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF) {
        memmove(source->buffer, source->buffer + 3, source->end - 3);
        source->end -= 3;
        source->sample_end -= source->sample_end < 3 ? source->sample_end : 3;
        source->discarded += 3;
    } else if (source->end >= 2 && ((b[0] == 0xFF && b[1] == 0xFE) || (b[0] == 0xFE && b[1] == 0xFF))) {
        return alm_fail(error, ALM_PARSE, "%s is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 %s",
                        source->path, source->path);
    }
    return ALM_OK;
}

static enum alm_status open_path(struct alm_source *source, struct alm_error *error)
{
    struct stat info;
    if (strcmp(source->path, "-") == 0) {
        source->fd = STDIN_FILENO;
        free(source->path);
        source->path = NULL;
        return alm_copy_text(&source->path, "standard input", error);
    }
    source->fd = open(source->path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return alm_fail(error, errno == ENOENT ? ALM_NOTFOUND : ALM_IO, "cannot open %s: %s", source->path,
                        strerror(errno));
    if (fstat(source->fd, &info) != 0)
        return alm_fail(error, ALM_IO, "cannot read %s: %s", source->path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return alm_fail(error, ALM_IO, "%s is a directory; name the files in it", source->path);
    source->size = S_ISREG(info.st_mode) && info.st_size > 0 ? (size_t)info.st_size : 0;
    return ALM_OK;
}

enum alm_status alm_source_open(struct alm_source **out, const char *path, struct alm_error *error)
{
    struct alm_source *source;
    *out = NULL;
    ALM_TRY(ALM_NEW(&source, 1, error));
    source->fd = -1;
    source->record_line = 1;
    alm_digest_init(&source->digest);
    enum alm_status status = alm_copy_text(&source->path, path, error);
    if (status == ALM_OK) status = open_path(source, error);
    if (status == ALM_OK) status = read_sample(source, error);
    if (status == ALM_OK) status = strip_mark(source, error);
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
    if (source->fd >= 0 && source->fd != STDIN_FILENO) close(source->fd);
    free(source->buffer);
    free(source->path);
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

/* The end of the line that starts at position, as far as bytes [from, end) tell; 0 when they do not. */
static size_t find_line_end(const struct alm_source *source, size_t from, size_t end, bool last)
{
    const char *text = source->buffer + from;
    const size_t n = end - from;
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
        source->discarded += drop_to - keep;
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

void alm_source_record(const char **text, size_t *n, size_t *line, const struct alm_source *source)
{
    *text = source->buffer + source->start;
    *n = source->position - source->start;
    *line = source->record_line;
}

size_t alm_source_position(const struct alm_source *source)
{
    return source->discarded + source->position;
}

size_t alm_source_size(const struct alm_source *source)
{
    return source->size;
}

void alm_source_digest(char out[ALM_DIGEST_SIZE], const struct alm_source *source)
{
    memcpy(out, source->digest_text, ALM_DIGEST_SIZE);
}
