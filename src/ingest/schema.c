#include "ingest/schema.h"

#include "base/memory.h"
#include "ingest/decision.h"
#include "ingest/name.h"
#include "ingest/reject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_LIMIT = 32768 };

static enum alm_status fail_column(const struct alm_schema *schema, const char *option, const char *name,
                                   size_t n, struct alm_error *error)
{
    const char **list = NULL;
    char wanted[128];
    snprintf(wanted, sizeof wanted, "%.*s", (int)(n < sizeof wanted ? n : sizeof wanted - 1), name);
    if (ALM_NEW(&list, schema->n_columns + 1, NULL) == ALM_OK)
        for (size_t c = 0; c < schema->n_columns; c++)
            list[c] = schema->columns[c].header;
    const char *near = list == NULL ? NULL : alm_text_suggest(wanted, list);
    struct alm_text all = {0};
    for (size_t c = 0; near == NULL && c < schema->n_columns && c < 12; c++)
        alm_text_printf(&all, "%s%s", c == 0 ? "" : ", ", schema->columns[c].header);
    if (near != NULL)
        alm_fail(error, ALM_USAGE, "--%s: no column \"%s\"; did you mean \"%s\"?", option, wanted, near);
    else
        alm_fail(error, ALM_USAGE, "--%s: no column \"%s\"; there are: %s%s", option, wanted,
                 alm_text_string(&all), schema->n_columns > 12 ? ", ..." : "");
    alm_text_clear(&all);
    free(list);
    return ALM_USAGE;
}

/* The column of that header: exactly, else without regard to case. */
enum alm_status alm_decision_find_column(size_t *out, const struct alm_schema *schema, const char *option,
                                         const char *name, size_t n, struct alm_error *error)
{
    for (int exact = 1; exact >= 0; exact--) {
        size_t found = 0;
        for (size_t c = schema->n_columns; c-- > 0;) {
            const char *header = schema->columns[c].header;
            if (strlen(header) != n || (exact ? strncmp(header, name, n) : strncasecmp(header, name, n)) != 0)
                continue;
            *out = c;
            found++;
        }
        if (found == 1) return ALM_OK;
        if (found > 1)
            return alm_fail(error, ALM_USAGE,
                            "--%s: %zu columns are called \"%s\"; --columns gives them other names", option,
                            found, schema->columns[*out].header);
    }
    return fail_column(schema, option, name, n, error);
}

enum alm_status alm_decision_take_columns(size_t *list, size_t *n, struct alm_decision *d, const char *option,
                                          const char *names, enum alm_column_role role,
                                          struct alm_error *error)
{
    for (const char *p = names;; p++) {
        const size_t length = strcspn(p, ",");
        size_t column;
        ALM_TRY(alm_decision_find_column(&column, d->schema, option, p, length, error));
        if (d->schema->columns[column].role != ALM_COLUMN_SKIPPED)
            return alm_fail(error, ALM_USAGE, "--%s: column \"%s\" is already used", option,
                            d->schema->columns[column].header);
        d->schema->columns[column].role = role;
        list[(*n)++] = column;
        p += length;
        if (*p == '\0') return ALM_OK;
    }
}

/* The list that --columns states, or stands for. An empty name leaves its column out. */
static const char *stated_names(const struct alm_ingest_options *options)
{
    /* https://github.com/binance/binance-public-data: klines */
    static const char binance[] = "open_time,open,high,low,close,volume,,quote_volume,trades,"
                                  "taker_base,taker_quote,";
    if (options->columns == NULL || strcmp(options->columns, "binance") != 0) return options->columns;
    return binance;
}

/* As many names as the file has columns, no name twice. */
static enum alm_status check_stated(const char *names, size_t n_columns, struct alm_error *error)
{
    size_t n = 1;
    for (const char *p = names; *p != '\0'; p++)
        n += *p == ',';
    if (n == n_columns) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "--columns gives %zu name%s, the rows have %zu fields", n,
                    n == 1 ? "" : "s", n_columns);
}

