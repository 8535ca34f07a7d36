/* Making and migrating a database. A file that is created or migrated by two processes at once is done by the
 * first; the second finds it done. */
#include "store/connection.h"
#include "store/sql.h"
#include "store/statement.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static long long supported_version(void)
{
    long long n = 0;
    while (alm_sql_migrations[n] != NULL)
        n++;
    return n;
}

enum alm_status alm_store_identify(struct alm_store_identity *out, struct alm_store *store,
                                   struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "connection_identity", error));
    const enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) {
        *out = (struct alm_store_identity){
            .ours = alm_column_integer(&s, 3) != 0,
            .empty = alm_column_integer(&s, 0) == 0 && alm_column_integer(&s, 2) == 0,
            .version = alm_column_integer(&s, 1),
            .supported = supported_version(),
        };
    }
    alm_statement_end(&s);
    return status;
}

static enum alm_status run_script(struct alm_store *store, const char *script, const char *what,
                                  struct alm_error *error)
{
    const int result = sqlite3_exec(store->handle, script, NULL, NULL, NULL);
    return result == SQLITE_OK ? ALM_OK : alm_store_fail(store, result, what, error);
}

static enum alm_status drop_views(struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    struct alm_text script = {0};
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "views_drop_list", error));
    enum alm_status status;
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row)
        alm_text_printf(&script, "%s;", alm_column_text(&s, 0));
    alm_statement_end(&s);
    if (status == ALM_OK) status = alm_text_check(&script, error);
    if (status == ALM_OK) status = run_script(store, alm_text_string(&script), "dropping views", error);
    alm_text_clear(&script);
    return status;
}

static enum alm_status make_views(struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(drop_views(store, error));
    for (const char *const *view = alm_sql_views; *view != NULL; view++)
        ALM_TRY(run_script(store, *view, "making views", error));
    ALM_TRY(alm_statement_begin(&s, store, "views_set_digest", error));
    alm_bind_text(&s, ":digest", alm_sql_views_digest);
    return alm_statement_finish(&s, error);
}

static enum alm_status migrate_in_transaction(struct alm_store *store, struct alm_error *error)
{
    struct alm_store_identity identity;
    ALM_TRY(alm_store_identify(&identity, store, error));
    if (!identity.ours && !identity.empty)
        return alm_fail(error, ALM_DB, "%s: not a database of almanac", store->path);
    if (identity.version < identity.supported && identity.version > 0) ALM_TRY(drop_views(store, error));
    for (long long i = identity.version; i < identity.supported; i++)
        ALM_TRY(run_script(store, alm_sql_migrations[i], "migrating", error));
    return make_views(store, error);
}

enum alm_status alm_store_migrate(struct alm_store *store, struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, migrate_in_transaction(store, error), error);
}

enum alm_status alm_store_refresh_views(struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "views_digest", error));
    const enum alm_status status = alm_statement_step(&s, &row, error);
    const bool same = status == ALM_OK && row && strcmp(alm_column_text(&s, 0), alm_sql_views_digest) == 0;
    alm_statement_end(&s);
    if (status != ALM_OK || same) return status;
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, make_views(store, error), error);
}
