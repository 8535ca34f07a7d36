/* Deciding what the columns of a file mean: what the files that do it share. */
#ifndef ALM_INGEST_DECISION_H
#define ALM_INGEST_DECISION_H

#include "ingest/column.h"
#include "ingest/schema.h"

/* What is at hand while deciding. */
struct alm_decision {
    struct alm_schema *schema;
    const struct alm_sample *sample;
    const struct alm_ingest_options *options;
    struct alm_column_facts *facts; /* [n_columns] */
};

/* The column of that header (n bytes): exactly, else without regard to case. ALM_USAGE naming option, with a
 * suggestion. */
enum alm_status alm_decision_find_column(size_t *out, const struct alm_schema *schema, const char *option,
                                         const char *name, size_t n, struct alm_error *error);
/* Gives the columns of a list joined with commas a role and appends them to list, which has room for all.
 * ALM_USAGE when one has a role already. */
enum alm_status alm_decision_take_columns(size_t *list, size_t *n, struct alm_decision *d, const char *option,
                                          const char *names, enum alm_column_role role,
                                          struct alm_error *error);

/* schema_time.c: the time column or columns. */
enum alm_status alm_decision_time(struct alm_decision *d, struct alm_error *error);
/* schema_values.c: the value columns, categories last, and what is left out. */
enum alm_status alm_decision_values(struct alm_decision *d, struct alm_error *error);
/* schema_keys.c: the key of a long file that nobody named, or schema->by_hint. A column called symbol,
 * ticker, unique_id and the like is taken when it tells rows of one time apart; else the only text column
 * that does, when more rows share their time than an import would let pass. */
enum alm_status alm_decision_keys(struct alm_decision *d, struct alm_error *error);

/* schema_plain.c: whether a file without times can be nothing but rows that are counted: all columns are
 * numbers, none is called like a time, and the first does not rise or fall all the way. */
bool alm_decision_is_plain(const struct alm_decision *d);
/* Whether each row is a series: a name that comes once, then numbers under no names or V2, V3, ... */
bool alm_decision_is_rows(const struct alm_decision *d);

#endif
