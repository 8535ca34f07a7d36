/* Whatever bytes come in as a file: an import ends with a status and a message, times increase within a
 * batch, values are finite or missing, every row is stored or rejected once. */
#include "fuzz.h"
#include "ingest/ingest.h"

#include <math.h>

struct seen {
    size_t width, rows, rejects;
    enum alm_layout layout;
};

static enum alm_status on_schema(void *context, const struct alm_schema *schema, struct alm_error *error)
{
    (void)error;
    ((struct seen *)context)->layout = schema->layout;
    return ALM_OK;
}

static enum alm_status on_group(void *context, size_t group, const char *const *names, size_t width,
                                struct alm_error *error)
{
    (void)group;
    (void)error;
    ((struct seen *)context)->width = width;
    for (size_t i = 0; i < width; i++)
        REQUIRE(names[i][0] != '\0');
    return ALM_OK;
}

static enum alm_status on_rows(void *context, size_t group, const int64_t *ts, const double *values,
                               const size_t *lines, size_t n, struct alm_error *error)
{
    struct seen *seen = context;
    (void)group;
    (void)error;
    for (size_t i = 0; i < n; i++) {
        REQUIRE(lines[i] > 0 && (i == 0 || ts[i] > ts[i - 1]));
        for (size_t v = 0; v < seen->width; v++)
            REQUIRE(!isinf(values[i * seen->width + v]));
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
    REQUIRE(extent->first <= extent->last && extent->n > 0);
    return ALM_OK;
}

static enum alm_status on_reject(void *context, const struct alm_ingest_reject *reject,
                                 struct alm_error *error)
{
    struct alm_text text = {0};
    (void)error;
    ((struct seen *)context)->rejects++;
    REQUIRE(reject->line > 0 && reject->column > 0);
    alm_ingest_reject_write(&text, "f", reject);
    alm_text_clear(&text);
    return ALM_OK;
}

static enum alm_status on_label(void *context, size_t *code, size_t group, size_t column, const char *text,
                                size_t n, struct alm_error *error)
{
    (void)context;
    (void)group;
    (void)column;
    (void)text;
    (void)error;
    *code = n;
    return ALM_OK;
}

static void check_file(unsigned how, const uint8_t *data, size_t n)
{
    static const char *const delimiters[] = {NULL, ",", ";", "tab"};
    struct seen seen = {0};
    struct alm_ingest_summary summary;
    struct alm_error error = {0};
    char path[64];
    const bool labels = n > 0 && data[0] == 'c'; /* column c holds them */
    const int file = make_file(path, data, n);
    const struct alm_ingest_options options = {
        .path = path,
        .series = "s",
        .delimiter = delimiters[how & 3],
        .index = how & 4,
        .layout = (how & 136) == 136 ? "tsf"
                  : how & 8          ? "rows"
                                     : NULL,
        .by = how & 16 ? "k" : NULL,
        .ragged = (how & 136) == 128 ? (how & 64 ? "pad" : "skip") : NULL,
        .category = labels ? "c" : NULL,
        .thousands = labels ? "," : NULL,
        .currency = labels ? "$" : NULL,
        .last_wins = how & 32,
        .max_rejects_given = how & 64,
        .max_rejects = 1000000,
    };
    const struct alm_ingest_sink sink = {.context = &seen,
                                         .schema = on_schema,
                                         .group = on_group,
                                         .rows = on_rows,
                                         .end = on_end,
                                         .reject = on_reject,
                                         .label = on_label};
    const enum alm_status status = alm_ingest(&options, &sink, NULL, NULL, &summary, &error);
    close(file);
    REQUIRE(status == ALM_OK || error.text[0] != '\0');
    REQUIRE(seen.rejects == summary.rows_rejected && summary.rows_rejected <= summary.rows_read);
    if (status == ALM_OK && seen.layout != ALM_LAYOUT_ROWS)
        REQUIRE(seen.rows + seen.rejects + summary.rows_skipped == summary.rows_read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) return 0;
    check_file(data[0], data + 1, n - 1);
    return 0;
}
