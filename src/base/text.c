#include "base/text.h"

#include "base/memory.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct alm_text *text, size_t extra)
{
    size_t needed;
    if (text->failed) return false;
    if (!alm_add(&needed, text->length, extra) || !alm_add(&needed, needed, 1) ||
        alm_grow((void **)&text->data, &text->capacity, needed, 1, NULL) != ALM_OK)
        text->failed = true;
    return !text->failed;
}

void alm_text_append_bytes(struct alm_text *text, const char *bytes, size_t n)
{
    if (!reserve(text, n)) return;
    memcpy(text->data + text->length, bytes, n);
    text->length += n;
    text->data[text->length] = '\0';
}

void alm_text_append(struct alm_text *text, const char *string)
{
    alm_text_append_bytes(text, string, strlen(string));
}

void alm_text_printf(struct alm_text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)n)) {
        vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
        text->length += (size_t)n;
    }
    va_end(again);
}

void alm_text_append_html(struct alm_text *text, const char *string)
{
    for (const char *p = string; *p != '\0'; p++) {
        switch (*p) {
        case '&':
            alm_text_append(text, "&amp;");
            break;
        case '<':
            alm_text_append(text, "&lt;");
            break;
        case '>':
            alm_text_append(text, "&gt;");
            break;
        case '"':
            alm_text_append(text, "&quot;");
            break;
        case '\'':
            alm_text_append(text, "&#39;");
            break;
        default:
            alm_text_append_bytes(text, p, 1);
        }
    }
}

/* Length of the valid UTF-8 sequence at p, or 0: RFC 3629, so no overlong forms, surrogates or values past
 * U+10FFFF. */
static size_t utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80) return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF) return (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)) return 0;
        return 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80) return 0;
        if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
        return 4;
    }
    return 0;
}

void alm_text_append_json(struct alm_text *text, const char *string)
{
    alm_text_append(text, "\"");
    for (const unsigned char *p = (const unsigned char *)string; *p != '\0';) {
        const size_t n = utf8_length(p);
        if (n == 0) {
            alm_text_append(text, "\\ufffd");
            p++;
        } else if (n == 1 && (*p < 0x20 || *p == 0x7F)) {
            alm_text_printf(text, "\\u%04x", (unsigned)*p++);
        } else {
            if (*p == '"' || *p == '\\') alm_text_append(text, "\\");
            alm_text_append_bytes(text, (const char *)p, n);
            p += n;
        }
    }
    alm_text_append(text, "\"");
}

void alm_text_append_csv(struct alm_text *text, const char *string)
{
    const size_t n = strlen(string);
    const bool blank_edge = n > 0 && (string[0] == ' ' || string[n - 1] == ' ');
    if (strpbrk(string, ",\"\r\n") == NULL && !blank_edge) {
        alm_text_append_bytes(text, string, n);
        return;
    }
    alm_text_append(text, "\"");
    for (const char *p = string; *p != '\0'; p++) {
        if (*p == '"') alm_text_append(text, "\"");
        alm_text_append_bytes(text, p, 1);
    }
    alm_text_append(text, "\"");
}

void alm_text_append_visible(struct alm_text *text, const char *string)
{
    for (const unsigned char *p = (const unsigned char *)string; *p != '\0';) {
        const size_t n = utf8_length(p);
        const bool control = *p < 0x20 || *p == 0x7F || (n == 2 && p[0] == 0xC2 && p[1] < 0xA0);
        if (n == 0 || control) {
            for (size_t i = 0; i < (n == 0 ? 1 : n); i++)
                alm_text_printf(text, "\\x%02x", (unsigned)p[i]);
            p += n == 0 ? 1 : n;
        } else {
            alm_text_append_bytes(text, (const char *)p, n);
            p += n;
        }
    }
}

enum alm_status alm_text_check(const struct alm_text *text, struct alm_error *error)
{
    return text->failed ? alm_fail(error, ALM_NOMEM, "out of memory while building text") : ALM_OK;
}

const char *alm_text_string(const struct alm_text *text)
{
    return text->data == NULL ? "" : text->data;
}

void alm_text_reset(struct alm_text *text)
{
    text->length = 0;
    if (text->data != NULL) text->data[0] = '\0';
}

void alm_text_clear(struct alm_text *text)
{
    free(text->data);
    *text = (struct alm_text){0};
}

bool alm_text_matches(const char *pattern, const char *text)
{
    return fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t alm_text_distance(const char *a, const char *b)
{
    enum { LIMIT = 64 };
    size_t row[3][LIMIT];
    const size_t n = strlen(a), m = strlen(b);
    if (n >= LIMIT || m >= LIMIT) return LIMIT;
    size_t *two_ago = row[0], *previous = row[1], *current = row[2];
    for (size_t j = 0; j <= m; j++)
        previous[j] = j;
    for (size_t i = 1; i <= n; i++) {
        current[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t cost = a[i - 1] != b[j - 1];
            current[j] = smaller(smaller(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = smaller(current[j], two_ago[j - 2] + 1);
        }
        size_t *spare = two_ago;
        two_ago = previous;
        previous = current;
        current = spare;
    }
    return previous[m];
}

const char *alm_text_suggest(const char *word, const char *const *list)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) <= 3 ? 2 : 3;
    for (; *list != NULL; list++) {
        const size_t distance = alm_text_distance(word, *list);
        if (distance < best_distance) {
            best_distance = distance;
            best = *list;
        }
    }
    return best;
}
