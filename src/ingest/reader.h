/* Records of a CSV file, parsed by libcsv and guarded: physical lines are counted, a quote that is never
 * closed fails at its own line instead of swallowing the file, sizes have limits, bytes must be UTF-8. */
#ifndef ALM_INGEST_READER_H
#define ALM_INGEST_READER_H

#include "base/status.h"
#include "ingest/dialect.h"
#include "ingest/parser.h"
#include "ingest/source.h"

#include <stdbool.h>
#include <stddef.h>

/* The longest field, and the most lines one record may span. */
#define ALM_READER_FIELD_LIMIT ((size_t)1 << 20)
#define ALM_READER_FIELDS_LIMIT ((size_t)262144)
#define ALM_READER_LINES_LIMIT ((size_t)1000)

/* What is wrong with a record as such; the words are in reject.h. */
enum alm_record_fault {
    ALM_RECORD_GOOD,
    ALM_RECORD_UNCLOSED_QUOTE,   /* the record is its first line */
    ALM_RECORD_TEXT_AFTER_QUOTE, /* "a"b */
    ALM_RECORD_TOO_LONG,
    ALM_RECORD_NUL,
    ALM_RECORD_NOT_UTF8,
};

/* One record. Valid until the next one is read. Nothing is trimmed. A blank line is a record of one empty
 * field with blank set. A record with a quote fault is its first line and has no fields, unless it is read
 * leniently. */
struct alm_record {
    const struct alm_field *fields; /* [n] */
    size_t n;
    bool blank;
    bool stray_quote; /* an unquoted field holds a quote, which was kept */
    enum alm_record_fault fault;
    size_t fault_at; /* offset in raw */
    size_t line;     /* of the record's first line, from 1 */
    const char *raw; /* [raw_n] as it stands in the file, with line ends */
    size_t raw_n;
    enum alm_line_end line_end; /* what ended its lines */
};

struct alm_reader;

/* Reads from source (borrowed) in dialect. */
enum alm_status alm_reader_create(struct alm_reader **out, struct alm_source *source,
                                  struct alm_dialect dialect, struct alm_error *error);
void alm_reader_free(struct alm_reader *reader);

/* Lenient: records with a quote fault have fields, too. Their line is read alone; a quote that makes no sense
 * is text, and of several ways to see it so the one is taken that gives the dialect's width. */
void alm_reader_set_lenient(struct alm_reader *reader, bool lenient);

/* Off: lines are taken one by one even where blocks of them could be (block.h). For tests; on at first. */
void alm_reader_set_blocks(struct alm_reader *reader, bool on);

/* The next record; *more is false, and out untouched, at the end. Faulty records are delivered with their
 * fault, and reading goes on after them. */
enum alm_status alm_reader_next(struct alm_record *out, bool *more, struct alm_reader *reader,
                                struct alm_error *error);

/* Where offset at of a record's raw bytes stands: line in the file and column, characters from 1. */
void alm_record_place(size_t *line, size_t *column, const struct alm_record *record, size_t at);
/* The offset in raw at which field number index starts (at its quote, if it has one). */
size_t alm_record_field_offset(const struct alm_record *record, struct alm_dialect dialect, size_t index);

#endif
