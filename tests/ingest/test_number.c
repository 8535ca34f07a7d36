#include "ingest/number.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static const struct alm_number_style point = {'.', NULL}, decimal_comma = {',', NULL}, marked = {'.', "-999"};

static enum alm_cell cell(double *out, const char *text, const struct alm_number_style *style)
{
    return alm_number_read(out, text, strlen(text), style);
}

Test(number, reads_numbers_and_ignores_blanks_around_them)
{
    double v;
    cr_assert(cell(&v, " -1.5e3\t", &point) == ALM_CELL_NUMBER && v == -1500);
    cr_assert(cell(&v, "0.1", &point) == ALM_CELL_NUMBER && v == 0.1);
    cr_assert(cell(&v, "1,25", &decimal_comma) == ALM_CELL_NUMBER && v == 1.25);
    cr_assert(cell(&v, "7", &decimal_comma) == ALM_CELL_NUMBER && v == 7);
}

Test(number, knows_the_words_for_missing)
{
    static const char *const words[] = {"", "  ", "NA", "N/A", "null", "NULL", "-", " NA "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        double v = 1;
        cr_assert(cell(&v, words[i], &point) == ALM_CELL_MISSING && isnan(v), "<%s>", words[i]);
    }
    double v;
    cr_assert(cell(&v, "-999", &marked) == ALM_CELL_MISSING && isnan(v));
    cr_assert(cell(&v, "-999", &point) == ALM_CELL_NUMBER && v == -999);
    cr_assert(cell(&v, "NA", &marked) == ALM_CELL_MISSING);
}

Test(number, refuses_the_rest)
{
    static const char *const bad[] = {"nan",   "NaN", "inf", "-inf",  "0x10", "1,5", "1 000",
                                      "12abc", "--",  "n/a", "1e999", "$5",   "5%"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v = 42;
        cr_assert(cell(&v, bad[i], &point) == ALM_CELL_BAD && v == 42, "<%s>", bad[i]);
    }
    double v;
    cr_assert(cell(&v, "1.5", &decimal_comma) == ALM_CELL_BAD);
    cr_assert(cell(&v, "1,5,0", &decimal_comma) == ALM_CELL_BAD);
}
