/* Calendar rules for origins: one day of each day, week, month, quarter or year of the local calendar. The
 * origin is the last bar of that day, or, with a time of day, the last bar up to it; where the day has no
 * bar (a holiday), it is the last bar before. */
#ifndef ALM_WINDOW_ORIGIN_RULE_H
#define ALM_WINDOW_ORIGIN_RULE_H

#include "base/status.h"
#include "base/text.h"
#include "series/span.h"
#include "series/zone.h"

#include <stdbool.h>
#include <stdint.h>

enum alm_origin_every {
    ALM_EVERY_STEP, /* no rule of the calendar: so many bars apart */
    ALM_EVERY_DAY,
    ALM_EVERY_WEEK, /* from Monday to Sunday */
    ALM_EVERY_MONTH,
    ALM_EVERY_QUARTER,
    ALM_EVERY_YEAR,
};

/* Days that are not numbered: the first and the last one of a period on which the series has a bar. */
enum { ALM_DAY_FIRST = 0, ALM_DAY_LAST = -1 };

struct alm_origin_rule {
    enum alm_origin_every every;
    int day; /* of a week 1 (Monday) .. 7, of a month 1 .. 31 (the last there is), or one of the above */
    bool has_time;
    int64_t time; /* of day, microseconds on the local clock */
};

/* What local days a series has. shift is what to add to its times where they are local midnights of a zone
 * that is not known (alm_business_shift); else 0. */
struct alm_origin_clock {
    const struct alm_zone *zone; /* NULL: UTC */
    int64_t shift;
};

/* Whether text begins like a rule: with the name of a period, or one that is one letter off. */
bool alm_origin_rule_is_meant(const char *text);
/* Reads `daily`, `weekly:mon` .. `weekly:sun`, `monthly:1` .. `monthly:31`, or any of weekly, monthly,
 * quarterly and yearly with `:first` (also when nothing is said) or `:last`; behind any of them `@HH:MM`.
 * ALM_USAGE. */
enum alm_status alm_origin_rule_parse(struct alm_origin_rule *out, const char *text, struct alm_error *error);
/* Appends the same text. */
void alm_origin_rule_write(struct alm_text *out, const struct alm_origin_rule *rule);

/* The number of the period that ts lies in; periods that follow each other have numbers that do. */
int64_t alm_origin_period(const struct alm_origin_rule *rule, const struct alm_origin_clock *clock,
                          int64_t ts);
/* The moment of period up to which span is known at its origin. False when span has no bar that could be the
 * first or last of the period. */
bool alm_origin_moment(int64_t *out, const struct alm_origin_rule *rule, const struct alm_origin_clock *clock,
                       int64_t period, struct alm_span span);

#endif
