/* SQL of users: what it may do is read the database, nothing else. Not for other rooms; see rows.h. */
#ifndef ALM_STORE_SANDBOX_H
#define ALM_STORE_SANDBOX_H

#include "base/status.h"
#include "store/store.h"

struct sqlite3_stmt;

/* Restricts the connection for good: query_only, an authorizer, limits. */
enum alm_status alm_sandbox_close_in(struct alm_store *store, struct alm_error *error);
/* Prepares exactly one reading statement. */
enum alm_status alm_sandbox_prepare(struct sqlite3_stmt **out, struct alm_store *store, const char *sql,
                                    struct alm_error *error);
/* A failure of a user's SQL as status and sentence. */
enum alm_status alm_sandbox_fail(struct alm_store *store, int result, struct alm_error *error);

#endif
