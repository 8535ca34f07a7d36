#include "ingest/dialect.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char detected(const char *sample)
{
    struct alm_dialect dialect;
    alm_dialect_detect(&dialect, sample, strlen(sample));
    return dialect.delimiter;
}

Test(dialect, finds_the_delimiter_under_which_lines_agree)
{
    cr_assert(eq(chr, detected("a,b\n1,2\n"), ','));
    cr_assert(eq(chr, detected("a;b\n1,5;2,5\n3,5;4,5\n"), ';'));
    cr_assert(eq(chr, detected("a\tb c\n1\t2\n"), '\t'));
    cr_assert(eq(chr, detected("a|b|c\n1|2|3\n"), '|'));
    cr_assert(eq(chr, detected("t;v\n2020-01-01 00:00;1\n2020-01-01 01:00;2\n"), ';'));
    cr_assert(eq(chr, detected("name;note\nx;\"a,b,c\"\ny;\"d,e,f\"\n"), ';'));
    cr_assert(eq(chr, detected("v\n1\n2\n"), ','));
    cr_assert(eq(chr, detected(""), ','));
}

Test(dialect, reads_a_stated_delimiter)
{
    char c = 0;
    cr_assert(alm_dialect_parse_delimiter(&c, "tab", NULL) == ALM_OK && c == '\t');
    cr_assert(alm_dialect_parse_delimiter(&c, "\\t", NULL) == ALM_OK && c == '\t');
    cr_assert(alm_dialect_parse_delimiter(&c, ";", NULL) == ALM_OK && c == ';');
    cr_assert(alm_dialect_parse_delimiter(&c, "space", NULL) == ALM_OK && c == ' ');
    static const char *const bad[] = {"", "a", "1", "\"", "\n", ";;", ".", "-", "\xC3\xA4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, (int)alm_dialect_parse_delimiter(&c, bad[i], NULL), ALM_USAGE), "<%s>", bad[i]);
}
