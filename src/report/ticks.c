#include "report/ticks.h"

#include "series/timestamp.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

/* The multiples of mantissa * 10^exponent within low .. high; false when there are more than wanted. */
static bool multiples(struct alm_ticks *out, double low, double high, size_t wanted, double mantissa,
                      int exponent)
{
    /* dividing by a power of ten is exact where multiplying by its inverse is not: 0.3, not
     * 0.30000000000000004 */
    const double power = pow(10, abs(exponent));
    const double step = exponent >= 0 ? mantissa * power : mantissa / power;
    const double slack = 1e-9;
    const double first = ceil(low / step - slack), last = floor(high / step + slack);
    if (!(last - first + 1 <= (double)wanted)) return false;
    out->n = 0;
    for (double k = first; k <= last && out->n < ALM_TICKS_MAX; k++) {
        const double at = exponent >= 0 ? k * mantissa * power : k * mantissa / power;
        if (at < low || at > high) continue;
        out->at[out->n++] = at == 0 ? 0 : at;
    }
    out->decimals = exponent < 0 ? (exponent < -12 ? 12 : -exponent) : 0;
    return true;
}

static void linear(struct alm_ticks *out, double low, double high, size_t wanted, int least_exponent)
{
    static const double mantissas[] = {1, 2, 5};
    *out = (struct alm_ticks){.n = 0};
    if (wanted == 0) wanted = 1;
    if (wanted > ALM_TICKS_MAX) wanted = ALM_TICKS_MAX;
    if (!isfinite(low) || !isfinite(high) || !(high > low) || !isfinite(high - low)) return;
    int exponent = (int)floor(log10((high - low) / (double)wanted)) - 1;
    if (exponent < least_exponent) exponent = least_exponent;
    for (int tries = 0; tries < 12; tries++, exponent++)
        for (size_t i = 0; i < 3; i++)
            if (multiples(out, low, high, wanted, mantissas[i], exponent)) return;
}

void alm_ticks_linear(struct alm_ticks *out, double low, double high, size_t wanted)
{
    linear(out, low, high, wanted, -300);
}

void alm_ticks_whole(struct alm_ticks *out, double low, double high, size_t wanted)
{
    linear(out, low, high, wanted, 0);
}

static size_t decades(struct alm_ticks *out, double low, double high, size_t wanted, const double *mantissas,
                      size_t n)
{
    size_t count = 0;
    out->n = 0;
    out->decimals = 0;
    for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++)
        for (size_t i = 0; i < n; i++) {
            const double at = e < 0 ? mantissas[i] / pow(10, -e) : mantissas[i] * pow(10, e);
            if (at < low || at > high) continue;
            if (count++ >= wanted || out->n == ALM_TICKS_MAX) continue;
            out->at[out->n++] = at;
            if (-e > out->decimals) out->decimals = -e;
        }
    return count;
}

void alm_ticks_log(struct alm_ticks *out, double low, double high, size_t wanted)
{
    static const double three[] = {1, 2, 5}, two[] = {1, 3}, one[] = {1};
    *out = (struct alm_ticks){.n = 0};
    if (wanted > ALM_TICKS_MAX) wanted = ALM_TICKS_MAX;
    if (!(low > 0) || !(high > low) || !isfinite(high)) return;
    if (high / low < 3) {
        alm_ticks_linear(out, low, high, wanted);
        return;
    }
    if (decades(out, low, high, wanted, three, 3) <= wanted ||
        decades(out, low, high, wanted, two, 2) <= wanted ||
        decades(out, low, high, wanted, one, 1) <= wanted) {
        /* little more than one decade may hold a single one of these */
        if (out->n < 3) alm_ticks_linear(out, low, high, wanted);
        return;
    }
    /* more decades than ticks: every k-th */
    struct alm_ticks exponents;
    alm_ticks_whole(&exponents, log10(low), log10(high), wanted);
    out->n = exponents.n;
    out->decimals = 0;
    for (size_t i = 0; i < exponents.n; i++)
        out->at[i] = pow(10, exponents.at[i]);
    if (exponents.n > 0 && exponents.at[0] < 0)
        out->decimals = exponents.at[0] < -12 ? 12 : (int)-exponents.at[0];
}

void alm_range_widen(double *low, double *high, double share)
{
    const double from = *low, to = *high;
    double by = (to - from) * share;
    if (!(to > from)) by = from == 0 ? 1 : fabs(from) * 0.1;
    *low = from >= 0 && from - by < 0 && to > from ? 0 : from - by;
    *high = to <= 0 && to + by > 0 && to > from ? 0 : to + by;
}

/* ---- time ---- */

enum unit { UNIT_FIXED, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR };
enum label { LABEL_SECOND, LABEL_MINUTE, LABEL_DAY, LABEL_MONTH, LABEL_YEAR };

