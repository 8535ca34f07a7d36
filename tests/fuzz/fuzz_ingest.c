/* Whatever bytes come in as a file: an import ends with a status and a message, times increase within a
 * batch, values are finite or missing, every row is stored or rejected once; and a time that one format reads
 * is written as ISO text that reads back to it. rooms: base series ingest */
#include "base/random.h"
#include "ingest/ingest.h"
#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct seen {
    size_t width, rows, rejects;
};

static void require(bool condition)
{
    if (!condition) abort();
}

static enum alm_status on_schema(void *context, const struct alm_schema *schema, struct alm_error *error)
{
    (void)context;
    (void)schema;
    (void)error;
    return ALM_OK;
}

static enum alm_status on_group(void *context, size_t group, const char *const *names, size_t width,
                                struct alm_error *error)
{
    (void)group;
    (void)error;
    ((struct seen *)context)->width = width;
    for (size_t i = 0; i < width; i++)
        require(names[i][0] != '\0');
    return ALM_OK;
}

static enum alm_status on_rows(void *context, size_t group, const int64_t *ts, const double *values,
                               const size_t *lines, size_t n, struct alm_error *error)
{
    struct seen *seen = context;
    (void)group;
    (void)error;
    for (size_t i = 0; i < n; i++) {
        require(lines[i] > 0 && (i == 0 || ts[i] > ts[i - 1]));
        for (size_t v = 0; v < seen->width; v++)
            require(!isinf(values[i * seen->width + v]));
    }
    seen->rows += n;
    return ALM_OK;
}

static enum alm_status on_end(void *context, size_t group, const struct alm_ingest_extent *extent,
                              struct alm_error *error)
{
    (void)context;
    (void)group;
    (void)error;
    require(extent->first <= extent->last && extent->n > 0);
    return ALM_OK;
}

static enum alm_status on_reject(void *context, const struct alm_ingest_reject *reject,
                                 struct alm_error *error)
{
    struct alm_text text = {0};
    (void)error;
    ((struct seen *)context)->rejects++;
    require(reject->line > 0 && reject->column > 0);
    alm_ingest_reject_write(&text, "f", reject);
    alm_text_clear(&text);
    return ALM_OK;
}

static void check_file(unsigned how, const uint8_t *data, size_t n)
{
    static const char *const delimiters[] = {NULL, ",", ";", "tab"};
    struct seen seen = {0};
    struct alm_ingest_summary summary;
    struct alm_error error = {0};
    char path[64];
    const int file = memfd_create("fuzz", 0);
    require(file >= 0 && write(file, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const struct alm_ingest_options options = {
        .path = path,
        .series = "s",
        .delimiter = delimiters[how & 3],
        .index = how & 4,
        .layout = how & 8 ? "rows" : NULL,
        .by = how & 16 ? "k" : NULL,
        .last_wins = how & 32,
        .max_rejects_given = how & 64,
        .max_rejects = 1000000,
    };
    const struct alm_ingest_sink sink = {&seen, on_schema, on_group, on_rows, on_end, on_reject};
    const enum alm_status status = alm_ingest(&options, &sink, NULL, NULL, &summary, &error);
    close(file);
    require(status == ALM_OK || error.text[0] != '\0');
    require(seen.rejects == summary.rows_rejected && summary.rows_rejected <= summary.rows_read);
    if (status == ALM_OK && options.layout == NULL) require(seen.rows + seen.rejects == summary.rows_read);
}

static void check_time(const char *text, size_t n)
{
    const char *bar = memchr(text, '|', n);
    char pattern[64];
    struct alm_time_format format;
    int64_t ts, again;
    bool zoned;
    const size_t m = bar == NULL ? 0 : (size_t)(bar - text);
    if (bar == NULL || m >= sizeof pattern) return;
    memcpy(pattern, text, m);
    pattern[m] = '\0';
    if (alm_time_format_parse(&format, pattern, NULL) != ALM_OK) return;
    if (!alm_time_format_read(&ts, &format, bar + 1, n - m - 1)) return;
    struct alm_text iso = {0};
    alm_ts_write_iso(&iso, ts);
    require(alm_ts_parse_iso(&again, &zoned, iso.data, iso.length) && again == ts && zoned);
    alm_text_clear(&iso);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) return 0;
    check_file(data[0], data + 1, n - 1);
    check_time((const char *)data + 1, n - 1);
    return 0;
}
