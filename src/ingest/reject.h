/* What is not stored, and why. */
#ifndef ALM_INGEST_REJECT_H
#define ALM_INGEST_REJECT_H

#include "base/text.h"
#include "ingest/reader.h"

#include <stddef.h>

/* The one list of reasons. The words are what v_reject shows. */
#define ALM_REJECT_LIST(X)                                                                                   \
    X(TIME, "not a time")                                                                                    \
    X(HOLE, "time does not exist in the zone")                                                               \
    X(TWICE, "time exists twice in the zone")                                                                \
    X(NUMBER, "not a number")                                                                                \
    X(FIELDS, "wrong number of fields")                                                                      \
    X(DUPLICATE, "time already given")                                                                       \
    X(KEY, "unusable key")                                                                                   \
    X(LABEL, "unusable label")                                                                               \
    X(UNCLOSED_QUOTE, "quote not closed")                                                                    \
    X(TEXT_AFTER_QUOTE, "text after a closing quote")                                                        \
    X(TOO_LONG, "record too long")                                                                           \
    X(NUL, "NUL byte")                                                                                       \
    X(NOT_UTF8, "not UTF-8")

enum alm_reject_reason {
#define X(name, words) ALM_REJECT_##name,
    ALM_REJECT_LIST(X)
#undef X
        ALM_REJECT_REASONS
};

struct alm_ingest_reject {
    size_t line, column; /* in the file, from 1; column counts characters */
    size_t field;        /* of the record, from 1; 0: the whole record */
    enum alm_reject_reason reason;
    const char *where; /* name of the column concerned, or NULL */
    const char *hint;  /* what the user could do, or NULL */
    const char *text;  /* the offending text, cut to a sensible length; never NULL */
};

/* The reason for which a record with a fault is rejected. */
enum alm_reject_reason alm_record_fault_reason(enum alm_record_fault fault);

/* The words of a reason. */
const char *alm_ingest_reject_words(enum alm_reject_reason reason);

/* Appends the reason in a sentence without place and text: `close: expected a number (hint)`. */
void alm_ingest_reject_explain(struct alm_text *out, const struct alm_ingest_reject *reject);

/* Appends `file:line:column: where: expected a number, got "text" (hint)`, control characters escaped. */
void alm_ingest_reject_write(struct alm_text *out, const char *file, const struct alm_ingest_reject *reject);

#endif
