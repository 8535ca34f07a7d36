/* The columns that name the series of a long file, where nobody said --by: taken when the content leaves no
 * choice, else a hint. */
#include "ingest/decision.h"
#include "ingest/name.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMPARED = ALM_TIME_PARTS + 2, /* columns: the time's and up to two keys */
    PAIRED = 16,                   /* candidates of which pairs are tried */
};

struct rows {
    const struct alm_sample *sample;
    size_t first, n; /* records [first, first + n) */
    size_t *order;   /* [n] */
    const size_t *columns;
    size_t n_columns;
};

static const char *cell_at(const struct alm_sample *sample, size_t r, size_t c)
{
    return c < sample->records[r].n ? sample->records[r].cells[c] : "";
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct rows *rows = context;
    for (size_t i = 0; i < rows->n_columns; i++) {
        const int difference = strcmp(cell_at(rows->sample, *(const size_t *)a, rows->columns[i]),
                                      cell_at(rows->sample, *(const size_t *)b, rows->columns[i]));
        if (difference != 0) return difference;
    }
    return 0;
}

/* How many rows have in these columns what another row before them has. */
static size_t count_repeats(struct rows *rows, const size_t *columns, size_t n_columns)
{
    size_t repeats = 0;
    rows->columns = columns;
    rows->n_columns = n_columns;
    for (size_t i = 0; i < rows->n; i++)
        rows->order[i] = rows->first + i;
    qsort_r(rows->order, rows->n, sizeof *rows->order, compare_rows, rows);
    for (size_t i = 1; i < rows->n; i++)
        repeats += compare_rows(&rows->order[i - 1], &rows->order[i], rows) == 0;
    return repeats;
}

/* The same for the time and n keys. */
static size_t count_shared(struct rows *rows, const struct alm_schema *schema, const size_t *keys, size_t n)
{
    size_t columns[COMPARED];
    memcpy(columns, schema->times, schema->n_times * sizeof *columns);
    for (size_t k = 0; k < n; k++)
        columns[schema->n_times + k] = keys[k];
    return count_repeats(rows, columns, schema->n_times + n);
}

/* As many rows of one time as an import lets pass, leaving them out. */
static bool is_tolerable(size_t repeats, size_t n)
{
    return repeats * 2 < n && repeats <= (n / 100 > 10 ? n / 100 : 10);
}

/* Whether every row has something in column c that can name a series. */
static bool is_full(const struct alm_decision *d, const struct rows *rows, size_t c)
{
    for (size_t i = 0; i < rows->n; i++) {
        const char *cell = cell_at(d->sample, rows->first + i, c);
        const size_t n = strlen(cell);
        if (!alm_name_is_usable(cell, n) || alm_number_is_missing(cell, n, &d->schema->numbers)) return false;
    }
    return true;
}

static bool is_text(const struct alm_decision *d, size_t c)
{
    return d->schema->columns[c].role == ALM_COLUMN_SKIPPED && d->schema->columns[c].hint[0] == '\0' &&
           d->facts[c].others > 0 && d->facts[c].times == ALM_TIME_NONE &&
           !alm_column_is_numeric(&d->facts[c]);
}

/* A column whose name says that it names series: text, or numbers that nobody asked for as values. */
static bool is_named_key(const struct alm_decision *d, size_t c)
{
    const struct alm_column *column = &d->schema->columns[c];
    if (!d->schema->named || !alm_name_is_key(column->name)) return false;
    return is_text(d, c) || (alm_name_is_id(column->name) && d->options->value == NULL &&
                             (column->role == ALM_COLUMN_VALUE || column->role == ALM_COLUMN_SKIPPED));
}

/* Text that comes again, and with the time tells all rows apart. */
static bool is_proven_key(const struct alm_decision *d, struct rows *rows, size_t c)
{
    return is_text(d, c) && is_full(d, rows, c) && (rows->n - count_repeats(rows, &c, 1)) * 2 <= rows->n &&
           count_shared(rows, d->schema, &c, 1) == 0;
}

/* Whether all rows have the same key while the user has given the series a name. */
static bool is_renamed(const struct alm_decision *d, struct rows *rows, size_t c)
{
    return d->options->series != NULL && count_repeats(rows, &c, 1) == rows->n - 1;
}

/* The column that names the series, or SIZE_MAX: by its name, else the only one that the content allows.
 * Columns that go hand in hand (a symbol and the company's name) count as one. */
static size_t find_key(const struct alm_decision *d, struct rows *rows, bool crowded)
{
    size_t found = SIZE_MAX;
    for (size_t c = 0; c < d->schema->n_columns; c++)
        if (is_named_key(d, c) && is_full(d, rows, c) && !is_renamed(d, rows, c) &&
            is_tolerable(count_shared(rows, d->schema, &c, 1), rows->n))
            return c;
    if (!crowded) return SIZE_MAX;
    for (size_t c = 0; c < d->schema->n_columns; c++) {
        if (!is_proven_key(d, rows, c)) continue;
        const size_t both[] = {found, c};
        if (found != SIZE_MAX && (count_repeats(rows, both, 2) != count_repeats(rows, &found, 1) ||
                                  count_repeats(rows, both, 2) != count_repeats(rows, &c, 1)))
            return SIZE_MAX;
        if (found == SIZE_MAX) found = c;
    }
    return found;
}

