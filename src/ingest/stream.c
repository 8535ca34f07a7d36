#include "ingest/stream.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    RAW = 128 * 1024,
    LEAST_RAW = 4096,
    WAIT = 200, /* milliseconds between looks at cancel while a pipe has nothing */
};

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct alm_stream {
    int fd;
    char *name;
    const struct alm_cancel *cancel;
    size_t size, position; /* of the file on the disk */
    bool is_pipe, at_end;  /* at_end: nothing is left to read into raw */
    unsigned char *raw;    /* [raw_capacity] as on the disk; [raw_start, raw_end) not used yet */
    size_t raw_start, raw_end, raw_capacity;
    enum packing packing;
    bool within; /* a member or frame has begun and is not complete */
    z_stream gzip;
    ZSTD_DStream *zstd;
    struct alm_digest digest;
    char digest_text[ALM_DIGEST_SIZE];
};

/* ---- the file as it lies on the disk ---- */

static enum alm_status wait_for_pipe(const struct alm_stream *stream, struct alm_error *error)
{
    struct pollfd what = {.fd = stream->fd, .events = POLLIN};
    for (;;) {
        if (alm_cancelled(stream->cancel))
            return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", stream->name);
        const int ready = poll(&what, 1, WAIT);
        if (ready > 0 || (ready < 0 && errno != EINTR)) return ALM_OK;
    }
}

static enum alm_status read_raw(size_t *n, struct alm_stream *stream, void *buffer, size_t capacity,
                                struct alm_error *error)
{
    ssize_t got = 0;
    *n = 0;
    if (stream->at_end) return ALM_OK;
    do {
        if (stream->is_pipe) ALM_TRY(wait_for_pipe(stream, error));
        got = read(stream->fd, buffer, capacity);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0) return alm_fail(error, ALM_IO, "cannot read %s: %s", stream->name, strerror(errno));
    if (got == 0) {
        stream->at_end = true;
        alm_digest_finish(&stream->digest, stream->digest_text);
        return ALM_OK;
    }
    *n = (size_t)got;
    alm_digest_update(&stream->digest, buffer, *n);
    stream->position += *n;
    return ALM_OK;
}

/* Reads on when everything in raw is used. */
static enum alm_status fill(struct alm_stream *stream, struct alm_error *error)
{
    if (stream->raw_start < stream->raw_end) return ALM_OK;
    stream->raw_start = 0;
    return read_raw(&stream->raw_end, stream, stream->raw, stream->raw_capacity, error);
}

/* Where in the file the next unused byte stands. */
static size_t raw_position(const struct alm_stream *stream)
{
    return stream->position - (stream->raw_end - stream->raw_start);
}

/* ---- packed data ---- */

static enum alm_status fail_damaged(const struct alm_stream *stream, const char *format, const char *why,
                                    struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE, "%s: the %s data are damaged at byte %zu (%s); fetch the file again",
                    stream->name, format, raw_position(stream), why);
}

static enum alm_status fail_truncated(const struct alm_stream *stream, const char *format,
                                      struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE,
                    "%s: ends at byte %zu in the middle of its %s data; it is not complete, fetch it again",
                    stream->name, raw_position(stream), format);
}

/* Between members: passes over padding and starts the next one; *more false at the end of the file. */
static enum alm_status next_member(bool *more, struct alm_stream *stream, struct alm_error *error)
{
    do {
        ALM_TRY(fill(stream, error));
        while (stream->raw_start < stream->raw_end && stream->raw[stream->raw_start] == 0)
            stream->raw_start++;
        *more = stream->raw_start < stream->raw_end;
    } while (!*more && !stream->at_end);
    if (!*more) return ALM_OK;
    stream->within = true;
    if (inflateReset(&stream->gzip) != Z_OK) return alm_fail(error, ALM_INTERNAL, "cannot start gzip again");
    return ALM_OK;
}

