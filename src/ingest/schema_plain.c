/* Files without times whose content leaves no choice: a table of numbers, and a series a row. */
#include "ingest/decision.h"
#include "ingest/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *cell_at(const struct alm_decision *d, size_t r, size_t c)
{
    return c < d->sample->records[r].n ? d->sample->records[r].cells[c] : "";
}

/* Whether the first column goes up, or down, all the way: then it may be a time after all. */
static bool first_is_ordered(const struct alm_decision *d)
{
    size_t up = 0, down = 0, n = 0;
    double last = 0, value;
    for (size_t r = d->schema->has_header; r < d->sample->n; r++) {
        const char *cell = cell_at(d, r, 0);
        if (alm_number_read(&value, cell, strlen(cell), &d->schema->numbers) != ALM_CELL_NUMBER) continue;
        if (n++ > 0) {
            up += value > last;
            down += value < last;
        }
        last = value;
    }
    return n < 3 || up == n - 1 || down == n - 1;
}

bool alm_decision_is_plain(const struct alm_decision *d)
{
    const struct alm_schema *schema = d->schema;
    for (size_t c = 0; c < schema->n_columns; c++) {
        const struct alm_column_facts *facts = &d->facts[c];
        if (schema->columns[c].role != ALM_COLUMN_SKIPPED || facts->times != ALM_TIME_NONE ||
            !alm_column_is_numeric(facts) || (schema->named && alm_name_is_time(schema->columns[c].header)))
            return false;
    }
    return !first_is_ordered(d);
}

/* Whether headers from the second on are one word and a number that counts: V2, V3, ... or 1, 2, ... */
static bool headers_count(const struct alm_schema *schema)
{
    const char *first = schema->columns[1].header;
    size_t prefix = strcspn(first, "0123456789");
    const long start = strtol(first + prefix, NULL, 10);
    for (size_t c = 1; c < schema->n_columns; c++) {
        char expected[64];
        snprintf(expected, sizeof expected, "%.*s%ld", (int)(prefix < 32 ? prefix : 32), first,
                 start + (long)c - 1);
        if (strcmp(schema->columns[c].header, expected) != 0) return false;
    }
    return true;
}

bool alm_decision_is_rows(const struct alm_decision *d)
{
    const struct alm_schema *schema = d->schema;
    const struct alm_ingest_options *options = d->options;
    if (options->layout != NULL && strcmp(options->layout, "auto") != 0) return false;
    if (options->time != NULL || options->value != NULL || options->by != NULL || options->category != NULL ||
        options->time_format != NULL || options->columns != NULL || schema->n_columns < 3 || schema->index)
        return false;
    for (size_t c = 0; c < schema->n_columns; c++)
        if (c == 0 ? d->facts[c].others == 0 || d->facts[c].numbers > 0 || d->facts[c].missing > 0 ||
                         d->facts[c].times != ALM_TIME_NONE
                   : d->facts[c].others > 0)
            return false;
    if (schema->has_header && !headers_count(schema)) return false;
    for (size_t r = schema->has_header; r < d->sample->n; r++)
        for (size_t s = r + 1; s < d->sample->n; s++)
            if (strcmp(cell_at(d, r, 0), cell_at(d, s, 0)) == 0) return false;
    return true;
}
