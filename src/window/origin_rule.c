#include "window/origin_rule.h"

#include "series/timestamp.h"

#include <stddef.h>
#include <string.h>

/* ---- text ---- */

static const char *const period_names[] = {NULL, "daily", "weekly", "monthly", "quarterly", "yearly", NULL};
static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* The part of text before any of the stops. */
static bool take(char *out, size_t size, const char *text, const char *stops)
{
    const size_t n = strcspn(text, stops);
    if (n >= size) return false;
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

bool alm_origin_rule_is_meant(const char *text)
{
    char name[16];
    if (!take(name, sizeof name, text, ":@")) return false;
    for (size_t i = 1; period_names[i] != NULL; i++)
        if (alm_text_distance(name, period_names[i]) <= 1) return true;
    return false;
}

/* Reads what stands behind the colon. */
static bool read_day(struct alm_origin_rule *rule, const char *text)
{
    long long number;
    if (rule->every == ALM_EVERY_DAY) return false;
    if (strcmp(text, "first") == 0) return rule->day = ALM_DAY_FIRST, true;
    if (strcmp(text, "last") == 0) return rule->day = ALM_DAY_LAST, true;
    for (int i = 0; rule->every == ALM_EVERY_WEEK && weekdays[i] != NULL; i++)
        if (strcmp(text, weekdays[i]) == 0) return rule->day = i + 1, true;
    if (rule->every != ALM_EVERY_MONTH || !alm_text_to_integer(&number, text)) return false;
    rule->day = number < 1 || number > 31 ? 0 : (int)number;
    return rule->day > 0;
}

/* HH:MM */
static bool read_time(struct alm_origin_rule *rule, const char *text)
{
    int field[2] = {0};
    for (size_t i = 0; i < 5; i++) {
        if (i == 2 && text[i] == ':') continue;
        if (i == 2 || text[i] < '0' || text[i] > '9') return false;
        field[i > 2] = field[i > 2] * 10 + (text[i] - '0');
    }
    rule->has_time = true;
    rule->time = field[0] * ALM_HOUR + field[1] * ALM_MINUTE;
    return text[5] == '\0' && field[0] < 24 && field[1] < 60;
}

static bool read_rule(struct alm_origin_rule *out, const char *text)
{
    char part[16];
    *out = (struct alm_origin_rule){.day = ALM_DAY_FIRST};
    if (!take(part, sizeof part, text, ":@")) return false;
    for (size_t i = 1; period_names[i] != NULL; i++)
        if (strcmp(part, period_names[i]) == 0) out->every = (enum alm_origin_every)i;
    if (out->every == ALM_EVERY_STEP) return false;
    text += strlen(part);
    if (*text == ':') {
        if (!take(part, sizeof part, ++text, "@") || !read_day(out, part)) return false;
        text += strlen(part);
    }
    return *text == '\0' || read_time(out, text + 1);
}

enum alm_status alm_origin_rule_parse(struct alm_origin_rule *out, const char *text, struct alm_error *error)
{
    if (read_rule(out, text)) return ALM_OK;
    return alm_fail(error, ALM_USAGE,
                    "origins \"%s\": expected daily, weekly:mon .. weekly:sun, monthly:1 .. monthly:31, or "
                    "weekly, monthly, quarterly or yearly with :first (the default) or :last; a time of day "
                    "may follow, as in daily@16:00",
                    text);
}

void alm_origin_rule_write(struct alm_text *out, const struct alm_origin_rule *rule)
{
    alm_text_append(out, period_names[rule->every]);
    if (rule->day == ALM_DAY_LAST)
        alm_text_append(out, ":last");
    else if (rule->day > 0 && rule->every == ALM_EVERY_WEEK)
        alm_text_printf(out, ":%s", weekdays[rule->day - 1]);
    else if (rule->day > 0)
        alm_text_printf(out, ":%d", rule->day);
    else if (rule->every != ALM_EVERY_DAY)
        alm_text_append(out, ":first");
    if (rule->has_time)
        alm_text_printf(out, "@%02d:%02d", (int)(rule->time / ALM_HOUR),
                        (int)(rule->time % ALM_HOUR / ALM_MINUTE));
}

/* ---- days ---- */

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t local_day(const struct alm_origin_clock *clock, int64_t ts)
{
    return floor_divide(ts + clock->shift + alm_zone_offset(clock->zone, ts), ALM_DAY);
}

/* When the local clock first shows so much on that day, or would without the hour that is left out. */
static int64_t moment_of(const struct alm_origin_clock *clock, int64_t day, int64_t time)
{
    int64_t before, after;
    alm_zone_moments(&before, &after, clock->zone, day * ALM_DAY + time);
    return before - clock->shift;
}

static int64_t month_of(int64_t day)
{
    const struct alm_civil c = alm_civil_from_ts(day * ALM_DAY);
    return (int64_t)c.year * 12 + c.month - 1;
}

static int months_of(enum alm_origin_every every)
{
    return every == ALM_EVERY_MONTH ? 1 : every == ALM_EVERY_QUARTER ? 3 : 12;
}

int64_t alm_origin_period(const struct alm_origin_rule *rule, const struct alm_origin_clock *clock,
                          int64_t ts)
{
    const int64_t day = local_day(clock, ts);
    if (rule->every == ALM_EVERY_DAY) return day;
    if (rule->every == ALM_EVERY_WEEK) return floor_divide(day + 3, 7); /* day 0 was a Thursday */
    return floor_divide(month_of(day), months_of(rule->every));
}

/* First day of a period. */
static int64_t first_day(const struct alm_origin_rule *rule, int64_t period)
{
    if (rule->every == ALM_EVERY_DAY) return period;
    if (rule->every == ALM_EVERY_WEEK) return period * 7 - 3;
    const int64_t month = period * months_of(rule->every);
    return alm_days_from_date((int)floor_divide(month, 12), (int)(month - floor_divide(month, 12) * 12) + 1,
                              1);
}

bool alm_origin_moment(int64_t *out, const struct alm_origin_rule *rule, const struct alm_origin_clock *clock,
                       int64_t period, struct alm_span span)
{
    int64_t day = first_day(rule, period);
    const int64_t end = first_day(rule, period + 1);
    if (rule->day > 0) {
        day += rule->day - 1 < end - day ? rule->day - 1 : end - day - 1;
    } else if (rule->every != ALM_EVERY_DAY) {
        const size_t first = alm_ts_count_until(span.ts, span.n, moment_of(clock, day, 0) - 1);
        const size_t after = alm_ts_count_until(span.ts, span.n, moment_of(clock, end, 0) - 1);
        if (first == after) return false;
        day = local_day(clock, span.ts[rule->day == ALM_DAY_FIRST ? first : after - 1]);
    }
    *out = rule->has_time ? moment_of(clock, day, rule->time) : moment_of(clock, day + 1, 0) - 1;
    return true;
}
