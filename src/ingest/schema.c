#include "ingest/schema.h"

#include "base/memory.h"
#include "ingest/column.h"
#include "ingest/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is at hand while deciding. */
struct decision {
    struct alm_schema *schema;
    const struct alm_sample *sample;
    const struct alm_ingest_options *options;
    struct alm_column_facts *facts; /* [n_columns] */
};

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
static enum alm_status find_column(size_t *out, const struct alm_schema *schema, const char *option,
                                   const char *name, size_t n, struct alm_error *error)
{
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t c = 0; c < schema->n_columns; c++) {
            const char *header = schema->columns[c].header;
            if (strlen(header) == n &&
                (exact ? strncmp(header, name, n) : strncasecmp(header, name, n)) == 0) {
                *out = c;
                return ALM_OK;
            }
        }
    }
    return fail_column(schema, option, name, n, error);
}

/* Gives the columns of a list joined with commas a role. */
static enum alm_status take_columns(size_t **list, size_t *n, struct decision *d, const char *option,
                                    const char *names, enum alm_column_role role, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(list, d->schema->n_columns, error));
    for (const char *p = names;; p++) {
        const size_t length = strcspn(p, ",");
        size_t column;
        ALM_TRY(find_column(&column, d->schema, option, p, length, error));
        if (d->schema->columns[column].role != ALM_COLUMN_SKIPPED)
            return alm_fail(error, ALM_USAGE, "--%s: column \"%s\" is already used", option,
                            d->schema->columns[column].header);
        d->schema->columns[column].role = role;
        (*list)[(*n)++] = column;
        p += length;
        if (*p == '\0') return ALM_OK;
    }
}

static enum alm_status name_columns(struct decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const struct alm_sample_record *first = &d->sample->records[0];
    ALM_TRY(ALM_NEW(&schema->columns, first->n, error));
    ALM_TRY(ALM_NEW(&d->facts, first->n, error));
    schema->n_columns = first->n;
    for (size_t c = 0; c < first->n; c++) {
        struct alm_column *column = &schema->columns[c];
        char counted[32];
        snprintf(counted, sizeof counted, "c%zu", c + 1);
        column->role = ALM_COLUMN_SKIPPED;
        column->why_skipped = "not numeric";
        ALM_TRY(alm_copy_text(&column->header, schema->has_header ? first->cells[c] : counted, error));
        ALM_TRY(alm_name_column(&column->name, column->header, error));
        if (column->name[0] == '\0') {
            free(column->name);
            ALM_TRY(alm_copy_text(&column->name, counted, error));
        }
        alm_column_look(&d->facts[c], d->sample, c, schema->has_header, &schema->numbers);
    }
    return ALM_OK;
}

static enum alm_status fail_ambiguous(const struct decision *d, size_t c, struct alm_error *error)
{
    return alm_fail(
        error, ALM_USAGE, "column \"%s\": day and month cannot be told apart; say --time-format '%s' or '%s'",
        d->schema->columns[c].header, d->facts[c].format.pattern, d->facts[c].other_format.pattern);
}

static bool may_be_time(const struct decision *d, size_t c)
{
    const char *header = d->schema->columns[c].header;
    const bool unnamed_first = c == 0 && (!d->schema->has_header || header[0] == '\0');
    switch (d->facts[c].times) {
    case ALM_TIME_CERTAIN:
    case ALM_TIME_AMBIGUOUS:
        return true;
    case ALM_TIME_NUMERIC:
        return alm_name_is_time(header) || unnamed_first;
    default:
        return false;
    }
}

/* Finds the time column by content; of several the first whose name says so, else the first. */
static enum alm_status find_time(size_t *out, const struct decision *d, struct alm_error *error)
{
    size_t first = SIZE_MAX, named = SIZE_MAX;
    for (size_t c = 0; c < d->schema->n_columns; c++) {
        if (d->schema->columns[c].role != ALM_COLUMN_SKIPPED || !may_be_time(d, c)) continue;
        if (first == SIZE_MAX) first = c;
        if (named == SIZE_MAX && alm_name_is_time(d->schema->columns[c].header)) named = c;
    }
    *out = named != SIZE_MAX ? named : first;
    if (*out != SIZE_MAX) return ALM_OK;
    return alm_fail(error, ALM_USAGE,
                    "no column holds times: name it with --time and say how they are written with "
                    "--time-format, or use --index for rows without times");
}

