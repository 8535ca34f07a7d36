/* Runs: their row before the first fit, who owns them, how they end.
 *
 * While a run is `running` exactly one process owns it. It holds a token; everything that is written to the
 * run checks the token in the same transaction, so that a process that was taken over cannot add rows. */
#ifndef ALM_STORE_RUN_TABLE_H
#define ALM_STORE_RUN_TABLE_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_run_kind { ALM_RUN_BACKTEST, ALM_RUN_FORECAST, ALM_RUN_TRAIN, ALM_RUN_TUNE };

/* A series of a run, in plan order. series_id 0: not from this database (any more). */
struct alm_run_series {
    int64_t series_id;
    const char *name, *frequency;
    size_t season_length;
    bool has_origins; /* then: folds in which it has an origin, and origins that the embargo took */
    size_t n_origins, n_embargoed;
};

/* A forecaster of a run, in plan order. options is a JSON object or NULL. */
struct alm_run_forecaster {
    const char *label, *spec, *options;
};

struct alm_run_new {
    enum alm_run_kind kind;
    const char *name; /* unique, not a number; NULL: none */
    const char *spec; /* JSON object: all options, enough to resume */
    uint64_t seed;
    const char *data_digest, *version, *kernel;
    const struct alm_run_series *series; /* [n_series] */
    size_t n_series;
    const struct alm_run_forecaster *forecaster; /* [n_forecasters] */
    size_t n_forecasters;
};

/* The right to write to a run. */
struct alm_run_owner {
    int64_t run;
    char token[40];
};

/* Commits the run's row, its series and forecasters; the caller's process owns it. Transaction of its own
 * unless one is open. ALM_EXISTS when the name is in use, ALM_USAGE when it looks like a number. */
enum alm_status alm_run_table_create(struct alm_run_owner *out, struct alm_store *store,
                                     const struct alm_run_new *run, struct alm_error *error);

/* One run as stored; texts belong to the row. */
struct alm_run_row {
    int64_t run;
    char *name; /* NULL: none */
    enum alm_run_kind kind;
    char *status;  /* running, done, failed, interrupted */
    char *message; /* why it failed; NULL */
    char *spec, *data_digest, *version, *kernel;
    uint64_t seed;
    int64_t started, finished; /* finished 0: not yet */
    size_t n_series, n_forecasters;
    struct alm_run_series *series;         /* [n_series], texts owned by the row */
    struct alm_run_forecaster *forecaster; /* [n_forecasters], texts owned by the row */
};
void alm_run_row_clear(struct alm_run_row *row);

/* By id or unique name. ALM_NOTFOUND with a suggestion. */
enum alm_status alm_run_table_find(struct alm_run_row *out, struct alm_store *store, const char *run,
                                   struct alm_error *error);
enum alm_status alm_run_table_find_id(int64_t *out, struct alm_store *store, const char *run,
                                      struct alm_error *error);

/* Makes the caller the owner of a run that has none or whose owner is dead: a process of this machine that is
 * gone, or one of another machine that gave no sign for ten minutes. ALM_EXISTS naming the owner when it
 * lives. version and kernel are those of this build. The run's status becomes running again, unless it is
 * done: then ALM_OK with owner->token empty. */
enum alm_status alm_run_table_take(struct alm_run_owner *out, struct alm_store *store, int64_t run,
                                   const char *version, const char *kernel, struct alm_error *error);

/* Says that the owner is alive; ALM_DB when the run was taken over. Cheap: every task commit does it too. */
enum alm_status alm_run_table_heartbeat(struct alm_store *store, const struct alm_run_owner *owner,
                                        struct alm_error *error);
/* How a run ends: status ALM_OK → done, ALM_INTERRUPTED → interrupted, others → failed with message (may be
 * NULL). cpu_seconds add up over resumes, peak_rss (bytes) is the largest. */
enum alm_status alm_run_table_finish(struct alm_store *store, const struct alm_run_owner *owner,
                                     enum alm_status ended, const char *message, double cpu_seconds,
                                     int64_t peak_rss, struct alm_error *error);
/* Drops a run and all it found. ALM_EXISTS when a living process owns it. */
enum alm_status alm_run_table_drop(struct alm_store *store, int64_t run, struct alm_error *error);

#endif
