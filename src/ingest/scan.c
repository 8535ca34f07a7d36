#include "ingest/scan.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHOICES = 81,              /* four doubtful quotes with three readings each */
    CHOICES_TEXT = 256 * 1024, /* longer lines get the first reading */
};

void alm_scan_begin(struct alm_scan *scan, const struct alm_dialect *dialect)
{
    struct alm_scan fresh = {
        .dialect = dialect,
        .delimiter_n = strlen(dialect->delimiter),
        .fields = scan->fields,
        .capacity = scan->capacity,
    };
    *scan = fresh;
}

void alm_scan_clear(struct alm_scan *scan)
{
    free(scan->fields);
    *scan = (struct alm_scan){0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_delimiter(const struct alm_scan *scan, const char *text, size_t at, size_t to)
{
    if (scan->dialect->runs) return is_blank(text[at]);
    return text[at] == scan->dialect->delimiter[0] && scan->delimiter_n <= to - at &&
           memcmp(text + at, scan->dialect->delimiter, scan->delimiter_n) == 0;
}

/* How many bytes at at, where fields end, separate them. */
static size_t delimiter_length(const struct alm_scan *scan, const char *text, size_t at, size_t to)
{
    size_t end = at;
    if (!scan->dialect->runs) return scan->delimiter_n;
    while (end < to && is_blank(text[end]))
        end++;
    return end - at;
}

static size_t skip_blanks(const struct alm_scan *scan, const char *text, size_t at, size_t to)
{
    while (scan->dialect->blanks && at < to && is_blank(text[at]) && !is_delimiter(scan, text, at, to))
        at++;
    return at;
}

/* Whether a quote just before at closes its field. */
static bool ends_field(const struct alm_scan *scan, const char *text, size_t at, size_t to)
{
    at = skip_blanks(scan, text, at, to);
    return at == to || is_delimiter(scan, text, at, to);
}

/* `'` in `Men's` and `Kids'` is no quote gone astray. */
static bool is_apostrophe(const char *text, size_t start, size_t at)
{
    return text[at] == '\'' && at > start && isalpha((unsigned char)text[at - 1]);
}

/* Reads an unquoted field from *at up to its delimiter or the end. */
static void read_plain(struct alm_scan *scan, struct alm_scan_field *field, const char *text, size_t *at,
                       size_t to)
{
    const struct alm_dialect *dialect = scan->dialect;
    const bool backslash = dialect->escape == ALM_ESCAPE_BACKSLASH;
    size_t i = *at;
    for (; i < to && !is_delimiter(scan, text, i, to); i++) {
        if (backslash && text[i] == '\\' && i + 1 < to &&
            (text[i + 1] == '\\' || text[i + 1] == dialect->quote || is_delimiter(scan, text, i + 1, to)))
            scan->backslashes += text[++i] != '\\';
        else if (dialect->quote != '\0' && text[i] == dialect->quote && !is_apostrophe(text, *at, i))
            field->stray = scan->stray = true;
    }
    field->end = *at = i;
}

/* Whether the quote at at could open a field in a line that begins at line. Inside a field that an earlier
 * line began, that one was never closed. */
static bool opens_field(const struct alm_scan *scan, const char *text, size_t line, size_t at)
{
    return at == line ||
           (at >= line + scan->delimiter_n &&
            memcmp(text + at - scan->delimiter_n, scan->dialect->delimiter, scan->delimiter_n) == 0);
}

/* Reads on in a quoted field. Where it is not closed, scan->open is set and *at is the end. */
static void read_quoted(struct alm_scan *scan, struct alm_scan_field *field, const char *text, size_t *at,
                        size_t to)
{
    const struct alm_dialect *dialect = scan->dialect;
    const bool backslash = dialect->escape == ALM_ESCAPE_BACKSLASH && !field->raw;
    const size_t line = scan->open ? *at : to; /* where the line begins, if the field began in another */
    scan->open = false;
    for (size_t i = *at; i < to; i++) {
        if (backslash && text[i] == '\\' && i + 1 < to) {
            i++;
            if (text[i] == dialect->quote) scan->backslashes++;
        } else if (text[i] == dialect->quote) {
            const bool doubled = i + 1 < to && text[i + 1] == dialect->quote;
            if (doubled && !(field->raw && ends_field(scan, text, i + 2, to))) {
                scan->pairs++;
                i++;
            } else if (ends_field(scan, text, i + 1, to)) {
                field->end = i;
                scan->quoted++;
                *at = skip_blanks(scan, text, i + 1, to);
                return;
            } else {
                scan->singles++;
                if (scan->text_after || (field->raw && !opens_field(scan, text, line, i))) continue;
                scan->text_after = true;
                scan->text_after_at = i + 1;
            }
        }
    }
    field->end = *at = to;
    scan->open = true;
}

/* Makes a field that begins at *at, whose quote is at quote, an unquoted one. */
static void read_literally(struct alm_scan *scan, struct alm_scan_field *field, const char *text, size_t *at,
                           size_t to)
{
    *field = (struct alm_scan_field){.start = field->start, .content = field->start};
    *at = field->start;
    scan->open = false;
    read_plain(scan, field, text, at, to);
}

/* Reads a quoted field of a line that stands for itself. */
static void read_doubtful(struct alm_scan *scan, struct alm_scan_field *field, const char *text, size_t *at,
                          size_t to)
{
    const struct alm_scan before = *scan;
    const size_t opened = *at;
    read_quoted(scan, field, text, at, to);
    if (!scan->open && scan->text_after == before.text_after) return;
    const unsigned reading = scan->choice % 3;
    const size_t doubtful = before.doubtful + 1;
    const unsigned choice = scan->choice / 3;
    if (reading == 1) {
        *scan = before;
        *at = opened;
        field->raw = true;
        read_quoted(scan, field, text, at, to);
    }
    if (scan->open || reading == 2) {
        *scan = before;
        read_literally(scan, field, text, at, to);
    }
    scan->doubtful = doubtful;
    scan->choice = choice;
    scan->text_after = before.text_after;
}

static enum alm_status add_field(struct alm_scan *scan, size_t at, struct alm_error *error)
{
    ALM_TRY(alm_grow((void **)&scan->fields, &scan->capacity, scan->n + 1, sizeof *scan->fields, error));
    scan->fields[scan->n++] = (struct alm_scan_field){.start = at, .content = at, .end = at};
    return ALM_OK;
}

static void read_field(struct alm_scan *scan, const char *text, size_t *at, size_t to)
{
    const char quote = scan->dialect->quote;
    struct alm_scan_field *field = &scan->fields[scan->n - 1];
    const size_t first = skip_blanks(scan, text, *at, to);
    if (quote == '\0' || first == to || text[first] != quote) {
        read_plain(scan, field, text, at, to);
        return;
    }
    scan->opened_at = first;
    *at = field->content = first + 1;
    field->quoted = true;
    field->raw = scan->dialect->escape == ALM_ESCAPE_NONE;
    if (scan->lenient)
        read_doubtful(scan, field, text, at, to);
    else
        read_quoted(scan, field, text, at, to);
}

enum alm_status alm_scan_line(struct alm_scan *scan, const char *text, size_t from, size_t to,
                              struct alm_error *error)
{
    size_t at = from;
    if (scan->open) {
        read_quoted(scan, &scan->fields[scan->n - 1], text, &at, to);
        if (at == to) return ALM_OK;
        at += delimiter_length(scan, text, at, to);
        if (at == to && scan->dialect->runs) return ALM_OK;
    } else if (scan->dialect->runs) {
        at += delimiter_length(scan, text, at, to);
    }
    for (;;) {
        ALM_TRY(add_field(scan, at, error));
        read_field(scan, text, &at, to);
        if (at == to) return ALM_OK;
        at += delimiter_length(scan, text, at, to);
        if (at == to && scan->dialect->runs) return ALM_OK;
    }
}

enum alm_status alm_scan_lenient(struct alm_scan *scan, const struct alm_dialect *dialect, const char *text,
                                 size_t n, size_t width, struct alm_error *error)
{
    const unsigned choices = width == 0 || n > CHOICES_TEXT ? 1 : CHOICES;
    for (unsigned choice = 0, tried = 1; choice < tried && choice < choices; choice++) {
        alm_scan_begin(scan, dialect);
        scan->lenient = true;
        scan->choice = choice;
        ALM_TRY(alm_scan_line(scan, text, 0, n, error));
        if (scan->n == width) return ALM_OK;
        for (unsigned full = 1; full < CHOICES && scan->doubtful > 0; scan->doubtful--) {
            full *= 3;
            if (full > tried) tried = full;
        }
    }
    alm_scan_begin(scan, dialect);
    scan->lenient = true;
    return alm_scan_line(scan, text, 0, n, error);
}
