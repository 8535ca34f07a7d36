#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "ingest_time.h"

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
    READS("%F %H:%M", "2020-02-29 24:00", "2020-03-01T00:00:00Z");
    READS("%Y %m %d %H", "2020 12 31 24", "2021-01-01T00:00:00Z");
    READS("%F %T.%f", "2020-01-02 03:04:05", "2020-01-02T03:04:05Z");
    READS("%a %b %e %T %Y", "Mon Jan  1 00:00:00 2001", "2001-01-01T00:00:00Z");
    READS("%a, %d %b %Y %T %z", "Thu, 02 Jan 2020 03:04:05 +0100", "2020-01-02T02:04:05Z");
    READS("%a, %d %b %Y %T %z", "Thu, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05Z");
    READS("%d.%m.%Y %I:%M %p", "2.1.2020 12:00 a.m.", "2020-01-02T00:00:00Z");
    READS("%b %e, %Y", "Sept 5, 2020", "2020-09-05T00:00:00Z");
    READS("%B %Y", "may 2020", "2020-05-01T00:00:00Z");
    READS("%YQ%q", "2020Q3", "2020-07-01T00:00:00Z");
    READS("%G-W%V", "2020-W53", "2020-12-28T00:00:00Z");
    READS("%G-W%V-%u", "2021-W01-7", "2021-01-10T00:00:00Z");
    READS("%GW%V%u", "2015W011", "2014-12-29T00:00:00Z");
    READS("%Y%m%d%H%M%S%f", "20200102030405678", "2020-01-02T03:04:05.678000Z");
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
    READS("%F %H:%M", "2020-01-01 24:01", "no");
    READS("%F %H:%M", "2020-01-01 25:00", "no");
    READS("%F %T.%f", "2020-01-01 24:00:00.000001", "no");
    READS("%F %T", "2020-01-01 23:59:60", "no");
    READS("%F %I:%M %p", "2020-01-01 13:00 PM", "no");
    READS("%Y-%j", "2019-366", "no");
    READS("%Y-%j", "2019-0", "no");
    READS("%F %T.%f", "2020-01-02 03:04:05.1234567", "no");
    READS("%FT%T%z", "2020-01-02T03:04:05+1:00", "no");
    READS("%FT%T%z", "2020-01-02T03:04:05+24:00", "no");
    READS("%FT%T%z", "2020-01-02T03:04:05", "no");
    READS("%b %d %Y", "Janv 1 2000", "no");
    READS("%b %d %Y", "Januar 1 2000", "no");
    READS("%YQ%q", "2020Q5", "no");
    READS("%G-W%V", "2021-W53", "no");
    READS("%G-W%V", "2021-W00", "no");
    READS("%G-W%V-%u", "2021-W01-0", "no");
    READS("%F %I:%M %p", "2020-01-01 0:00 AM", "no");
    READS("%F %I:%M %p", "2020-01-01 1:00 AMX", "no");
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
    READS("s", "1,5", "1970-01-01T00:00:01.500000Z");
    READS("s", "-0.5", "1969-12-31T23:59:59.500000Z");
    READS("cut:s", "-0.0000005", "1969-12-31T23:59:59.999999Z");
    READS("cut:ns", "1609459200123456789", "2021-01-01T00:00:00.123456Z");
    READS("cut:ns", "-1", "1969-12-31T23:59:59.999999Z");
    READS("cut:iso", "2020-01-02T03:04:05.1234567Z", "2020-01-02T03:04:05.123456Z");
    READS("cut:%F %T.%f", "2020-01-02 03:04:05.123456789", "2020-01-02T03:04:05.123456Z");
}

