/* The settings of a run: made from a request, stored as the run's spec, and read back to resume it. */
#ifndef ALM_WORKBENCH_SETTINGS_H
#define ALM_WORKBENCH_SETTINGS_H

#include "almanac.h"
#include "backtest/plan.h"
#include "base/status.h"
#include "base/text.h"
#include "workbench/load.h"
#include "workbench/origin_file.h"

#include <stddef.h>
#include <stdint.h>

/* Folds of the conformal intervals; forecast/conformal.h raises it to what the outermost level needs. */
#define ALM_CONFORMAL_FOLDS 20

struct alm_settings {
    struct alm_backtest_settings engine; /* its level and list of origins are owned here */
    struct alm_origin_file origins;
    char *origin_path; /* where they were written; NULL: there is no list */
    size_t season;     /* 0: each series' own */
    char **model;      /* [n_models] specs as given */
    size_t n_models;
};

/* From a request; series decide whether first_origin is a time or a count. */
enum alm_status alm_settings_create(struct alm_settings *out, const struct alm_backtest_request *request,
                                    const struct alm_loaded *series, struct alm_error *error);
/* From a stored run, with the series cut where they ended when the run began. */
enum alm_status alm_settings_load(struct alm_settings *out, struct alm_loaded *series,
                                  struct alm_store *store, int64_t run, uint64_t seed,
                                  struct alm_error *error);
void alm_settings_clear(struct alm_settings *settings);

/* Appends the run's spec: a JSON object with all that alm_settings_load needs. */
void alm_settings_write(struct alm_text *out, const struct alm_settings *settings,
                        const struct alm_loaded *series);

#endif
