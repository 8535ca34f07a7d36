#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reads(double *out, const char *text)
{
    return alm_text_to_number(out, text, strlen(text));
}

Test(text, reads_numbers_exactly_as_strtod_does)
{
    static const char *const cases[] = {"0",
                                        "-0",
                                        "1",
                                        "3.25",
                                        ".5",
                                        "5.",
                                        "1e3",
                                        "-1.5E-10",
                                        "0.1",
                                        "123456789012345678",
                                        "1e308",
                                        "5e-324",
                                        "2.2250738585072011e-308",
                                        "9007199254740993",
                                        "+7"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value;
        cr_assert(reads(&value, cases[i]), "%s", cases[i]);
        cr_assert(eq(dbl, value, strtod(cases[i], NULL)), "%s", cases[i]);
    }
}

Test(text, refuses_what_is_not_a_decimal_number)
{
    static const char *const cases[] = {"",   "-",   ".",     "1e",  "e5",    "nan", "inf", "0x10", "1 ",
                                        " 1", "1,5", "1.2.3", "--1", "1e999", "1_0", "1f",  "1e+"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = 42;
        cr_assert_not(reads(&value, cases[i]), "%s", cases[i]);
        cr_assert(eq(dbl, value, 42));
    }
}

Test(text, a_written_number_reads_back_to_the_same_bits)
{
    srand(1);
    for (int i = 0; i < 20000; i++) {
        unsigned long long bits = 0;
        double value, back;
        for (int k = 0; k < 8; k++)
            bits = bits << 8 | (unsigned)(rand() & 255);
        memcpy(&value, &bits, sizeof value);
        struct alm_text text = {0};
        alm_text_append_number(&text, value);
        if (text.length > 0) {
            cr_assert(reads(&back, text.data), "%s", text.data);
            cr_assert(memcmp(&back, &value, sizeof back) == 0, "%s", text.data);
        }
        alm_text_clear(&text);
    }
}

Test(text, decimals_of_up_to_15_digits_are_written_as_they_are)
{
    static const char *const cases[] = {"0",
                                        "-0",
                                        "1",
                                        "-1",
                                        "0.1",
                                        "100.34",
                                        "22351900",
                                        "123456789012345",
                                        "2.675",
                                        "0.0001",
                                        "0.00012",
                                        "1.005",
                                        "4.35",
                                        "999999999999999",
                                        "0.000123456789012345",
                                        "5e-324",
                                        "-5e-324",
                                        "1e+22",
                                        "1e+15",
                                        "1e-05",
                                        "2e-310",
                                        "1.7976931348623157e+308",
                                        "0.3",
                                        "-1234.5678",
                                        "1e+300",
                                        "8.41e+21"};
    char digits[40];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_text text = {0};
        alm_text_append_number(&text, strtod(cases[i], NULL));
        cr_assert(eq(str, text.data, (char *)cases[i]));
        alm_text_clear(&text);
    }
    srand(2);
    for (int i = 0; i < 20000; i++) {
        const long long whole = rand() % 2 ? rand() % 100000 : (long long)rand() * rand() % 1000000000000;
        const int decimals = rand() % 4;
        struct alm_text text = {0};
        snprintf(digits, sizeof digits, "%lld.%0*d1", whole, decimals, 0);
        if (decimals == 0) snprintf(digits, sizeof digits, "%lld.1", whole);
        if (strlen(digits) > 16) continue;
        alm_text_append_number(&text, strtod(digits, NULL));
        cr_assert(eq(str, text.data, digits));
        alm_text_clear(&text);
    }
}

Test(text, escapes_for_html_json_csv_and_terminals)
{
    struct alm_text text = {0};
    alm_text_append_html(&text, "<a href=\"x\">&'");
    cr_assert(eq(str, text.data, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"));
    alm_text_reset(&text);
    alm_text_append_json(&text, "q\"\\\n\xff é");
    cr_assert(eq(str, text.data, "\"q\\\"\\\\\\u000a\\ufffd é\""));
    alm_text_reset(&text);
    alm_text_append_csv(&text, "a,\"b\"");
    cr_assert(eq(str, text.data, "\"a,\"\"b\"\"\""));
    alm_text_reset(&text);
    alm_text_append_visible(&text, "\x1b[31mré\x9b");
    cr_assert(eq(str, text.data, "\\x1b[31mré\\x9b"));
    alm_text_clear(&text);
}

Test(text, suggests_the_nearest_word_only_when_it_is_near)
{
    const char *const list[] = {"import", "backtest", "forecast", NULL};
    cr_assert(eq(str, (char *)alm_text_suggest("improt", list), "import"));
    cr_assert(eq(str, (char *)alm_text_suggest("backtests", list), "backtest"));
    cr_assert(alm_text_suggest("zebra", list) == NULL);
    cr_assert(eq(sz, alm_text_distance("ab", "ba"), 1));
}
