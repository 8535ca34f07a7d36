#include "ingest/bar.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char *const field_names[ALM_BAR_FIELDS] = {"open", "high", "low", "close", "adjusted", "volume"};

/* The likeliest first. */
static const char *const spellings[ALM_BAR_FIELDS][10] = {
    [ALM_BAR_OPEN] = {"open", "open_price", "opening", "o"},
    [ALM_BAR_HIGH] = {"high", "high_price", "h"},
    [ALM_BAR_LOW] = {"low", "low_price", "l"},
    [ALM_BAR_CLOSE] = {"close", "close_price", "closing", "close_last", "last", "price", "settle", "c"},
    [ALM_BAR_ADJUSTED] = {"adjusted", "adj_close", "adjclose", "adjusted_close", "close_adj"},
    [ALM_BAR_VOLUME] = {"volume", "vol", "v"},
};

const char *alm_bar_field_name(enum alm_bar_field field)
{
    return field_names[field];
}

bool alm_bar_spelling(enum alm_bar_field *field, size_t *rank, const char *name)
{
    /* `1_open`, from `1. open` */
    const size_t digits = strspn(name, "0123456789");
    if (digits > 0 && name[digits] == '_') name += digits + 1;
    for (int f = 0; f < ALM_BAR_FIELDS; f++) {
        for (size_t i = 0; i < 10 && spellings[f][i] != NULL; i++) {
            if (strcmp(name, spellings[f][i]) != 0) continue;
            *field = (enum alm_bar_field)f;
            *rank = i;
            return true;
        }
    }
    return false;
}

bool alm_bar_find(size_t columns[ALM_BAR_FIELDS], const char *const *names, size_t n)
{
    size_t ranks[ALM_BAR_FIELDS], rank;
    enum alm_bar_field field;
    bool other_adjusted = false;
    for (int f = 0; f < ALM_BAR_FIELDS; f++)
        columns[f] = ranks[f] = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (names[i] == NULL) continue;
        other_adjusted =
            other_adjusted || strcmp(names[i], "adjopen") == 0 || strcmp(names[i], "adj_open") == 0;
        if (!alm_bar_spelling(&field, &rank, names[i]) || rank >= ranks[field]) continue;
        columns[field] = i;
        ranks[field] = rank;
    }
    /* where all prices are there twice, the adjusted close is called like its neighbours */
    if (other_adjusted) columns[ALM_BAR_ADJUSTED] = SIZE_MAX;
    return columns[ALM_BAR_OPEN] != SIZE_MAX && columns[ALM_BAR_HIGH] != SIZE_MAX &&
           columns[ALM_BAR_LOW] != SIZE_MAX && columns[ALM_BAR_CLOSE] != SIZE_MAX;
}

/* The field of a word of n bytes as it stands beside a symbol. */
static bool find_field(enum alm_bar_field *out, const char *word, size_t n)
{
    static const struct {
        const char *word;
        enum alm_bar_field field;
    } words[] = {
        {"open", ALM_BAR_OPEN},          {"high", ALM_BAR_HIGH},          {"low", ALM_BAR_LOW},
        {"close", ALM_BAR_CLOSE},        {"volume", ALM_BAR_VOLUME},      {"adjusted", ALM_BAR_ADJUSTED},
        {"adj close", ALM_BAR_ADJUSTED}, {"adj_close", ALM_BAR_ADJUSTED}, {"adjclose", ALM_BAR_ADJUSTED}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) != n || strncasecmp(words[i].word, word, n) != 0) continue;
        *out = words[i].field;
        return true;
    }
    return false;
}

/* AAPL, BRK-B, ^GSPC, EURUSD=X, BTC_USD: no small letters, and a letter. */
static bool is_symbol(const char *text, size_t n)
{
    bool letter = false;
    for (size_t i = 0; i < n; i++) {
        if (islower((unsigned char)text[i]) || isspace((unsigned char)text[i])) return false;
        letter = letter || isupper((unsigned char)text[i]);
    }
    return letter;
}

bool alm_bar_split(struct alm_bar_header *out, const char *header)
{
    const size_t n = strlen(header);
    const char *dot = strrchr(header, '.');
    *out = (struct alm_bar_header){.symbol = header};
    if (dot != NULL && dot != header && find_field(&out->field, dot + 1, n - (size_t)(dot - header) - 1)) {
        out->symbol_n = (size_t)(dot - header);
        out->certain = true;
        return true;
    }
    for (size_t i = 1; i + 1 < n; i++) {
        if (header[i] != '_' && header[i] != ' ') continue;
        if (is_symbol(header, i) && find_field(&out->field, header + i + 1, n - i - 1)) {
            out->symbol_n = i;
            return true;
        }
        if (is_symbol(header + i + 1, n - i - 1) && find_field(&out->field, header, i)) {
            out->symbol = header + i + 1;
            out->symbol_n = n - i - 1;
            return true;
        }
    }
    return false;
}
