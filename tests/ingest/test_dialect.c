#include "ingest/dialect.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct alm_dialect detected(const char *sample)
{
    struct alm_dialect dialect = alm_dialect_default();
    alm_dialect_detect(&dialect, sample, strlen(sample));
    return dialect;
}

static void delimits(const char *sample, const char *delimiter)
{
    const struct alm_dialect dialect = detected(sample);
    cr_assert(strcmp(dialect.delimiter, delimiter) == 0, "<%s> under:\n%s", dialect.delimiter, sample);
}

Test(dialect, finds_the_delimiter_under_which_lines_agree)
{
    delimits("a,b\n1,2\n", ",");
    delimits("a;b\n1,5;2,5\n3,5;4,5\n", ";");
    delimits("a\tb c\n1\t2\n", "\t");
    delimits("a|b|c\n1|2|3\n", "|");
    delimits("t;v\n2020-01-01 00:00;1\n2020-01-01 01:00;2\n", ";");
    delimits("name;note\nx;\"a,b,c\"\ny;\"d,e,f\"\n", ";");
    delimits("2020-01-01 00:00:00 1.5 2.5\n2020-01-01 01:00:00 1.5 2.5\n", " ");
    delimits("time,v\n2020-01-01 00:00:00,1.5\n2020-01-01 01:00:00,1.5\n", ",");
    delimits("time\tv\n2020-01-01 00:00:00\t1,5\n2020-01-01 01:00:00\t1,5\n", "\t");
}

Test(dialect, finds_delimiters_of_several_characters)
{
    delimits("a, b, c\n1, 2, 3\n4, 5, 6\n", ", ");
    delimits("a, b, c\n1, 2,3\n4, 5, 6\n", ",");
    delimits("a||b||c\n1||2||3\n", "||");
    delimits("a||b||c\n1||||3\n", "||");
    delimits("a | b | c\n1 | 2 | 3\n", " | ");
    delimits("a; b; c\n1,5; 2; 3\n", "; ");
    delimits("a, b\n1, \"x, y\"\n2, \"z\"\n", ", ");
}

Test(dialect, takes_runs_of_blanks_for_one_delimiter_where_columns_are_aligned)
{
    const struct alm_dialect aligned =
        detected("# year  value\n  1958  1    315.7\n  1959 11   -99.99\n  1960  3     0.1\n");
    cr_assert(aligned.runs && strcmp(aligned.delimiter, " ") == 0);
    cr_assert(eq(sz, aligned.width, 3));
    cr_assert(not(detected("a b c\n1  3\n2 5 4\n").runs));
}

Test(dialect, a_file_of_one_column_gets_a_comma)
{
    delimits("v\n1\n2\n", ",");
    delimits("v\n", ",");
    delimits("city\nNew York\nLos Angeles\n", ",");
    delimits("time\n2020-01-01 00:00\n2020-01-02 00:00\n", ",");
    delimits("", ",");
    cr_assert(detected("v\n1\n2\n").delimiter_origin == ALM_ORIGIN_ASSUMED);
}

Test(dialect, finds_the_quote_that_encloses_fields)
{
    cr_assert(detected("a,b\n\"x,y\",2\n").quote == '"');
    cr_assert(detected("a,b\n'x,y',2\n'z',3\n").quote == '\'');
    cr_assert(detected("a,b\nmen's,2\n'tis,3\nit's,4\n").quote == '"');
    cr_assert(detected("a,b\nO'Brien,2\n't Hooft,3\nx',4\n").quote == '"');
    cr_assert(detected("a,b\n\"men's, or\",2\n\"it's\",4\n").quote == '"');
    cr_assert(detected("a,b\n'a \"word\", or so',2\n'b',4\n").quote == '\'');
    cr_assert(detected("a,b\n1,2\n").quote_origin == ALM_ORIGIN_ASSUMED);
    cr_assert(detected("a,b\n\"1\",2\n").quote_origin == ALM_ORIGIN_FOUND);
    cr_assert(detected("a,b\n\"1,2\n\"3,4\n\"5,6\n\"7,8\n").quote == '\0');
}

Test(dialect, finds_how_quotes_are_escaped)
{
    cr_assert(detected("a,b\n\"5\"\" pipe\",2\n").escape == ALM_ESCAPE_DOUBLE);
    cr_assert(detected("a,b\n\"5\\\" pipe\",2\n").escape == ALM_ESCAPE_BACKSLASH);
    cr_assert(detected("a,b\n\"5\\\", or 6\\\"\",2\n\"x\",3\n").escape == ALM_ESCAPE_BACKSLASH);
    cr_assert(detected("a,b\n\"C:\\dir\\\",2\n\"D:\\x\",3\n").escape == ALM_ESCAPE_DOUBLE);
    cr_assert(detected("a,b\n\"5\" pipe\",2\n\"6\" pipe\",3\n\"7\" pipe\",4\n").escape == ALM_ESCAPE_NONE);
    /* once is a mistake, not a rule */
    cr_assert(detected("a,b\n\"5\" pipe\",2\n\"6\",3\n\"7\",4\n").escape == ALM_ESCAPE_DOUBLE);
    cr_assert(detected("a,b\n\"6\",3\n").escape_origin == ALM_ORIGIN_ASSUMED);
}

