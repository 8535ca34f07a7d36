/* Text: a growable string, escaping, patterns and suggestions. */
#ifndef ALM_BASE_TEXT_H
#define ALM_BASE_TEXT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* A growable string. Start from {0}; data is NULL until something was appended, and terminated afterwards.
 * When an allocation fails, failed is set and further appends do nothing: check once at the end. Release with
 * alm_text_clear. */
struct alm_text {
    char *data;
    size_t length, capacity;
    bool failed;
};

void alm_text_append(struct alm_text *text, const char *string);
void alm_text_append_bytes(struct alm_text *text, const char *bytes, size_t n);
void alm_text_printf(struct alm_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends string for HTML text or a double-quoted attribute (& < > " ' become references). */
void alm_text_append_html(struct alm_text *text, const char *string);

/* Appends string as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void alm_text_append_json(struct alm_text *text, const char *string);

/* Appends string as one CSV field (RFC 4180), quoted where needed. */
void alm_text_append_csv(struct alm_text *text, const char *string);

/* Appends string with control characters written as \xNN, so that printing it cannot drive a terminal. */
void alm_text_append_visible(struct alm_text *text, const char *string);

/* Appends value with the fewest digits (up to 17) that read back to the same bits; NaN and infinity append
 * nothing. Locale-free. */
void alm_text_append_number(struct alm_text *text, double value);

/* ALM_OK, or ALM_NOMEM when an append failed. */
enum alm_status alm_text_check(const struct alm_text *text, struct alm_error *error);

/* The string so far; "" when nothing was appended. Valid until the next append. */
const char *alm_text_string(const struct alm_text *text);

/* Empties the text but keeps its memory. */
void alm_text_reset(struct alm_text *text);

void alm_text_clear(struct alm_text *text);

/* Reads all of text (n bytes) as a finite decimal number: optional sign, digits, one `.`, an exponent. No
 * blanks, no hexadecimal, no inf or nan, no locale. Correctly rounded. False, with *out unchanged, on
 * anything else. */
bool alm_text_to_number(double *out, const char *text, size_t n);

/* Reads all of text as a decimal integer that fits int64. */
bool alm_text_to_integer(long long *out, const char *text);

/* Whether text matches a shell pattern (* ? [..]), case-sensitive, `/` and leading dots without special
 * meaning. */
bool alm_text_matches(const char *pattern, const char *text);

/* Restricted Damerau-Levenshtein distance between a and b (insert, delete, replace, swap neighbours), bytes;
 * texts of more than 63 bytes count as far away. */
size_t alm_text_distance(const char *a, const char *b);

/* The entry of the NULL-terminated list nearest to word, or NULL when none is within two edits (one for words
 * of up to three letters). */
const char *alm_text_suggest(const char *word, const char *const *list);

#endif
