#include "ingest/decode.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { INPUT = 64 * 1024, HEAD = 4 };

static const iconv_t no_conversion = (iconv_t)-1;

struct alm_decoder {
    struct alm_stream *stream;
    iconv_t conversion; /* no_conversion: bytes are handed on */
    char *input;        /* [INPUT], or [HEAD] of what is handed on; [start, end) not used yet */
    size_t start, end, capacity;
    size_t unit; /* bytes passed over where one cannot be read */
    char encoding[64];
    bool at_end;
};

static const struct mark {
    const char *bytes;
    size_t n;
    const char *encoding;
} marks[] = {
    /* UTF-32 first: its mark begins with that of UTF-16 */
    {"\xFF\xFE\0\0", 4, "UTF-32LE"}, {"\0\0\xFE\xFF", 4, "UTF-32BE"}, {"\xEF\xBB\xBF", 3, "UTF-8"},
    {"\xFF\xFE", 2, "UTF-16LE"},     {"\xFE\xFF", 2, "UTF-16BE"},
};

static const struct mark *find_mark(const char *head, size_t n)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (n >= marks[i].n && memcmp(head, marks[i].bytes, marks[i].n) == 0) return &marks[i];
    return NULL;
}

/* Letters and digits of a name, in upper case: UTF-16LE and utf_16le are the same. */
static void squeeze(char out[64], const char *name)
{
    size_t n = 0;
    for (; *name != '\0' && n < 63; name++) {
        const char c = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) out[n++] = c;
    }
    out[n] = '\0';
}

static bool is_utf8(const char *squeezed)
{
    return strcmp(squeezed, "UTF8") == 0 || strcmp(squeezed, "UTF8SIG") == 0;
}

static enum alm_status check_name(const char *encoding, const struct mark *mark, const char *file,
                                  struct alm_error *error)
{
    char given[64], marked[64];
    squeeze(given, encoding);
    if (given[0] == '\0' || strchr(encoding, '/') != NULL)
        return alm_fail(error, ALM_USAGE, "--encoding \"%s\" is no name of an encoding", encoding);
    const bool no_order = strcmp(given, "UTF16") == 0 || strcmp(given, "UTF32") == 0;
    if (mark == NULL && no_order)
        return alm_fail(error, ALM_USAGE, "%s has no mark of %s; say --encoding %sle or %sbe", file, encoding,
                        encoding, encoding);
    if (mark == NULL) return ALM_OK;
    squeeze(marked, mark->encoding);
    if (strcmp(marked, given) == 0 || (is_utf8(given) && is_utf8(marked)) ||
        (no_order && strncmp(marked, given, strlen(given)) == 0))
        return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s begins with the mark of %s, --encoding says %s; leave it out", file,
                    mark->encoding, encoding);
}

static enum alm_status open_conversion(struct alm_decoder *decoder, const char *encoding,
                                       struct alm_error *error)
{
    static const char *const common[] = {
        "latin1",   "iso-8859-1", "iso-8859-15", "windows-1252", "windows-1250", "windows-1251", "utf-8",
        "utf-16le", "utf-16be",   "utf-32le",    "shift_jis",    "euc-jp",       "euc-kr",       "gb18030",
        "gbk",      "big5",       "koi8-r",      "cp437",        "cp850",        "macintosh",    NULL};
    char squeezed[64];
    snprintf(decoder->encoding, sizeof decoder->encoding, "%s", encoding);
    squeeze(squeezed, encoding);
    if (is_utf8(squeezed)) return ALM_OK;
    decoder->conversion = iconv_open("UTF-8", encoding);
    /* latin-1 and the like, as other programs write them */
    if (decoder->conversion == no_conversion) decoder->conversion = iconv_open("UTF-8", squeezed);
    if (decoder->conversion == no_conversion) {
        const char *near = alm_text_suggest(encoding, common);
        return alm_fail(error, ALM_USAGE,
                        "--encoding: there is no encoding \"%s\"%s%s%s; `iconv -l` lists them", encoding,
                        near == NULL ? "" : " (did you mean ", near == NULL ? "" : near,
                        near == NULL ? "" : "?)");
    }
    ALM_TRY(alm_grow((void **)&decoder->input, &decoder->capacity, INPUT, 1, error));
    decoder->unit = strncmp(squeezed, "UTF16", 5) == 0 || strncmp(squeezed, "UCS2", 4) == 0   ? 2
                    : strncmp(squeezed, "UTF32", 5) == 0 || strncmp(squeezed, "UCS4", 4) == 0 ? 4
                                                                                              : 1;
    return ALM_OK;
}

/* The first bytes of a stream may come one by one. */
static enum alm_status read_head(struct alm_decoder *decoder, struct alm_error *error)
{
    while (decoder->end < HEAD && !decoder->at_end) {
        size_t n;
        ALM_TRY(
            alm_stream_read(&n, decoder->stream, decoder->input + decoder->end, HEAD - decoder->end, error));
        decoder->at_end = n == 0;
        decoder->end += n;
    }
    return ALM_OK;
}

