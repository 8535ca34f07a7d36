#include "ingest/timesplit.h"

#include "ingest/timeformat.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

/* "columns: pattern" of the parts found, or "none". */
static const char *describe(const struct alm_time_split *split, bool found)
{
    static char text[96];
    size_t at = 0;
    if (!found) return "none";
    for (size_t i = 0; i < split->n; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%zu ", split->columns[i]);
    snprintf(text + at, sizeof text - at, ": %s", split->pattern);
    return text;
}

#define FINDS(expected, ...)                                                                                 \
    do {                                                                                                     \
        const char *const headers_[] = {__VA_ARGS__};                                                        \
        struct alm_time_split split_;                                                                        \
        const bool found_ = alm_time_split_find(&split_, headers_, sizeof headers_ / sizeof *headers_);      \
        cr_assert(eq(str, (char *)describe(&split_, found_), (char *)(expected)));                           \
    } while (0)

#define NAMES(expected, ...)                                                                                 \
    do {                                                                                                     \
        const char *const headers_[] = {__VA_ARGS__};                                                        \
        struct alm_time_split split_;                                                                        \
        alm_time_split_name(&split_, headers_, sizeof headers_ / sizeof *headers_);                          \
        cr_assert(eq(str, (char *)describe(&split_, true), (char *)(expected)));                             \
    } while (0)

Test(timesplit, parts_are_found_by_name)
{
    FINDS("1 2 3 4 : %Y %m %d %H", "No", "year", "month", "day", "hour", "pm2.5");
    FINDS("2 1 0 : %Y %m %d", "Day", "Month", "Year", "value");
    FINDS("0 1 : %Y %m", "YEAR", "MM", "v");
    FINDS("0 1 : %Y %j", "yr", "doy", "v");
    FINDS("0 1 2 : %Y %j %H", "yyyy", "doy", "hh", "v");
    FINDS("0 1 2 3 4 5 : %Y %m %d %H %M %S", "yyyy", "mo", "dd", "hr", "min", "sec");
    FINDS("0 1 2 : %Y %m %d", "year", "month", "day", "minute", "v"); /* a minute without an hour is none */
    FINDS("0 1 : ", "<DATE>", "<TIME>", "<OPEN>");
    FINDS("0 1 : ", "Date", "Hour", "load");
    FINDS("1 2 3 : ", "id", "dteday", "hr", "minute");
    FINDS("none", "date", "open", "close");
    FINDS("none", "time", "open", "close");
    FINDS("none", "year", "value");
    FINDS("none", "month", "day", "value");
    FINDS("none", "y", "m", "d"); /* too short to be believed */
    FINDS("none", "", "", "");
}

Test(timesplit, named_columns_are_put_in_order_when_all_are_known)
{
    NAMES("0 1 2 3 : %Y %m %d %H", "year", "month", "day", "hour");
    NAMES("2 1 0 : %Y %m %d", "d", "m", "y");
    NAMES("0 1 : ", "date", "time");
    NAMES("0 1 2 : ", "year", "month", "something");
    NAMES("0 1 2 : ", "year", "day", "hour");
}

Test(timesplit, cells_are_joined_with_single_blanks)
{
    struct alm_text joined = {0};
    alm_time_join(&joined, " 2020 ", 6);
    alm_time_join(&joined, "1", 1);
    alm_time_join(&joined, "\t2", 2);
    cr_assert(eq(str, joined.data, "2020 1 2"));
    struct alm_time_format format;
    int64_t ts;
    cr_assert(alm_time_format_parse(&format, "%Y %m %d", NULL) == ALM_OK);
    cr_assert(alm_time_format_read(&ts, &format, joined.data, joined.length));
    /* a part that is missing is not made up for by the next */
    cr_assert(alm_time_format_parse(&format, "%Y %m %d %H", NULL) == ALM_OK);
    alm_text_reset(&joined);
    alm_time_join(&joined, "2020", 4);
    alm_time_join(&joined, "1", 1);
    alm_time_join(&joined, "", 0);
    alm_time_join(&joined, "5", 1);
    cr_assert_not(alm_time_format_read(&ts, &format, joined.data, joined.length));
    alm_text_clear(&joined);
}
