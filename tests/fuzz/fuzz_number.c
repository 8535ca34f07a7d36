/* Numbers in cells. What is read is what strtod reads, and is written so that it reads back to the same bits;
 * what strtod reads as a plain decimal is read; the styles agree with each other. */
#include "base/text.h"
#include "fuzz.h"
#include "ingest/number.h"

#include <math.h>

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the point. */
static bool is_decimal(const char *text)
{
    text += *text == '+' || *text == '-';
    size_t digits = count_digits(text);
    text += digits;
    if (*text == '.') {
        const size_t more = count_digits(text + 1);
        digits += more;
        text += more + 1;
    }
    if (digits == 0) return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        if (count_digits(text) == 0) return false;
        text += count_digits(text);
    }
    return *text == '\0';
}

static void check_plain(const char *text, size_t n)
{
    double value = 7, again;
    char *end;
    const bool good = alm_text_to_number(&value, text, n);
    const bool whole = strlen(text) == n;
    const double expected = strtod(text, &end);
    /* a number out of range is none */
    REQUIRE(good == (whole && is_decimal(text) && isfinite(expected)));
    if (!good) {
        REQUIRE(value == 7);
        return;
    }
    REQUIRE(end == text + n && same_bits(value, expected));
    struct alm_text out = {0};
    alm_text_append_number(&out, value);
    REQUIRE(alm_text_to_number(&again, out.data, out.length) && same_bits(value, again));
    alm_text_clear(&out);
}

/* Decimal points for commas and commas for points. */
static void swap_signs(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] == '.' ? ',' : text[i] == ',' ? '.' : text[i];
}

static enum alm_cell read_cell(double *value, const char *text, size_t n,
                               const struct alm_number_style *style)
{
    *value = 7;
    const enum alm_cell cell = alm_number_read(value, text, n, style);
    if (cell == ALM_CELL_NUMBER) REQUIRE(isfinite(*value));
    if (cell == ALM_CELL_MISSING) REQUIRE(isnan(*value));
    if (cell == ALM_CELL_BAD) REQUIRE(*value == 7);
    return cell;
}

static void check_styles(unsigned how, const char *text, size_t n)
{
    static const char *const thousands[] = {NULL, ",", " ", "'"}, *const currencies[] = {NULL, "$,EUR"},
                             *const nulls[] = {NULL, "-999,none"};
    double value, other, plain;
    struct alm_number_style style = {.decimal = '.',
                                     .thousands = thousands[how & 3],
                                     .percent = (enum alm_percent)((how >> 2 & 3) % 3),
                                     .currency = currencies[how >> 4 & 1],
                                     .null_text = nulls[how >> 5 & 1]};
    const enum alm_cell cell = read_cell(&value, text, n, &style);

    /* whatever a style allows more, plain numbers are themselves */
    const struct alm_number_style simple = {.decimal = '.', .null_text = style.null_text};
    if (read_cell(&plain, text, n, &simple) == ALM_CELL_NUMBER)
        REQUIRE(cell == ALM_CELL_NUMBER && same_bits(plain, value));

    /* both decimal signs read the same */
    char *swapped = copy_text(text, n);
    struct alm_number_style comma = style;
    comma.decimal = ',';
    if (style.thousands != NULL && style.thousands[0] == ',') comma.thousands = ".";
    if (style.null_text == NULL && style.currency == NULL) {
        swap_signs(swapped, n);
        REQUIRE(read_cell(&other, swapped, n, &comma) == cell && (isnan(value) || same_bits(value, other)));
    }
    free(swapped);

    char hint[ALM_NUMBER_HINT_SIZE];
    if (cell == ALM_CELL_BAD && alm_number_hint(hint, text, n, &style))
        REQUIRE(memchr(hint, '\0', sizeof hint) != NULL && hint[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0 || n > 2000) return 0;
    char *text = copy_text(data + 1, n - 1);
    check_plain(text, n - 1);
    check_styles(data[0], text, n - 1);
    free(text);
    return 0;
}
