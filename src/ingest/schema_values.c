#include "ingest/decision.h"
#include "ingest/name.h"

#include <string.h>
#include <strings.h>

/* Why a column that nobody named is no series; NULL when it is one. */
static const char *why_not(const struct alm_decision *d, size_t c)
{
    const struct alm_column_facts *facts = &d->facts[c];
    const char *header = d->schema->columns[c].header;
    if (header[0] == '\0' && d->options->columns != NULL) return "not named by --columns";
    if (facts->numbers == 0 && facts->others == 0)
        return "empty as far as was looked; name it with --value to have it";
    if (facts->times == ALM_TIME_CERTAIN || (facts->times == ALM_TIME_NUMERIC && alm_name_is_time(header)))
        return "another time";
    if (strcasecmp(header, "<PER>") == 0) return "the length of the bars";
    if (strcasecmp(header, "ignore") == 0) return "to be ignored, as its name says";
    if (!alm_column_is_numeric(facts)) return "not numeric";
    if (facts->counts && d->schema->named && alm_name_is_counter(header)) return "counts the rows";
    return NULL;
}

/* Appends the options of a hint that are not there yet. */
static void add_hint(struct alm_text *out, const char *hint)
{
    while (*hint != '\0') {
        const char *end = strstr(hint + 1, " --");
        const size_t n = end == NULL ? strlen(hint) : (size_t)(end - hint);
        char option[ALM_NUMBER_HINT_SIZE];
        memcpy(option, hint, n);
        option[n] = '\0';
        if (strstr(alm_text_string(out), option) == NULL)
            alm_text_printf(out, out->length == 0 ? "%s" : " %s", option);
        hint += n + (end != NULL);
    }
}

/* What would make numbers of the columns that are left out; of them, the first that is not to be read
 * otherwise. */
static const struct alm_column *collect_hints(struct alm_text *out, const struct alm_decision *d)
{
    const struct alm_column *found = NULL;
    for (size_t c = 0; c < d->schema->n_columns; c++) {
        const struct alm_column *column = &d->schema->columns[c];
        if (column->role != ALM_COLUMN_SKIPPED || column->hint[0] == '\0' ||
            d->facts[c].times != ALM_TIME_NONE)
            continue;
        add_hint(out, column->hint);
        const bool other_style = strstr(column->hint, "--decimal") != NULL ||
                                 strstr(column->hint, "--thousands") != NULL ||
                                 strstr(column->hint, "--currency") != NULL;
        if (found == NULL && (other_style || d->schema->n_values == 0)) found = column;
    }
    return found;
}

/* Numbers that are written otherwise than it seems are no text to be left out: the columns beside them may be
 * written so, too (1.000 is a thousand then). */
static enum alm_status check_styles(const struct alm_decision *d, struct alm_error *error)
{
    struct alm_text hints = {0};
    const struct alm_column *column = d->options->value != NULL ? NULL : collect_hints(&hints, d);
    if (column != NULL)
        alm_fail(error, ALM_USAGE, "column \"%s\" holds numbers that are written otherwise (try %s)%s",
                 column->header, alm_text_string(&hints),
                 d->schema->n_values > 0 ? "; or choose columns with --value" : "");
    alm_text_clear(&hints);
    if (column != NULL) return ALM_USAGE;
    if (d->schema->n_values > 0) return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    "no column holds numbers; name the one you mean with --value (and see --decimal and "
                    "--delimiter), or labels with --category");
}

static enum alm_status find_values(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    if (d->options->value != NULL)
        return alm_decision_take_columns(schema->values, &schema->n_values, d, "value", d->options->value,
                                         ALM_COLUMN_VALUE, error);
    for (size_t c = 0; c < schema->n_columns; c++) {
        struct alm_column *column = &schema->columns[c];
        if (column->role != ALM_COLUMN_SKIPPED) continue;
        const char *why = why_not(d, c);
        if (why != NULL) {
            column->why_skipped = why;
            continue;
        }
        column->role = ALM_COLUMN_VALUE;
        schema->values[schema->n_values++] = c;
    }
    return ALM_OK;
}

enum alm_status alm_decision_values(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    size_t n_categories = 0;
    /* they have their role before numbers are looked for, and their place behind them */
    if (d->options->category != NULL)
        ALM_TRY(alm_decision_take_columns(schema->values, &n_categories, d, "category", d->options->category,
                                          ALM_COLUMN_CATEGORY, error));
    ALM_TRY(find_values(d, error));
    for (const char *p = d->options->category; p != NULL;) {
        const size_t length = strcspn(p, ",");
        size_t *column = &schema->values[schema->n_values];
        ALM_TRY(alm_decision_find_column(column, schema, "category", p, length, error));
        schema->columns[*column].kind = "categorical";
        schema->n_values++;
        schema->n_categories++;
        p = p[length] == '\0' ? NULL : p + length + 1;
    }
    return check_styles(d, error);
}
