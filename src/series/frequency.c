/* What a frequency is called, how long it is, and which one timestamps have. */
#include "series/calendar.h"
#include "series/timestamp.h"

#include <string.h>

static const struct {
    char letter;
    enum alm_frequency_unit unit;
    int64_t length; /* microseconds; 0 = not a fixed length */
    int64_t season; /* bars of multiple 1 */
} units[] = {
    {'S', ALM_FREQUENCY_SECOND, ALM_SECOND, 60},
    {'T', ALM_FREQUENCY_MINUTE, ALM_MINUTE, 1440},
    {'H', ALM_FREQUENCY_HOUR, ALM_HOUR, 24},
    {'D', ALM_FREQUENCY_DAY, ALM_DAY, 7},
    {'B', ALM_FREQUENCY_BUSINESS, 0, 5},
    {'W', ALM_FREQUENCY_WEEK, 7 * ALM_DAY, 52},
    {'M', ALM_FREQUENCY_MONTH, 0, 12},
    {'Q', ALM_FREQUENCY_QUARTER, 0, 4},
    {'Y', ALM_FREQUENCY_YEAR, 0, 1},
};

enum { N_UNITS = sizeof units / sizeof *units, MULTIPLE_DIGITS = 6 };

/* ---- text ---- */

void alm_frequency_write(struct alm_text *out, struct alm_frequency frequency)
{
    if (frequency.unit == ALM_FREQUENCY_IRREGULAR) alm_text_append(out, "irregular");
    if (frequency.unit == ALM_FREQUENCY_INDEX) alm_text_append(out, "index");
    for (size_t i = 0; i < N_UNITS; i++) {
        if (units[i].unit != frequency.unit) continue;
        if (frequency.multiple > 1) alm_text_printf(out, "%lld", (long long)frequency.multiple);
        alm_text_append_bytes(out, &units[i].letter, 1);
    }
}

enum alm_status alm_frequency_parse(struct alm_frequency *out, const char *text, struct alm_error *error)
{
    int64_t multiple = 0;
    size_t digits = 0;
    if (strcmp(text, "irregular") == 0)
        return *out = (struct alm_frequency){ALM_FREQUENCY_IRREGULAR, 1}, ALM_OK;
    if (strcmp(text, "index") == 0) return *out = (struct alm_frequency){ALM_FREQUENCY_INDEX, 1}, ALM_OK;
    for (; digits < MULTIPLE_DIGITS && text[digits] >= '0' && text[digits] <= '9'; digits++)
        multiple = multiple * 10 + (text[digits] - '0');
    if (digits == 0) multiple = 1;
    for (size_t i = 0; multiple > 0 && text[digits] != '\0' && i < N_UNITS; i++) {
        if (text[digits] != units[i].letter || text[digits + 1] != '\0') continue;
        *out = (struct alm_frequency){units[i].unit, multiple};
        return ALM_OK;
    }
    return alm_fail(
        error, ALM_USAGE,
        "frequency \"%s\": expected one of S T H D B W M Q Y (second, minute, hour, day, business "
        "day, week, month, quarter, year), with a number before it for multiples as in 15T, or "
        "irregular or index",
        text);
}

size_t alm_frequency_season(struct alm_frequency frequency)
{
    for (size_t i = 0; i < N_UNITS; i++)
        if (units[i].unit == frequency.unit && units[i].season % frequency.multiple == 0)
            return (size_t)(units[i].season / frequency.multiple);
    return 1;
}

int64_t alm_frequency_length(struct alm_frequency frequency)
{
    for (size_t i = 0; i < N_UNITS; i++)
        if (units[i].unit == frequency.unit) return units[i].length * frequency.multiple;
    return 0;
}

int64_t alm_frequency_months(struct alm_frequency frequency)
{
    switch (frequency.unit) {
    case ALM_FREQUENCY_MONTH:
        return frequency.multiple;
    case ALM_FREQUENCY_QUARTER:
        return 3 * frequency.multiple;
    case ALM_FREQUENCY_YEAR:
        return 12 * frequency.multiple;
    default:
        return 0;
    }
}

/* ---- inference ---- */

static const struct alm_frequency irregular = {ALM_FREQUENCY_IRREGULAR, 1};

/* What value() says most often of the pairs of neighbours, provided it is said of more than a third of them:
 * two counters keep whatever is (Misra & Gries 1982), a second pass counts. Values below 1 do not count. */
static int64_t most_frequent(size_t *count, const int64_t *ts, size_t n, int64_t (*value)(int64_t, int64_t))
{
    int64_t kept[2] = {0, 0};
    size_t votes[2] = {0, 0}, found[2] = {0, 0};
    for (size_t i = 1; i < n; i++) {
        const int64_t v = value(ts[i - 1], ts[i]);
        if (v == kept[0]) {
            votes[0]++;
        } else if (v == kept[1]) {
            votes[1]++;
        } else if (votes[0] == 0) {
            kept[0] = v;
            votes[0] = 1;
        } else if (votes[1] == 0) {
            kept[1] = v;
            votes[1] = 1;
        } else {
            votes[0]--;
            votes[1]--;
        }
    }
    for (size_t i = 1; i < n; i++) {
        const int64_t v = value(ts[i - 1], ts[i]);
        for (int k = 0; k < 2; k++)
            found[k] += v == kept[k] && v > 0;
    }
    const int best = found[1] > found[0];
    *count = found[best];
    return kept[best];
}