static enum alm_status read_gzip(size_t *n, struct alm_stream *stream, void *buffer, size_t capacity,
                                 struct alm_error *error)
{
    z_stream *z = &stream->gzip;
    bool more = true;
    z->next_out = buffer;
    z->avail_out = (uInt)capacity;
    while (z->avail_out > 0) {
        if (!stream->within) ALM_TRY(next_member(&more, stream, error));
        if (!more) break;
        ALM_TRY(fill(stream, error));
        const uInt room = z->avail_out;
        z->next_in = stream->raw + stream->raw_start;
        z->avail_in = (uInt)(stream->raw_end - stream->raw_start);
        const int status = inflate(z, Z_NO_FLUSH);
        stream->raw_start = stream->raw_end - z->avail_in;
        if (status == Z_STREAM_END)
            stream->within = false;
        else if (status == Z_MEM_ERROR)
            return alm_fail(error, ALM_NOMEM, "out of memory in gzip data");
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return fail_damaged(stream, "gzip", z->msg == NULL ? "unknown" : z->msg, error);
        else if (stream->at_end && z->avail_out == room)
            return fail_truncated(stream, "gzip", error);
    }
    *n = capacity - z->avail_out;
    return ALM_OK;
}

static enum alm_status fail_zstd(const struct alm_stream *stream, size_t status, struct alm_error *error)
{
    switch (ZSTD_getErrorCode(status)) {
    case ZSTD_error_memory_allocation:
        return alm_fail(error, ALM_NOMEM, "out of memory in zstd data");
    case ZSTD_error_frameParameter_windowTooLarge:
        return alm_fail(error, ALM_PARSE,
                        "%s: its zstd data need more than 128 MB of memory; unpack it first: zstd -dc "
                        "--long=31 FILE | almanac import -",
                        stream->name);
    default:
        return fail_damaged(stream, "zstd", ZSTD_getErrorName(status), error);
    }
}

static enum alm_status read_zstd(size_t *n, struct alm_stream *stream, void *buffer, size_t capacity,
                                 struct alm_error *error)
{
    ZSTD_outBuffer out = {buffer, capacity, 0};
    while (out.pos < out.size) {
        ALM_TRY(fill(stream, error));
        ZSTD_inBuffer in = {stream->raw + stream->raw_start, stream->raw_end - stream->raw_start, 0};
        if (in.size == 0 && !stream->within) break;
        const size_t room = out.pos;
        const size_t status = ZSTD_decompressStream(stream->zstd, &out, &in);
        stream->raw_start += in.pos;
        if (ZSTD_isError(status)) return fail_zstd(stream, status, error);
        if (in.size == 0 && out.pos == room) return fail_truncated(stream, "zstd", error);
        stream->within = status != 0;
    }
    *n = out.pos;
    return ALM_OK;
}

/* ---- what it is ---- */

static bool starts_with(const struct alm_stream *stream, const char *bytes, size_t n)
{
    return stream->raw_end >= n && memcmp(stream->raw, bytes, n) == 0;
}

/* Formats that no text begins like. */
static enum alm_status refuse_others(const struct alm_stream *stream, struct alm_error *error)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *name, *advice;
    } others[] = {
        {"\xFD"
         "7zXZ\0",
         6, "xz", "unpack it first: xz -dc FILE | almanac import -"},
        {"BZh91AY&SY", 10, "bzip2", "unpack it first: bzip2 -dc FILE | almanac import -"},
        {"\x04\x22\x4D\x18", 4, "lz4", "unpack it first: lz4 -dc FILE | almanac import -"},
        {"PK\x03\x04", 4, "zip or a spreadsheet",
         "unpack it first: unzip -p FILE | almanac import -; save a spreadsheet as CSV"},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, "an old spreadsheet", "save it as CSV"},
        {"PAR1\x15", 5, "Parquet", "write it as CSV first"},
        {"\x89HDF\r\n\x1A\n", 8, "HDF5", "write it as CSV first"},
        {"SQLite format 3", 16, "an SQLite database", "write a table of it as CSV first"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (starts_with(stream, others[i].bytes, others[i].n))
            return alm_fail(error, ALM_PARSE, "%s is %s, which is not read; %s", stream->name, others[i].name,
                            others[i].advice);
    return ALM_OK;
}

static enum alm_status find_packing(struct alm_stream *stream, struct alm_error *error)
{
    /* a pipe may deliver its first bytes one by one */
    while (stream->raw_end < 16 && !stream->at_end) {
        size_t n;
        ALM_TRY(read_raw(&n, stream, stream->raw + stream->raw_end, stream->raw_capacity - stream->raw_end,
                         error));
        stream->raw_end += n;
    }
    if (starts_with(stream, "\x1F\x8B", 2)) {
        stream->packing = PACKING_GZIP;
        if (inflateInit2(&stream->gzip, 15 + 16) != Z_OK) /* 15: largest window; 16: gzip only */
            return alm_fail(error, ALM_NOMEM, "cannot start gzip");
        return ALM_OK;
    }
    /* the second is a skippable frame, in which pzstd keeps sizes */
    const bool skippable = stream->raw_end >= 4 && (stream->raw[0] & 0xF0) == 0x50 &&
                           memcmp(stream->raw + 1, "\x2A\x4D\x18", 3) == 0;
    if (starts_with(stream, "\x28\xB5\x2F\xFD", 4) || skippable) {
        stream->packing = PACKING_ZSTD;
        stream->zstd = ZSTD_createDStream();
        if (stream->zstd == NULL) return alm_fail(error, ALM_NOMEM, "cannot start zstd");
        return ALM_OK;
    }
    return refuse_others(stream, error);
}

