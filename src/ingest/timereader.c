/* The cells of a time column, read one after another in a time zone. */
#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <string.h>

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

/* Two digits up to limit; false for anything else. */
static inline bool read_two(int64_t *out, const char *text, unsigned limit)
{
    const unsigned tens = (unsigned)text[0] - '0', ones = (unsigned)text[1] - '0';
    *out = tens * 10 + ones;
    return tens <= 9 && ones <= 9 && tens * 10 + ones <= limit;
}

/* The commonest form, YYYY-MM-DDTHH:MM:SS with or without Z, of which the date is mostly the one before.
 * False leaves the cell to alm_time_format_read_local, which it agrees with. */
static bool read_common(int64_t *out, bool *zoned, struct alm_time_reader *reader, const char *text, size_t n)
{
    int64_t hour, minute, second;
    bool dated;
    if (reader->format.kind != ALM_TIME_ISO) return false;
    *zoned = n == 20 && text[19] == 'Z';
    if (n != 19 && !*zoned) return false;
    if ((text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return false;
    if (!reader->has_date || memcmp(reader->date, text, sizeof reader->date) != 0) {
        reader->has_date = text[4] == '-' && text[7] == '-' &&
                           alm_ts_parse_iso(&reader->midnight, &dated, text, sizeof reader->date);
        if (!reader->has_date) return false;
        memcpy(reader->date, text, sizeof reader->date);
    }
    if (!read_two(&hour, text + 11, 23) || !read_two(&minute, text + 14, 59) ||
        !read_two(&second, text + 17, 59))
        return false;
    *out = reader->midnight + (hour * 3600 + minute * 60 + second) * ALM_SECOND;
    return true;
}

enum alm_time_answer alm_time_reader_read(int64_t *out, struct alm_time_reader *reader, const char *text,
                                          size_t n)
{
    int64_t ts, after;
    bool zoned = false;
    enum alm_time_answer answer = ALM_TIME_READ;
    if (!read_common(&ts, &zoned, reader, text, n))
        answer = alm_time_format_read_local(&ts, &zoned, &reader->format, text, n);
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
