#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* The time as ISO text, or "no". */
static const char *read_as(const char *format_text, const char *text)
{
    static char shown[64];
    struct alm_time_format format;
    struct alm_error error = {0};
    int64_t ts;
    cr_assert(eq(int, (int)alm_time_format_parse(&format, format_text, &error), ALM_OK), "%s", error.text);
    if (!alm_time_format_read(&ts, &format, text, strlen(text))) return "no";
    struct alm_text out = {0};
    alm_ts_write_iso(&out, ts);
    cr_assert(out.length < sizeof shown);
    memcpy(shown, out.data, out.length + 1);
    alm_text_clear(&out);
    return shown;
}

#define READS(format, text, expected)                                                                        \
    cr_assert(eq(str, (char *)read_as(format, text), (char *)(expected)), "%s", text)

Test(timeformat, reads_patterns)
{
    READS("%Y%m%d", "20200229", "2020-02-29T00:00:00Z");
    READS("%d/%m/%Y %H:%M", "3/12/1999 04:05", "1999-12-03T04:05:00Z");
    READS("%b %d %Y", "Jan 1 2000", "2000-01-01T00:00:00Z");
    READS("%d-%b-%Y", "05-feb-2010", "2010-02-05T00:00:00Z");
    READS("%A, %B %d, %Y", "Friday, March 3, 2000", "2000-03-03T00:00:00Z");
    READS("%y%m%d", "690101", "1969-01-01T00:00:00Z");
    READS("%y%m%d", "680101", "2068-01-01T00:00:00Z");
    READS("%Y-%j", "2020-366", "2020-12-31T00:00:00Z");
    READS("%m/%d/%Y %I:%M %p", "1/2/2020 12:30 AM", "2020-01-02T00:30:00Z");
    READS("%m/%d/%Y %I:%M:%S %p", "1/2/2020 12:30:59 pm", "2020-01-02T12:30:59Z");
    READS("%F %T.%f", "2020-01-02 03:04:05.25", "2020-01-02T03:04:05.250000Z");
    READS("%F %T.%f", "2020-01-02 03:04:05.123456000", "2020-01-02T03:04:05.123456Z");
    READS("%FT%T%z", "2020-01-02T03:04:05+0130", "2020-01-02T01:34:05Z");
    READS("%FT%T%z", "2020-01-02T03:04:05-05:00", "2020-01-02T08:04:05Z");
    READS("%FT%T%z", "2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z");
    READS("%Y", " 1999 ", "1999-01-01T00:00:00Z");
    READS("%Y-%m", "1999-07", "1999-07-01T00:00:00Z");
    READS("%Y%%%m", "1999%07", "1999-07-01T00:00:00Z");
}

Test(timeformat, refuses_what_is_no_such_time)
{
    READS("%Y%m%d", "20210229", "no");
    READS("%Y%m%d", "2020022", "no");
    READS("%Y-%m-%d", "2020-02-29x", "no");
    READS("%Y-%m-%d", "2020-13-01", "no");
    READS("%Y-%m-%d", "2020-1-", "no");
    READS("%d/%m/%Y", "31/04/2020", "no");
    READS("%d/%m/%Y", "1/2/20", "no");
    READS("%F %H:%M", "2020-01-01 24:00", "no");
    READS("%F %T", "2020-01-01 23:59:60", "no");
    READS("%F %I:%M %p", "2020-01-01 13:00 PM", "no");
    READS("%Y-%j", "2019-366", "no");
    READS("%Y-%j", "2019-0", "no");
    READS("%F %T.%f", "2020-01-02 03:04:05.1234567", "no");
    READS("%FT%T%z", "2020-01-02T03:04:05+1:00", "no");
    READS("%FT%T%z", "2020-01-02T03:04:05+24:00", "no");
    READS("%FT%T%z", "2020-01-02T03:04:05", "no");
    READS("%b %d %Y", "Janv 1 2000", "no");
    READS("%Y", "", "no");
    READS("iso", "2020-02-30", "no");
}