static enum alm_status take_key(struct alm_decision *d, size_t c, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    size_t n = 0;
    for (size_t v = 0; v < schema->n_values; v++)
        if (schema->values[v] != c) schema->values[n++] = schema->values[v];
    schema->n_values = n;
    if (n == 0)
        return alm_fail(error, ALM_DATA, "no column but \"%s\" holds numbers", schema->columns[c].header);
    schema->layout = ALM_LAYOUT_LONG;
    schema->keys[schema->n_keys++] = c;
    schema->columns[c].role = ALM_COLUMN_KEY;
    if (schema->columns[c].header[0] == '\0')
        alm_text_printf(
            &schema->assumptions,
            "each text of column %zu is a series of its own (--layout wide takes all rows as one)\n", c + 1);
    else
        alm_text_printf(
            &schema->assumptions,
            "each %s is a series of its own, as with --by %s (--layout wide takes all rows as one)\n",
            schema->columns[c].header, schema->columns[c].header);
    return alm_text_check(&schema->assumptions, error);
}

/* Whether column c could be part of a key that a user names: whole numbers and texts that come again. */
static bool may_be_part(const struct alm_decision *d, struct rows *rows, size_t c)
{
    const struct alm_column *column = &d->schema->columns[c];
    if (column->role != ALM_COLUMN_SKIPPED && column->role != ALM_COLUMN_VALUE) return false;
    if (!d->schema->named || column->header[0] == '\0' || d->facts[c].times == ALM_TIME_CERTAIN) return false;
    for (size_t r = rows->first; r < rows->first + rows->n; r++)
        if (!is_text(d, c) && strpbrk(cell_at(d->sample, r, c), ".,eE") != NULL) return false;
    return is_full(d, rows, c) && (rows->n - count_repeats(rows, &c, 1)) * 2 <= rows->n;
}

/* Nothing is wrong as far as was looked. If times come again later, it will be for another text in the one
 * column that could name series. */
static enum alm_status hint_unseen(struct alm_decision *d, struct rows *rows, struct alm_error *error)
{
    size_t found = SIZE_MAX;
    for (size_t c = 0; c < d->schema->n_columns; c++) {
        if (!is_text(d, c) || !is_full(d, rows, c) || (rows->n - count_repeats(rows, &c, 1)) * 2 > rows->n)
            continue;
        if (found != SIZE_MAX) return ALM_OK;
        found = c;
    }
    return found == SIZE_MAX ? ALM_OK
                             : alm_copy_text(&d->schema->by_hint, d->schema->columns[found].header, error);
}

/* What --by could be: text that tells some rows apart, or one or two columns that tell all apart. */
static enum alm_status find_hint(struct alm_decision *d, struct rows *rows, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    size_t parts[PAIRED], n = 0;
    const size_t all = count_shared(rows, schema, NULL, 0);
    if (all == 0) return hint_unseen(d, rows, error);
    for (size_t c = 0; c < schema->n_columns && n < PAIRED; c++)
        if (may_be_part(d, rows, c)) parts[n++] = c;
    for (size_t i = 0; i < n; i++)
        if (count_shared(rows, schema, &parts[i], 1) == 0)
            return alm_copy_text(&schema->by_hint, schema->columns[parts[i]].header, error);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            const size_t pair[] = {parts[i], parts[j]};
            struct alm_text text = {0};
            if (count_shared(rows, schema, pair, 2) > 0) continue;
            alm_text_printf(&text, "%s,%s", schema->columns[parts[i]].header,
                            schema->columns[parts[j]].header);
            schema->by_hint = text.data;
            return alm_text_check(&text, error);
        }
    }
    for (size_t c = 0; c < schema->n_columns; c++)
        if (is_text(d, c) && count_shared(rows, schema, &c, 1) < all)
            return alm_copy_text(&schema->by_hint, schema->columns[c].header, error);
    return ALM_OK;
}

enum alm_status alm_decision_keys(struct alm_decision *d, struct alm_error *error)
{
    struct alm_schema *schema = d->schema;
    struct rows rows = {.sample = d->sample, .first = schema->has_header};
    const char *layout = d->options->layout;
    if (schema->n_times == 0 || schema->n_keys > 0) return ALM_OK;
    rows.n = d->sample->n - rows.first;
    ALM_TRY(ALM_NEW(&rows.order, rows.n, error));
    const bool crowded = !is_tolerable(count_shared(&rows, schema, NULL, 0), rows.n);
    const bool open = layout == NULL || strcmp(layout, "auto") == 0;
    const size_t key = open ? find_key(d, &rows, crowded) : SIZE_MAX;
    const enum alm_status status = key != SIZE_MAX ? take_key(d, key, error) : find_hint(d, &rows, error);
    free(rows.order);
    return status;
}
