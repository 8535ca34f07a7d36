#include "series/series.h"

#include "base/memory.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BARS_PER_VALUE = 100 };

/* ---- times ---- */

struct alm_times {
    size_t users;
    int64_t *ts;
};

static void leave_times(struct alm_times *times)
{
    if (times == NULL || --times->users > 0) return;
    free(times->ts);
    free(times);
}

static enum alm_status create_times(struct alm_series *series, size_t n, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&series->times, 1, error));
    series->times->users = 1;
    ALM_TRY(ALM_NEW(&series->times->ts, n, error));
    series->ts = series->times->ts;
    return ALM_OK;
}

void alm_series_share_times(struct alm_series *series, const struct alm_series *other)
{
    size_t low = 0, high = other->n; /* those before low are before the series begins, from high on not */
    if (series->n == 0 || series->times == other->times) return;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (other->ts[middle] < series->ts[0])
            low = middle + 1;
        else
            high = middle;
    }
    if (other->n - low < series->n ||
        memcmp(other->ts + low, series->ts, series->n * sizeof *series->ts) != 0)
        return;
    leave_times(series->times);
    series->times = other->times;
    series->times->users++;
    series->ts = other->ts + low;
}

/* ---- life ---- */

void alm_series_free(struct alm_series *series)
{
    if (series == NULL) return;
    free(series->name);
    free(series->time_zone);
    alm_zone_free(series->zone);
    leave_times(series->times);
    free(series->y);
    alm_covariates_free(series->covariates);
    for (size_t i = 0; i < series->n_labels; i++)
        free(series->label[i]);
    free(series->label);
    free(series);
}

/* Where something is, for messages: a timestamp, or the number of an index series. */
static void write_where(struct alm_text *out, const struct alm_series *series, int64_t ts)
{
    if (series->calendar.frequency.unit == ALM_FREQUENCY_INDEX)
        alm_text_printf(out, "%lld", (long long)ts);
    else
        alm_ts_write_short(out, ts);
}

static enum alm_status refuse(const struct alm_series *series, int64_t ts, const char *what,
                              struct alm_error *error)
{
    struct alm_text where = {0};
    write_where(&where, series, ts);
    alm_fail(error, ALM_DATA, "%s at %s: %s", series->name, alm_text_string(&where), what);
    alm_text_clear(&where);
    return ALM_DATA;
}

static enum alm_status check_observations(const struct alm_series *series, struct alm_span span,
                                          struct alm_error *error)
{
    for (size_t i = 0; i < span.n; i++) {
        if (i > 0 && span.ts[i] <= span.ts[i - 1])
            return refuse(series, span.ts[i], "the timestamp is not later than the one before it", error);
        if (isinf(span.y[i])) return refuse(series, span.ts[i], "the value is infinite", error);
    }
    return ALM_OK;
}

/* The observations from the first present value to the last. */
static struct alm_span cut_ends(struct alm_span span)
{
    while (span.n > 0 && isnan(span.y[0]))
        span = alm_span_suffix(span, span.n - 1);
    while (span.n > 0 && isnan(span.y[span.n - 1]))
        span.n--;
    return span;
}

static enum alm_status count_bars(size_t *bars, const struct alm_series *series, struct alm_span span,
                                  struct alm_error *error)
{
    size_t missing = 0, limit;
    if (!alm_multiply(&limit, span.n, MAX_BARS_PER_VALUE)) limit = SIZE_MAX;
    for (size_t i = 1; i < span.n; i++) {
        const size_t here = alm_calendar_missing(&series->calendar, span.ts[i - 1], span.ts[i]);
        if (here > limit - missing) {
            struct alm_text frequency = {0};
            alm_frequency_write(&frequency, series->calendar.frequency);
            alm_fail(
                error, ALM_DATA,
                "%s: with frequency %s more than %d bars would be missing for every value; the frequency "
                "is wrong, state another one or `irregular`",
                series->name, alm_text_string(&frequency), MAX_BARS_PER_VALUE);
            alm_text_clear(&frequency);
            return ALM_DATA;
        }
        missing += here;
    }
    *bars = span.n + missing;
    return ALM_OK;
}

static enum alm_status lay_out(struct alm_series *series, struct alm_span span, struct alm_error *error)
{
    size_t bars;
    ALM_TRY(count_bars(&bars, series, span, error));
    ALM_TRY(ALM_NEW(&series->y, bars, error));
    ALM_TRY(create_times(series, bars, error)); /* last: they may be given back at once */
    for (size_t i = 0; i < span.n; i++) {
        const size_t gap = i == 0 ? 0 : alm_calendar_missing(&series->calendar, span.ts[i - 1], span.ts[i]);
        for (size_t k = 0; k < gap; k++) {
            ALM_TRY(alm_calendar_missing_bar(&series->ts[series->n], &series->calendar, span, span.ts[i - 1],
                                             span.ts[i], gap, k, error));
            series->y[series->n++] = (double)NAN;
        }
        series->ts[series->n] = span.ts[i];
        series->y[series->n++] = span.y[i];
    }
    return ALM_OK;
}

enum alm_status alm_series_create(struct alm_series **out, const char *name, struct alm_frequency frequency,
                                  const char *time_zone, size_t season_length, const int64_t *ts,
                                  const double *y, size_t n, struct alm_error *error)
{
    struct alm_series *series;
    *out = NULL;
    ALM_TRY(ALM_NEW(&series, 1, error));
    enum alm_status status = alm_copy_text(&series->name, name, error);
    if (status == ALM_OK)
        status = alm_copy_text(&series->time_zone, time_zone == NULL ? "UTC" : time_zone, error);
    series->calendar = (struct alm_calendar){.frequency = frequency, .time_zone = series->time_zone};
    series->season_length = season_length == 0 ? alm_frequency_season(frequency) : season_length;
    if (status == ALM_OK && frequency.unit >= ALM_FREQUENCY_DAY && strcmp(series->time_zone, "UTC") != 0)
        status = alm_zone_create(&series->zone, series->time_zone, error);
    series->calendar.zone = series->zone;
    const struct alm_span all = {y, ts, n};
    if (status == ALM_OK) status = check_observations(series, all, error);
    if (status == ALM_OK) alm_calendar_learn(&series->calendar, ts, n);
    if (status == ALM_OK) status = lay_out(series, cut_ends(all), error);
    if (status != ALM_OK) {
        alm_series_free(series);
        return status;
    }
    *out = series;
    return ALM_OK;
}