Test(timeformat, reads_epochs_exactly)
{
    READS("s", "0", "1970-01-01T00:00:00Z");
    READS("s", "-1", "1969-12-31T23:59:59Z");
    READS("s", "1609459200.25", "2021-01-01T00:00:00.250000Z");
    READS("s", "1609459200.123456", "2021-01-01T00:00:00.123456Z");
    READS("s", "1609459200.1234560", "2021-01-01T00:00:00.123456Z");
    READS("s", "1609459200.1234561", "no");
    READS("ms", "1609459200123", "2021-01-01T00:00:00.123000Z");
    READS("ms", "1609459200123.5", "2021-01-01T00:00:00.123500Z");
    READS("us", "1609459200123456", "2021-01-01T00:00:00.123456Z");
    READS("us", "1609459200123456.0", "2021-01-01T00:00:00.123456Z");
    READS("ns", "1609459200123456000", "2021-01-01T00:00:00.123456Z");
    READS("ns", "1609459200123456001", "no");
    READS("s", "99999999999999999999", "no");
    READS("s", "9223372036854775807", "no");
    READS("s", "1e9", "no");
    READS("s", "", "no");
    READS("s", "-", "no");
    READS("s", "12.", "no");
}

Test(timeformat, refuses_formats_that_cannot_give_a_time)
{
    static const char *const bad[] = {"%H:%M",          "%Y-%d",       "%Y %H",    "%q", "%Y %",
                                      "%Y-%m-%d %I:%M", "%Y-%m-%d %M", "nonsense", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alm_time_format format;
        struct alm_error error = {0};
        cr_assert(eq(int, (int)alm_time_format_parse(&format, bad[i], &error), ALM_USAGE), "%s", bad[i]);
        cr_assert(error.text[0] != '\0');
    }
}

static enum alm_time_verdict guess(const char **name, const char *const *cells)
{
    static struct alm_time_format format, other;
    struct alm_time_guess g = {0};
    for (; *cells != NULL; cells++)
        alm_time_guess_add(&g, *cells, strlen(*cells));
    const enum alm_time_verdict verdict = alm_time_guess_verdict(&format, &other, &g);
    *name = alm_time_format_name(&format);
    return verdict;
}

#define GUESSES(verdict, expected, ...)                                                                      \
    do {                                                                                                     \
        const char *name_;                                                                                   \
        const char *const cells_[] = {__VA_ARGS__, NULL};                                                    \
        cr_assert(eq(int, (int)guess(&name_, cells_), (int)(verdict)));                                      \
        if ((verdict) != ALM_TIME_NONE) cr_assert(eq(str, (char *)name_, (char *)(expected)));               \
    } while (0)

Test(timeguess, finds_the_format_that_reads_every_cell)
{
    GUESSES(ALM_TIME_CERTAIN, "ISO 8601", "2020-01-01", "2020-01-02T03:04Z", "2020-01-01 00:00:00.5+02:00");
    GUESSES(ALM_TIME_CERTAIN, "%b %d %Y", "Jan 1 2000", "Feb 1 2000");
    GUESSES(ALM_TIME_CERTAIN, "%d.%m.%Y %H:%M", "01.02.2020 10:00", "3.2.2020 9:15");
    GUESSES(ALM_TIME_CERTAIN, "%Y-%m", "2020-01", "2020-12");
    GUESSES(ALM_TIME_CERTAIN, "%Y%m%d %H%M%S", "20200101 000100", "20200101 000200");
    GUESSES(ALM_TIME_NUMERIC, "%Y%m%d", "20200101", "20200102");
    GUESSES(ALM_TIME_NUMERIC, "epoch seconds", "1609459200", "1609459260");
    GUESSES(ALM_TIME_NUMERIC, "epoch milliseconds", "1609459200000", "1609459260000");
    GUESSES(ALM_TIME_NUMERIC, "epoch microseconds", "1609459200000000");
    GUESSES(ALM_TIME_NUMERIC, "epoch nanoseconds", "1609459200000000000");
    GUESSES(ALM_TIME_NONE, "", "12.5", "13");
    GUESSES(ALM_TIME_NONE, "", "2020-01-01", "x");
    GUESSES(ALM_TIME_NONE, "", "20201301");
}

Test(timeguess, day_and_month_are_told_apart_only_by_proof)
{
    GUESSES(ALM_TIME_AMBIGUOUS, "%d/%m/%Y", "1/2/2020", "3/4/2020");
    GUESSES(ALM_TIME_CERTAIN, "%d/%m/%Y", "1/2/2020", "13/2/2020");
    GUESSES(ALM_TIME_CERTAIN, "%m/%d/%Y", "1/2/2020", "2/13/2020");
    GUESSES(ALM_TIME_NONE, "", "13/2/2020", "2/13/2020");
}