static enum alm_status decide_time(struct decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const struct alm_ingest_options *options = d->options;
    if (schema->index) {
        if (options->time != NULL || options->time_format != NULL)
            return alm_fail(error, ALM_USAGE, "--index and --time or --time-format exclude each other");
        return ALM_OK;
    }
    if (options->time_format != NULL)
        ALM_TRY(alm_time_format_parse(&schema->time_format, options->time_format, error));
    if (options->time != NULL) {
        ALM_TRY(find_column(&schema->time, schema, "time", options->time, strlen(options->time), error));
        if (schema->columns[schema->time].role != ALM_COLUMN_SKIPPED)
            return alm_fail(error, ALM_USAGE, "--time: column \"%s\" is already used", options->time);
    } else if (options->time_format != NULL && schema->n_columns == 2 && schema->n_keys == 0) {
        schema->time = 0;
    } else if (options->time_format != NULL) {
        /* the column whose first cell the format reads */
        const size_t r = schema->has_header;
        int64_t ts;
        schema->time = SIZE_MAX;
        for (size_t c = 0; c < schema->n_columns && r < d->sample->n && c < d->sample->records[r].n; c++) {
            const char *cell = d->sample->records[r].cells[c];
            if (schema->columns[c].role == ALM_COLUMN_SKIPPED &&
                alm_time_format_read(&ts, &schema->time_format, cell, strlen(cell))) {
                schema->time = c;
                break;
            }
        }
        if (schema->time == SIZE_MAX)
            return alm_fail(error, ALM_USAGE, "no column has times like \"%s\"; name the column with --time",
                            options->time_format);
    } else {
        ALM_TRY(find_time(&schema->time, d, error));
    }
    schema->columns[schema->time].role = ALM_COLUMN_TIME;
    if (options->time_format != NULL) return ALM_OK;
    const struct alm_column_facts *facts = &d->facts[schema->time];
    if (facts->times == ALM_TIME_AMBIGUOUS) return fail_ambiguous(d, schema->time, error);
    if (facts->times == ALM_TIME_NONE)
        return alm_fail(error, ALM_USAGE,
                        "column \"%s\" does not hold times of one known form; see --time-format",
                        schema->columns[schema->time].header);
    schema->time_format = facts->format;
    return ALM_OK;
}

static enum alm_status decide_values(struct decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    if (d->options->value != NULL)
        return take_columns(&schema->values, &schema->n_values, d, "value", d->options->value,
                            ALM_COLUMN_VALUE, error);
    ALM_TRY(ALM_NEW(&schema->values, schema->n_columns, error));
    for (size_t c = 0; c < schema->n_columns; c++) {
        struct alm_column *column = &schema->columns[c];
        const struct alm_column_facts *facts = &d->facts[c];
        if (column->role != ALM_COLUMN_SKIPPED) continue;
        if (facts->numbers == 0 && facts->others == 0)
            column->why_skipped = "empty as far as was looked; name it with --value to have it";
        else if (facts->times == ALM_TIME_CERTAIN)
            column->why_skipped = "another time";
        else if (alm_column_is_numeric(facts) && facts->counts && schema->has_header &&
                 alm_name_is_counter(column->header))
            column->why_skipped = "counts the rows";
        else if (alm_column_is_numeric(facts)) {
            column->role = ALM_COLUMN_VALUE;
            schema->values[schema->n_values++] = c;
        }
    }
    if (schema->n_values > 0) return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    "no column holds numbers; name the one you mean with --value (and see "
                    "--decimal and --delimiter)");
}

/* A text column that tells rows of the same time apart is likely to be a key. */
static void find_label(struct decision *d)
{
    struct alm_schema *schema = d->schema;
    if (schema->index || schema->n_keys > 0) return;
    for (size_t c = 0; c < schema->n_columns && schema->label == NULL; c++)
        if (schema->columns[c].role == ALM_COLUMN_SKIPPED && d->facts[c].others > 0 &&
            d->facts[c].times == ALM_TIME_NONE &&
            alm_sample_tells_apart(d->sample, schema->has_header, schema->time, c))
            schema->label = schema->columns[c].header;
}

