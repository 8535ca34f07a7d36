#include "report/number.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#define MINUS "\xE2\x88\x92"

static void shows(double value, int decimals, const char *expected)
{
    struct alm_text text = {0};
    alm_number_fixed(&text, value, decimals);
    cr_assert(eq(str, (char *)alm_text_string(&text), (char *)expected));
    alm_text_clear(&text);
}

Test(number, fixed_rounds_groups_and_has_a_real_minus)
{
    shows(0, 0, "0");
    shows(1234567.891, 2, "1,234,567.89");
    shows(999.995, 1, "1,000.0");
    shows(-0.25, 1, MINUS "0.3");
    shows(-0.04, 1, "0.0");
    shows(0.5, 3, "0.500");
    shows(NAN, 2, "\xE2\x80\x93");
    shows(1e300, 2, "1e+300");
}

Test(number, short_keeps_significant_digits_without_zeros_at_the_end)
{
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {{0.5, 4, "0.5"},        {1.23456, 4, "1.235"},
                 {123456, 3, "123,456"}, {0.00012345, 3, "0.000123"},
                 {-2, 3, MINUS "2"},     {1e-9, 3, "1e-09"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_text text = {0};
        alm_number_short(&text, cases[i].value, cases[i].digits);
        cr_assert(eq(str, (char *)alm_text_string(&text), (char *)cases[i].text));
        alm_text_clear(&text);
    }
}

Test(number, a_column_has_the_decimals_of_its_numbers)
{
    cr_assert(eq(int, alm_number_decimals((double[]){1234, 900}, 2), 1));
    cr_assert(eq(int, alm_number_decimals((double[]){1.5, NAN, 0}, 3), 3));
    cr_assert(eq(int, alm_number_decimals((double[]){1234, 0.02}, 2), 2));
    cr_assert(eq(int, alm_number_decimals((double[]){1e-12}, 1), 6));
    cr_assert(eq(int, alm_number_decimals((double[]){NAN}, 1), 0));
}

Test(number, unknown_text_cannot_become_markup_or_control_anything)
{
    struct alm_text text = {0};
    alm_text_append_safe(&text, "<b a='1'>&\x1b[31m\xff\r\n");
    cr_assert(eq(str, text.data, "&lt;b a=&#39;1&#39;&gt;&amp;\\x1b[31m\\xff\\x0d\\x0a"));
    alm_text_clear(&text);
}