static enum alm_status name_columns(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const struct alm_sample_record *first = &d->sample->records[0];
    if (first->n > COLUMNS_LIMIT)
        return alm_fail(error, ALM_DATA,
                        "%zu columns are more than %d; if each row is a series, say --layout rows", first->n,
                        COLUMNS_LIMIT);
    ALM_TRY(ALM_NEW(&schema->columns, first->n, error));
    ALM_TRY(ALM_NEW(&d->facts, first->n, error));
    schema->n_columns = first->n;
    const char *stated = stated_names(d->options);
    schema->named = schema->has_header || stated != NULL;
    if (stated != NULL) ALM_TRY(check_stated(stated, first->n, error));
    for (size_t c = 0; c < first->n; c++) {
        struct alm_column *column = &schema->columns[c];
        char counted[32];
        snprintf(counted, sizeof counted, "c%zu", c + 1);
        column->role = ALM_COLUMN_SKIPPED;
        column->why_skipped = "not numeric";
        column->kind = "numeric";
        const char *name = schema->has_header ? first->cells[c] : counted;
        const size_t length = stated == NULL ? strlen(name) : strcspn(stated, ",");
        if (stated != NULL) name = stated;
        ALM_TRY(alm_allocate((void **)&column->header, length + 1, 1, error));
        memcpy(column->header, name, length);
        if (stated != NULL) stated += length + 1;
        ALM_TRY(alm_name_column(&column->name, column->header, error));
        if (column->name[0] == '\0') {
            free(column->name);
            ALM_TRY(alm_copy_text(&column->name, counted, error));
        }
        const struct alm_sample_record *units = &d->sample->units;
        if (c < units->n && units->cells[c][0] != '\0')
            ALM_TRY(alm_copy_text(&column->unit, units->cells[c], error));
        alm_column_look(&d->facts[c], d->sample, c, schema->has_header, &schema->numbers);
        alm_column_hint(column->hint, d->sample, c, schema->has_header, &schema->numbers);
    }
    return ALM_OK;
}

static void describe(struct alm_decision *d)
{
    struct alm_schema *schema = d->schema;
    struct alm_text *out = &schema->assumptions;
    alm_dialect_write_remarks(out, &schema->dialect);
    if (!schema->has_header && !schema->named) alm_text_append(out, "there is no header\n");
    if (schema->has_header && d->options->columns != NULL)
        alm_text_append(out, "the names of the header were replaced by those of --columns\n");
    if (schema->layout == ALM_LAYOUT_ROWS) return;
    if (!schema->index && (d->options->time == NULL || d->options->time_format == NULL)) {
        for (size_t t = 0; t < schema->n_times; t++) {
            const char *header = schema->columns[schema->times[t]].header;
            alm_text_printf(out, t == 0 ? "time is column %zu" : " and %zu", schema->times[t] + 1);
            if (schema->named && header[0] != '\0') alm_text_printf(out, " (%s)", header);
        }
        alm_text_printf(out, ", written as %s; without a zone it is %s\n",
                        alm_time_format_name(&schema->time_format),
                        d->options->time_zone == NULL ? "UTC" : d->options->time_zone);
    }
    if (d->options->value != NULL) return;
    for (size_t c = 0; c < schema->n_columns; c++) {
        const struct alm_column *column = &schema->columns[c];
        if (column->role == ALM_COLUMN_SKIPPED)
            alm_text_printf(out,
                            column->hint[0] == '\0' ? "column %zu (%s) was left out: %s\n"
                                                    : "column %zu (%s) was left out: %s (try %s)\n",
                            c + 1, column->header[0] == '\0' ? "no name" : column->header,
                            column->why_skipped, column->hint);
    }
}

static enum alm_status read_layout(struct alm_schema *schema, const struct alm_ingest_options *options,
                                   struct alm_error *error)
{
    const char *text = options->layout == NULL ? "auto" : options->layout;
    const bool by = options->by != NULL;
    if (strcmp(text, "auto") == 0)
        schema->layout = by ? ALM_LAYOUT_LONG : ALM_LAYOUT_WIDE;
    else if (strcmp(text, "wide") == 0)
        schema->layout = ALM_LAYOUT_WIDE;
    else if (strcmp(text, "long") == 0)
        schema->layout = ALM_LAYOUT_LONG;
    else if (strcmp(text, "rows") == 0)
        schema->layout = ALM_LAYOUT_ROWS;
    else
        return alm_fail(error, ALM_USAGE, "--layout is one of auto, wide, long, rows, tsf, text; not \"%s\"",
                        text);
    if (schema->layout == ALM_LAYOUT_LONG && !by)
        return alm_fail(error, ALM_USAGE,
                        "--layout long needs --by COLUMN, the column that names the series");
    if (schema->layout != ALM_LAYOUT_LONG && by)
        return alm_fail(error, ALM_USAGE, "--by goes with --layout long, not %s", text);
    if (schema->layout != ALM_LAYOUT_ROWS) return ALM_OK;
    if (options->time != NULL || options->value != NULL || options->time_format != NULL ||
        options->category != NULL || options->columns != NULL)
        return alm_fail(error, ALM_USAGE,
                        "--layout rows has no columns: --time, --value, --category and --columns do not go "
                        "with it");
    schema->index = true;
    return ALM_OK;
}

/* Whether some cell holds the delimiter: then quotes keep it apart. */
static bool has_delimiter_inside(const struct alm_sample *sample, char delimiter)
{
    for (size_t r = 0; r < sample->n; r++)
        for (size_t c = 0; c < sample->records[r].n; c++)
            if (strchr(sample->records[r].cells[c], delimiter) != NULL) return true;
    return false;
}

