/* How a CSV file is written: what separates fields, what encloses them, how a quote stands inside quotes,
 * what ends a record. */
#ifndef ALM_INGEST_DIALECT_H
#define ALM_INGEST_DIALECT_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALM_DELIMITER_LIMIT = 7 }; /* bytes */

enum alm_escape {
    ALM_ESCAPE_DOUBLE,    /* "" is a quote */
    ALM_ESCAPE_BACKSLASH, /* \" is a quote, \\ a backslash, outside quotes a backslash also guards a
                             delimiter; other backslashes stay. "" is a quote, too */
    ALM_ESCAPE_NONE,      /* a quote closes when a delimiter or the record's end follows, else it is text */
};

enum alm_line_end {
    ALM_LINE_END_AUTO, /* LF, CRLF and CR all end a line */
    ALM_LINE_END_LF,   /* only this one; the others are text */
    ALM_LINE_END_CRLF,
    ALM_LINE_END_CR,
};

/* How a part of the dialect is known. */
enum alm_origin {
    ALM_ORIGIN_ASSUMED, /* the sample says nothing about it */
    ALM_ORIGIN_FOUND,
    ALM_ORIGIN_STATED, /* by the user */
};

/* The line ends that a sample has, or'ed. */
enum { ALM_SEEN_LF = 1, ALM_SEEN_CRLF = 2, ALM_SEEN_CR = 4 };

struct alm_dialect {
    char delimiter[ALM_DELIMITER_LIMIT + 1]; /* one character or several, terminated */
    bool runs;  /* delimiter is a blank, and any number of blanks and tabs is one; at a line's ends they are
                   none */
    char quote; /* 0: none */
    enum alm_escape escape;
    enum alm_line_end line_end;
    bool blanks; /* blanks may stand between a delimiter and a quote: `a, "b"`; they are no part of the field
                  */
    /* what is known of it */
    enum alm_origin delimiter_origin, quote_origin, escape_origin, line_end_origin;
    unsigned line_ends_seen;
    size_t width; /* the commonest number of fields in the sample; 0: unknown */
};

/* The dialect of most files: a comma, `"`, doubling, any line end; all of it assumed. */
struct alm_dialect alm_dialect_default(void);

/* Takes what the user states (NULL: nothing) over the default. delimiter: 1 to 7 bytes of UTF-8 such as `;`,
 * `||` or `, ` without letters, digits and line ends, or a word: comma, semicolon, tab (or `\t`), pipe,
 * space, blanks (any number of them). quote: one ASCII sign, or none. escape: double, backslash or none.
 * line_end: auto, lf, crlf or cr. ALM_USAGE for anything else, and when delimiter, quote and escape exclude
 * each other. */
enum alm_status alm_dialect_state(struct alm_dialect *out, const char *delimiter, const char *quote,
                                  const char *escape, const char *line_end, struct alm_error *error);

/* Finds what was not stated in a sample (the start of a file, whole lines): of all candidates the one under
 * which records agree best in their number of fields and cells look most like numbers, times and names. A
 * quote counts when it opens fields and closes them before a delimiter. Quotes that are not escaped, and
 * backslashes, are believed when they are the rule. A file without any delimiter gets a comma. */
void alm_dialect_detect(struct alm_dialect *dialect, const char *sample, size_t n);

/* The name of the delimiter for people ("comma"), or in buffer the characters themselves, quoted. */
const char *alm_dialect_delimiter_name(char buffer[ALM_DELIMITER_LIMIT + 3],
                                       const struct alm_dialect *dialect);

/* Words for one part: `double`, `lf and crlf`. */
const char *alm_escape_name(enum alm_escape escape);
void alm_dialect_write_line_end(struct alm_text *out, const struct alm_dialect *dialect);

/* Appends the dialect for people: `semicolon, quote ", escape double, lines end with crlf`; what is only
 * assumed is marked. */
void alm_dialect_write(struct alm_text *out, const struct alm_dialect *dialect);
/* Appends it as a JSON object: delimiter, runs, quote (null: none), escape, line_end, and the origin of each.
 */
void alm_dialect_write_json(struct alm_text *out, const struct alm_dialect *dialect);
/* Appends what a user should know that was found and is not what one would expect, one sentence a line. */
void alm_dialect_write_remarks(struct alm_text *out, const struct alm_dialect *dialect);

/* How many of the n bytes of a line are its content, without the line end. */
size_t alm_line_content(const char *line, size_t n, enum alm_line_end line_end);

#endif
