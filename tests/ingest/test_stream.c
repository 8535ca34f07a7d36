/* Compressed files and encodings: the text is the same whatever it was packed in. */
#include "ingest/source.h"
#include "support.h"

#include <iconv.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

struct bytes {
    char *data;
    size_t n;
};

static struct bytes gzip(const char *text, size_t n)
{
    z_stream z = {0};
    struct bytes out = {malloc(n + 1000), 0};
    cr_assert(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)text;
    z.avail_in = (uInt)n;
    z.next_out = (unsigned char *)out.data;
    z.avail_out = (uInt)n + 1000;
    cr_assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out.n = z.total_out;
    deflateEnd(&z);
    return out;
}

static struct bytes zstd(const char *text, size_t n)
{
    struct bytes out = {malloc(n + 1000), 0};
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    out.n = ZSTD_compress2(context, out.data, n + 1000, text, n);
    cr_assert(ZSTD_isError(out.n) == 0);
    ZSTD_freeCCtx(context);
    return out;
}

static struct bytes joined(struct bytes a, struct bytes b)
{
    a.data = realloc(a.data, a.n + b.n + 1);
    memcpy(a.data + a.n, b.data, b.n);
    a.n += b.n;
    free(b.data);
    return a;
}

static struct bytes copy(const char *text, size_t n)
{
    struct bytes out = {malloc(n + 1), n};
    memcpy(out.data, text, n);
    return out;
}

static struct bytes recode(const char *encoding, const char *mark, size_t mark_n, const char *text)
{
    char *from = (char *)(uintptr_t)text;
    size_t left = strlen(text), room = 4 * left + 8;
    struct bytes out = {malloc(room), mark_n};
    memcpy(out.data, mark, mark_n);
    char *to = out.data + mark_n;
    iconv_t conversion = iconv_open(encoding, "UTF-8");
    cr_assert(conversion != (iconv_t)-1);
    room -= mark_n;
    cr_assert(iconv(conversion, &from, &left, &to, &room) == 0 && left == 0);
    iconv_close(conversion);
    out.n = (size_t)(to - out.data);
    return out;
}

/* Everything that comes out, read to the end; digest and position are those of the bytes given. */
static enum alm_status unpack(struct bytes *out, struct bytes in, const char *encoding,
                              struct alm_error *error)
{
    struct alm_decoder *decoder;
    char digest[ALM_DIGEST_SIZE], expected[ALM_DIGEST_SIZE];
    const char *path = write_file("t.csv", in.data, in.n);
    enum alm_status status = alm_decoder_open(&decoder, path, encoding, NULL, error);
    size_t n = 0;
    remove_file(path);
    *out = (struct bytes){NULL, 0};
    if (status != ALM_OK) return status;
    do {
        out->data = realloc(out->data, out->n + 1000);
        status = alm_decoder_read(&n, decoder, out->data + out->n, 1000, error);
        out->n += status == ALM_OK ? n : 0;
    } while (status == ALM_OK && n > 0);
    if (status == ALM_OK) {
        alm_digest_of(expected, in.data, in.n);
        alm_stream_digest(digest, alm_decoder_stream(decoder));
        cr_assert(eq(str, digest, expected));
        cr_assert(eq(sz, alm_stream_position(alm_decoder_stream(decoder)), in.n));
        cr_assert(eq(sz, alm_stream_size(alm_decoder_stream(decoder)), in.n));
    }
    alm_decoder_close(decoder);
    return status;
}

/* Frees in. */
static void check(struct bytes in, const char *encoding, const char *text, size_t n)
{
    struct bytes out;
    struct alm_error error = {0};
    cr_assert(eq(int, (int)unpack(&out, in, encoding, &error), ALM_OK), "%s", error.text);
    cr_assert(eq(sz, out.n, n));
    cr_assert(memcmp(out.data, text, n) == 0);
    free(out.data);
    free(in.data);
}

/* Frees in. */
static void check_fails(struct bytes in, const char *encoding, enum alm_status expected, const char *says)
{
    struct bytes out;
    struct alm_error error = {0};
    cr_assert(eq(int, (int)unpack(&out, in, encoding, &error), (int)expected), "%s", error.text);
    HAS(error.text, says);
    free(out.data);
    free(in.data);
}

