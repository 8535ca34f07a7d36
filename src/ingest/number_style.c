#include "ingest/number.h"

#include <stdio.h>
#include <string.h>

/* ---- what the user states ---- */

/* The bytes of the character at text, or 0 when it is none of UTF-8. */
static size_t character_length(const char *text)
{
    const unsigned char c = (unsigned char)text[0];
    const size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80) return 0;
    return n;
}

static enum alm_status read_thousands(const char **out, const char *text, char decimal,
                                      struct alm_error *error)
{
    if (strcmp(text, "space") == 0 || strcmp(text, "\xC2\xA0") == 0 || strcmp(text, "\xE2\x80\xAF") == 0)
        text = " ";
    const size_t n = text[0] == '\0' ? 0 : character_length(text);
    const char c = text[0];
    if (n == 0 || text[n] != '\0' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
        (c >= 'A' && c <= 'Z') || (c != ' ' && strchr("+-%()\"\t\r\n", c) != NULL))
        return alm_fail(error, ALM_USAGE,
                        "--thousands is one character that groups digits, or `space`; not \"%s\"", text);
    if (c == decimal)
        return alm_fail(error, ALM_USAGE, "--thousands and --decimal cannot both be `%c`", decimal);
    *out = text;
    return ALM_OK;
}

static enum alm_status check_currency(const char *list, struct alm_error *error)
{
    for (const char *p = list;; p++) {
        const size_t n = strcspn(p, ",");
        if (n == 0 || strcspn(p, "0123456789+-.%() \t") < n)
            return alm_fail(error, ALM_USAGE,
                            "--currency is a list of signs or codes such as $,EUR without digits, signs, "
                            "points and blanks; not \"%s\"",
                            list);
        p += n;
        if (*p == '\0') return ALM_OK;
    }
}

enum alm_status alm_number_style_make(struct alm_number_style *out, const struct alm_ingest_options *options,
                                      struct alm_error *error)
{
    /* who groups digits with points has a comma before the fraction */
    const bool points = options->thousands != NULL && strcmp(options->thousands, ".") == 0;
    const char *decimal = options->decimal != NULL ? options->decimal : points ? "," : ".";
    *out = (struct alm_number_style){.decimal = decimal[0], .null_text = options->null_text};
    if (strcmp(decimal, ".") != 0 && strcmp(decimal, ",") != 0)
        return alm_fail(error, ALM_USAGE, "--decimal is `.` or `,`, not \"%s\"", decimal);
    if (options->thousands != NULL)
        ALM_TRY(read_thousands(&out->thousands, options->thousands, decimal[0], error));
    if (options->percent != NULL && strcmp(options->percent, "points") == 0)
        out->percent = ALM_PERCENT_POINTS;
    else if (options->percent != NULL && strcmp(options->percent, "fraction") == 0)
        out->percent = ALM_PERCENT_FRACTION;
    else if (options->percent != NULL)
        return alm_fail(error, ALM_USAGE,
                        "--percent is `points` (5%% is 5) or `fraction` (5%% is 0.05), not \"%s\"",
                        options->percent);
    if (options->currency != NULL) ALM_TRY(check_currency(options->currency, error));
    out->currency = options->currency;
    return ALM_OK;
}

/* ---- what cells tell ---- */

enum alm_decimal_sign alm_number_decimal_sign(const char *text)
{
    static const char digits[] = "0123456789";
    text += strspn(text, " \t");
    text += *text == '-' || *text == '+';
    const size_t before = strspn(text, digits);
    const char sign = text[before];
    const size_t after = sign == '\0' ? 0 : strspn(text + before + 1, digits);
    const char *rest = text + before + (sign != '\0') + after;
    if ((sign != '.' && sign != ',') || before + after == 0 || rest[strspn(rest, " \t")] != '\0')
        return ALM_DECIMAL_UNKNOWN;
    if (sign == '.') return ALM_DECIMAL_POINT;
    const bool may_group = after == 3 && before >= 1 && before <= 3 && text[0] != '0';
    return may_group ? ALM_DECIMAL_UNKNOWN : ALM_DECIMAL_COMMA;
}

/* ---- what would help ---- */

/* The code of a usual currency; other three letters name stations, units and the like. */
static bool is_code(const char *text)
{
    static const char codes[] = "USD EUR GBP JPY CHF CAD AUD NZD CNY CNH HKD SGD SEK NOK DKK PLN CZK HUF RON "
                                "INR BRL RUB ZAR KRW TWD THB MXN TRY ILS BTC ETH";
    for (const char *code = codes; code < codes + sizeof codes; code += 4)
        if (memcmp(code, text, 3) == 0) return true;
    return false;
}