/* Whether the numbers of the sample prove a decimal comma: in some column one cell in five can have no other
 * sign, and nowhere is one with a point. */
static bool has_decimal_comma(const struct alm_sample *sample)
{
    bool proven = false;
    const size_t width = sample->n > 0 ? sample->records[0].n : 0;
    for (size_t c = 0; c < width; c++) {
        size_t commas = 0, cells = 0;
        for (size_t r = sample->has_header; r < sample->n; r++) {
            if (c >= sample->records[r].n) continue;
            const enum alm_decimal_sign sign = alm_number_decimal_sign(sample->records[r].cells[c]);
            if (sign == ALM_DECIMAL_POINT) return false;
            commas += sign == ALM_DECIMAL_COMMA;
            cells++;
        }
        proven = proven || (commas > 0 && commas * 5 >= cells);
    }
    return proven;
}

static enum alm_status read_style(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    ALM_TRY(alm_number_style_make(&schema->numbers, d->options, error));
    if (d->options->decimal == NULL && d->options->thousands == NULL && has_decimal_comma(d->sample)) {
        schema->numbers.decimal = ',';
        alm_text_append(&schema->assumptions, "numbers have a decimal comma, as with --decimal ,\n");
    }
    if (schema->numbers.decimal == ',' && schema->dialect.delimiter[0] == ',' &&
        !has_delimiter_inside(d->sample, ','))
        return alm_fail(error, ALM_USAGE,
                        "--decimal , needs another delimiter than the comma, or quotes around numbers; see "
                        "--delimiter");
    return ALM_OK;
}

static void clear_columns(struct alm_schema *schema)
{
    for (size_t c = 0; c < schema->n_columns; c++) {
        free(schema->columns[c].header);
        free(schema->columns[c].name);
        free(schema->columns[c].unit);
        free(schema->columns[c].symbol);
    }
    free(schema->columns);
    schema->columns = NULL;
    schema->n_columns = 0;
}

/* Turns to layout rows, which has no columns. */
static void take_rows(struct alm_schema *schema)
{
    clear_columns(schema);
    schema->layout = ALM_LAYOUT_ROWS;
    schema->index = true;
    alm_text_append(&schema->assumptions,
                    "each row is a series: its name, then its values, which are counted 0, 1, 2, "
                    "..., as with --layout rows\n");
}

static enum alm_status decide(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    schema->index = d->options->index;
    if (d->sample->n == 0 && d->sample->bad_line > 0)
        return alm_fail(error, ALM_DATA, "no row can be read: line %zu: %s", d->sample->bad_line,
                        alm_ingest_reject_words(alm_record_fault_reason(d->sample->bad_fault)));
    if (d->sample->n == 0) return alm_fail(error, ALM_DATA, "there are no rows");
    ALM_TRY(read_layout(schema, d->options, error));
    ALM_TRY(read_style(d, error));
    schema->has_header = d->sample->has_header;
    if (schema->has_header && d->sample->n < 2)
        return alm_fail(error, ALM_DATA, "there are no rows below the header");
    if (schema->layout != ALM_LAYOUT_ROWS) {
        ALM_TRY(name_columns(d, error));
        if (alm_decision_is_rows(d)) take_rows(schema);
    }
    if (schema->layout != ALM_LAYOUT_ROWS) {
        ALM_TRY(ALM_NEW(&schema->keys, schema->n_columns, error));
        ALM_TRY(ALM_NEW(&schema->values, schema->n_columns, error));
        if (d->options->by != NULL)
            ALM_TRY(alm_decision_take_columns(schema->keys, &schema->n_keys, d, "by", d->options->by,
                                              ALM_COLUMN_KEY, error));
        ALM_TRY(alm_decision_time(d, error));
        ALM_TRY(alm_decision_values(d, error));
        ALM_TRY(alm_decision_keys(d, error));
    }
    ALM_TRY(alm_schema_decide_names(schema, d->options, error));
    describe(d);
    return alm_text_check(&schema->assumptions, error);
}

enum alm_status alm_schema_decide(struct alm_schema *out, const struct alm_sample *sample,
                                  struct alm_dialect dialect, const struct alm_ingest_options *options,
                                  struct alm_error *error)
{
    struct alm_decision d = {.schema = out, .sample = sample, .options = options};
    *out = (struct alm_schema){.dialect = dialect};
    const enum alm_status status = decide(&d, error);
    free(d.facts);
    if (status != ALM_OK) alm_schema_clear(out);
    return status;
}

void alm_schema_clear(struct alm_schema *schema)
{
    clear_columns(schema);
    free(schema->keys);
    free(schema->values);
    free(schema->series);
    free(schema->by_hint);
    alm_text_clear(&schema->assumptions);
    *schema = (struct alm_schema){0};
}