/* What openpyxl.utils.datetime.from_excel and a spreadsheet say. */
Test(timeformat, reads_serial_days_of_spreadsheets)
{
    READS("excel", "1", "1900-01-01T00:00:00Z");
    READS("excel", "59", "1900-02-28T00:00:00Z");
    READS("excel", "59.5", "1900-02-28T12:00:00Z");
    READS("excel", "60", "no");
    READS("excel", "60.25", "no");
    READS("excel", "61", "1900-03-01T00:00:00Z");
    READS("excel", "43831", "2020-01-01T00:00:00Z");
    READS("excel", "43831.0416666667", "2020-01-01T01:00:00Z");
    READS("excel", "43831.041666666664", "2020-01-01T01:00:00Z");
    READS("excel", "43831,75", "2020-01-01T18:00:00Z");
    READS("excel", "43831.999999999", "2020-01-02T00:00:00Z");
    READS("excel", "43831.5000000001", "2020-01-01T12:00:00Z");
    READS("excel", "43831.50000001", "2020-01-01T12:00:00.001000Z");
    READS("excel", "2958465", "9999-12-31T00:00:00Z");
    READS("excel", "2958466", "no");
    READS("excel", "0.5", "no");
    READS("excel", "-1", "no");
    READS("excel", "4.3831E4", "no");
    READS("excel1904", "0", "1904-01-01T00:00:00Z");
    READS("excel1904", "60", "1904-03-01T00:00:00Z");
    READS("excel1904", "42369", "2020-01-01T00:00:00Z");
}

Test(timeformat, refuses_formats_that_cannot_give_a_time)
{
    static const char *const bad[] = {"%H:%M",
                                      "%Y-%d",
                                      "%Y %H",
                                      "%q",
                                      "%Y %",
                                      "%Q",
                                      "%Y %m %d %H %I %p",
                                      "%Y-%m-%d %I:%M",
                                      "%Y-%m-%d %M",
                                      "%F %H:%S",
                                      "%F %H.%f",
                                      "%Y-%m-%j",
                                      "%Y-Q%q-%d",
                                      "%Y-%u",
                                      "nonsense",
                                      "",
                                      "cut:",
                                      "cut:x",
                                      "%Y-%m W%V"};
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
    GUESSES(ALM_TIME_AMBIGUOUS, "%d/%m/%Y", "13/2/2020", "2/13/2020");
    GUESSES(ALM_TIME_AMBIGUOUS, "%d-%m-%Y %H:%M", "01-02-2020 00:00", "02-02-2020 00:00");
    GUESSES(ALM_TIME_CERTAIN, "%m-%d-%Y %H:%M", "01-02-2020 00:00", "01-13-2020 00:00");
    GUESSES(ALM_TIME_CERTAIN, "%d.%m.%Y", "1.2.2020", "2.2.2020");
    GUESSES(ALM_TIME_CERTAIN, "%m.%d.%Y", "1.2.2020", "1.13.2020");
    GUESSES(ALM_TIME_AMBIGUOUS, "%d.%m.%Y", "13.2.2020", "1.13.2020");
    GUESSES(ALM_TIME_CERTAIN, "%Y/%m/%d", "2020/2/1", "2020/3/1");
    GUESSES(ALM_TIME_CERTAIN, "%b/%d/%Y", "Feb/1/2020", "Mar/1/2020");
}

