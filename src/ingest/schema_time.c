/* Which column, or columns, hold the time, and how it is written. */
#include "ingest/decision.h"
#include "ingest/name.h"
#include "ingest/timesplit.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum alm_status fail_ambiguous(const char *header, const struct alm_time_format *one,
                                      const struct alm_time_format *other, struct alm_error *error)
{
    return alm_fail(error, ALM_USAGE,
                    "column \"%s\": day and month cannot be told apart; say --time-format '%s' or '%s'",
                    header, one->pattern, other->pattern);
}

/* ---- a time that is split over columns ---- */

/* The joined cells of sample row r; false when it is too short. */
static bool join_row(struct alm_text *out, const struct alm_decision *d, size_t r)
{
    const struct alm_schema *schema = d->schema;
    alm_text_reset(out);
    for (size_t t = 0; t < schema->n_times; t++) {
        if (schema->times[t] >= d->sample->records[r].n) return false;
        const char *cell = d->sample->records[r].cells[schema->times[t]];
        alm_time_join(out, cell, strlen(cell));
    }
    return true;
}

/* How the joined cells are written: the pattern, if four of five read by it, else what they look like. */
static enum alm_time_verdict judge_split(struct alm_time_format *out, struct alm_time_format *other,
                                         const struct alm_decision *d, const char *pattern)
{
    struct alm_time_guess guess = {0};
    struct alm_text joined = {0};
    size_t n = 0, n_read = 0;
    int64_t ts;
    const bool known = pattern[0] != '\0' && alm_time_format_parse(out, pattern, NULL) == ALM_OK;
    for (size_t r = d->schema->has_header; r < d->sample->n; r++) {
        if (!join_row(&joined, d, r)) continue;
        n++;
        n_read += known && alm_time_format_read(&ts, out, alm_text_string(&joined), joined.length);
        alm_time_guess_add(&guess, alm_text_string(&joined), joined.length);
    }
    alm_text_clear(&joined);
    if (n_read > 0 && n_read * 5 >= n * 4) return ALM_TIME_CERTAIN;
    return alm_time_guess_verdict(out, other, &guess);
}

/* Takes the columns of a split; columns maps its indices to the file's. */
static void take_split(struct alm_schema *schema, const struct alm_time_split *split, const size_t *columns)
{
    schema->n_times = split->n;
    for (size_t t = 0; t < split->n; t++)
        schema->times[t] = columns == NULL ? split->columns[t] : columns[split->columns[t]];
}

/* Looks for parts of a time by name, among the columns that have no role. */
static enum alm_status split_by_name(bool *found, struct alm_time_split *split, const struct alm_decision *d,
                                     struct alm_error *error)
{
    const struct alm_schema *schema = d->schema;
    const char **headers;
    *found = false;
    if (!schema->named) return ALM_OK;
    ALM_TRY(ALM_NEW(&headers, schema->n_columns, error));
    for (size_t c = 0; c < schema->n_columns; c++)
        headers[c] = schema->columns[c].role == ALM_COLUMN_SKIPPED ? schema->columns[c].header : "";
    *found = alm_time_split_find(split, headers, schema->n_columns);
    free(headers);
    return ALM_OK;
}

/* h:mm, hh:mm:ss.f, with AM or PM or not. */
static bool is_clock(const char *cell)
{
    cell += strspn(cell, " \t");
    size_t n = strspn(cell, "0123456789");
    if (n < 1 || n > 2 || cell[n] != ':') return false;
    for (cell += n; *cell == ':'; cell += n + 1) {
        n = strspn(cell + 1, "0123456789");
        if (n != 2) return false;
    }
    cell += strspn(cell, ".,0123456789 \t");
    return *cell == '\0' || strcasecmp(cell, "am") == 0 || strcasecmp(cell, "pm") == 0;
}

/* Whether nine in ten cells of a column without a role are times of day. */
static bool holds_clocks(const struct alm_decision *d, size_t c)
{
    size_t clocks = 0, n = 0;
    if (c >= d->schema->n_columns || d->schema->columns[c].role != ALM_COLUMN_SKIPPED) return false;
    for (size_t r = d->schema->has_header; r < d->sample->n; r++, n++)
        clocks += c < d->sample->records[r].n && is_clock(d->sample->records[r].cells[c]);
    return clocks > 0 && clocks * 10 >= n * 9;
}

/* Whether a column holds days, without a time of day. */
static bool holds_days(const struct alm_decision *d, size_t c)
{
    const struct alm_column_facts *facts = &d->facts[c];
    const size_t r = d->schema->has_header;
    if (d->schema->columns[c].role != ALM_COLUMN_SKIPPED || facts->times == ALM_TIME_NONE) return false;
    if (facts->format.kind == ALM_TIME_PATTERN)
        return strpbrk(facts->format.pattern, "HI") == NULL && strstr(facts->format.pattern, "%d") != NULL;
    return facts->format.kind == ALM_TIME_ISO && c < d->sample->records[r].n &&
           strchr(d->sample->records[r].cells[c], ':') == NULL;
}

