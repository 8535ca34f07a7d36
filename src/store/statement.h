/* Statements by name, for the files of this room. A statement is prepared once per store and then kept.
 *
 *     struct alm_statement s;
 *     ALM_TRY(alm_statement_begin(&s, store, "series_find", error));
 *     alm_bind_text(&s, ":name", name);
 *     enum alm_status status = alm_statement_step(&s, &row, error);
 *     if (status == ALM_OK && row) id = alm_column_integer(&s, 0);
 *     alm_statement_end(&s);
 *
 * A failed bind is kept and reported by the next step. */
#ifndef ALM_STORE_STATEMENT_H
#define ALM_STORE_STATEMENT_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

struct alm_statement {
    struct alm_store *store;
    struct sqlite3_stmt *handle;
    const char *name; /* for messages */
    int result;       /* first failure of a bind */
};

/* Takes the named statement (assert: it exists) with all parameters NULL. It must not be in use already. */
enum alm_status alm_statement_begin(struct alm_statement *out, struct alm_store *store, const char *name,
                                    struct alm_error *error);
/* Gives it back. */
void alm_statement_end(struct alm_statement *statement);

/* Runs up to the next row; *row false: there is none (left). row may be NULL when none is expected. */
enum alm_status alm_statement_step(struct alm_statement *statement, bool *row, struct alm_error *error);
/* Makes the statement ready to run again; what is bound stays bound. */
void alm_statement_reset(struct alm_statement *statement);
/* Steps to the end and gives the statement back. */
enum alm_status alm_statement_finish(struct alm_statement *statement, struct alm_error *error);
/* Rows that the last writing statement changed. */
int64_t alm_statement_changes(const struct alm_statement *statement);

/* Parameters by name, with the colon (assert: it exists). Text is copied, NULL binds NULL. NaN binds NULL;
 * infinity is a failure. */
void alm_bind_text(struct alm_statement *statement, const char *parameter, const char *text);
void alm_bind_integer(struct alm_statement *statement, const char *parameter, int64_t value);
void alm_bind_size(struct alm_statement *statement, const char *parameter, size_t value);
void alm_bind_real(struct alm_statement *statement, const char *parameter, double value);
void alm_bind_blob(struct alm_statement *statement, const char *parameter, const void *data, size_t n);
/* The same by number from 1, for statements that run once a row. */
void alm_bind_integer_at(struct alm_statement *statement, int parameter, int64_t value);
void alm_bind_real_at(struct alm_statement *statement, int parameter, double value);

/* Columns of the current row, from 0. NULL reads as NULL, 0 and NaN. */
bool alm_column_is_null(const struct alm_statement *statement, int column);
int64_t alm_column_integer(const struct alm_statement *statement, int column);
double alm_column_real(const struct alm_statement *statement, int column);
/* Valid until the next step. */
const char *alm_column_text(const struct alm_statement *statement, int column);
const void *alm_column_blob(const struct alm_statement *statement, int column, size_t *n);
/* A copy for the caller, NULL for NULL. */
enum alm_status alm_column_copy(char **out, const struct alm_statement *statement, int column,
                                struct alm_error *error);

/* Runs a named statement without parameters and rows. */
enum alm_status alm_statement_run(struct alm_store *store, const char *name, struct alm_error *error);
/* Runs named statements [n], the parameter of which is :run. */
enum alm_status alm_statement_run_each(struct alm_store *store, const char *const *names, size_t n,
                                       int64_t run, struct alm_error *error);

/* The failure `result` of SQLite in this store, as status and sentence: what was being done (or NULL). */
enum alm_status alm_store_fail(struct alm_store *store, int result, const char *what,
                               struct alm_error *error);
struct sqlite3 *alm_store_handle(struct alm_store *store);

#endif
