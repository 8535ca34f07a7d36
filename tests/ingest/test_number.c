#include "ingest/number.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static const struct alm_number_style point = {.decimal = '.'}, decimal_comma = {.decimal = ','},
                                     marked = {.decimal = '.', .null_text = "n.a.,-999"};

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
    cr_assert(cell(&v, "n.a.", &marked) == ALM_CELL_MISSING && cell(&v, "n.a", &marked) == ALM_CELL_BAD);
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

/* ---- styles ---- */

struct expectation {
    const char *text;
    double value; /* NaN: bad */
};

static void expect(const struct alm_number_style *style, const struct expectation *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = 42;
        const enum alm_cell kind = cell(&v, list[i].text, style);
        if (isnan(list[i].value))
            cr_assert(kind == ALM_CELL_BAD && v == 42, "<%s> is %g", list[i].text, v);
        else
            cr_assert(kind == ALM_CELL_NUMBER && v == list[i].value, "<%s> is %g", list[i].text, v);
    }
}
#define EXPECT(style, ...)                                                                                   \
    expect((style), (const struct expectation[]){__VA_ARGS__},                                               \
           sizeof((const struct expectation[]){__VA_ARGS__}) / sizeof(struct expectation))

Test(number, thousands_stand_in_groups_of_three_or_are_refused)
{
    EXPECT((&(struct alm_number_style){.decimal = '.', .thousands = ","}), {"1,234.5", 1234.5},
           {"-1,234,567", -1234567}, {"1234.5", 1234.5}, {"12,34", NAN}, {"1,2345", NAN}, {"1234,567", NAN},
           {",123", NAN}, {"1,234,", NAN}, {"0,123", NAN}, {"1.234,5", NAN}, {"1,,234", NAN},
           {"1,23,456", NAN}, {"1.5e3", 1500}, {"1.", 1}, {".", NAN});
    EXPECT((&(struct alm_number_style){.decimal = ',', .thousands = "."}), {"1.234,5", 1234.5},
           {"1.234", 1234}, {"1,234.5", NAN}, {"3,14", 3.14}, {"-0,5", -0.5}, {",5", 0.5}, {"1.5", NAN});
    EXPECT((&(struct alm_number_style){.decimal = ',', .thousands = " "}), {"1 234,5", 1234.5},
           {"1\xC2\xA0"
            "234\xE2\x80\xAF"
            "567,25",
            1234567.25},
           {"1  234", NAN}, {"12 34", NAN});
    EXPECT((&(struct alm_number_style){.decimal = '.', .thousands = "'"}), {"1'234.5", 1234.5},
           {"1\xE2\x80\x99"
            "234",
            1234});
}

Test(number, percents_are_points_or_fractions_rounded_once)
{
    EXPECT((&(struct alm_number_style){.decimal = '.', .percent = ALM_PERCENT_POINTS}), {"12%", 12},
           {"-1.5 %", -1.5}, {"12", 12}, {"%", NAN}, {"12%%", NAN}, {"%12", NAN});
    EXPECT((&(struct alm_number_style){.decimal = '.', .percent = ALM_PERCENT_FRACTION}), {"12.3%", 0.123},
           {"0.7%", 0.007}, {"29%", 0.29}, {"57%", 0.57}, {"1e2%", 1}, {"12", 12}, {"100%", 1});
    EXPECT((&(struct alm_number_style){.decimal = ',', .percent = ALM_PERCENT_FRACTION}), {"12,3 %", 0.123});
}

Test(number, currencies_stand_before_or_behind)
{
    EXPECT((&(struct alm_number_style){.decimal = '.', .thousands = ",", .currency = "$,EUR,\xE2\x82\xAC"}),
           {"$5", 5}, {"-$5", -5}, {"$-5", -5}, {"5 EUR", 5}, {"EUR 5", 5}, {"5\xC2\xA0\xE2\x82\xAC", 5},
           {"($1,234.50)", -1234.5}, {"(5)", -5}, {"5", 5}, {"$", NAN}, {"$$5", NAN}, {"-$-5", NAN},
           {"(-5)", NAN}, {"$5 EUR", NAN}, {"5 USD", NAN}, {"()", NAN}, {"EUR", NAN}, {"$nan", NAN});
}

Test(number, what_would_help_is_found)
{
    static const struct {
        const char *text, *hint;
    } list[] = {{"12%", "--percent points"},
                {"1,234", "--thousands ,"},
                {"1,234.5", "--thousands ,"},
                {"3,14", "--decimal ,"},
                {"0,123", "--decimal ,"},
                {"$5", "--currency '$'"},
                {"5 EUR", "--currency EUR"},
                {"USW00094728", NULL},
                {"5 RPM", NULL},
                {"$1,234", "--thousands , --currency '$'"},
                {"1.234,5", "--decimal , --thousands ."},
                {"1 234", "--thousands space"},
                {"1'234", "--thousands \"'\""},
                {"3,5 %", "--decimal , --percent points"},
                {"n/a", NULL},
                {"inf", NULL},
                {"0x10", NULL},
                {"\xE2\x88\x92"
                 "5",
                 NULL}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char hint[ALM_NUMBER_HINT_SIZE];
        const bool found = alm_number_hint(hint, list[i].text, strlen(list[i].text), &point);
        cr_assert(found == (list[i].hint != NULL), "<%s>", list[i].text);
        if (found) cr_assert(strcmp(hint, list[i].hint) == 0, "<%s>: %s", list[i].text, hint);
    }
}

Test(number, styles_that_make_no_sense_are_refused)
{
    static const struct alm_ingest_options bad[] = {
        {.decimal = ";"},
        {.thousands = ""},
        {.thousands = "5"},
        {.thousands = ",,"},
        {.decimal = ".", .thousands = "."},
        {.thousands = "-"},
        {.thousands = "\xFF"},
        {.percent = "yes"},
        {.currency = ""},
        {.currency = "$,,EUR"},
        {.currency = "5"},
        {.currency = "a b"},
    };
    const struct alm_ingest_options same = {.decimal = ",", .thousands = ","};
    struct alm_number_style style;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(alm_number_style_make(&style, &bad[i], NULL) == ALM_USAGE, "%zu", i);
    cr_assert(alm_number_style_make(&style, &same, NULL) == ALM_USAGE);
    const struct alm_ingest_options good = {.thousands = "space", .decimal = ",", .currency = "kr"};
    cr_assert(alm_number_style_make(&style, &good, NULL) == ALM_OK);
    cr_assert(style.thousands[0] == ' ' && style.decimal == ',');
    cr_assert(alm_number_style_make(&style, &(struct alm_ingest_options){.thousands = "."}, NULL) == ALM_OK);
    cr_assert(style.decimal == ',');
}
