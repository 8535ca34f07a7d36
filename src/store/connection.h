/* What the files of this room know about an open store. */
#ifndef ALM_STORE_CONNECTION_H
#define ALM_STORE_CONNECTION_H

#include "store/store.h"

#include <sqlite3.h>

struct alm_store {
    sqlite3 *handle;
    char *path;
    enum alm_store_mode mode;
    bool made; /* the file was not there before */
    const struct alm_cancel *cancel;
    sqlite3_stmt **prepared;       /* [alm_sql_n_queries], NULL until first used */
    struct alm_incoming *incoming; /* what the table of that name holds; see incoming.h */
    bool bulk;                     /* between alm_store_begin_bulk and its end */
    char denied[80];               /* what the authorizer refused last; see sandbox.c */
};

/* Takes back what alm_store_begin_bulk has set; does nothing otherwise. Outside a transaction. */
enum alm_status alm_store_leave_bulk(struct alm_store *store, struct alm_error *error);

/* Brings a database to this build's version, in one transaction; an empty file becomes a database. */
enum alm_status alm_store_migrate(struct alm_store *store, struct alm_error *error);
/* Makes the views anew when another build made them. */
enum alm_status alm_store_refresh_views(struct alm_store *store, struct alm_error *error);

/* What a file says it is. */
struct alm_store_identity {
    bool ours;           /* its application_id */
    bool empty;          /* no application_id and no tables */
    long long version;   /* user_version */
    long long supported; /* highest version this build knows */
};
enum alm_status alm_store_identify(struct alm_store_identity *out, struct alm_store *store,
                                   struct alm_error *error);

#endif
