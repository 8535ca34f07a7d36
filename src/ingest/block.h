/* Many records taken apart at once: the plain lines at the start of a stretch of text, up to the first that
 * has a quote or anything else that must be looked at closely. */
#ifndef ALM_INGEST_BLOCK_H
#define ALM_INGEST_BLOCK_H

#include "ingest/dialect.h"
#include "ingest/parser.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALM_BLOCK_BYTES = 32 << 10 };

struct alm_block_row {
    size_t first;      /* of its fields */
    size_t start, end; /* its bytes in text, line end included */
};

/* Starts from {0}. */
struct alm_block {
    const char *text;
    struct alm_field *fields;   /* [rows[n].first] views into text */
    struct alm_block_row *rows; /* [n], and one more that ends the last */
    size_t n, at;               /* rows, and those taken out */
    size_t fields_capacity, rows_capacity;
};

void alm_block_clear(struct alm_block *block);

/* Whether the lines of a dialect can be plain: one delimiter of one character, no backslash, lines that end
 * with LF (or CRLF where any end will do). */
bool alm_block_suits(const struct alm_dialect *dialect);

/* Takes apart what is plain in text[0 .. n), whole lines of ALM_BLOCK_BYTES at most. What is left out is the
 * first line with a quote, a NUL, a carriage return that does not belong to the line's end, or bytes that are
 * not UTF-8, and all that follows. */
enum alm_status alm_block_split(struct alm_block *block, const struct alm_dialect *dialect, const char *text,
                                size_t n, struct alm_error *error);

#endif
