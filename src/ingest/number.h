/* Numbers in cells. */
#ifndef ALM_INGEST_NUMBER_H
#define ALM_INGEST_NUMBER_H

#include "base/status.h"
#include "ingest/options.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_percent {
    ALM_PERCENT_REFUSED,
    ALM_PERCENT_POINTS,   /* 5% is 5 */
    ALM_PERCENT_FRACTION, /* 5% is 0.05 */
};

/* How numbers are written. The texts are borrowed, usually from the options. */
struct alm_number_style {
    char decimal;          /* '.' or ',' */
    const char *null_text; /* more words for a missing value, joined with `,`, or NULL */
    const char *thousands; /* one character that groups digits, " " for any blank, or NULL */
    enum alm_percent percent;
    const char *currency; /* signs or codes, joined with `,`, or NULL */
};

/* The style that the options state. ALM_USAGE when they make no sense. */
enum alm_status alm_number_style_make(struct alm_number_style *out, const struct alm_ingest_options *options,
                                      struct alm_error *error);

enum alm_cell { ALM_CELL_NUMBER, ALM_CELL_MISSING, ALM_CELL_BAD };

/* Reads a cell of n bytes. Blanks around it are ignored. Missing (*out is NaN) are the words of
 * alm_number_is_missing. A number is what alm_text_to_number reads, with the style's decimal sign, and
 *   thousands  1,234,567.8: groups of three digits behind one of one to three that does not start with 0; the
 *              blank is also U+00A0, U+2009 and U+202F, the apostrophe also U+2019
 *   percent    5% and 5 %; a number without the sign is as it stands
 *   currency   $5, 5 EUR, -$5, $-5, and for accountants ($5) and (5), which are negative
 * inf, nan and hexadecimal are bad. *out is untouched when the cell is bad. */
enum alm_cell alm_number_read(double *out, const char *text, size_t n, const struct alm_number_style *style);

/* Whether a cell is missing: blank, NA, N/A, null, NULL, - or one of the style's words. */
bool alm_number_is_missing(const char *text, size_t n, const struct alm_number_style *style);

/* What a cell (terminated; blanks around it ignored) tells about the decimal sign: a comma when it is a
 * number with one that cannot group digits (1,5 or 0,125 or 1234,567, not 1,234), a point when it is a number
 * with a point. */
enum alm_decimal_sign { ALM_DECIMAL_UNKNOWN, ALM_DECIMAL_POINT, ALM_DECIMAL_COMMA };
enum alm_decimal_sign alm_number_decimal_sign(const char *text);

/* What a user could say so that a cell, which is bad under style, is a number: `--percent points`. False when
 * there is nothing. */
#define ALM_NUMBER_HINT_SIZE 96
bool alm_number_hint(char out[ALM_NUMBER_HINT_SIZE], const char *text, size_t n,
                     const struct alm_number_style *style);

#endif
