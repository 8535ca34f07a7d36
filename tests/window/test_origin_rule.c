#include "window/origin_rule.h"

#include "series/timestamp.h"
#include "window/extent.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(origin_rule, texts_read_back)
{
    static const char *const texts[][2] = {{"daily", "daily"},
                                           {"daily@16:00", "daily@16:00"},
                                           {"weekly", "weekly:first"},
                                           {"weekly:sun@00:05", "weekly:sun@00:05"},
                                           {"monthly:31", "monthly:31"},
                                           {"monthly:last", "monthly:last"},
                                           {"quarterly@23:59", "quarterly:first@23:59"},
                                           {"yearly:last", "yearly:last"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct alm_origin_rule rule;
        struct alm_text text = {0};
        cr_assert(alm_origin_rule_is_meant(texts[i][0]));
        cr_assert(eq(int, alm_origin_rule_parse(&rule, texts[i][0], NULL), ALM_OK), "%s", texts[i][0]);
        alm_origin_rule_write(&text, &rule);
        cr_assert(eq(str, (char *)alm_text_string(&text), (char *)texts[i][1]));
        alm_text_clear(&text);
    }
}

Test(origin_rule, what_is_none_is_refused)
{
    static const char *const texts[] = {
        "daily:first", "weekly:",      "weekly:7", "monthly:0",      "monthly:32",
        "monthly:mon", "yearly:1",     "daily@",   "daily@24:00",    "daily@1:00",
        "daily@12:60", "daily@12:00Z", "",         "weekly:mon:tue", "weekly:mon@"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct alm_origin_rule rule;
        cr_assert(eq(int, alm_origin_rule_parse(&rule, texts[i], NULL), ALM_USAGE), "%s", texts[i]);
    }
    cr_assert(not(alm_origin_rule_is_meant("origins.txt")));
    cr_assert(not(alm_origin_rule_is_meant("days/daily")));
    cr_assert(alm_origin_rule_is_meant("wekly:mon"));
}

Test(origin_rule, every_time_is_in_the_period_before_whose_end_it_lies)
{
    const struct alm_origin_clock clock = {0};
    int64_t days[600];
    for (size_t i = 0; i < 600; i++)
        days[i] = ((int64_t)i - 300) * ALM_DAY; /* on both sides of 1970 */
    const struct alm_span span = {.ts = days, .n = 600};
    static const char *const texts[] = {"daily", "weekly:last", "monthly:last", "quarterly:last",
                                        "yearly:last"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct alm_origin_rule rule;
        cr_assert(eq(int, alm_origin_rule_parse(&rule, texts[i], NULL), ALM_OK));
        for (size_t d = 1; d < 600; d++) {
            const int64_t period = alm_origin_period(&rule, &clock, days[d]);
            const int64_t step = period - alm_origin_period(&rule, &clock, days[d - 1]);
            int64_t moment;
            cr_assert(step == 0 || step == 1);
            cr_assert(alm_origin_moment(&moment, &rule, &clock, period, span));
            cr_assert(moment >= days[d] && alm_origin_period(&rule, &clock, moment) == period);
        }
    }
}

Test(extent, texts_read_back)
{
    static const char *const texts[][2] = {{"0", "0"},   {"12", "12"}, {"36H", "36H"}, {"1d", "1D"},
                                           {"2W", "2W"}, {"6M", "6M"}, {"1Y", "1Y"},   {"90T", "90T"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct alm_extent extent;
        struct alm_text text = {0};
        cr_assert(eq(int, alm_extent_parse(&extent, texts[i][0], "--gap", NULL), ALM_OK));
        alm_extent_write(&text, extent);
        cr_assert(eq(str, (char *)alm_text_string(&text), (char *)texts[i][1]));
        alm_text_clear(&text);
    }
    static const char *const bad[] = {"",          "-1",    "D",    "0D",  "2B",
                                      "irregular", "index", "1.5D", "3 D", "9999999D"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alm_extent extent;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_extent_parse(&extent, bad[i], "--gap", &error), ALM_USAGE), "%s", bad[i]);
        cr_assert(strncmp(error.text, "--gap", 5) == 0);
    }
}

Test(extent, months_end_where_their_days_do)
{
    const struct alm_extent month = {.time = {ALM_FREQUENCY_MONTH, 1}},
                            years = {.time = {ALM_FREQUENCY_YEAR, 99999}};
    const int64_t march = alm_days_from_date(2024, 3, 31) * ALM_DAY + ALM_HOUR;
    cr_assert(alm_extent_moment(month, march, -1, NULL) ==
              alm_days_from_date(2024, 2, 29) * ALM_DAY + ALM_HOUR);
    cr_assert(alm_extent_moment(month, march, 1, NULL) ==
              alm_days_from_date(2024, 4, 30) * ALM_DAY + ALM_HOUR);
    cr_assert(alm_extent_moment(years, march, -1, NULL) == ALM_TS_MIN);
    cr_assert(alm_extent_moment(years, march, 1, NULL) == ALM_TS_MAX);
}
