#include "series/session.h"

#include "series/timestamp.h"

enum { CANDIDATES = 64, WEEK_DAYS = 7 };

#define REST_MIN (30 * ALM_MINUTE) /* shorter ones are missing bars */
#define NIGHT_MIN (6 * ALM_HOUR)   /* what a rest must last when there are few of them */
#define CURRENT_FOR (8 * ALM_DAY)

/* ---- finding ---- */

struct candidate {
    struct alm_rest rest;
    size_t votes, count, recent; /* recent: of the last week */
    int64_t shortest;
    bool regular;
};

static int64_t remainder_of(int64_t a, int64_t b)
{
    const int64_t r = a % b;
    return r < 0 ? r + b : r;
}

/* The time of day of a bar, on the grid of the series: clocks that are a little off do not make it another.
 */
static int64_t time_of_day(int64_t ts, int64_t length, int64_t phase)
{
    const int64_t shifted = ts - phase + length / 2;
    return remainder_of(shifted - remainder_of(shifted, length) + phase, ALM_DAY);
}

static unsigned char day_of(int64_t ts)
{
    return (unsigned char)(1u << alm_weekday(ts));
}

static bool is_rest(int64_t a, int64_t b, int64_t length)
{
    return b - a > REST_MIN && b - a >= length + length / 2;
}

/* Keeps the frequent forms of rests: many counters find whatever has a share of more than one in CANDIDATES +
 * 1 (Misra & Gries 1982). */
static void vote(struct candidate *candidates, int64_t close, int64_t open)
{
    struct candidate *empty = NULL;
    for (size_t k = 0; k < CANDIDATES; k++) {
        struct candidate *c = &candidates[k];
        if (c->votes == 0) {
            empty = c;
        } else if (c->rest.close == close && c->rest.open == open) {
            c->votes++;
            return;
        }
    }
    if (empty != NULL) {
        *empty =
            (struct candidate){.rest = {.close = close, .open = open}, .votes = 1, .shortest = INT64_MAX};
        return;
    }
    for (size_t k = 0; k < CANDIDATES; k++)
        candidates[k].votes--;
}

static void count(struct candidate *candidates, int64_t length, const int64_t *ts, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (!is_rest(ts[i - 1], ts[i], length)) continue;
        const int64_t close = time_of_day(ts[i - 1], length, ts[0]), open = time_of_day(ts[i], length, ts[0]);
        for (size_t k = 0; k < CANDIDATES; k++) {
            struct candidate *c = &candidates[k];
            if (c->votes == 0 || c->rest.close != close || c->rest.open != open) continue;
            c->count++;
            c->rest.close_days |= day_of(ts[i - 1]);
            c->rest.open_days |= day_of(ts[i]);
            c->recent += ts[i] >= ts[n - 1] - CURRENT_FOR;
            if (ts[i] - ts[i - 1] < c->shortest) c->shortest = ts[i] - ts[i - 1];
        }
    }
}

/* Whether the rests of at least `shortest` that come often enough, taken together, come in enough of the days
 * or weeks; these are regular then. */
static bool choose(struct candidate *candidates, double periods, double share_each, double share_all,
                   int64_t shortest)
{
    double all = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t k = 0; k < CANDIDATES; k++) {
            struct candidate *c = &candidates[k];
            if (c->count < 2 || (double)c->count < share_each * periods || c->shortest < shortest) continue;
            if (c->count < 4 && c->shortest < NIGHT_MIN) continue;
            if (pass == 0)
                all += (double)c->count;
            else
                c->regular = true;
        }
        if (all < 1 || all < share_all * (periods - 1)) return false;
    }
    return true;
}