Test(dialect, tells_which_line_ends_it_saw)
{
    cr_assert(detected("a\nb\n").line_ends_seen == ALM_SEEN_LF);
    cr_assert(detected("a\r\nb\r\n").line_ends_seen == ALM_SEEN_CRLF);
    cr_assert(detected("a\rb\r").line_ends_seen == ALM_SEEN_CR);
    cr_assert(detected("a\rb\nc\r\n").line_ends_seen == (ALM_SEEN_CR | ALM_SEEN_LF | ALM_SEEN_CRLF));
    cr_assert(detected("a\nb\n").line_end == ALM_LINE_END_AUTO);
}

Test(dialect, one_bad_line_does_not_change_what_is_found)
{
    const struct alm_dialect dialect =
        detected("foo,bar,baz\n1,\"I forgot to close this one,3\n2,x,4\n3,y;z,5\n");
    cr_assert(strcmp(dialect.delimiter, ",") == 0 && dialect.quote == '"');
    cr_assert(eq(sz, dialect.width, 3));
    delimits("# made; by; me\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n", ",");
}

Test(dialect, what_is_stated_is_kept)
{
    struct alm_dialect dialect;
    const char sample[] = "a,b;c\n1,2;3\n";
    cr_assert(alm_dialect_state(&dialect, ";", "none", "backslash", "lf", NULL) == ALM_OK);
    alm_dialect_detect(&dialect, sample, sizeof sample - 1);
    cr_assert(strcmp(dialect.delimiter, ";") == 0 && dialect.quote == 0);
    cr_assert(dialect.escape == ALM_ESCAPE_BACKSLASH && dialect.line_end == ALM_LINE_END_LF);
    cr_assert(eq(sz, dialect.width, 2));
}

Test(dialect, reads_what_is_stated)
{
    struct alm_dialect d;
    cr_assert(alm_dialect_state(&d, "tab", NULL, NULL, NULL, NULL) == ALM_OK && d.delimiter[0] == '\t');
    cr_assert(alm_dialect_state(&d, "\\t", NULL, NULL, NULL, NULL) == ALM_OK && d.delimiter[0] == '\t');
    cr_assert(alm_dialect_state(&d, ";", NULL, NULL, NULL, NULL) == ALM_OK && d.delimiter[0] == ';');
    cr_assert(alm_dialect_state(&d, "space", NULL, NULL, NULL, NULL) == ALM_OK && d.delimiter[0] == ' ');
    cr_assert(alm_dialect_state(&d, "blanks", NULL, NULL, NULL, NULL) == ALM_OK && d.runs);
    cr_assert(alm_dialect_state(&d, "||", NULL, NULL, NULL, NULL) == ALM_OK && !strcmp(d.delimiter, "||"));
    cr_assert(alm_dialect_state(&d, "\xC2\xA6", NULL, NULL, NULL, NULL) == ALM_OK);
    cr_assert(alm_dialect_state(&d, NULL, "'", NULL, NULL, NULL) == ALM_OK && d.quote == '\'');
    cr_assert(alm_dialect_state(&d, NULL, NULL, NULL, "crlf", NULL) == ALM_OK &&
              d.line_end == ALM_LINE_END_CRLF);
    static const char *const bad[] = {"", "a", "1", "\"", "\n", ".", "-", "\xC3", ",x", ",,,,,,,,"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(alm_dialect_state(&d, bad[i], NULL, NULL, NULL, NULL) == ALM_USAGE, "<%s>", bad[i]);
    static const char *const bad_quotes[] = {"", "a", "''", " ", "-", "\n"};
    for (size_t i = 0; i < sizeof bad_quotes / sizeof *bad_quotes; i++)
        cr_assert(alm_dialect_state(&d, NULL, bad_quotes[i], NULL, NULL, NULL) == ALM_USAGE);
    cr_assert(alm_dialect_state(&d, NULL, NULL, "slash", NULL, NULL) == ALM_USAGE);
    cr_assert(alm_dialect_state(&d, NULL, NULL, NULL, "nl", NULL) == ALM_USAGE);
    cr_assert(alm_dialect_state(&d, "||", "|", NULL, NULL, NULL) == ALM_USAGE);
    cr_assert(alm_dialect_state(&d, "\\", NULL, "backslash", NULL, NULL) == ALM_USAGE);
}

Test(dialect, describes_itself)
{
    struct alm_text text = {0};
    struct alm_dialect dialect = detected("a; b\r\n'1'; 2\r\n");
    alm_dialect_write(&text, &dialect);
    cr_assert(eq(str, text.data,
                 (char *)"delimiter \"; \", quote ', escape double (assumed), lines end with crlf"));
    alm_text_reset(&text);
    alm_dialect_write_json(&text, &dialect);
    cr_assert(strstr(text.data,
                     "{\"delimiter\": \"; \", \"runs\": false, \"quote\": \"'\", \"escape\": \"double\", "
                     "\"line_end\": \"crlf\"") == text.data,
              "%s", text.data);
    alm_text_reset(&text);
    alm_dialect_write_remarks(&text, &dialect);
    cr_assert(eq(str, text.data, (char *)"fields are separated by \"; \"\nfields are enclosed in '\n"));
    alm_text_clear(&text);
}