static enum alm_status find_encoding(struct alm_decoder *decoder, const char *encoding,
                                     struct alm_error *error)
{
    ALM_TRY(read_head(decoder, error));
    const char *head = decoder->input, *file = alm_stream_name(decoder->stream);
    const struct mark *mark = find_mark(head, decoder->end);
    if (encoding != NULL) ALM_TRY(check_name(encoding, mark, file, error));
    if (mark != NULL) {
        decoder->start = mark->n;
        return open_conversion(decoder, mark->encoding, error);
    }
    if (encoding != NULL) return open_conversion(decoder, encoding, error);
    if (decoder->end == HEAD && (head[0] == 0) != (head[1] == 0) && (head[0] == 0) == (head[2] == 0) &&
        (head[1] == 0) == (head[3] == 0))
        return alm_fail(error, ALM_PARSE, "%s looks like UTF-16 without a mark; say --encoding utf-16%s",
                        file, head[0] == 0 ? "be" : "le");
    return ALM_OK;
}

enum alm_status alm_decoder_open(struct alm_decoder **out, const char *path, const char *encoding,
                                 const struct alm_cancel *cancel, struct alm_error *error)
{
    struct alm_decoder *decoder;
    *out = NULL;
    ALM_TRY(ALM_NEW(&decoder, 1, error));
    decoder->conversion = no_conversion;
    enum alm_status status = alm_stream_open(&decoder->stream, path, cancel, error);
    if (status == ALM_OK) status = alm_grow((void **)&decoder->input, &decoder->capacity, HEAD, 1, error);
    if (status == ALM_OK) status = find_encoding(decoder, encoding, error);
    if (status != ALM_OK) {
        alm_decoder_close(decoder);
        return status;
    }
    *out = decoder;
    return ALM_OK;
}

void alm_decoder_close(struct alm_decoder *decoder)
{
    if (decoder == NULL) return;
    if (decoder->conversion != no_conversion) iconv_close(decoder->conversion);
    alm_stream_close(decoder->stream);
    free(decoder->input);
    free(decoder);
}

/* Reads on behind what is not used yet. */
static enum alm_status fill(struct alm_decoder *decoder, struct alm_error *error)
{
    size_t n;
    memmove(decoder->input, decoder->input + decoder->start, decoder->end - decoder->start);
    decoder->end -= decoder->start;
    decoder->start = 0;
    ALM_TRY(alm_stream_read(&n, decoder->stream, decoder->input + decoder->end, INPUT - decoder->end, error));
    decoder->end += n;
    decoder->at_end = n == 0;
    return ALM_OK;
}

/* Writes the sign of a bad place and passes over it. */
static void mark_bad(struct alm_decoder *decoder, char **to, size_t *room)
{
    const size_t left = decoder->end - decoder->start;
    *(*to)++ = '\xFF';
    --*room;
    decoder->start += left < decoder->unit ? left : decoder->unit;
}

static enum alm_status convert(size_t *n, struct alm_decoder *decoder, char *buffer, size_t capacity,
                               struct alm_error *error)
{
    char *to = buffer;
    size_t room = capacity;
    while (room > 0) {
        char *from = decoder->input + decoder->start;
        size_t left = decoder->end - decoder->start;
        if (left == 0) {
            if (!decoder->at_end) ALM_TRY(fill(decoder, error));
            if (decoder->at_end) break;
            continue;
        }
        const size_t status = iconv(decoder->conversion, &from, &left, &to, &room);
        const int why = errno;
        decoder->start = decoder->end - left;
        if (status != (size_t)-1) continue;
        if (why == E2BIG) break;
        if (why == EINVAL && !decoder->at_end)
            ALM_TRY(fill(decoder, error));
        else if (room > 0)
            mark_bad(decoder, &to, &room);
    }
    *n = capacity - room;
    return ALM_OK;
}

enum alm_status alm_decoder_read(size_t *n, struct alm_decoder *decoder, void *buffer, size_t capacity,
                                 struct alm_error *error)
{
    *n = 0;
    if (decoder->conversion != no_conversion) return convert(n, decoder, buffer, capacity, error);
    *n = decoder->end - decoder->start;
    if (*n == 0) return alm_stream_read(n, decoder->stream, buffer, capacity, error);
    memcpy(buffer, decoder->input + decoder->start, *n);
    decoder->start = decoder->end;
    return ALM_OK;
}

const char *alm_decoder_encoding(const struct alm_decoder *decoder)
{
    return decoder->encoding[0] == '\0' ? "UTF-8" : decoder->encoding;
}

const struct alm_stream *alm_decoder_stream(const struct alm_decoder *decoder)
{
    return decoder->stream;
}
