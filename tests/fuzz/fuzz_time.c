/* Times in cells, input `FORMAT|CELL` or `FORMAT|CELL\nCELL...`. What is read lies in range; written again as
 * ISO text or by the same format it reads back to the same time. A column's format that is found reads most
 * of its cells. */
#include "base/text.h"
#include "fuzz.h"
#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <time.h>

/* Writes a pattern; false when the text cannot mean ts alone. */
static void write_pattern(struct alm_text *out, const char *pattern, int64_t ts)
{
    const int64_t second = ts >= 0 ? ts / ALM_SECOND : -((-ts + ALM_SECOND - 1) / ALM_SECOND);
    const time_t when = (time_t)second;
    struct tm tm;
    char part[64];
    REQUIRE(gmtime_r(&when, &tm) != NULL);
    for (const char *p = pattern; *p != '\0'; p++) {
        const char directive[] = {'%', p[0] == '%' ? p[1] : 0, 0};
        if (directive[1] == 0) {
            alm_text_append_bytes(out, p, 1);
            continue;
        }
        p++;
        if (*p == 'f')
            snprintf(part, sizeof part, "%06d", (int)(ts - second * ALM_SECOND));
        else if (*p == 'q')
            snprintf(part, sizeof part, "%d", tm.tm_mon / 3 + 1);
        else if ((*p == 'Y' || *p == 'G') && strchr(pattern, 'V') != NULL)
            REQUIRE(strftime(part, sizeof part, "%G", &tm) > 0); /* padded below */
        else if (*p == 'Y' || *p == 'G')
            snprintf(part, sizeof part, "%04d", tm.tm_year + 1900);
        else if (*p == 'F')
            snprintf(part, sizeof part, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        else
            REQUIRE(strftime(part, sizeof part, directive, &tm) > 0);
        if (*p == 'Y' || *p == 'G')
            for (size_t n = strlen(part); n < 4; n++)
                alm_text_append(out, "0");
        alm_text_append(out, part);
    }
}

static void write_back(struct alm_text *out, const struct alm_time_format *format, int64_t ts)
{
    if (format->kind == ALM_TIME_ISO)
        alm_ts_write_iso(out, ts);
    else if (format->kind == ALM_TIME_PATTERN)
        write_pattern(out, format->pattern, ts);
}

static void check_cell(const struct alm_time_format *format, const char *text, size_t n)
{
    int64_t ts = 0, again = 0;
    bool zoned;
    if (!alm_time_format_read(&ts, format, text, n)) return;
    REQUIRE(alm_ts_in_range(ts));
    struct alm_text iso = {0}, written = {0};
    alm_ts_write_iso(&iso, ts);
    REQUIRE(alm_ts_parse_iso(&again, &zoned, iso.data, iso.length) && again == ts && zoned);
    write_back(&written, format, ts);
    if (written.length > 0)
        REQUIRE(alm_time_format_read(&again, format, written.data, written.length) && again == ts);
    alm_text_clear(&iso);
    alm_text_clear(&written);
}

/* The next line of [at, end). */
static const char *line_end(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    return stop == NULL ? end : stop;
}

/* Cells that are written so, whether or not they are finer than a microsecond; second may be NULL. */
static size_t count_read(const struct alm_time_format *format, const struct alm_time_format *second,
                         const char *text, size_t n)
{
    size_t good = 0;
    int64_t ts;
    bool zoned;
    for (const char *at = text, *end = text + n; at < end; at = line_end(at, end) + 1) {
        const size_t m = (size_t)(line_end(at, end) - at);
        good += alm_time_format_read_local(&ts, &zoned, format, at, m) != ALM_TIME_BAD ||
                (second != NULL && alm_time_format_read_local(&ts, &zoned, second, at, m) != ALM_TIME_BAD);
    }
    return good;
}

static void check_guess(const char *text, size_t n)
{
    struct alm_time_guess *guess = calloc(1, sizeof *guess);
    struct alm_time_format found, other;
    size_t cells = 0;
    REQUIRE(guess != NULL);
    for (const char *at = text, *end = text + n; at < end; at = line_end(at, end) + 1, cells++)
        alm_time_guess_add(guess, at, (size_t)(line_end(at, end) - at));
    const enum alm_time_verdict verdict = alm_time_guess_verdict(&found, &other, guess);
    free(guess);
    if (verdict == ALM_TIME_NONE) return;
    REQUIRE(alm_time_format_name(&found)[0] != '\0');
    const bool two = verdict == ALM_TIME_AMBIGUOUS;
    const size_t good = count_read(&found, two ? &other : NULL, text, n);
    REQUIRE(good * 5 >= cells * 4 || (cells - good <= 2 && good * 2 > cells));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const uint8_t *bar = n == 0 || n > 600 ? NULL : memchr(data, '|', n);
    if (bar == NULL) return 0;
    struct alm_time_format format;
    struct alm_error error = {0};
    char *pattern = copy_text(data, (size_t)(bar - data));
    const size_t m = n - (size_t)(bar + 1 - data);
    char *cells = copy_text(bar + 1, m);
    if (pattern[0] == '\0')
        check_guess(cells, m);
    else if (alm_time_format_parse(&format, pattern, &error) != ALM_OK)
        REQUIRE(error.text[0] != '\0');
    else
        for (const char *at = cells, *end = cells + m; at < end; at = line_end(at, end) + 1)
            check_cell(&format, at, (size_t)(line_end(at, end) - at));
    free(pattern);
    free(cells);
    return 0;
}
