/* Where the table stands in a file: lines before it, its header of up to three rows, the first row of data.
 */
#ifndef ALM_INGEST_TABLE_H
#define ALM_INGEST_TABLE_H

#include "base/status.h"
#include "base/text.h"
#include "ingest/options.h"
#include "ingest/sample.h"

#include <stddef.h>

enum { ALM_INGEST_HEADER_ROWS = 3 }; /* at most, unless --header says more */

struct alm_ingest_table {
    size_t preamble; /* lines before the header, or before the first row when there is none */
    size_t header_rows;
    size_t header_line;   /* of the first header row, from 1; 0: none */
    size_t data_line;     /* of the first row of data: what stands before it is none */
    struct alm_text said; /* what was found out, one sentence a line */
};

/* Finds the table in a sample and leaves in the sample what schema.h needs: the header as one record, if
 * there is one, then rows of data. Clear *out in any case.
 *
 * The data begin below the first row of names that stands above numbers or times, or, without names, with the
 * first row whose cells are of the kinds that their columns hold. Rows of words right above the data are its
 * header: one, or two or three when the upper ones name groups (`,open,,close,`), repeat, or give what the
 * lower ones leave open, or the lowest one holds units. Names from several rows are joined with `.`, equal
 * ones once; an empty cell of a group row takes the name to its left; the field of a price comes last
 * (`Close` above `AAPL` is AAPL.Close); units stay out of the names. What stands above is passed over.
 *
 * ALM_USAGE when --header or --skip make no sense or name another header than the file has; ALM_DATA when a
 * second table starts within the sample. file is its name for messages. */
enum alm_status alm_ingest_table_find(struct alm_ingest_table *out, struct alm_sample *sample,
                                      const struct alm_ingest_options *options, const char *file,
                                      struct alm_error *error);
void alm_ingest_table_clear(struct alm_ingest_table *table);

/* Fails with ALM_DATA: a second table starts at line. cells: its header. */
enum alm_status alm_ingest_table_refuse_second(const char *file, size_t line, const struct alm_field *cells,
                                               size_t n, struct alm_error *error);

/* ---- between the files that find it ---- */

/* A record of the sample with its cells as fields. */
struct alm_ingest_table_row {
    struct alm_field *cells; /* [n] */
    size_t n, line;
    bool after_gap; /* blank lines stand before it */
};

/* table_header.c: makes one record of header rows [first, first + n), with as many cells as the last of them.
 * time is the column of the times, or SIZE_MAX. units gets the lowest row when it holds units. */
enum alm_status alm_ingest_table_join(struct alm_sample_record *out, struct alm_sample_record *units,
                                      struct alm_text *said, const struct alm_ingest_table_row *rows,
                                      size_t n, size_t time, struct alm_error *error);
/* Whether a header row holds units: m/s, (°C), [EUR], UTC. */
bool alm_ingest_table_holds_units(const struct alm_ingest_table_row *row);
/* Whether --header states names (it may be NULL). */
bool alm_ingest_table_states_names(const char *header);
/* Compares a header with the names that --header states: ALM_DATA naming the first difference. */
enum alm_status alm_ingest_table_check_names(const char *file, const struct alm_ingest_table_row *row,
                                             const char *names, struct alm_error *error);

#endif