/* A column of days with one of times of day right of it, whatever they are called. */
static bool split_by_content(struct alm_time_split *split, const struct alm_decision *d)
{
    for (size_t c = 0; c + 1 < d->schema->n_columns; c++) {
        if (!holds_days(d, c) || !holds_clocks(d, c + 1)) continue;
        *split = (struct alm_time_split){.columns = {c, c + 1}, .n = 2};
        return true;
    }
    return false;
}

static bool has_single(const struct alm_decision *d)
{
    for (size_t c = 0; c < d->schema->n_columns; c++)
        if (d->schema->columns[c].role == ALM_COLUMN_SKIPPED &&
            (d->facts[c].times == ALM_TIME_CERTAIN || d->facts[c].times == ALM_TIME_AMBIGUOUS))
            return true;
    return false;
}

/* A date beside a time of day is taken together; year, month, day only when no single column is a time. */
static enum alm_status find_split(bool *found, struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    struct alm_time_format format, other;
    struct alm_time_split split;
    bool named;
    *found = false;
    ALM_TRY(split_by_name(&named, &split, d, error));
    if (named && split.pattern[0] != '\0' && has_single(d)) named = false;
    if (!named && !split_by_content(&split, d)) return ALM_OK;
    take_split(schema, &split, NULL);
    const enum alm_time_verdict verdict = judge_split(&format, &other, d, split.pattern);
    if (verdict == ALM_TIME_AMBIGUOUS)
        return fail_ambiguous(schema->columns[schema->times[0]].header, &format, &other, error);
    *found = verdict != ALM_TIME_NONE;
    schema->time_format = format;
    return ALM_OK;
}

/* Several columns that the user named. */
static enum alm_status read_split(struct alm_decision *d, const size_t *columns, size_t n,
                                  struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const char *headers[ALM_TIME_PARTS];
    struct alm_time_split split;
    struct alm_time_format format, other;
    for (size_t t = 0; t < n; t++)
        headers[t] = schema->columns[columns[t]].header;
    alm_time_split_name(&split, headers, n);
    take_split(schema, &split, columns);
    if (d->options->time_format != NULL) return ALM_OK;
    switch (judge_split(&format, &other, d, split.pattern)) {
    case ALM_TIME_AMBIGUOUS:
        return fail_ambiguous(d->options->time, &format, &other, error);
    case ALM_TIME_NONE:
        return alm_fail(error, ALM_USAGE,
                        "columns \"%s\", joined with blanks, do not hold times of one known form; see "
                        "--time-format",
                        d->options->time);
    default:
        schema->time_format = format;
        return ALM_OK;
    }
}

/* ---- one column ---- */

static bool may_be_time(const struct alm_decision *d, size_t c)
{
    const char *header = d->schema->columns[c].header;
    const bool unnamed_first = c == 0 && (!d->schema->named || header[0] == '\0');
    switch (d->facts[c].times) {
    case ALM_TIME_CERTAIN:
    case ALM_TIME_AMBIGUOUS:
        return true;
    case ALM_TIME_NUMERIC:
        return alm_name_is_time(header) || alm_name_is_period(header) || unnamed_first;
    default:
        return false;
    }
}

/* Whether a column is called a time and begins with a number that is a spreadsheet's day of 1954 to 2119. */
static bool counts_days(const struct alm_decision *d, size_t c)
{
    const size_t r = d->schema->has_header;
    double days;
    if (!d->schema->named || !alm_name_is_time(d->schema->columns[c].header)) return false;
    if (r >= d->sample->n || c >= d->sample->records[r].n) return false;
    const char *cell = d->sample->records[r].cells[c];
    return alm_text_to_number(&days, cell, strlen(cell)) && days >= 20000 && days < 80000;
}

/* Finds the time column by content; of several the first whose name says so, else the first; years and such
 * numbers only when there is none. */
static enum alm_status find_single(struct alm_decision *d, struct alm_error *error)
{
    size_t first = SIZE_MAX, named = SIZE_MAX, period = SIZE_MAX;
    for (size_t c = 0; c < d->schema->n_columns; c++) {
        if (d->schema->columns[c].role != ALM_COLUMN_SKIPPED || !may_be_time(d, c)) continue;
        const bool weak =
            d->facts[c].times == ALM_TIME_NUMERIC && alm_name_is_period(d->schema->columns[c].header);
        if (weak && period == SIZE_MAX) period = c;
        if (!weak && first == SIZE_MAX) first = c;
        if (named == SIZE_MAX && alm_name_is_time(d->schema->columns[c].header)) named = c;
    }
    d->schema->times[0] = named != SIZE_MAX ? named : first != SIZE_MAX ? first : period;
    d->schema->n_times = 1;
    if (d->schema->times[0] != SIZE_MAX) return ALM_OK;
    if (alm_decision_is_plain(d)) {
        d->schema->n_times = 0;
        d->schema->index = true;
        alm_text_append(&d->schema->assumptions,
                        "no column holds times: rows are counted 0, 1, 2, ..., as with --index\n");
        return ALM_OK;
    }
    for (size_t c = 0; c < d->schema->n_columns; c++)
        if (counts_days(d, c))
            return alm_fail(
                error, ALM_USAGE,
                "no column holds times; if \"%s\" counts days as a spreadsheet does, say --time-format excel",
                d->schema->columns[c].header);
    return alm_fail(error, ALM_USAGE,
                    "no column holds times: name it with --time and say how they are written with "
                    "--time-format, or use --index for rows without times");
}

