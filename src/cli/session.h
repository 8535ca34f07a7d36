/* What several commands do with an open database. */
#ifndef ALM_CLI_SESSION_H
#define ALM_CLI_SESSION_H

#include "cli/command.h"
#include "cli/printer.h"

/* Opens the call's database with its cancel and progress hooks. Without create, a file that is not there is
 * ALM_NOTFOUND saying how to get one; with it, a new file is announced on stderr unless its place was stated.
 */
enum alm_status alm_call_open(struct alm_workbench **out, const struct alm_call *call, bool create,
                              struct alm_error *error);

/* Prints a named query. parameter (may be NULL) gets value (NULL: all). */
enum alm_status alm_call_print_query(const struct alm_call *call, struct alm_workbench *workbench,
                                     const char *query, const char *parameter, const char *value,
                                     const struct alm_rows_view *view, size_t *n, struct alm_error *error);

/* Opens a named query with one parameter, as above. */
enum alm_status alm_call_query(struct alm_rows **out, struct alm_workbench *workbench, const char *query,
                               const char *parameter, const char *value, struct alm_error *error);

/* ALM_OK when there is a series (or kept model) of that name, else ALM_NOTFOUND with a suggestion. */
enum alm_status alm_call_need_series(struct alm_workbench *workbench, const char *name,
                                     struct alm_error *error);
enum alm_status alm_call_need_model(struct alm_workbench *workbench, const char *name,
                                    struct alm_error *error);

/* The text of all values of a query's column, NULL-terminated; freed with alm_names_free. */
enum alm_status alm_call_names(char ***out, struct alm_workbench *workbench, const char *query,
                               const char *column, struct alm_error *error);
void alm_names_free(char **names);

/* "almanac " with --db where it is needed to reach the same database, for advice on what to type next. */
void alm_call_write_prefix(struct alm_text *out, const struct alm_call *call);

/* Says on stderr what to type next: "  almanac ARGS   help". */
void alm_call_advise(const struct alm_call *call, const char *help, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