Test(timeguess, tells_forms_by_their_shape)
{
    static const char *const forms[][2] = {
        {"20200102T030405Z", "ISO 8601"},
        {"2020-01-02 03:04:05,678", "ISO 8601"},
        {"2020-01-02T03:04:05.1234567Z", "ISO 8601"},
        {"2020-01-02 3:04", "%Y-%m-%d %H:%M"},
        {"2020-1-2", "%Y-%m-%d"},
        {"2020/01/02 03:04:05.25", "%Y/%m/%d %H:%M:%S.%f"},
        {"2020/01/02 03:04:05+01:00", "%Y/%m/%d %H:%M:%S%z"},
        {"2020.01.02 03:04", "%Y.%m.%d %H:%M"},
        {"2020.01.02,03:04", "%Y.%m.%d,%H:%M"},
        {"13/01/2020 3:04 PM", "%d/%m/%Y %I:%M %p"},
        {"1/13/2020 3:04:05 pm", "%m/%d/%Y %I:%M:%S %p"},
        {"1/13/2020 3:04PM", "%m/%d/%Y %I:%M%p"},
        {"Mon Jan  1 00:00:00 2000", "%a %b %d %H:%M:%S %Y"},
        {"Thu, 02 Jan 2020 03:04:05 +0000", "%a, %d %b %Y %H:%M:%S %z"},
        {"Thursday, January 2, 2020", "%a, %b %d, %Y"},
        {"Jan 1 2000", "%b %d %Y"},
        {"1 January 2000", "%d %b %Y"},
        {"1-Jan-2000 05:00", "%d-%b-%Y %H:%M"},
        {"10/Oct/2000:13:55:36 -0700", "%d/%b/%Y:%H:%M:%S %z"},
        {"20200102 030405", "%Y%m%d %H%M%S"},
        {"20200102 0304", "%Y%m%d %H%M"},
        {"20200102 03:04:05", "%Y%m%d %H:%M:%S"},
        {"20200102 030405.678", "%Y%m%d %H%M%S.%f"},
        {"20200102030405", "%Y%m%d%H%M%S"},
        {"20200102030405678", "%Y%m%d%H%M%S%f"},
        {"202001020304", "%Y%m%d%H%M"},
        {"2020 1 2", "%Y %m %d"},
        {"2020 1 2 3", "%Y %m %d %H"},
        {"2020 1 2 3 4 5", "%Y %m %d %H %M %S"},
        {"2020-01-02 5", "%Y-%m-%d %H"},
        {"2020-01-02 0530", "%Y-%m-%d %H%M"},
        {"2020-Q1", "%Y-Q%q"},
        {"2020Q1", "%YQ%q"},
        {"2020 Q1", "%Y Q%q"},
        {"Q1 2020", "Q%q %Y"},
        {"Q1-2020", "Q%q-%Y"},
        {"2020-W05", "%Y-W%V"},
        {"2020W05", "%YW%V"},
        {"2020-W05-1", "%Y-W%V-%u"},
        {"2020M05", "%YM%m"},
        {"2020-05", "%Y-%m"},
        {"05/2020", "%m/%Y"},
        {"May 2020", "%b %Y"},
        {"2020-033", "%Y-%j"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *name, *const cells[] = {forms[i][0], forms[i][0], NULL};
        cr_assert(eq(int, (int)guess(&name, cells), ALM_TIME_CERTAIN), "%s", forms[i][0]);
        cr_assert(eq(str, (char *)name, (char *)forms[i][1]), "%s", forms[i][0]);
    }
}

Test(timeguess, numbers_are_times_only_where_they_are_plausible)
{
    GUESSES(ALM_TIME_NUMERIC, "%Y", "1999", "2000");
    GUESSES(ALM_TIME_NUMERIC, "%Y%m", "199912", "200001");
    GUESSES(ALM_TIME_NUMERIC, "%Y%m%d%H", "2020010100", "2020010101");
    GUESSES(ALM_TIME_NUMERIC, "epoch seconds", "1577836800.5", "1577836801.0");
    GUESSES(ALM_TIME_NUMERIC, "epoch milliseconds", "157783680000", "157783680001");
    GUESSES(ALM_TIME_NUMERIC, "epoch nanoseconds", "1577836800123456789", "1577836800123456790");
    GUESSES(ALM_TIME_NONE, "", "1700", "1701");
    GUESSES(ALM_TIME_NONE, "", "2500", "2501");
    GUESSES(ALM_TIME_NONE, "", "2020.5", "2020.6");
    GUESSES(ALM_TIME_NONE, "", "17000101", "17000102");
    GUESSES(ALM_TIME_NONE, "", "99999999", "99999998");
    GUESSES(ALM_TIME_NONE, "", "1.5778368E9", "1.5778369E9");
    GUESSES(ALM_TIME_NONE, "", "20201301123456");
    GUESSES(ALM_TIME_NONE, "", "10:00", "11:00");
    GUESSES(ALM_TIME_NONE, "", "1/2/20", "13/2/20");
    GUESSES(ALM_TIME_NONE, "", "1 Jan", "2 Jan");
    GUESSES(ALM_TIME_NONE, "", "AAPL", "MSFT");
    GUESSES(ALM_TIME_NONE, "", "192.168.2020.1", "10.0.0.1");
    GUESSES(ALM_TIME_NONE, "", "+1 202 555 0100", "555-0100");
}

Test(timeguess, mixed_spellings_of_one_form_are_one_form)
{
    GUESSES(ALM_TIME_CERTAIN, "%Y-%m-%d", "2020-10-10", "2020-9-9", "2020-1-10");
    GUESSES(ALM_TIME_CERTAIN, "%b %d, %Y", "May 1, 2000", "June 1, 2000");
    GUESSES(ALM_TIME_CERTAIN, "%Y/%m/%d %H:%M:%S.%f", "2020/10/10 01:02:03.5", "2020/10/10 01:02:04");
    GUESSES(ALM_TIME_CERTAIN, "ISO 8601", "2020-10-10", "2020-10-10 01:00:00", "2020-10-10 01:00:00.5");
}

/* ---- Python's ---- */

Test(timeformat, reads_what_python_writes)
{
    for (size_t i = 0; i < sizeof golden_cells / sizeof *golden_cells; i++) {
        const struct golden_cell *g = &golden_cells[i];
        struct alm_time_format format;
        int64_t ts = 0;
        cr_assert(alm_time_format_parse(&format, g->format, NULL) == ALM_OK, "%s", g->format);
        cr_assert(alm_time_format_read(&ts, &format, g->text, strlen(g->text)), "%s: %s", g->format, g->text);
        cr_assert(eq(i64, ts, g->ts), "%s: %s", g->format, g->text);
    }
}

Test(timeguess, finds_how_python_wrote)
{
    enum { CELLS = 6 };
    for (size_t i = 0; i < sizeof golden_cells / sizeof *golden_cells; i += CELLS) {
        const struct golden_cell *g = &golden_cells[i];
        const char *name, *cells[CELLS + 1] = {0};
        for (size_t k = 0; k < CELLS; k++)
            cells[k] = g[k].text;
        const enum alm_time_verdict verdict = guess(&name, cells);
        if (g->found[0] == '\0') {
            cr_assert(eq(int, (int)verdict, ALM_TIME_NONE), "%s", g->text);
        } else if (g->found[0] == '-') {
            cr_assert(eq(int, (int)verdict, ALM_TIME_AMBIGUOUS), "%s", g->text);
        } else {
            cr_assert(verdict == ALM_TIME_CERTAIN || verdict == ALM_TIME_NUMERIC, "%s", g->text);
            cr_assert(eq(str, (char *)name, (char *)g->found), "%s", g->text);
        }
    }
}

/* ---- the C library's ---- */

/* What the C library writes of 100,000 random times reads back. %f and %q are not its own. */
static void reads_back(const char *stated, const char *pattern, int64_t step, int first, int last)
{
    struct alm_random *random;
    struct alm_time_format format;
    const int64_t low = alm_days_from_date(first, 1, 1) * ALM_DAY,
                  high = alm_days_from_date(last, 1, 1) * ALM_DAY;
    cr_assert(alm_time_format_parse(&format, stated, NULL) == ALM_OK);
    cr_assert(alm_random_create(&random, 3, NULL) == ALM_OK);
    for (int i = 0; i < 100000; i++) {
        const uint64_t span = (uint64_t)((high - low) / step);
        const uint64_t any =
            (uint64_t)alm_random_below(random, 1 << 30) << 30 | (uint64_t)alm_random_below(random, 1 << 30);
        const int64_t ts = low + (int64_t)(any % span) * step;
        const time_t seconds = (time_t)((ts - low) / ALM_SECOND + low / ALM_SECOND);
        char with_fraction[64], text[96];
        struct tm tm;
        int64_t back;
        const char *mark = strchr(pattern, '#');
        cr_assert(gmtime_r(&seconds, &tm) != NULL);
        if (mark == NULL)
            snprintf(with_fraction, sizeof with_fraction, "%s", pattern);
        else
            snprintf(with_fraction, sizeof with_fraction, "%.*s%06d%s", (int)(mark - pattern), pattern,
                     (int)((ts - low) % ALM_SECOND), mark + 1);
        const size_t n = strftime(text, sizeof text, with_fraction, &tm);
        cr_assert(n > 0);
        if (!alm_time_format_read(&back, &format, text, n) || back != ts)
            cr_fatal("%s: %s is %lld, not %lld", stated, text, (long long)back, (long long)ts);
    }
    alm_random_free(random);
}

Test(timeformat_back, standard_forms)
{
    reads_back("iso", "%Y-%m-%d", ALM_DAY, 1000, 9999);
    reads_back("iso", "%Y-%m-%d %H:%M", ALM_MINUTE, 1000, 9999);
    reads_back("iso", "%Y-%m-%dT%H:%M:%S", ALM_SECOND, 1000, 9999);
    reads_back("iso", "%Y-%m-%dT%H:%M:%S.#Z", 1, 1000, 9999);
    reads_back("iso", "%Y-%m-%d %H:%M:%S,#000", 1, 1000, 9999);
    reads_back("iso", "%Y%m%dT%H%M%S", ALM_SECOND, 1000, 9999);
    reads_back("iso", "%Y%m%dT%H%M%S.#%z", 1, 1000, 9999);
}

Test(timeformat_back, numbers)
{
    reads_back("%Y%m%d", "%Y%m%d", ALM_DAY, 1000, 9999);
    reads_back("%Y%m%d %H%M%S", "%Y%m%d %H%M%S", ALM_SECOND, 1000, 9999);
    reads_back("%Y%m%d%H%M%S%f", "%Y%m%d%H%M%S#", 1, 1000, 9999);
    reads_back("%Y %m %d %H", "%Y %m %d %H", ALM_HOUR, 1000, 9999);
    reads_back("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M", ALM_MINUTE, 1000, 9999);
    reads_back("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p", ALM_SECOND, 1000, 9999);
    reads_back("%d.%m.%y", "%d.%m.%y", ALM_DAY, 1969, 2069);
}

Test(timeformat_back, words)
{
    reads_back("%a %b %e %H:%M:%S %Y", "%a %b %e %H:%M:%S %Y", ALM_SECOND, 1000, 9999);
    reads_back("%A, %d %B %Y", "%A, %d %B %Y", ALM_DAY, 1000, 9999);
    reads_back("%a, %d %b %Y %T %z", "%a, %d %b %Y %T %z", ALM_SECOND, 1000, 9999);
    reads_back("%d-%b-%Y %I%p", "%d-%b-%Y %I%p", ALM_HOUR, 1000, 9999);
}

Test(timeformat_back, counts_and_periods)
{
    reads_back("s", "%s.#", 1, 1970, 9999);
    reads_back("ms", "%s000", ALM_SECOND, 1970, 9999);
    reads_back("us", "%s#", 1, 1970, 9999);
    reads_back("ns", "%s#000", 1, 1970, 2262);
    reads_back("%G-W%V-%u", "%G-W%V-%u", ALM_DAY, 1001, 9999);
    reads_back("%Y-%j", "%Y-%j", ALM_DAY, 1000, 9999);
}

/* Serial days of Excel, of each minute of some days: as a spreadsheet writes the double. */
Test(timeformat_back, serial_days)
{
    for (int64_t minute = 0; minute < 100000; minute++) {
        struct alm_time_format format;
        const int64_t serial = 43831 + minute / 1440;
        char text[40];
        int64_t ts;
        snprintf(text, sizeof text, "%.15g", (double)serial + (double)(minute % 1440) / 1440);
        cr_assert(alm_time_format_parse(&format, "excel", NULL) == ALM_OK);
        cr_assert(alm_time_format_read(&ts, &format, text, strlen(text)));
        if (ts != alm_days_from_date(2020, 1, 1) * ALM_DAY + minute * ALM_MINUTE) cr_fatal("%s", text);
    }
}

/* ---- readers ---- */

Test(timereader, reads_local_times_by_policy)
{
    static const struct {
        const char *text;
        enum alm_time_answer strict;
        const char *earlier, *later;
    } cases[] = {
        {"2020-03-29 01:59:59", ALM_TIME_READ, "2020-03-29T00:59:59Z", "2020-03-29T00:59:59Z"},
        {"2020-03-29 02:30:00", ALM_TIME_HOLE, "2020-03-29T00:30:00Z", "2020-03-29T01:30:00Z"},
        {"2020-03-29 03:00:00", ALM_TIME_READ, "2020-03-29T01:00:00Z", "2020-03-29T01:00:00Z"},
        {"2020-03-29 02:30:00+02:00", ALM_TIME_READ, "2020-03-29T00:30:00Z", "2020-03-29T00:30:00Z"},
        {"2020-10-25 02:30:00", ALM_TIME_TWICE, "2020-10-25T00:30:00Z", "2020-10-25T01:30:00Z"},
        {"2020-10-25 02:30:00Z", ALM_TIME_READ, "2020-10-25T02:30:00Z", "2020-10-25T02:30:00Z"},
        {"2020-10-25 02:60:00", ALM_TIME_BAD, NULL, NULL},
    };
    struct alm_zone *zone;
    struct alm_error error = {0};
    const struct alm_time_format format = {.kind = ALM_TIME_ISO};
    if (alm_zone_create(&zone, "Europe/Berlin", &error) != ALM_OK) cr_skip_test("%s", error.text);
    struct alm_time_reader readers[4];
    for (int dst = ALM_DST_ERROR; dst <= ALM_DST_SKIP; dst++)
        alm_time_reader_init(&readers[dst], &format, zone, (enum alm_dst)dst);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;
        const size_t n = strlen(text);
        const enum alm_time_answer strict = cases[i].strict;
        const bool doubtful = strict == ALM_TIME_HOLE || strict == ALM_TIME_TWICE;
        int64_t ts;
        cr_assert(eq(int, (int)alm_time_reader_read(&ts, &readers[ALM_DST_ERROR], text, n), (int)strict),
                  "%s", text);
        cr_assert(eq(int, (int)alm_time_reader_read(&ts, &readers[ALM_DST_SKIP], text, n),
                     (int)(doubtful ? ALM_TIME_SKIPPED : strict)));
        for (int dst = ALM_DST_EARLIER; dst <= ALM_DST_LATER && cases[i].earlier != NULL; dst++) {
            struct alm_text shown = {0};
            cr_assert(eq(int, (int)alm_time_reader_read(&ts, &readers[dst], text, n), ALM_TIME_READ));
            alm_ts_write_iso(&shown, ts);
            cr_assert(
                eq(str, shown.data, (char *)(dst == ALM_DST_EARLIER ? cases[i].earlier : cases[i].later)),
                "%s", text);
            alm_text_clear(&shown);
        }
    }
    for (int dst = ALM_DST_ERROR; dst <= ALM_DST_SKIP; dst++)
        cr_assert(readers[dst].holes == 1 && readers[dst].folds == 1);
    alm_zone_free(zone);
}

