/* The settings of a search over options: made from a request, stored as the run's spec, and read back. */
#ifndef ALM_WORKBENCH_TUNE_SETTINGS_H
#define ALM_WORKBENCH_TUNE_SETTINGS_H

#include "almanac.h"
#include "backtest/search.h"
#include "workbench/settings.h"

struct alm_tune_settings {
    struct alm_settings base; /* its one model is the search as given */
    struct alm_search_space space;
    enum alm_search_method method;
    size_t trials, reduction;
    char metric[40];
    char budget[64];    /* "folds", or the option that is the budget */
    size_t full_budget; /* what the last rung may spend */
    bool cut;           /* the series go on after what the search sees */
    char *keep;         /* NULL: keep no model */
    int64_t origin;     /* last time that the search sees, when it is one for all series; else INT64_MAX */
};

/* From a request. Series are cut first: what comes after request->origin, or is held out, is not there any
 * more. Release with alm_tune_settings_clear in any case. */
enum alm_status alm_tune_settings_create(struct alm_tune_settings *out,
                                         const struct alm_tune_request *request, struct alm_loaded *series,
                                         struct alm_error *error);
/* From a stored run; as alm_settings_load. */
enum alm_status alm_tune_settings_load(struct alm_tune_settings *out, struct alm_loaded *series,
                                       struct alm_store *store, int64_t run, uint64_t seed,
                                       struct alm_error *error);
void alm_tune_settings_clear(struct alm_tune_settings *settings);

/* Whether the budget is the number of folds. */
bool alm_tune_settings_by_folds(const struct alm_tune_settings *settings);

/* Appends the spec of what the search is measured against: naive or, where classes are forecast, majority. */
enum alm_status alm_tune_settings_write_rival(struct alm_text *out, const struct alm_search_space *space,
                                              uint64_t seed, const struct alm_loaded *series,
                                              struct alm_error *error);

/* ALM_USAGE unless the metric is one that plan's evaluation has and that is better when it is smaller. */
enum alm_status alm_tune_settings_check(const struct alm_tune_settings *settings, const struct alm_plan *plan,
                                        struct alm_error *error);

/* Appends the run's spec, a JSON object. */
void alm_tune_settings_write(struct alm_text *out, const struct alm_tune_settings *settings,
                             const struct alm_loaded *series);

#endif
