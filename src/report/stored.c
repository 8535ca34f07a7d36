#include "report/stored.h"

#include <math.h>
#include <string.h>

/* The row of a single value, or rows. */
static size_t find(const struct alm_table *t, const char *key)
{
    size_t i = 0;
    while (i < t->rows && (strcmp(alm_table_text(t, i, ALM_OPTION_KEY), key) != 0 ||
                           alm_table_null(t, i, ALM_OPTION_SCALAR)))
        i++;
    return i;
}

bool alm_stored_text(struct alm_text *out, const struct alm_facts *facts, const char *key)
{
    const size_t i = find(&facts->option, key);
    alm_text_reset(out);
    if (i == facts->option.rows) return false;
    const char *text = alm_table_text(&facts->option, i, ALM_OPTION_SCALAR);
    if (text[0] != '\0')
        alm_text_append(out, text);
    else
        alm_text_append_number(out, alm_table_number(&facts->option, i, ALM_OPTION_SCALAR));
    return out->length > 0;
}

double alm_stored_number(const struct alm_facts *facts, const char *key)
{
    const size_t i = find(&facts->option, key);
    return i == facts->option.rows ? NAN : alm_table_number(&facts->option, i, ALM_OPTION_SCALAR);
}

static bool has_level(const struct alm_facts *facts, double level)
{
    const struct alm_table *t = &facts->option;
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(alm_table_text(t, i, ALM_OPTION_KEY), "levels") == 0 &&
            fabs(alm_table_number(t, i, ALM_OPTION_ITEM) - level) < 1e-9)
            return true;
    return false;
}

size_t alm_stored_intervals(double out[ALM_STORED_INTERVALS], const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->option;
    size_t n = 0;
    for (size_t i = 0; i < t->rows && n < ALM_STORED_INTERVALS; i++) {
        const double level = alm_table_number(t, i, ALM_OPTION_ITEM);
        if (strcmp(alm_table_text(t, i, ALM_OPTION_KEY), "levels") != 0 || !(level < 0.5) ||
            !has_level(facts, 1 - level))
            continue;
        size_t at = n++;
        /* the percentage that was asked for, without the rounding of its halves */
        const double interval = round((1 - 2 * level) * 1e8) / 1e6;
        for (; at > 0 && out[at - 1] > interval; at--)
            out[at] = out[at - 1];
        out[at] = interval;
    }
    return n;
}