static int64_t distance(int64_t a, int64_t b)
{
    return b - a;
}

static int64_t month_number(const struct alm_civil *c)
{
    return (int64_t)c->year * 12 + c->month - 1;
}

static bool is_last_day(const struct alm_civil *c)
{
    return c->day == alm_days_in_month(c->year, c->month);
}

/* Months from a to b, whatever their days. */
static int64_t months_apart(int64_t a, int64_t b)
{
    const struct alm_civil first = alm_civil_from_ts(a), second = alm_civil_from_ts(b);
    return month_number(&second) - month_number(&first);
}

/* The same, 0 when b does not stand on a's day of the month (or, where a month is too short, on its last).
 */
static int64_t whole_months(int64_t a, int64_t b)
{
    const struct alm_civil first = alm_civil_from_ts(a), second = alm_civil_from_ts(b);
    const bool same = first.day == second.day || (is_last_day(&first) && is_last_day(&second)) ||
                      (is_last_day(&first) && second.day > first.day) ||
                      (is_last_day(&second) && first.day > second.day);
    return same ? month_number(&second) - month_number(&first) : 0;
}

/* Months, quarters and years; irregular when they are none. n_same neighbours are exactly apart. */
static struct alm_frequency infer_months(const int64_t *ts, size_t n, size_t n_same)
{
    size_t count;
    int64_t months = most_frequent(&count, ts, n, whole_months);
    if (2 * count < n - 1) {
        /* the last trading days of months stand on no day; 4-weekly data, exactly apart, are not months */
        if (2 * n_same >= n - 1) return irregular;
        months = most_frequent(&count, ts, n, months_apart);
        if (4 * count < 3 * (n - 1)) return irregular;
    }
    if (months % 12 == 0) return (struct alm_frequency){ALM_FREQUENCY_YEAR, months / 12};
    if (months % 3 == 0) return (struct alm_frequency){ALM_FREQUENCY_QUARTER, months / 3};
    return (struct alm_frequency){ALM_FREQUENCY_MONTH, months};
}

int64_t alm_business_shift(struct alm_span span)
{
    bool plain = true;
    for (size_t i = 0; plain && i < span.n; i++)
        plain = alm_weekday(span.ts[i]) < 5;
    return plain ? 0 : ALM_DAY / 2;
}

/* Business days: no bar on a weekend, and at least one weekend between the first bar and the last. */
static bool is_business(const int64_t *ts, size_t n)
{
    const int64_t shift = alm_business_shift((struct alm_span){.ts = ts, .n = n});
    bool crossed = false;
    for (size_t i = 0; i < n; i++) {
        if (alm_weekday(ts[i] + shift) >= 5) return false;
        crossed |= i > 0 && alm_weekday(ts[i] + shift) < alm_weekday(ts[i - 1] + shift);
    }
    return crossed;
}

/* The usual distance that four of five neighbours are within a tenth of, where clocks are a little off; 0
 * when there is none. */
static int64_t usual_distance(const int64_t *ts, size_t n)
{
    static const int64_t usual[] = {
        ALM_SECOND,      2 * ALM_SECOND,  5 * ALM_SECOND,  10 * ALM_SECOND, 15 * ALM_SECOND, 20 * ALM_SECOND,
        30 * ALM_SECOND, ALM_MINUTE,      2 * ALM_MINUTE,  3 * ALM_MINUTE,  5 * ALM_MINUTE,  10 * ALM_MINUTE,
        15 * ALM_MINUTE, 20 * ALM_MINUTE, 30 * ALM_MINUTE, ALM_HOUR,        2 * ALM_HOUR,    3 * ALM_HOUR,
        4 * ALM_HOUR,    6 * ALM_HOUR,    8 * ALM_HOUR,    12 * ALM_HOUR,   ALM_DAY,         7 * ALM_DAY};
    for (size_t k = 0; k < sizeof usual / sizeof *usual; k++) {
        size_t near = 0;
        for (size_t i = 1; i < n; i++) {
            const int64_t off = ts[i] - ts[i - 1] - usual[k];
            near += (off < 0 ? -off : off) <= usual[k] / 10;
        }
        if (5 * near >= 4 * (n - 1)) return usual[k];
    }
    return 0;
}

struct alm_frequency alm_frequency_infer(const int64_t *ts, size_t n)
{
    size_t count;
    if (n < 3) return irregular;
    int64_t step = most_frequent(&count, ts, n, distance);
    const bool fixed = 2 * count >= n - 1;
    if (!fixed || step >= 28 * ALM_DAY) {
        const struct alm_frequency months = infer_months(ts, n, count);
        if (months.unit != ALM_FREQUENCY_IRREGULAR) return months;
    }
    if (!fixed && (step = usual_distance(ts, n)) == 0) return irregular;
    if (step == ALM_DAY && is_business(ts, n)) return (struct alm_frequency){ALM_FREQUENCY_BUSINESS, 1};
    const int64_t lengths[] = {7 * ALM_DAY, ALM_DAY, ALM_HOUR, ALM_MINUTE, ALM_SECOND};
    const enum alm_frequency_unit names[] = {ALM_FREQUENCY_WEEK, ALM_FREQUENCY_DAY, ALM_FREQUENCY_HOUR,
                                             ALM_FREQUENCY_MINUTE, ALM_FREQUENCY_SECOND};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (step % lengths[i] == 0) return (struct alm_frequency){names[i], step / lengths[i]};
    return irregular;
}