/* A date and a time of day that the stated format reads when they are joined. */
static enum alm_status find_split_by_format(bool *found, struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    struct alm_time_split split;
    struct alm_text joined = {0};
    int64_t ts;
    ALM_TRY(split_by_name(found, &split, d, error));
    if (!*found && !split_by_content(&split, d)) return ALM_OK;
    take_split(schema, &split, NULL);
    *found = schema->has_header < d->sample->n && join_row(&joined, d, schema->has_header) &&
             alm_time_format_read(&ts, &schema->time_format, alm_text_string(&joined), joined.length);
    const enum alm_status status = alm_text_check(&joined, error);
    alm_text_clear(&joined);
    return status;
}

/* The column whose first cell the stated format reads, or the columns. */
static enum alm_status find_by_format(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const size_t r = schema->has_header;
    bool split = false;
    int64_t ts;
    schema->n_times = 1;
    if (schema->n_columns == 2 && schema->n_keys == 0) return ALM_OK; /* the first */
    for (size_t c = 0; c < schema->n_columns && r < d->sample->n && c < d->sample->records[r].n; c++) {
        const char *cell = d->sample->records[r].cells[c];
        schema->times[0] = c;
        if (schema->columns[c].role == ALM_COLUMN_SKIPPED &&
            alm_time_format_read(&ts, &schema->time_format, cell, strlen(cell)))
            return ALM_OK;
    }
    ALM_TRY(find_split_by_format(&split, d, error));
    if (split) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "no column has times like \"%s\"; name the column with --time",
                    d->options->time_format);
}

static enum alm_status judge_single(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const char *header = schema->columns[schema->times[0]].header;
    const struct alm_column_facts *facts = &d->facts[schema->times[0]];
    if (facts->times == ALM_TIME_AMBIGUOUS)
        return fail_ambiguous(header, &facts->format, &facts->other_format, error);
    if (facts->times == ALM_TIME_NONE)
        return alm_fail(error, ALM_USAGE,
                        "column \"%s\" does not hold times of one known form; see --time-format", header);
    schema->time_format = facts->format;
    return ALM_OK;
}

/* The columns that --time names. */
static enum alm_status read_named(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const char *names = d->options->time;
    size_t columns[ALM_TIME_PARTS], n = 0;
    bool one = strchr(names, ',') == NULL;
    for (size_t c = 0; c < schema->n_columns; c++) /* a header with a comma in it */
        one = one || strcmp(schema->columns[c].header, names) == 0;
    for (const char *p = names; p != NULL;) {
        const size_t length = one ? strlen(p) : strcspn(p, ",");
        if (n == ALM_TIME_PARTS)
            return alm_fail(error, ALM_USAGE, "--time: at most %d columns", ALM_TIME_PARTS);
        ALM_TRY(alm_decision_find_column(&columns[n], schema, "time", p, length, error));
        bool used = schema->columns[columns[n]].role != ALM_COLUMN_SKIPPED;
        for (size_t t = 0; t < n; t++)
            used = used || columns[t] == columns[n];
        if (used)
            return alm_fail(error, ALM_USAGE, "--time: column \"%s\" is already used",
                            schema->columns[columns[n]].header);
        n++;
        p = p[length] == '\0' ? NULL : p + length + 1;
    }
    if (n > 1) return read_split(d, columns, n, error);
    schema->times[0] = columns[0];
    schema->n_times = 1;
    return d->options->time_format != NULL ? ALM_OK : judge_single(d, error);
}

enum alm_status alm_decision_time(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    const struct alm_ingest_options *options = d->options;
    bool split = false;
    if (schema->index) {
        if (options->time != NULL || options->time_format != NULL)
            return alm_fail(error, ALM_USAGE, "--index and --time or --time-format exclude each other");
        return ALM_OK;
    }
    if (options->time_format != NULL)
        ALM_TRY(alm_time_format_parse(&schema->time_format, options->time_format, error));
    if (options->time != NULL) {
        ALM_TRY(read_named(d, error));
    } else if (options->time_format != NULL) {
        ALM_TRY(find_by_format(d, error));
    } else {
        ALM_TRY(find_split(&split, d, error));
        if (!split) ALM_TRY(find_single(d, error));
        if (!split && !schema->index) ALM_TRY(judge_single(d, error));
    }
    for (size_t t = 0; t < schema->n_times; t++)
        schema->columns[schema->times[t]].role = ALM_COLUMN_TIME;
    return ALM_OK;
}
