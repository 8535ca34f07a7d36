#include "report/export.h"

#include "base/memory.h"
#include "base/text.h"
#include "series/timestamp.h"
#include "store/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16, CHECK_EVERY = 4096, FRAMES_MAX = 1000 };

/* One frame that is read, at its current row. */
struct source {
    int64_t frame_id, first, last;
    struct alm_rows *rows;
    bool more;
    int64_t ts;
};

/* One column of the export. */
struct column {
    const struct alm_series_row *series;
    size_t source;
    bool categorical;
    char **labels; /* [n_labels] by code */
    size_t n_labels;
};

struct export
{
    const struct alm_output *output;
    struct alm_store *store;
    const struct alm_export_options *options;
    struct alm_export_counts *counts;
    bool index;
    struct alm_text text;   /* not yet written */
    struct column *columns; /* [n_columns] */
    size_t n_columns;
    struct source *sources; /* [n_sources] */
    size_t n_sources;
};

/* ---- cells ---- */

static enum alm_status drain(struct export *x, size_t limit, struct alm_error *error)
{
    if (x->text.length <= limit && !x->text.failed) return ALM_OK;
    ALM_TRY(alm_text_check(&x->text, error));
    ALM_TRY(x->output->write(x->output->context, alm_text_string(&x->text), x->text.length, error));
    alm_text_reset(&x->text);
    return ALM_OK;
}

/* Ends a line, and hands on what has gathered. */
static enum alm_status end_row(struct export *x, struct alm_error *error)
{
    alm_text_append_bytes(&x->text, "\n", 1);
    if (++x->counts->rows % CHECK_EVERY == 0 && alm_cancelled(x->options->cancel))
        return alm_fail(error, ALM_INTERRUPTED, "interrupted");
    return drain(x, PIECE, error);
}

static void write_text(struct export *x, const char *text)
{
    if (!x->options->excel_safe || text[0] == '\0' || strchr("=+-@\t\r", text[0]) == NULL) {
        alm_text_append_csv(&x->text, text);
        return;
    }
    struct alm_text safe = {0};
    alm_text_append(&safe, "'");
    alm_text_append(&safe, text);
    if (safe.failed) x->text.failed = true;
    alm_text_append_csv(&x->text, alm_text_string(&safe));
    alm_text_clear(&safe);
}

static void write_time(struct export *x, int64_t ts)
{
    if (x->index) {
        alm_text_printf(&x->text, "%lld", (long long)ts);
        return;
    }
    alm_ts_write_iso(&x->text, ts);
    if (x->text.failed || ts % ALM_SECOND == 0) return;
    char *end = x->text.data + x->text.length - 1; /* at Z */
    while (end[-1] == '0')
        end--;
    *end++ = 'Z';
    *end = '\0';
    x->text.length = (size_t)(end - x->text.data);
}

static enum alm_status write_value(struct export *x, const struct column *column, double value,
                                   struct alm_error *error)
{
    if (isnan(value)) return ALM_OK;
    if (!column->categorical) {
        alm_text_append_number(&x->text, value);
        return ALM_OK;
    }
    if (!(value >= 0 && value < (double)column->n_labels && value == floor(value)) ||
        column->labels[(size_t)value] == NULL)
        return alm_fail(error, ALM_DB, "%s: there is no label for the code %g", column->series->name, value);
    write_text(x, column->labels[(size_t)value]);
    return ALM_OK;
}

/* ---- sources ---- */

static enum alm_status advance(struct source *source, struct alm_error *error)
{
    ALM_TRY(alm_rows_step(source->rows, &source->more, error));
    if (source->more) source->ts = alm_rows_integer(source->rows, 0);
    return ALM_OK;
}

static enum alm_status open_source(struct source *source, struct alm_store *store, struct alm_error *error)
{
    const struct alm_binding bindings[] = {alm_bound_integer("frame", source->frame_id),
                                           alm_bound_integer("first", source->first),
                                           alm_bound_integer("last", source->last)};
    if (source->rows != NULL)
        ALM_TRY(alm_rows_restart(source->rows, bindings, 3, error));
    else
        ALM_TRY(alm_rows_open_query(&source->rows, store, "observation_frame_range", bindings, 3, error));
    return advance(source, error);
}

static void close_source(struct source *source)
{
    alm_rows_close(source->rows);
    source->rows = NULL;
}