/* Text that fills several buffers and does not compress to nothing. */
static char *long_text(size_t n)
{
    char *text = malloc(n + 1);
    unsigned state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        text[i] = "0123456789,.\n-:T"[state >> 28];
    }
    text[n] = '\0';
    return text;
}

Test(stream, compressed_files_give_their_text)
{
    char *text = long_text(700000);
    for (size_t n = 0; n <= 700000; n = n * 9 + 1) {
        check(gzip(text, n), NULL, text, n);
        check(zstd(text, n), NULL, text, n);
        check(copy(text, n), NULL, text, n);
    }
    free(text);
}

Test(stream, members_and_frames_follow_each_other)
{
    char *text = long_text(300000);
    check(joined(joined(gzip(text, 7), gzip(text, 0)), gzip(text + 7, 299993)), NULL, text, 300000);
    check(joined(joined(zstd(text, 7), zstd(text, 0)), zstd(text + 7, 299993)), NULL, text, 300000);
    check(joined(copy("\x5A\x2A\x4D\x18\x03\0\0\0abc", 11), zstd(text, 9)), NULL, text, 9);
    /* padding at the end, as tapes and block devices have it */
    check(joined(gzip(text, 7), copy("\0\0\0\0\0\0\0\0\0", 9)), NULL, text, 7);
    free(text);
}

Test(stream, a_file_cut_anywhere_is_not_complete)
{
    char *text = long_text(600);
    struct bytes packed[] = {gzip(text, 600), zstd(text, 600)};
    for (size_t k = 0; k < 2; k++) {
        for (size_t n = 4; n < packed[k].n; n++) {
            char place[40];
            snprintf(place, sizeof place, "ends at byte %zu", n);
            check_fails(copy(packed[k].data, n), NULL, ALM_PARSE, place);
        }
        free(packed[k].data);
    }
    free(text);
}

Test(stream, a_changed_byte_changes_nothing_or_is_found)
{
    char *text = long_text(300);
    struct bytes packed[] = {gzip(text, 300), zstd(text, 300)}, out;
    for (size_t k = 0; k < 2; k++) {
        size_t found = 0;
        for (size_t i = 4; i < packed[k].n; i++) {
            struct alm_error error = {0};
            packed[k].data[i] ^= 0x11;
            if (unpack(&out, packed[k], NULL, &error) == ALM_OK)
                cr_assert(out.n == 300 && memcmp(out.data, text, 300) == 0);
            else
                found += error.status == ALM_PARSE && strstr(error.text, "t.csv") != NULL &&
                         strstr(error.text, " at byte ") != NULL;
            free(out.data);
            packed[k].data[i] ^= 0x11;
        }
        cr_assert(found > packed[k].n * 9 / 10);
        free(packed[k].data);
    }
    check_fails(joined(gzip(text, 7), copy("more", 4)), NULL, ALM_PARSE, "damaged at byte");
    check_fails(joined(zstd(text, 7), copy("more", 4)), NULL, ALM_PARSE, "damaged at byte");
    free(text);
}

Test(stream, other_formats_are_named)
{
    check_fails(copy("PK\x03\x04\x14\0\0\0\x08\0 spreadsheet", 22), NULL, ALM_PARSE, "save a spreadsheet");
    check_fails(copy("\xFD"
                     "7zXZ\0\0\x04\xE6\xD6\xB4\x46 and so on",
                     22),
                NULL, ALM_PARSE, "xz -dc");
    check(copy("PAR1,BZh\n1,2\n", 13), NULL, "PAR1,BZh\n1,2\n", 13);
}

