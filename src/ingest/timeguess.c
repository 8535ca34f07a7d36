#include "base/text.h"
#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <string.h>

enum {
    ALWAYS_LOOK = 4, /* cells whose forms are tried even when one is known that reads them */
    FEW_BAD = 2,     /* cells that a short column of times may have besides, if more are good */
};

/* A plain number is believed to be a date between 1800 and 2199, an epoch between 1973 and 2199, where the
 * four units cannot be taken for each other. */
static bool is_plausible(const struct alm_time_format *format, int64_t ts, bool plain)
{
    if (!plain) return true;
    if (format->kind == ALM_TIME_EPOCH && ts < 100000000 * ALM_SECOND) return false;
    return ts >= alm_days_from_date(1800, 1, 1) * ALM_DAY && ts < alm_days_from_date(2200, 1, 1) * ALM_DAY;
}

static bool reads(const struct alm_time_format *format, const char *text, size_t n, bool plain)
{
    int64_t ts;
    struct alm_time_format cutting = *format;
    cutting.cut = true;
    return alm_time_format_read(&ts, &cutting, text, n) && is_plausible(format, ts, plain);
}

static bool try_candidate(struct alm_time_candidate *candidate, const char *text, size_t n, bool plain)
{
    const bool first = reads(&candidate->format, text, n, plain);
    const bool second = candidate->two && reads(&candidate->other, text, n, plain);
    candidate->read += first || second;
    candidate->only_format += first && !second;
    candidate->only_other += second && !first;
    return first || second;
}

static bool is_same(const struct alm_time_format *a, const struct alm_time_format *b)
{
    return a->kind == b->kind && a->units_per_second == b->units_per_second &&
           strcmp(a->pattern, b->pattern) == 0;
}

static void add_forms(struct alm_time_guess *guess, const char *text, size_t n, bool plain)
{
    struct alm_time_candidate forms[ALM_TIME_FORMS];
    size_t n_forms;
    alm_time_forms_of(forms, &n_forms, text, n);
    for (size_t i = 0; i < n_forms && guess->n_candidates < ALM_TIME_CANDIDATES; i++) {
        bool known = false;
        for (size_t k = 0; k < guess->n_candidates; k++)
            known |= is_same(&guess->candidates[k].format, &forms[i].format);
        if (!known && try_candidate(&forms[i], text, n, plain))
            guess->candidates[guess->n_candidates++] = forms[i];
    }
}

void alm_time_guess_add(struct alm_time_guess *guess, const char *text, size_t n)
{
    double number;
    bool read = false;
    const bool plain = alm_text_to_number(&number, text, n);
    for (size_t i = 0; i < guess->n_candidates; i++)
        read |= try_candidate(&guess->candidates[i], text, n, plain);
    if (!read || guess->n < ALWAYS_LOOK) add_forms(guess, text, n, plain);
    guess->n++;
    guess->plain += plain;
}

/* Numbers of 12, 14 and 17 digits that all happen to be times of day on days that exist are times. */
static bool could_be_numbers(const struct alm_time_format *format, const struct alm_time_guess *guess)
{
    if (guess->plain < guess->n) return false;
    return format->kind != ALM_TIME_PATTERN || strncmp(format->pattern, "%Y%m%d%H%M", 10) != 0;
}

/* Whether four in five of the cells are read; of few cells that are no numbers more than half will do. */
static bool reads_enough(const struct alm_time_candidate *best, const struct alm_time_guess *guess)
{
    const size_t bad = guess->n - best->read;
    return bad * 4 <= best->read || (guess->plain == 0 && bad <= FEW_BAD && bad < best->read);
}

enum alm_time_verdict alm_time_guess_verdict(struct alm_time_format *out, struct alm_time_format *other,
                                             const struct alm_time_guess *guess)
{
    const struct alm_time_candidate *best = NULL;
    for (size_t i = 0; i < guess->n_candidates; i++)
        if (best == NULL || guess->candidates[i].read > best->read) best = &guess->candidates[i];
    if (best == NULL || !reads_enough(best, guess)) return ALM_TIME_NONE;
    const bool second = best->two && best->only_other > 0 && best->only_format == 0;
    *out = second ? best->other : best->format;
    *other = second ? best->format : best->other;
    const bool proven = !best->two || (best->only_format > 0) != (best->only_other > 0);
    /* nobody writes dots with the month first */
    const bool customary = best->only_format == 0 && strstr(out->pattern, "%d.%m.%Y") != NULL;
    if (!proven && !customary) return ALM_TIME_AMBIGUOUS;
    return could_be_numbers(out, guess) ? ALM_TIME_NUMERIC : ALM_TIME_CERTAIN;
}
