#include "ingest/column.h"

#include <math.h>
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

void alm_column_hint(char out[ALM_NUMBER_HINT_SIZE], const struct alm_sample *sample, size_t column,
                     size_t first, const struct alm_number_style *style)
{
    char hint[ALM_NUMBER_HINT_SIZE];
    size_t helped = 0, bad = 0;
    double value;
    out[0] = '\0';
    for (size_t r = first; r < sample->n; r++) {
        if (column >= sample->records[r].n) continue;
        const char *cell = sample->records[r].cells[column];
        const size_t n = strlen(cell);
        if (alm_number_read(&value, cell, n, style) != ALM_CELL_BAD) continue;
        bad++;
        if (!alm_number_hint(hint, cell, n, style)) continue;
        /* the longest hint covers most: thousands with a currency, not the currency alone */
        if (strlen(hint) > strlen(out)) memcpy(out, hint, strlen(hint) + 1);
        helped++;
    }
    if (helped * 5 < bad * 4) out[0] = '\0';
}

/* Whether a single cell is of the kind that its column holds. */
static bool cell_fits(const char *cell, const struct alm_column_facts *facts,
                      const struct alm_number_style *style)
{
    double value;
    struct alm_time_guess guess = {0};
    struct alm_time_format format, other;
    if (alm_column_is_numeric(facts))
        return alm_number_read(&value, cell, strlen(cell), style) == ALM_CELL_NUMBER;
    alm_time_guess_add(&guess, cell, strlen(cell));
    return alm_time_guess_verdict(&format, &other, &guess) != ALM_TIME_NONE;
}

static bool is_word(const char *cell, const struct alm_number_style *style)
{
    double value;
    struct alm_time_guess guess = {0};
    struct alm_time_format format, other;
    if (alm_number_read(&value, cell, strlen(cell), style) != ALM_CELL_BAD) return false;
    alm_time_guess_add(&guess, cell, strlen(cell));
    return alm_time_guess_verdict(&format, &other, &guess) == ALM_TIME_NONE;
}

bool alm_sample_has_header(const struct alm_sample *sample, const struct alm_number_style *style)
{
    if (sample->n == 0) return false;
    const struct alm_sample_record *first = &sample->records[0];
    bool word_above = false, all_words = true;
    for (size_t c = 0; c < first->n; c++) {
        struct alm_column_facts facts;
        alm_column_look(&facts, sample, c, 1, style);
        const bool word = is_word(first->cells[c], style);
        all_words = all_words && word;
        if (!alm_column_is_numeric(&facts) && facts.times != ALM_TIME_CERTAIN &&
            facts.times != ALM_TIME_AMBIGUOUS)
            continue;
        if (cell_fits(first->cells[c], &facts, style)) return false;
        word_above = word_above || word;
    }
    return word_above || all_words;
}

bool alm_sample_tells_apart(const struct alm_sample *sample, size_t first, size_t a, size_t b)
{
    for (size_t r = first; r < sample->n; r++) {
        const struct alm_sample_record *one = &sample->records[r];
        for (size_t s = r + 1; s < sample->n; s++) {
            const struct alm_sample_record *two = &sample->records[s];
            if (a < one->n && b < one->n && a < two->n && b < two->n &&
                strcmp(one->cells[a], two->cells[a]) == 0 && strcmp(one->cells[b], two->cells[b]) != 0)
                return true;
        }
    }
    return false;
}
