/* The plan of a backtest: which forecasters on which folds of which series, checked before anything is
 * fitted. A task is one forecaster on one fold, over all series of the run. Plan order is fold by fold, in
 * each fold forecaster by forecaster. */
#ifndef ALM_BACKTEST_PLAN_H
#define ALM_BACKTEST_PLAN_H

#include "base/status.h"
#include "forecast/forecaster.h"
#include "series/series.h"
#include "window/split.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_backtest_settings {
    struct alm_split split;
    const double *level; /* [n_levels] quantile levels, rising, each in (0, 1); see alm_levels_of_intervals */
    size_t n_levels;
    uint64_t seed;
    enum alm_missing_policy missing;
    size_t conformal_folds; /* for forecasters that give no quantiles of their own; 0: they have none */
    const struct alm_forecaster_type *(*find)(const char *name); /* NULL: the registry */
    const char
        *seed_spec; /* random streams are those of a forecaster with this spec (borrowed); NULL: its own */
};

/* One forecaster of the run. */
struct alm_candidate {
    char *label; /* unique in the run: as stated, else the bare name if that is unique, else the spec */
    char *spec;  /* canonical */
    char *rival; /* spec of what it is measured against: naive or, with classes, majority */
    bool added;  /* the engine added it (the rival) because the user named none */
    const struct alm_forecaster_type *type;
    bool global;    /* one fit over all series */
    size_t *member; /* [n_members] of a combination: candidates */
    size_t n_members;
    bool learns;   /* it needs the inner folds of its members */
    bool inner;    /* a combination needs its inner folds */
    size_t parent; /* of a member that the user did not name: the first combination that did, which bears its
                      time; else SIZE_MAX */
};

/* How many origins a series has, and how many more the embargo took. */
struct alm_series_origins {
    size_t n, embargoed;
};

/* Read only. The series belong to the caller and must outlive the plan. */
struct alm_plan {
    struct alm_backtest_settings settings; /* level is a copy */
    size_t n_series;
    const struct alm_series *const *series; /* [n_series] */
    size_t n_forecasters;
    size_t n_candidates; /* n_forecasters, and members of combinations behind them that no task is about */
    struct alm_candidate *forecaster; /* [n_candidates]; an added rival comes first */
    size_t naive; /* index of the forecaster that others are compared with: naive or majority */
    size_t n_folds;
    struct alm_origin *origin;                 /* [n_series][n_folds] */
    struct alm_series_origins *series_origins; /* [n_series] */
    size_t step;    /* bars between neighbouring origins: of several distances the least */
    size_t n_tasks; /* n_folds * n_forecasters */
};

/* Checks everything that can be checked before the first fit and makes the plan. specs are
 * `[LABEL=]name[:options]`. ALM_USAGE: a bad spec, option, level or split, duplicate labels or series.
 * ALM_DATA: no series is long enough for the first fold, or for a forecaster there; the message says what
 * would fit. */
enum alm_status alm_plan_create(struct alm_plan **out, const struct alm_backtest_settings *settings,
                                const struct alm_series *const *series, size_t n_series,
                                const char *const *specs, size_t n_specs, struct alm_error *error);
void alm_plan_free(struct alm_plan *plan);

/* Forecaster and fold of a task, and the other way round. */
static inline size_t alm_plan_forecaster(const struct alm_plan *plan, size_t task)
{
    return task % plan->n_forecasters;
}
static inline size_t alm_plan_fold(const struct alm_plan *plan, size_t task)
{
    return task / plan->n_forecasters;
}
static inline const struct alm_origin *alm_plan_origin(const struct alm_plan *plan, size_t series,
                                                       size_t fold)
{
    return &plan->origin[series * plan->n_folds + fold];
}

/* The quantile levels of central intervals given in percent (80 gives 0.1 and 0.9), rising and without
 * duplicates, with the median 0.5 added when there is any interval. out has room for 2 * n_intervals + 1; *n
 * is how many were written. ALM_USAGE unless each is within (0, 100). */
enum alm_status alm_levels_of_intervals(double *out, size_t *n, const double *interval, size_t n_intervals,
                                        struct alm_error *error);

/* Covariates with values of their own that every series has, past ones first. */
static inline size_t alm_plan_covariates(const struct alm_plan *plan)
{
    const struct alm_covariates *c = plan->series[0]->covariates;
    return c == NULL ? 0 : c->n_past + c->n_future;
}

#endif
