#include "ingest/dialect.h"

#include <ctype.h>
#include <string.h>

static const char delimiters[] = {',', ';', '\t', '|'};

static const struct {
    const char *name;
    char delimiter;
} names[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"\\t", '\t'}, {"pipe", '|'}, {"space", ' '}};

enum { N_NAMES = sizeof names / sizeof *names, MAX_LINES = 200 };

/* Counts the fields of up to MAX_LINES lines into counts; blank lines are left out. */
static size_t count_fields(size_t counts[MAX_LINES], const char *sample, size_t n, char delimiter, char quote)
{
    size_t n_lines = 0, fields = 1;
    bool quoted = false, blank = true;
    for (size_t i = 0; i < n && n_lines < MAX_LINES; i++) {
        const char c = sample[i];
        if (c == quote) quoted = !quoted;
        if (!quoted && (c == '\n' || c == '\r')) {
            if (!blank) counts[n_lines++] = fields;
            fields = 1;
            blank = true;
            continue;
        }
        blank = false;
        if (!quoted && c == delimiter) fields++;
    }
    if (!blank && n_lines < MAX_LINES) counts[n_lines++] = fields;
    return n_lines;
}

/* How many lines have the commonest number of fields, which is *fields. */
static size_t agreement(size_t *fields, const size_t *counts, size_t n)
{
    size_t best = 0;
    *fields = 0;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            same += counts[k] == counts[i];
        if (counts[i] >= 2 && (same > best || (same == best && counts[i] > *fields))) {
            best = same;
            *fields = counts[i];
        }
    }
    return best;
}

void alm_dialect_detect(struct alm_dialect *out, const char *sample, size_t n)
{
    size_t best = 0, best_fields = 0;
    *out = (struct alm_dialect){.delimiter = ',', .quote = '"'};
    for (size_t i = 0; i < sizeof delimiters; i++) {
        size_t counts[MAX_LINES], fields;
        const size_t n_lines = count_fields(counts, sample, n, delimiters[i], out->quote);
        const size_t same = agreement(&fields, counts, n_lines);
        if (same > best || (same == best && fields > best_fields)) {
            best = same;
            best_fields = fields;
            out->delimiter = delimiters[i];
        }
    }
}

enum alm_status alm_dialect_parse_delimiter(char *out, const char *text, struct alm_error *error)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *out = names[i].delimiter;
            return ALM_OK;
        }
    }
    const unsigned char c = (unsigned char)text[0];
    if (c == '\0' || text[1] != '\0' || c >= 0x80 || isalnum(c) || strchr("\"'\r\n.+-", c) != NULL)
        return alm_fail(error, ALM_USAGE,
                        "delimiter \"%s\": expected one character such as , ; | or the word tab", text);
    *out = (char)c;
    return ALM_OK;
}

const char *alm_dialect_delimiter_name(char buffer[2], char delimiter)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (names[i].delimiter == delimiter) return names[i].name;
    buffer[0] = delimiter;
    buffer[1] = '\0';
    return buffer;
}