/* Whether the column has a row at the source's time, and which value (NaN: missing). */
static bool read_value(double *out, const struct export *x, const struct column *column, int64_t ts)
{
    const struct source *source = &x->sources[column->source];
    *out = (double)NAN;
    if (!source->more || source->ts != ts || ts < column->series->first_ts || ts > column->series->last_ts)
        return false;
    *out = alm_rows_real(source->rows, 1 + column->series->position);
    return true;
}

/* ---- layouts ---- */

/* Index series count from 0: what stands before their first value is missing, and must be said. */
static enum alm_status write_leading(struct export *x, const char *name, int64_t first,
                                     struct alm_error *error)
{
    for (int64_t i = 0; x->index && i < first; i++) {
        if (name != NULL) {
            write_text(x, name);
            alm_text_append_bytes(&x->text, ",", 1);
        }
        write_time(x, i);
        for (size_t c = 0; c < (name != NULL ? 1 : x->n_columns); c++)
            alm_text_append_bytes(&x->text, ",", 1);
        ALM_TRY(end_row(x, error));
    }
    return ALM_OK;
}

/* One column after the other; without names there is only one. */
static enum alm_status write_column(struct export *x, const struct column *column, bool named,
                                    struct alm_error *error)
{
    const struct alm_series_row *series = column->series;
    struct source *source = &x->sources[column->source];
    double value;
    if (!series->has_values) return ALM_OK;
    ALM_TRY(write_leading(x, named ? series->name : NULL, series->first_ts, error));
    source->frame_id = series->frame_id;
    source->first = series->first_ts;
    source->last = series->last_ts;
    enum alm_status status = open_source(source, x->store, error);
    while (status == ALM_OK && source->more) {
        if (named) {
            write_text(x, series->name);
            alm_text_append_bytes(&x->text, ",", 1);
        }
        write_time(x, source->ts);
        alm_text_append_bytes(&x->text, ",", 1);
        read_value(&value, x, column, source->ts);
        status = write_value(x, column, value, error);
        if (status == ALM_OK) status = end_row(x, error);
        if (status == ALM_OK) status = advance(source, error);
    }
    return status;
}

static enum alm_status write_wide_row(struct export *x, int64_t ts, struct alm_error *error)
{
    const size_t start = x->text.length;
    bool any = false;
    double value;
    write_time(x, ts);
    for (size_t c = 0; c < x->n_columns; c++) {
        const struct column *column = &x->columns[c];
        alm_text_append_bytes(&x->text, ",", 1);
        const bool has = read_value(&value, x, column, ts);
        any = any || has;
        if (has)
            ALM_TRY(write_value(x, column, value, error));
        else if (column->series->has_values && ts > column->series->first_ts && ts < column->series->last_ts)
            x->counts->absent++;
    }
    if (any) return end_row(x, error);
    x->text.length = start; /* a row of series that are not exported */
    return ALM_OK;
}

static enum alm_status write_wide(struct export *x, struct alm_error *error)
{
    int64_t start = INT64_MAX;
    for (size_t s = 0; s < x->n_sources; s++) {
        ALM_TRY(open_source(&x->sources[s], x->store, error));
        if (x->sources[s].more && x->sources[s].ts < start) start = x->sources[s].ts;
    }
    if (start < INT64_MAX) ALM_TRY(write_leading(x, NULL, start, error));
    for (;;) {
        int64_t ts = INT64_MAX;
        bool more = false;
        for (size_t s = 0; s < x->n_sources; s++) {
            if (!x->sources[s].more) continue;
            more = true;
            if (x->sources[s].ts < ts) ts = x->sources[s].ts;
        }
        if (!more) return ALM_OK;
        ALM_TRY(write_wide_row(x, ts, error));
        for (size_t s = 0; s < x->n_sources; s++)
            if (x->sources[s].more && x->sources[s].ts == ts) ALM_TRY(advance(&x->sources[s], error));
    }
}

static enum alm_status write_all(struct export *x, struct alm_error *error)
{
    const char *axis = x->index ? "index" : "time";
    if (x->options->layout == ALM_EXPORT_LONG) alm_text_append(&x->text, "series,");
    alm_text_append(&x->text, axis);
    for (size_t c = 0; c < x->n_columns && x->options->layout == ALM_EXPORT_WIDE; c++) {
        alm_text_append(&x->text, ",");
        write_text(x, x->columns[c].series->name);
    }
    alm_text_append(&x->text, x->options->layout == ALM_EXPORT_WIDE ? "\n" : ",value\n");
    if (x->options->layout == ALM_EXPORT_WIDE) {
        ALM_TRY(write_wide(x, error));
    } else {
        for (size_t c = 0; c < x->n_columns; c++)
            ALM_TRY(write_column(x, &x->columns[c], x->options->layout == ALM_EXPORT_LONG, error));
    }
    return drain(x, 0, error);
}

