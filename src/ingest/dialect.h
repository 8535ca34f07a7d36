/* How a CSV file is written. */
#ifndef ALM_INGEST_DIALECT_H
#define ALM_INGEST_DIALECT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_dialect {
    char delimiter; /* , ; tab or | unless stated */
    char quote;     /* 0: none */
};

/* Finds the delimiter in a sample (the start of a file): the one under which most lines have the same number
 * of fields, at least two; more fields break a tie, then the order , ; tab |. A file of one column gets a
 * comma. Quoted text is not looked into. */
void alm_dialect_detect(struct alm_dialect *out, const char *sample, size_t n);

/* Reads a delimiter as a user states it: one character that is no letter, digit, quote or line end, or the
 * words comma, semicolon, tab, pipe, space, or `\t`. */
enum alm_status alm_dialect_parse_delimiter(char *out, const char *text, struct alm_error *error);

/* The name of a delimiter for people ("comma"), or the character itself in buffer. */
const char *alm_dialect_delimiter_name(char buffer[2], char delimiter);

#endif
