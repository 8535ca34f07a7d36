#include "ingest/decision.h"
#include "ingest/name.h"

#include <string.h>

static enum alm_status fail_ambiguous(const struct alm_decision *d, size_t c, struct alm_error *error)
{
    return alm_fail(
        error, ALM_USAGE, "column \"%s\": day and month cannot be told apart; say --time-format '%s' or '%s'",
        d->schema->columns[c].header, d->facts[c].format.pattern, d->facts[c].other_format.pattern);
}

static bool may_be_time(const struct alm_decision *d, size_t c)
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
static enum alm_status find_time(size_t *out, const struct alm_decision *d, struct alm_error *error)
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

enum alm_status alm_decision_time(struct alm_decision *d, struct alm_error *error)
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
        ALM_TRY(alm_decision_find_column(&schema->times[0], schema, "time", options->time,
                                         strlen(options->time), error));
        if (schema->columns[schema->times[0]].role != ALM_COLUMN_SKIPPED)
            return alm_fail(error, ALM_USAGE, "--time: column \"%s\" is already used", options->time);
    } else if (options->time_format != NULL && schema->n_columns == 2 && schema->n_keys == 0) {
        schema->times[0] = 0;
    } else if (options->time_format != NULL) {
        /* the column whose first cell the format reads */
        const size_t r = schema->has_header;
        int64_t ts;
        schema->times[0] = SIZE_MAX;
        for (size_t c = 0; c < schema->n_columns && r < d->sample->n && c < d->sample->records[r].n; c++) {
            const char *cell = d->sample->records[r].cells[c];
            if (schema->columns[c].role == ALM_COLUMN_SKIPPED &&
                alm_time_format_read(&ts, &schema->time_format, cell, strlen(cell))) {
                schema->times[0] = c;
                break;
            }
        }
        if (schema->times[0] == SIZE_MAX)
            return alm_fail(error, ALM_USAGE, "no column has times like \"%s\"; name the column with --time",
                            options->time_format);
    } else {
        ALM_TRY(find_time(&schema->times[0], d, error));
    }
    schema->n_times = 1;
    schema->columns[schema->times[0]].role = ALM_COLUMN_TIME;
    if (options->time_format != NULL) return ALM_OK;
    const struct alm_column_facts *facts = &d->facts[schema->times[0]];
    if (facts->times == ALM_TIME_AMBIGUOUS) return fail_ambiguous(d, schema->times[0], error);
    if (facts->times == ALM_TIME_NONE)
        return alm_fail(error, ALM_USAGE,
                        "column \"%s\" does not hold times of one known form; see --time-format",
                        schema->columns[schema->times[0]].header);
    schema->time_format = facts->format;
    return ALM_OK;
}