/* The steps an axis may have, finer first. */
static const struct rung {
    enum unit unit;
    int64_t count; /* microseconds, or number of units */
    enum label label;
} rungs[] = {
    {UNIT_FIXED, ALM_SECOND, LABEL_SECOND},
    {UNIT_FIXED, 5 * ALM_SECOND, LABEL_SECOND},
    {UNIT_FIXED, 15 * ALM_SECOND, LABEL_SECOND},
    {UNIT_FIXED, 30 * ALM_SECOND, LABEL_SECOND},
    {UNIT_FIXED, ALM_MINUTE, LABEL_MINUTE},
    {UNIT_FIXED, 5 * ALM_MINUTE, LABEL_MINUTE},
    {UNIT_FIXED, 15 * ALM_MINUTE, LABEL_MINUTE},
    {UNIT_FIXED, 30 * ALM_MINUTE, LABEL_MINUTE},
    {UNIT_FIXED, ALM_HOUR, LABEL_MINUTE},
    {UNIT_FIXED, 3 * ALM_HOUR, LABEL_MINUTE},
    {UNIT_FIXED, 6 * ALM_HOUR, LABEL_MINUTE},
    {UNIT_FIXED, 12 * ALM_HOUR, LABEL_MINUTE},
    {UNIT_FIXED, ALM_DAY, LABEL_DAY},
    {UNIT_FIXED, 2 * ALM_DAY, LABEL_DAY},
    {UNIT_WEEK, 1, LABEL_DAY},
    {UNIT_WEEK, 2, LABEL_DAY},
    {UNIT_MONTH, 1, LABEL_MONTH},
    {UNIT_MONTH, 2, LABEL_MONTH},
    {UNIT_MONTH, 3, LABEL_MONTH},
    {UNIT_MONTH, 6, LABEL_MONTH},
    {UNIT_YEAR, 1, LABEL_YEAR},
    {UNIT_YEAR, 2, LABEL_YEAR},
    {UNIT_YEAR, 5, LABEL_YEAR},
    {UNIT_YEAR, 10, LABEL_YEAR},
    {UNIT_YEAR, 20, LABEL_YEAR},
    {UNIT_YEAR, 50, LABEL_YEAR},
    {UNIT_YEAR, 100, LABEL_YEAR},
    {UNIT_YEAR, 200, LABEL_YEAR},
    {UNIT_YEAR, 500, LABEL_YEAR},
    {UNIT_YEAR, 1000, LABEL_YEAR},
};

static int64_t floor_to(int64_t value, int64_t step)
{
    const int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

/* The tick of a rung at or before ts; false when there is none that can be written. */
static bool rung_floor(int64_t *out, const struct rung *rung, int64_t ts)
{
    const int64_t monday = -3 * ALM_DAY; /* 29 December 1969 */
    struct alm_civil civil = alm_civil_from_ts(ts);
    switch (rung->unit) {
    case UNIT_FIXED:
        *out = floor_to(ts, rung->count);
        return true;
    case UNIT_WEEK:
        *out = monday + floor_to(ts - monday, rung->count * 7 * ALM_DAY);
        return true;
    case UNIT_MONTH:
        civil = (struct alm_civil){.year = civil.year, .month = civil.month};
        civil.month = 1 + (int)floor_to(civil.month - 1, rung->count);
        break;
    case UNIT_YEAR:
        civil = (struct alm_civil){.year = (int)floor_to(civil.year, rung->count), .month = 1};
        break;
    }
    civil.day = 1;
    return alm_ts_from_civil(out, &civil);
}

/* The tick of a rung after the tick ts. */
static bool rung_next(int64_t *out, const struct rung *rung, int64_t ts)
{
    if (rung->unit == UNIT_FIXED) return !__builtin_add_overflow(ts, rung->count, out);
    if (rung->unit == UNIT_WEEK) return !__builtin_add_overflow(ts, rung->count * 7 * ALM_DAY, out);
    struct alm_civil civil = alm_civil_from_ts(ts);
    if (rung->unit == UNIT_MONTH)
        civil.month += (int)rung->count;
    else
        civil.year += (int)rung->count;
    if (civil.month > 12) {
        civil.month -= 12;
        civil.year++;
    }
    return alm_ts_from_civil(out, &civil);
}

static void name_tick(struct alm_time_tick *tick, enum label label)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const struct alm_civil c = alm_civil_from_ts(tick->at);
    const char *month = months[c.month - 1];
    switch (label) {
    case LABEL_SECOND:
    case LABEL_MINUTE:
        if (label == LABEL_SECOND)
            snprintf(tick->label, sizeof tick->label, "%02d:%02d:%02d", c.hour, c.minute, c.second);
        else
            snprintf(tick->label, sizeof tick->label, "%02d:%02d", c.hour, c.minute);
        snprintf(tick->context, sizeof tick->context, "%d %s %d", c.day, month, c.year);
        break;
    case LABEL_DAY:
        snprintf(tick->label, sizeof tick->label, "%d %s", c.day, month);
        snprintf(tick->context, sizeof tick->context, "%d", c.year);
        break;
    case LABEL_MONTH:
        snprintf(tick->label, sizeof tick->label, "%s", month);
        snprintf(tick->context, sizeof tick->context, "%d", c.year);
        break;
    case LABEL_YEAR:
        snprintf(tick->label, sizeof tick->label, "%d", c.year);
        break;
    }
}

/* The ticks of one rung; false when there are more than wanted. */
static bool climb(struct alm_time_ticks *out, const struct rung *rung, int64_t low, int64_t high,
                  size_t wanted)
{
    int64_t at;
    out->n = 0;
    if (!rung_floor(&at, rung, low)) return true;
    while (at <= high) {
        if (at >= low) {
            if (out->n == wanted) return false;
            out->tick[out->n] = (struct alm_time_tick){.at = at};
            name_tick(&out->tick[out->n++], rung->label);
        }
        if (!rung_next(&at, rung, at)) break;
    }
    return true;
}

void alm_ticks_time(struct alm_time_ticks *out, int64_t low, int64_t high, size_t wanted)
{
    *out = (struct alm_time_ticks){.n = 0};
    if (wanted == 0) wanted = 1;
    if (wanted > ALM_TICKS_MAX) wanted = ALM_TICKS_MAX;
    if (high < low) return;
    for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
        if (climb(out, &rungs[i], low, high, wanted)) break;
    char shown[sizeof out->tick[0].context] = "";
    for (size_t i = 0; i < out->n; i++) {
        char *context = out->tick[i].context;
        if (strcmp(shown, context) == 0)
            context[0] = '\0';
        else
            memcpy(shown, context, sizeof shown);
    }
}
