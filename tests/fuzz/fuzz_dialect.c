/* Dialects, input: a byte that chooses what is stated, then a sample. What is found could be stated, too;
 * what was stated stays; finding is the same every time. A second byte of 0 makes the rest the words of a
 * user. */
#include "fuzz.h"
#include "ingest/dialect.h"

static void check_sound(const struct alm_dialect *dialect)
{
    const size_t n = strnlen(dialect->delimiter, sizeof dialect->delimiter);
    REQUIRE(n > 0 && n < sizeof dialect->delimiter);
    REQUIRE(strpbrk(dialect->delimiter, "\r\n") == NULL);
    REQUIRE(dialect->quote == '\0' || strchr(dialect->delimiter, dialect->quote) == NULL);
    REQUIRE(dialect->escape == ALM_ESCAPE_DOUBLE || dialect->escape == ALM_ESCAPE_BACKSLASH ||
            dialect->escape == ALM_ESCAPE_NONE);
    struct alm_text people = {0}, json = {0};
    alm_dialect_write(&people, dialect);
    alm_dialect_write_remarks(&people, dialect);
    alm_dialect_write_json(&json, dialect);
    REQUIRE(people.length > 0 && json.data[0] == '{' && json.data[json.length - 1] == '}');
    alm_text_clear(&people);
    alm_text_clear(&json);
}

static void check_sample(unsigned how, const char *sample, size_t n)
{
    static const char *const delimiters[] = {NULL, NULL, ";", "||"},
                             *const quotes[] = {NULL, NULL, "'", "none"},
                             *const escapes[] = {NULL, NULL, "backslash", "none"},
                             *const line_ends[] = {NULL, "auto", "lf", "cr"};
    struct alm_dialect stated, found, again;
    struct alm_text text = {0}, text_again = {0};
    REQUIRE(alm_dialect_state(&stated, delimiters[how & 3], quotes[how >> 2 & 3], escapes[how >> 4 & 3],
                              line_ends[how >> 6 & 3], NULL) == ALM_OK);
    found = again = stated;
    alm_dialect_detect(&found, sample, n);
    alm_dialect_detect(&again, sample, n);
    check_sound(&found);
    alm_dialect_write_json(&text, &found);
    alm_dialect_write_json(&text_again, &again);
    REQUIRE(strcmp(alm_text_string(&text), alm_text_string(&text_again)) == 0);
    REQUIRE(found.width == again.width && found.blanks == again.blanks);
    if (stated.delimiter_origin == ALM_ORIGIN_STATED) REQUIRE(strcmp(stated.delimiter, found.delimiter) == 0);
    if (stated.quote_origin == ALM_ORIGIN_STATED) REQUIRE(stated.quote == found.quote);
    if (stated.escape_origin == ALM_ORIGIN_STATED) REQUIRE(stated.escape == found.escape);
    if (stated.line_end_origin == ALM_ORIGIN_STATED) REQUIRE(stated.line_end == found.line_end);
    alm_text_clear(&text);
    alm_text_clear(&text_again);
}

static void check_words(const char *text)
{
    struct alm_dialect dialect;
    struct alm_error error = {0};
    if (alm_dialect_state(&dialect, text, NULL, NULL, NULL, &error) == ALM_OK)
        check_sound(&dialect);
    else
        REQUIRE(error.status == ALM_USAGE && error.text[0] != '\0');
    if (alm_dialect_state(&dialect, ";", text, NULL, NULL, &error) == ALM_OK) check_sound(&dialect);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2 || n > 4096) return 0;
    char *text = copy_text(data + 1, n - 1);
    if (text[0] == '\0')
        check_words(text + 1);
    else
        check_sample(data[0], text, n - 1);
    free(text);
    return 0;
}