/* ---- the whole ---- */

static enum alm_status open_path(struct alm_stream *stream, const char *path, struct alm_error *error)
{
    struct stat info;
    const bool standard = strcmp(path, "-") == 0;
    ALM_TRY(alm_copy_text(&stream->name, standard ? "standard input" : path, error));
    stream->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (stream->fd < 0)
        return alm_fail(error, errno == ENOENT ? ALM_NOTFOUND : ALM_IO, "cannot open %s: %s", path,
                        strerror(errno));
    if (fstat(stream->fd, &info) != 0)
        return alm_fail(error, ALM_IO, "cannot read %s: %s", stream->name, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return alm_fail(error, ALM_IO, "%s is a directory; name the files in it", stream->name);
    if (standard && isatty(stream->fd))
        return alm_fail(
            error, ALM_USAGE,
            "standard input is a terminal; name a file, or let a command write: COMMAND | almanac "
            "import -");
    stream->is_pipe = !S_ISREG(info.st_mode);
    stream->size = S_ISREG(info.st_mode) && info.st_size > 0 ? (size_t)info.st_size : 0;
    return ALM_OK;
}

/* No more than the file has. */
static enum alm_status make_room(struct alm_stream *stream, struct alm_error *error)
{
    const size_t room = stream->size == 0 || stream->size >= RAW ? RAW
                        : stream->size < LEAST_RAW               ? LEAST_RAW
                                                                 : stream->size + 1;
    return alm_grow((void **)&stream->raw, &stream->raw_capacity, room, 1, error);
}

enum alm_status alm_stream_open(struct alm_stream **out, const char *path, const struct alm_cancel *cancel,
                                struct alm_error *error)
{
    struct alm_stream *stream;
    *out = NULL;
    ALM_TRY(ALM_NEW(&stream, 1, error));
    stream->fd = -1;
    stream->cancel = cancel;
    alm_digest_init(&stream->digest);
    enum alm_status status = open_path(stream, path, error);
    if (status == ALM_OK) status = make_room(stream, error);
    if (status == ALM_OK) status = find_packing(stream, error);
    if (status != ALM_OK) {
        alm_stream_close(stream);
        return status;
    }
    *out = stream;
    return ALM_OK;
}

void alm_stream_close(struct alm_stream *stream)
{
    if (stream == NULL) return;
    if (stream->packing == PACKING_GZIP) inflateEnd(&stream->gzip);
    ZSTD_freeDStream(stream->zstd);
    if (stream->fd >= 0 && stream->fd != STDIN_FILENO) close(stream->fd);
    free(stream->raw);
    free(stream->name);
    free(stream);
}

enum alm_status alm_stream_read(size_t *n, struct alm_stream *stream, void *buffer, size_t capacity,
                                struct alm_error *error)
{
    *n = 0;
    if (stream->packing == PACKING_GZIP) return read_gzip(n, stream, buffer, capacity, error);
    if (stream->packing == PACKING_ZSTD) return read_zstd(n, stream, buffer, capacity, error);
    const size_t left = stream->raw_end - stream->raw_start;
    if (left == 0) return read_raw(n, stream, buffer, capacity, error);
    *n = left < capacity ? left : capacity;
    memcpy(buffer, stream->raw + stream->raw_start, *n);
    stream->raw_start += *n;
    return ALM_OK;
}

const char *alm_stream_name(const struct alm_stream *stream)
{
    return stream->name;
}

size_t alm_stream_position(const struct alm_stream *stream)
{
    return stream->position;
}

size_t alm_stream_size(const struct alm_stream *stream)
{
    return stream->size;
}

void alm_stream_digest(char out[ALM_DIGEST_SIZE], const struct alm_stream *stream)
{
    memcpy(out, stream->digest_text, ALM_DIGEST_SIZE);
}