/* Whatever is wrong with a time of the usual form, the reader's short way says what the long one says. */
Test(timereader, the_short_way_is_the_long_way)
{
    static const char letters[] = "0123456789-:T tZz.,+x";
    const struct alm_time_format format = {.kind = ALM_TIME_ISO};
    struct alm_time_reader reader;
    struct alm_random *random;
    alm_time_reader_init(&reader, &format, NULL, ALM_DST_ERROR);
    cr_assert(alm_random_create(&random, 11, NULL) == ALM_OK);
    for (int i = 0; i < 200000; i++) {
        char text[32];
        int64_t ts = 0, expected = 0;
        snprintf(text, sizeof text, "20%02d-%02d-%02d%c%02d:%02d:%02d%s", (int)alm_random_below(random, 3),
                 (int)alm_random_below(random, 14), (int)alm_random_below(random, 33), i % 2 ? 'T' : ' ',
                 (int)alm_random_below(random, 26), (int)alm_random_below(random, 62),
                 (int)alm_random_below(random, 62), i % 3 ? "Z" : "");
        if (i % 5 == 0)
            text[alm_random_below(random, strlen(text))] = letters[alm_random_below(random, strlen(letters))];
        const size_t n = strlen(text) - (i % 7 == 0);
        const bool good = alm_time_format_read(&expected, &format, text, n);
        const bool read = alm_time_reader_read(&ts, &reader, text, n) == ALM_TIME_READ;
        if (read != good || ts != expected) cr_fatal("%.*s", (int)n, text);
    }
    alm_random_free(random);
}

Test(timereader, says_what_may_help)
{
    static const struct {
        const char *format, *text, *part;
        enum alm_time_answer answer;
    } cases[] = {
        {"iso", "2020-01-01T00:00:00.1234567", "cut:iso", ALM_TIME_FINE},
        {"%d/%m/%Y", "1/13/2020", "this one as %m/%d/%Y", ALM_TIME_BAD},
        {"iso", "2016-12-31T23:59:60Z", "leap seconds", ALM_TIME_BAD},
        {"ms", "x", "epoch milliseconds", ALM_TIME_BAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_time_format format;
        struct alm_time_reader reader;
        char hint[160];
        int64_t ts;
        const size_t n = strlen(cases[i].text);
        cr_assert(alm_time_format_parse(&format, cases[i].format, NULL) == ALM_OK);
        alm_time_reader_init(&reader, &format, NULL, ALM_DST_ERROR);
        cr_assert(eq(int, (int)alm_time_reader_read(&ts, &reader, cases[i].text, n), (int)cases[i].answer));
        alm_time_format_hint(hint, sizeof hint, &format, cases[i].answer, cases[i].text, n);
        cr_assert(strstr(hint, cases[i].part) != NULL, "%s", hint);
    }
}
