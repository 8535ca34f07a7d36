#include "support.h"

#include "series/timestamp.h"

#include <unistd.h>

const char *write_file(const char *name, const char *bytes, size_t n)
{
    static char path[128];
    char directory[] = "/tmp/almanac-ingest-XXXXXX";
    cr_assert(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL);
    cr_assert(fwrite(bytes, 1, n, file) == n);
    fclose(file);
    return path;
}

void remove_file(const char *path)
{
    char directory[128];
    unlink(path);
    snprintf(directory, sizeof directory, "%.*s", (int)(strrchr(path, '/') - path), path);
    rmdir(directory);
}

enum alm_status open_bytes(struct alm_source **out, const char *bytes, size_t n, struct alm_error *error)
{
    const char *path = write_file("t.csv", bytes, n);
    const enum alm_status status = alm_source_open(out, path, NULL, NULL, error);
    remove_file(path);
    return status;
}

static enum alm_status on_schema(void *context, const struct alm_schema *schema, struct alm_error *error)
{
    struct outcome *out = context;
    (void)error;
    alm_text_append(&out->log, alm_text_string(&schema->assumptions));
    return ALM_OK;
}

static enum alm_status on_group(void *context, size_t group, const char *const *names, size_t width,
                                struct alm_error *error)
{
    struct outcome *out = context;
    (void)error;
    if (group < 64) out->widths[group] = width;
    alm_text_append(&out->log, "group");
    for (size_t i = 0; i < width; i++)
        alm_text_printf(&out->log, " %s", names[i]);
    alm_text_append(&out->log, "\n");
    return ALM_OK;
}

static void write_ts(struct outcome *out, int64_t ts)
{
    if (out->no_times)
        alm_text_printf(&out->log, "%lld", (long long)ts);
    else
        alm_ts_write_short(&out->log, ts);
}

static enum alm_status on_rows(void *context, size_t group, const int64_t *ts, const double *values,
                               const size_t *lines, size_t n, struct alm_error *error)
{
    struct outcome *out = context;
    (void)lines;
    (void)error;
    alm_text_printf(&out->log, "rows %zu\n", group);
    for (size_t i = 0; i < n; i++) {
        cr_assert(i == 0 || ts[i] > ts[i - 1]);
        write_ts(out, ts[i]);
        for (size_t v = 0; group < 64 && v < out->widths[group]; v++) {
            alm_text_append(&out->log, " ");
            if (isnan(values[i * out->widths[group] + v]))
                alm_text_append(&out->log, "?");
            else
                alm_text_append_number(&out->log, values[i * out->widths[group] + v]);
        }
        alm_text_append(&out->log, "\n");
    }
    return ALM_OK;
}

static enum alm_status on_end(void *context, size_t group, const struct alm_ingest_extent *extent,
                              struct alm_error *error)
{
    struct outcome *out = context;
    (void)error;
    alm_text_printf(&out->log, "end %zu ", group);
    alm_frequency_write(&out->log, extent->frequency);
    alm_text_printf(&out->log, " %zu %zu/%zu\n", extent->n, extent->gaps, extent->missing);
    return ALM_OK;
}

static enum alm_status on_reject(void *context, const struct alm_ingest_reject *reject,
                                 struct alm_error *error)
{
    struct outcome *out = context;
    (void)error;
    alm_text_append(&out->log, "reject ");
    alm_ingest_reject_write(&out->log, "t.csv", reject);
    alm_text_append(&out->log, "\n");
    return ALM_OK;
}

/* Codes in the order in which labels come, as `label GROUP.COLUMN CODE TEXT` when they are new. */
static enum alm_status on_label(void *context, size_t *code, size_t group, size_t column, const char *text,
                                size_t n, struct alm_error *error)
{
    struct outcome *out = context;
    bool is_new;
    cr_assert(group < 8 && column < 8);
    ALM_TRY(alm_labels_take(code, &is_new, &out->labels[group][column], text, n, error));
    if (is_new) alm_text_printf(&out->log, "label %zu.%zu %zu %.*s\n", group, column, *code, (int)n, text);
    return ALM_OK;
}

void ingest_bytes(struct outcome *out, struct alm_ingest_options options, const char *bytes, size_t n)
{
    const struct alm_ingest_sink sink = {.context = out,
                                         .schema = on_schema,
                                         .group = on_group,
                                         .rows = on_rows,
                                         .end = on_end,
                                         .reject = on_reject,
                                         .label = on_label};
    *out = (struct outcome){.no_times = options.index};
    options.path = write_file("t.csv", bytes, n);
    out->status = alm_ingest(&options, &sink, NULL, NULL, &out->summary, &out->error);
    remove_file(options.path);
    cr_assert_not(out->log.failed);
    cr_assert(out->status == ALM_OK || out->error.text[0] != '\0');
}

void ingest_text(struct outcome *out, struct alm_ingest_options options, const char *text)
{
    ingest_bytes(out, options, text, strlen(text));
}

static void clear_labels(struct outcome *out)
{
    for (size_t g = 0; g < 8; g++)
        for (size_t c = 0; c < 8; c++)
            alm_labels_clear(&out->labels[g][c]);
}

void outcome_clear(struct outcome *out)
{
    clear_labels(out);
    alm_text_clear(&out->log);
}

char *log_of(struct alm_ingest_options options, const char *text)
{
    struct outcome out;
    ingest_text(&out, options, text);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    clear_labels(&out);
    return out.log.data;
}

void gives(struct alm_ingest_options options, const char *text, const char *part)
{
    char *log = log_of(options, text);
    HAS(log, part);
    free(log);
}

void refused(struct alm_ingest_options options, const char *text, enum alm_status status, const char *part)
{
    struct outcome out;
    ingest_text(&out, options, text);
    cr_assert(eq(int, (int)out.status, (int)status), "%s\n%s", out.error.text, text);
    HAS(out.error.text, part);
    outcome_clear(&out);
}