/* What is like a regular rest of which there are `n`, on the days of these. */
static bool is_akin(struct alm_rest *out, const struct candidate *c, const struct alm_rest *regular, size_t n)
{
    bool same_open = false;
    *out = c->rest;
    for (size_t r = 0; r < n; r++) {
        out->close_days |= regular[r].close_days;
        out->open_days |= regular[r].open_days;
        same_open |= regular[r].open == c->rest.open;
    }
    out->current = c->recent >= 2; /* summer time has just begun or ended */
    return out->current || (same_open && c->count >= 3);
}

/* Takes over the regular rests, then what ends early before one of them and what is new. */
static void take(struct alm_sessions *out, const struct candidate *candidates)
{
    for (size_t k = 0; k < CANDIDATES && out->n < ALM_RESTS_MAX; k++) {
        if (!candidates[k].regular) continue;
        out->rest[out->n] = candidates[k].rest;
        out->rest[out->n++].current = candidates[k].recent > 0;
    }
    const size_t n_regular = out->n;
    for (size_t k = 0; k < CANDIDATES && out->n < ALM_RESTS_MAX; k++)
        if (!candidates[k].regular && is_akin(&out->rest[out->n], &candidates[k], out->rest, n_regular))
            out->n++;
}

void alm_sessions_find(struct alm_sessions *out, int64_t length, const int64_t *ts, size_t n)
{
    struct candidate candidates[CANDIDATES] = {0};
    *out = (struct alm_sessions){0};
    if (length <= 0 || length >= ALM_DAY || ALM_DAY % length != 0 || n < 4) return;
    for (size_t i = 1; i < n; i++)
        if (is_rest(ts[i - 1], ts[i], length))
            vote(candidates, time_of_day(ts[i - 1], length, ts[0]), time_of_day(ts[i], length, ts[0]));
    count(candidates, length, ts, n);
    const double days = (double)(ts[n - 1] - ts[0]) / (double)ALM_DAY + 1;
    bool found = choose(candidates, days, 0.15, 0.5, 0);
    found |= days > 2 * WEEK_DAYS && choose(candidates, days / WEEK_DAYS, 0.3, 0.6, ALM_DAY);
    if (found) take(out, candidates);
}

/* ---- using ---- */

/* The first moment at or after from with that time of day, on one of these days; moments a little before
 * count, too. */
static int64_t first_from(int64_t from, int64_t time, unsigned char days)
{
    int64_t at = from + remainder_of(time - from, ALM_DAY);
    for (int i = 0; i < WEEK_DAYS && (day_of(at) & days) == 0; i++)
        at += ALM_DAY;
    return at;
}

static int64_t last_until(int64_t until, int64_t time, unsigned char days)
{
    int64_t at = until - remainder_of(until - time, ALM_DAY);
    for (int i = 0; i < WEEK_DAYS && (day_of(at) & days) == 0; i++)
        at -= ALM_DAY;
    return at;
}

bool alm_sessions_between(int64_t *close, int64_t *open, const struct alm_sessions *sessions, int64_t length,
                          int64_t a, int64_t b)
{
    *close = INT64_MAX;
    *open = INT64_MIN;
    for (size_t r = 0; r < sessions->n; r++) {
        const struct alm_rest *rest = &sessions->rest[r];
        const int64_t from = first_from(a - length / 2, rest->close, rest->close_days);
        const int64_t to = last_until(b + length / 2, rest->open, rest->open_days);
        if (from < *close) *close = from;
        if (to > *open) *open = to;
    }
    return sessions->n > 0 && *close < *open;
}

int64_t alm_sessions_next(const struct alm_sessions *sessions, int64_t length, int64_t ts)
{
    int64_t next = ts + length;
    for (size_t r = 0; r < sessions->n; r++) {
        const struct alm_rest *rest = &sessions->rest[r];
        if (!rest->current) continue;
        const int64_t close = first_from(ts - length / 2, rest->close, rest->close_days);
        if (close - ts >= length / 2 + 1) continue;
        const int64_t open = first_from(close + 1, rest->open, rest->open_days);
        if (open > next) next = open;
    }
    return next;
}
