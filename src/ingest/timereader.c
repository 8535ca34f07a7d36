/* The cells of a time column, read one after another in a time zone. */
#include "ingest/timeformat.h"
#include "series/timestamp.h"

void alm_time_reader_init(struct alm_time_reader *out, const struct alm_time_format *format,
                          const struct alm_zone *zone, enum alm_dst dst)
{
    *out =
        (struct alm_time_reader){.format = *format, .zone = alm_zone_is_utc(zone) ? NULL : zone, .dst = dst};
}

/* A local time in a hole or a fold: by policy. */
static enum alm_time_answer choose(int64_t *out, struct alm_time_reader *reader, enum alm_zone_case which,
                                   int64_t before, int64_t after)
{
    const bool hole = which == ALM_ZONE_HOLE;
    if (hole)
        reader->holes++;
    else
        reader->folds++;
    if (reader->dst == ALM_DST_ERROR) return hole ? ALM_TIME_HOLE : ALM_TIME_TWICE;
    if (reader->dst == ALM_DST_SKIP) return ALM_TIME_SKIPPED;
    *out = (before < after) == (reader->dst == ALM_DST_EARLIER) ? before : after;
    return ALM_TIME_READ;
}

enum alm_time_answer alm_time_reader_read(int64_t *out, struct alm_time_reader *reader, const char *text,
                                          size_t n)
{
    int64_t ts, after;
    bool zoned;
    enum alm_time_answer answer = alm_time_format_read_local(&ts, &zoned, &reader->format, text, n);
    if (answer != ALM_TIME_READ) return answer;
    if (!zoned && reader->zone != NULL) {
        const enum alm_zone_case which =
            alm_zone_moments_near(&ts, &after, &reader->stretch, reader->zone, ts);
        if (which != ALM_ZONE_PLAIN) answer = choose(&ts, reader, which, ts, after);
    }
    if (answer == ALM_TIME_READ && !alm_ts_in_range(ts)) answer = ALM_TIME_BAD;
    if (answer == ALM_TIME_READ) *out = ts;
    return answer;
}