static void describe(struct decision *d)
{
    struct alm_schema *schema = d->schema;
    struct alm_text *out = &schema->assumptions;
    char buffer[2];
    if (d->options->delimiter == NULL && schema->dialect.delimiter != ',')
        alm_text_printf(out, "fields are separated by %s\n",
                        alm_dialect_delimiter_name(buffer, schema->dialect.delimiter));
    if (!schema->has_header) alm_text_append(out, "there is no header\n");
    if (schema->layout == ALM_LAYOUT_ROWS) return;
    if (!schema->index && (d->options->time == NULL || d->options->time_format == NULL)) {
        alm_text_printf(out, "time is column %zu", schema->time + 1);
        if (schema->has_header && schema->columns[schema->time].header[0] != '\0')
            alm_text_printf(out, " (%s)", schema->columns[schema->time].header);
        alm_text_printf(out, ", written as %s; without a zone it is %s\n",
                        alm_time_format_name(&schema->time_format),
                        d->options->time_zone == NULL ? "UTC" : d->options->time_zone);
    }
    if (d->options->value != NULL) return;
    for (size_t c = 0; c < schema->n_columns; c++) {
        const struct alm_column *column = &schema->columns[c];
        if (column->role == ALM_COLUMN_SKIPPED)
            alm_text_printf(out, "column %zu (%s) was left out: %s\n", c + 1,
                            column->header[0] == '\0' ? "no name" : column->header, column->why_skipped);
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
        return alm_fail(error, ALM_USAGE, "--layout is one of auto, wide, long, rows; not \"%s\"", text);
    if (schema->layout == ALM_LAYOUT_LONG && !by)
        return alm_fail(error, ALM_USAGE,
                        "--layout long needs --by COLUMN, the column that names the series");
    if (schema->layout != ALM_LAYOUT_LONG && by)
        return alm_fail(error, ALM_USAGE, "--by goes with --layout long, not %s", text);
    if (schema->layout != ALM_LAYOUT_ROWS) return ALM_OK;
    if (options->time != NULL || options->value != NULL || options->time_format != NULL)
        return alm_fail(error, ALM_USAGE,
                        "--layout rows has no columns: --time and --value do not go with it");
    if (!options->index) return alm_fail(error, ALM_USAGE, "--layout rows has no times: add --index");
    return ALM_OK;
}

static enum alm_status read_style(struct alm_schema *schema, const struct alm_ingest_options *options,
                                  struct alm_error *error)
{
    const char *decimal = options->decimal == NULL ? "." : options->decimal;
    if (strcmp(decimal, ".") != 0 && strcmp(decimal, ",") != 0)
        return alm_fail(error, ALM_USAGE, "--decimal is `.` or `,`, not \"%s\"", decimal);
    if (decimal[0] == ',' && schema->dialect.delimiter == ',')
        return alm_fail(error, ALM_USAGE,
                        "--decimal , needs another delimiter than the comma; see --delimiter");
    schema->numbers = (struct alm_number_style){.decimal = decimal[0], .null_text = options->null_text};
    return ALM_OK;
}

static enum alm_status read_header(struct alm_schema *schema, const struct alm_sample *sample,
                                   const struct alm_ingest_options *options, struct alm_error *error)
{
    const char *header = options->header == NULL ? "auto" : options->header;
    if (strcmp(header, "auto") == 0)
        schema->has_header = alm_sample_has_header(sample, &schema->numbers);
    else if (strcmp(header, "yes") == 0 || strcmp(header, "no") == 0)
        schema->has_header = header[0] == 'y';
    else
        return alm_fail(error, ALM_USAGE, "--header is one of auto, yes, no; not \"%s\"", header);
    if (schema->has_header && sample->n < 2)
        return alm_fail(error, ALM_DATA, "there are no rows below the header");
    return ALM_OK;
}

static enum alm_status decide(struct decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    schema->index = d->options->index;
    if (d->sample->n == 0) return alm_fail(error, ALM_DATA, "there are no rows");
    ALM_TRY(read_layout(schema, d->options, error));
    ALM_TRY(read_style(schema, d->options, error));
    ALM_TRY(read_header(schema, d->sample, d->options, error));
    if (schema->layout != ALM_LAYOUT_ROWS) {
        ALM_TRY(name_columns(d, error));
        if (d->options->by != NULL)
            ALM_TRY(
                take_columns(&schema->keys, &schema->n_keys, d, "by", d->options->by, ALM_COLUMN_KEY, error));
        ALM_TRY(decide_time(d, error));
        ALM_TRY(decide_values(d, error));
        find_label(d);
    }
    ALM_TRY(alm_schema_decide_names(schema, d->options, error));
    describe(d);
    return alm_text_check(&schema->assumptions, error);
}

enum alm_status alm_schema_decide(struct alm_schema *out, const struct alm_sample *sample,
                                  struct alm_dialect dialect, const struct alm_ingest_options *options,
                                  struct alm_error *error)
{
    struct decision d = {.schema = out, .sample = sample, .options = options};
    *out = (struct alm_schema){.dialect = dialect};
    const enum alm_status status = decide(&d, error);
    free(d.facts);
    if (status != ALM_OK) alm_schema_clear(out);
    return status;
}

void alm_schema_clear(struct alm_schema *schema)
{
    for (size_t c = 0; c < schema->n_columns; c++) {
        free(schema->columns[c].header);
        free(schema->columns[c].name);
        free(schema->columns[c].symbol);
    }
    free(schema->columns);
    free(schema->keys);
    free(schema->values);
    free(schema->series);
    alm_text_clear(&schema->assumptions);
    *schema = (struct alm_schema){0};
}
