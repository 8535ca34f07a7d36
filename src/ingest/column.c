#include "ingest/column.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whether value goes on counting after last: by one, or from 0 or 1 again. */
static bool goes_on(double value, double last)
{
    return value == last + 1 || value == 0 || value == 1;
}

void alm_column_look(struct alm_column_facts *out, const struct alm_sample *sample, size_t column,
                     size_t first, const struct alm_number_style *style)
{
    struct alm_time_guess guess = {0};
    double last = NAN;
    *out = (struct alm_column_facts){.counts = true};
    for (size_t r = first; r < sample->n; r++) {
        if (column >= sample->records[r].n) continue;
        const char *cell = sample->records[r].cells[column];
        const size_t n = strlen(cell);
        double value;
        const enum alm_cell kind = alm_number_read(&value, cell, n, style);
        out->numbers += kind == ALM_CELL_NUMBER;
        out->missing += kind == ALM_CELL_MISSING;
        out->others += kind == ALM_CELL_BAD;
        if (kind == ALM_CELL_MISSING) continue;
        alm_time_guess_add(&guess, cell, n);
        if (kind != ALM_CELL_NUMBER || value != floor(value) || (!isnan(last) && !goes_on(value, last)))
            out->counts = false;
        last = kind == ALM_CELL_NUMBER ? value : NAN;
    }
    if (out->numbers < 2) out->counts = false;
    out->times = alm_time_guess_verdict(&out->format, &out->other_format, &guess);
}

/* Writes `--null WORD`, quoted for a shell where it must be. */
static void hint_null(char out[ALM_NUMBER_HINT_SIZE], const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-";
    const size_t n = strlen(word);
    out[0] = '\0';
    if (n == 0 || n > 12 || strchr(word, '\'') != NULL || strchr(word, ',') != NULL) return;
    snprintf(out, ALM_NUMBER_HINT_SIZE, strspn(word, plain) == n ? "--null %s" : "--null '%s'", word);
}

void alm_column_hint(char out[ALM_NUMBER_HINT_SIZE], const struct alm_sample *sample, size_t column,
                     size_t first, const struct alm_number_style *style)
{
    char hint[ALM_NUMBER_HINT_SIZE];
    const char *word = NULL;
    size_t helped = 0, bad = 0, good = 0, same = 0;
    double value;
    out[0] = '\0';
    for (size_t r = first; r < sample->n; r++) {
        if (column >= sample->records[r].n) continue;
        const char *cell = sample->records[r].cells[column];
        const size_t n = strlen(cell);
        const enum alm_cell kind = alm_number_read(&value, cell, n, style);
        good += kind == ALM_CELL_NUMBER;
        if (kind != ALM_CELL_BAD) continue;
        bad++;
        if (word == NULL) word = cell;
        same += strcmp(word, cell) == 0;
        if (!alm_number_hint(hint, cell, n, style)) continue;
        /* the longest hint covers most: thousands with a currency, not the currency alone */
        if (strlen(hint) > strlen(out)) memcpy(out, hint, strlen(hint) + 1);
        helped++;
    }
    if (helped * 5 < bad * 4) out[0] = '\0';
    /* numbers among which one word stands */
    if (out[0] == '\0' && good * 20 >= bad && bad > 0 && same == bad) hint_null(out, word);
}