/* ---- what is exported ---- */

static int compare_places(const void *a, const void *b)
{
    const struct alm_series_row *p = a, *q = b;
    if (p->frame_id != q->frame_id) return p->frame_id < q->frame_id ? -1 : 1;
    return p->position < q->position ? -1 : p->position > q->position;
}

/* Rows of the frame that concern the series. */
static void widen(struct source *source, const struct alm_series_row *series)
{
    if (!series->has_values) return;
    if (series->first_ts < source->first) source->first = series->first_ts;
    if (series->last_ts > source->last) source->last = series->last_ts;
}

static enum alm_status add_column(struct export *x, const struct alm_series_row *series,
                                  struct alm_error *error)
{
    struct column *column = &x->columns[x->n_columns++];
    const bool wide = x->options->layout == ALM_EXPORT_WIDE;
    *column = (struct column){.series = series, .categorical = strcmp(series->kind, "categorical") == 0};
    if (x->n_sources == 0 || (wide && x->sources[x->n_sources - 1].frame_id != series->frame_id))
        x->sources[x->n_sources++] =
            (struct source){.frame_id = series->frame_id, .first = INT64_MAX, .last = INT64_MIN};
    column->source = x->n_sources - 1;
    widen(&x->sources[column->source], series);
    if (!column->categorical) return ALM_OK;
    return alm_label_table_read(&column->labels, &column->n_labels, x->store, series->series_id, error);
}

static enum alm_status check_columns(const struct export *x, struct alm_error *error)
{
    const struct alm_series_row *first = x->columns[0].series;
    for (size_t c = 1; c < x->n_columns; c++) {
        const struct column *column = &x->columns[c];
        const bool index = strcmp(column->series->frequency, "index") == 0;
        if (index != x->index)
            return alm_fail(error, ALM_USAGE, "%s has %s and %s has %s: export them apart", first->name,
                            x->index ? "no clock" : "one", column->series->name, index ? "none" : "one");
        if (x->options->layout != ALM_EXPORT_WIDE && column->categorical != x->columns[0].categorical)
            return alm_fail(
                error, ALM_USAGE,
                "%s and %s, numbers and labels, do not fit into one column: export them apart, or "
                "with --layout wide",
                first->name, column->series->name);
    }
    if (x->n_sources > FRAMES_MAX)
        return alm_fail(
            error, ALM_USAGE,
            "%zu series that do not share their times are too many side by side (%d): use --layout "
            "long",
            x->n_sources, FRAMES_MAX);
    return ALM_OK;
}

static enum alm_status prepare(struct export *x, struct alm_series_row *series, size_t n,
                               struct alm_error *error)
{
    if (x->options->layout == ALM_EXPORT_WIDE) qsort(series, n, sizeof *series, compare_places);
    ALM_TRY(ALM_NEW(&x->columns, n, error));
    ALM_TRY(ALM_NEW(&x->sources, n, error));
    x->index = n > 0 && strcmp(series[0].frequency, "index") == 0;
    for (size_t i = 0; i < n; i++)
        ALM_TRY(add_column(x, &series[i], error));
    return n == 0 ? ALM_OK : check_columns(x, error);
}

static void clear(struct export *x)
{
    for (size_t c = 0; c < x->n_columns; c++) {
        for (size_t l = 0; l < x->columns[c].n_labels; l++)
            free(x->columns[c].labels[l]);
        free(x->columns[c].labels);
    }
    for (size_t s = 0; s < x->n_sources; s++)
        close_source(&x->sources[s]);
    free(x->columns);
    free(x->sources);
    alm_text_clear(&x->text);
}

enum alm_status alm_export_write(const struct alm_output *output, struct alm_store *store,
                                 struct alm_series_row *series, size_t n,
                                 const struct alm_export_options *options, struct alm_export_counts *counts,
                                 struct alm_error *error)
{
    struct export x = {.output = output, .store = store, .options = options, .counts = counts};
    *counts = (struct alm_export_counts){0};
    enum alm_status status = prepare(&x, series, n, error);
    if (status == ALM_OK) status = write_all(&x, error);
    clear(&x);
    return status;
}
