#include "ingest/dialect.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *delimiter;
} names[] = {{"comma", ","}, {"semicolon", ";"}, {"tab", "\t"}, {"\\t", "\t"}, {"pipe", "|"}, {"space", " "}};

static const char *const escapes[] = {
    [ALM_ESCAPE_DOUBLE] = "double",
    [ALM_ESCAPE_BACKSLASH] = "backslash",
    [ALM_ESCAPE_NONE] = "none",
};

static const char *const line_ends[] = {
    [ALM_LINE_END_AUTO] = "auto",
    [ALM_LINE_END_LF] = "lf",
    [ALM_LINE_END_CRLF] = "crlf",
    [ALM_LINE_END_CR] = "cr",
};

static const char *const origins[] = {
    [ALM_ORIGIN_ASSUMED] = "assumed",
    [ALM_ORIGIN_FOUND] = "found",
    [ALM_ORIGIN_STATED] = "stated",
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

struct alm_dialect alm_dialect_default(void)
{
    return (struct alm_dialect){.delimiter = ",", .quote = '"'};
}

/* ---- what the user states ---- */

/* Whether text is one or more well-formed characters that can stand between fields. */
static bool can_separate(const char *text)
{
    const size_t n = strlen(text);
    if (n == 0 || n > ALM_DELIMITER_LIMIT) return false;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (isalnum(c) || c == '\n' || c == '\r' || c == '"' || c == '\'') return false;
        if (c < 0x80) continue;
        const size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        if (c < 0xC2 || c > 0xF4) return false;
        for (size_t k = 0; k < more; k++)
            if (((unsigned char)text[++i] & 0xC0) != 0x80) return false;
    }
    return n > 1 || strchr(".+-", text[0]) == NULL;
}

static enum alm_status state_delimiter(struct alm_dialect *out, const char *text, struct alm_error *error)
{
    out->runs = strcmp(text, "blanks") == 0;
    if (out->runs) text = " ";
    for (size_t i = 0; i < LENGTH(names); i++)
        if (strcmp(text, names[i].name) == 0) text = names[i].delimiter;
    if (!can_separate(text))
        return alm_fail(error, ALM_USAGE,
                        "--delimiter \"%s\": expected up to 7 characters such as , ; | or a word: comma, "
                        "semicolon, tab, pipe, space, blanks",
                        text);
    memcpy(out->delimiter, text, strlen(text) + 1); /* fits: can_separate */
    out->delimiter_origin = ALM_ORIGIN_STATED;
    return ALM_OK;
}

static enum alm_status state_quote(struct alm_dialect *out, const char *text, struct alm_error *error)
{
    const bool none = strcmp(text, "none") == 0;
    const unsigned char c = (unsigned char)text[0];
    if (!none && (c == '\0' || text[1] != '\0' || !ispunct(c) || strchr(".+-\\", c) != NULL))
        return alm_fail(error, ALM_USAGE, "--quote \"%s\": expected one sign such as \" or ', or none", text);
    out->quote = none ? '\0' : (char)c;
    out->quote_origin = ALM_ORIGIN_STATED;
    return ALM_OK;
}

/* The index of text in a list of words. */
static enum alm_status state_word(int *out, const char *option, const char *text, const char *const *words,
                                  size_t n, struct alm_error *error)
{
    struct alm_text list = {0};
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = (int)i;
            alm_text_clear(&list);
            return ALM_OK;
        }
        alm_text_printf(&list, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    }
    alm_fail(error, ALM_USAGE, "%s is %s, not \"%s\"", option, alm_text_string(&list), text);
    alm_text_clear(&list);
    return ALM_USAGE;
}

enum alm_status alm_dialect_state(struct alm_dialect *out, const char *delimiter, const char *quote,
                                  const char *escape, const char *line_end, struct alm_error *error)
{
    int word;
    *out = alm_dialect_default();
    if (delimiter != NULL) ALM_TRY(state_delimiter(out, delimiter, error));
    if (quote != NULL) ALM_TRY(state_quote(out, quote, error));
    if (escape != NULL) {
        ALM_TRY(state_word(&word, "--escape", escape, escapes, LENGTH(escapes), error));
        out->escape = (enum alm_escape)word;
        out->escape_origin = ALM_ORIGIN_STATED;
    }
    if (line_end != NULL) {
        ALM_TRY(state_word(&word, "--line-end", line_end, line_ends, LENGTH(line_ends), error));
        out->line_end = (enum alm_line_end)word;
        out->line_end_origin = word == ALM_LINE_END_AUTO ? ALM_ORIGIN_ASSUMED : ALM_ORIGIN_STATED;
    }
    if (out->quote != '\0' && strchr(out->delimiter, out->quote) != NULL)
        return alm_fail(error, ALM_USAGE,
                        "--quote %c stands in --delimiter \"%s\": fields could not be told apart", out->quote,
                        out->delimiter);
    if (out->escape == ALM_ESCAPE_BACKSLASH && strchr(out->delimiter, '\\') != NULL)
        return alm_fail(error, ALM_USAGE, "--delimiter \"%s\" does not go with --escape backslash",
                        out->delimiter);
    return ALM_OK;
}

/* ---- in words ---- */