/* The currency at the start or the end of a cell, if there is a usual one. */
static bool find_currency(char out[16], const char *text, size_t n)
{
    static const char *const signs[] = {"US$",
                                        "R$",
                                        "A$",
                                        "C$",
                                        "$",
                                        "\xC2\xA3",
                                        "\xC2\xA5",
                                        "\xE2\x82\xAC",
                                        "\xE2\x82\xB9",
                                        "\xE2\x82\xBD",
                                        "\xE2\x82\xA9",
                                        "\xE2\x82\xBA",
                                        "\xE2\x82\xBF",
                                        "kr",
                                        "z\xC5\x82",
                                        "K\xC4\x8D",
                                        "Fr.",
                                        NULL};
    while (n > 0 && strchr("+-( ", text[0]) != NULL) {
        text++;
        n--;
    }
    while (n > 0 && strchr(") ", text[n - 1]) != NULL)
        n--;
    for (int at_end = 0; at_end < 2; at_end++) {
        if (n > 3 && is_code(at_end ? text + n - 3 : text)) {
            snprintf(out, 16, "%.3s", at_end ? text + n - 3 : text);
            return true;
        }
        for (const char *const *sign = signs; *sign != NULL; sign++) {
            const size_t length = strlen(*sign);
            if (length < n && memcmp(at_end ? text + n - length : text, *sign, length) == 0) {
                snprintf(out, 16, "%s", *sign);
                return true;
            }
        }
    }
    return false;
}

/* A separator in the cell that is not the decimal sign. */
static const char *find_thousands(const char *text, size_t n, char decimal)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == ',' && decimal != ',') return ",";
        if (text[i] == '.' && decimal != '.') return ".";
        if (text[i] == '\'' || (n - i >= 3 && memcmp(text + i, "\xE2\x80\x99", 3) == 0)) return "'";
        if (text[i] == '_') return "_";
    }
    return " ";
}

enum { THOUSANDS = 1, CURRENCY = 2, PERCENT = 4, DECIMAL = 8 };

static bool helps(struct alm_number_style *out, char currency[16], unsigned changes, const char *text,
                  size_t n, const struct alm_number_style *style)
{
    double value;
    *out = *style;
    if ((changes & DECIMAL) &&
        (style->thousands != NULL && style->thousands[0] == (style->decimal == ',' ? '.' : ',')))
        return false;
    if (changes & DECIMAL) out->decimal = style->decimal == ',' ? '.' : ',';
    if (changes & THOUSANDS) out->thousands = find_thousands(text, n, out->decimal);
    if (changes & PERCENT) out->percent = ALM_PERCENT_POINTS;
    if (changes & CURRENCY) {
        if (!find_currency(currency, text, n)) return false;
        out->currency = currency;
    }
    return alm_number_read(&value, text, n, out) == ALM_CELL_NUMBER;
}

bool alm_number_hint(char out[ALM_NUMBER_HINT_SIZE], const char *text, size_t n,
                     const struct alm_number_style *style)
{
    /* one change before two, and a change that is likelier before another */
    static const unsigned attempts[] = {THOUSANDS,
                                        DECIMAL,
                                        PERCENT,
                                        CURRENCY,
                                        THOUSANDS | CURRENCY,
                                        DECIMAL | CURRENCY,
                                        DECIMAL | PERCENT,
                                        DECIMAL | THOUSANDS,
                                        THOUSANDS | PERCENT,
                                        DECIMAL | THOUSANDS | CURRENCY};
    struct alm_number_style changed;
    char currency[16];
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        const unsigned changes = attempts[i];
        if (!helps(&changed, currency, changes, text, n, style)) continue;
        const char *thousands = changes & THOUSANDS ? changed.thousands : "";
        const char *quote = thousands[0] == '\'' ? "\"" : "";
        size_t length = 0;
        if (changes & DECIMAL)
            length += (size_t)snprintf(out, ALM_NUMBER_HINT_SIZE, " --decimal %c", changed.decimal);
        if (changes & THOUSANDS)
            length += (size_t)snprintf(out + length, ALM_NUMBER_HINT_SIZE - length, " --thousands %s%s%s",
                                       quote, thousands[0] == ' ' ? "space" : thousands, quote);
        if (changes & PERCENT)
            length += (size_t)snprintf(out + length, ALM_NUMBER_HINT_SIZE - length, " --percent points");
        if (changes & CURRENCY)
            length += (size_t)snprintf(out + length, ALM_NUMBER_HINT_SIZE - length,
                                       strchr(currency, '$') == NULL ? " --currency %s" : " --currency '%s'",
                                       currency);
        memmove(out, out + 1, length);
        return true;
    }
    return false;
}
