/* The SQL of the program: constant tables made from the files of sql/ at build time. */
#ifndef ALM_STORE_SQL_H
#define ALM_STORE_SQL_H

#include <stddef.h>

struct alm_sql_query {
    const char *name, *help; /* help: NULL unless people may call it by name */
    const char *sql;         /* one statement */
};

extern const struct alm_sql_query alm_sql_queries[]; /* sorted by name, ends with a NULL name */
extern const size_t alm_sql_n_queries;

/* Scripts of several statements; each table ends with NULL. Migration i (from 0) leads to user_version i + 1.
 */
extern const char *const alm_sql_migrations[];
extern const char *const alm_sql_views[];
extern const char alm_sql_views_digest[]; /* SHA-256 of the views' text */

/* The query of that name, or NULL. */
const struct alm_sql_query *alm_sql_find(const char *name);

#endif