const char *alm_dialect_delimiter_name(char buffer[ALM_DELIMITER_LIMIT + 3],
                                       const struct alm_dialect *dialect)
{
    if (dialect->runs) return "blanks";
    for (size_t i = 0; i < LENGTH(names); i++)
        if (strcmp(names[i].delimiter, dialect->delimiter) == 0) return names[i].name;
    snprintf(buffer, ALM_DELIMITER_LIMIT + 3, "\"%s\"", dialect->delimiter);
    return buffer;
}

const char *alm_escape_name(enum alm_escape escape)
{
    return escapes[escape];
}

void alm_dialect_write_line_end(struct alm_text *out, const struct alm_dialect *dialect)
{
    const unsigned seen = dialect->line_ends_seen;
    if (dialect->line_end != ALM_LINE_END_AUTO || seen == 0) {
        alm_text_append(out, line_ends[dialect->line_end]);
        return;
    }
    const char *before = "";
    for (int i = 0; i < 3; i++) {
        if ((seen >> i & 1) == 0) continue;
        alm_text_printf(out, "%s%s", before, line_ends[ALM_LINE_END_LF + i]);
        before = " and ";
    }
}

static const char *mark(enum alm_origin origin)
{
    return origin == ALM_ORIGIN_ASSUMED ? " (assumed)" : "";
}

void alm_dialect_write(struct alm_text *out, const struct alm_dialect *dialect)
{
    char buffer[ALM_DELIMITER_LIMIT + 3];
    const char quote[2] = {dialect->quote, '\0'};
    alm_text_append(out, "delimiter ");
    alm_text_append_visible(out, alm_dialect_delimiter_name(buffer, dialect));
    alm_text_printf(out, "%s, quote %s%s", mark(dialect->delimiter_origin), quote[0] == '\0' ? "none" : quote,
                    mark(dialect->quote_origin));
    alm_text_printf(out, ", escape %s%s, lines end with ", escapes[dialect->escape],
                    mark(dialect->escape_origin));
    alm_dialect_write_line_end(out, dialect);
}

void alm_dialect_write_json(struct alm_text *out, const struct alm_dialect *dialect)
{
    const char quote[2] = {dialect->quote, '\0'};
    struct alm_text line_end = {0};
    alm_dialect_write_line_end(&line_end, dialect);
    alm_text_append(out, "{\"delimiter\": ");
    alm_text_append_json(out, dialect->delimiter);
    alm_text_printf(out, ", \"runs\": %s, \"quote\": ", dialect->runs ? "true" : "false");
    if (quote[0] == '\0')
        alm_text_append(out, "null");
    else
        alm_text_append_json(out, quote);
    alm_text_printf(out, ", \"escape\": \"%s\", \"line_end\": ", escapes[dialect->escape]);
    alm_text_append_json(out, alm_text_string(&line_end));
    alm_text_printf(out,
                    ", \"blanks_before_quotes\": %s, \"fields\": %zu, \"origin\": {\"delimiter\": \"%s\", "
                    "\"quote\": \"%s\", \"escape\": \"%s\", \"line_end\": \"%s\"}}",
                    dialect->blanks ? "true" : "false", dialect->width, origins[dialect->delimiter_origin],
                    origins[dialect->quote_origin], origins[dialect->escape_origin],
                    origins[dialect->line_end_origin]);
    out->failed = out->failed || line_end.failed;
    alm_text_clear(&line_end);
}

void alm_dialect_write_remarks(struct alm_text *out, const struct alm_dialect *dialect)
{
    char buffer[ALM_DELIMITER_LIMIT + 3];
    if (dialect->delimiter_origin != ALM_ORIGIN_STATED && strcmp(dialect->delimiter, ",") != 0) {
        alm_text_append(out, "fields are separated by ");
        alm_text_append_visible(out, alm_dialect_delimiter_name(buffer, dialect));
        alm_text_append(out, "\n");
    }
    if (dialect->quote_origin != ALM_ORIGIN_STATED && dialect->quote == '\0')
        alm_text_append(out, "quotes enclose nothing here\n");
    else if (dialect->quote_origin != ALM_ORIGIN_STATED && dialect->quote != '"')
        alm_text_printf(out, "fields are enclosed in %c\n", dialect->quote);
    if (dialect->escape_origin == ALM_ORIGIN_FOUND && dialect->escape == ALM_ESCAPE_BACKSLASH)
        alm_text_append(out, "a backslash stands before quotes inside quoted fields\n");
    if (dialect->escape_origin == ALM_ORIGIN_FOUND && dialect->escape == ALM_ESCAPE_NONE)
        alm_text_append(out, "quotes inside quoted fields are not escaped\n");
}

size_t alm_line_content(const char *line, size_t n, enum alm_line_end line_end)
{
    const bool lf = n > 0 && line[n - 1] == '\n';
    const bool crlf = lf && n > 1 && line[n - 2] == '\r';
    const bool cr = n > 0 && line[n - 1] == '\r';
    switch (line_end) {
    case ALM_LINE_END_LF:
        return n - lf;
    case ALM_LINE_END_CRLF:
        return crlf ? n - 2 : n;
    case ALM_LINE_END_CR:
        return n - cr;
    default:
        return crlf ? n - 2 : n - (lf || cr);
    }
}