Test(decode, marks_tell_the_encoding)
{
    static const char text[] = "t,größe\n2020-01-01,日本 \xF0\x9F\x98\x80\n";
    const size_t n = sizeof text - 1;
    check(joined(copy("\xEF\xBB\xBF", 3), copy(text, n)), NULL, text, n);
    check(joined(copy("\xEF\xBB\xBF", 3), copy(text, n)), "utf-8", text, n);
    check(recode("UTF-16LE", "\xFF\xFE", 2, text), NULL, text, n);
    check(recode("UTF-16BE", "\xFE\xFF", 2, text), NULL, text, n);
    check(recode("UTF-16BE", "\xFE\xFF", 2, text), "utf-16", text, n);
    check(recode("UTF-32LE", "\xFF\xFE\0\0", 4, text), NULL, text, n);
    check(recode("UTF-32BE", "\0\0\xFE\xFF", 4, text), NULL, text, n);
    check(copy("\xEF\xBB\xBF", 3), NULL, "", 0);
    check(copy("\xFF\xFE", 2), NULL, "", 0);
    struct bytes utf16 = recode("UTF-16LE", "\xFF\xFE", 2, text);
    check(gzip(utf16.data, utf16.n), NULL, text, n);
    free(utf16.data);
}

Test(decode, names_tell_the_encoding)
{
    check(copy("pr\xE9s \x80\n", 7), "windows-1252", "prés €\n", 10);
    check(copy("pr\xE9s\n", 5), "latin1", "prés\n", 6);
    check(copy("pr\xE9s\n", 5), "latin-1", "prés\n", 6);
    check(copy("pr\xE9s\n", 5), "ISO-8859-1", "prés\n", 6);
    check(recode("SHIFT_JIS", "", 0, "価格\n1\n"), "shift_jis", "価格\n1\n", 9);
    check(recode("UTF-16LE", "", 0, "a,b\n"), "utf-16le", "a,b\n", 4);
    check_fails(recode("UTF-16LE", "", 0, "a,b\n"), NULL, ALM_PARSE, "--encoding utf-16le");
    check_fails(recode("UTF-16BE", "", 0, "a,b\n"), NULL, ALM_PARSE, "--encoding utf-16be");
    check_fails(recode("UTF-16BE", "", 0, "a,b\n"), "UTF-16", ALM_USAGE, "no mark");
    check_fails(copy("a\n", 2), "latn1", ALM_USAGE, "latin1");
    check_fails(copy("a\n", 2), "", ALM_USAGE, "no name");
    check_fails(copy("a\n", 2), "latin1//IGNORE", ALM_USAGE, "no name");
    check_fails(copy("\xEF\xBB\xBF"
                     "a\n",
                     5),
                "latin1", ALM_USAGE, "mark of UTF-8");
}

Test(decode, characters_are_whole_across_buffers)
{
    const size_t lines = 30000;
    struct alm_text text = {0};
    for (size_t i = 0; i < lines; i++)
        alm_text_append(&text, i % 7 == 0 ? "日\xF0\x9F\x98\x80\n" : "本a\n");
    check(recode("UTF-16LE", "\xFF\xFE", 2, text.data), NULL, text.data, text.length);
    check(recode("GB18030", "", 0, text.data), "gb18030", text.data, text.length);
    alm_text_clear(&text);
}

Test(decode, bytes_that_do_not_belong_are_marked)
{
    check(copy("a\x81,1\n", 5), "windows-1252", "a\xFF,1\n", 5);
    check(copy("a\0\0\xDC,\0\n\0", 8), "utf-16le", "a\xFF,\n", 4);
    check(copy("\xFF\xFE,\0\n", 5), NULL, ",\xFF", 2);
    check(copy("a,\x8D", 3), "shift_jis", "a,\xFF", 3);
}

Test(decode, a_first_line_in_another_encoding_refuses_the_file)
{
    struct outcome out;
    ingest_text(&out, (struct alm_ingest_options){.series = "s"},
                "t,gr\xF6\xDF"
                "e\n2020-01-01,1\n2020-01-02,2\n");
    cr_assert(eq(int, (int)out.status, ALM_PARSE));
    HAS(out.error.text, "t.csv:1:5: ");
    HAS(out.error.text, "--encoding windows-1252");
    outcome_clear(&out);
}

Test(decode, what_cannot_be_decoded_is_a_reject_at_its_place)
{
    struct outcome out;
    ingest_bytes(&out, (struct alm_ingest_options){.encoding = "windows-1252", .series = "s"},
                 "t,v\n2020-01-01,1\n2020-01-02,\x81\n2020-01-03,3\n", 43);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    HAS(out.log.data, "reject t.csv:3:12: ");
    cr_assert(eq(sz, out.summary.rows_rejected, (size_t)1));
    outcome_clear(&out);
}
