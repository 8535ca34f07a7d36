/* Where a covariate comes from: a stored series, or one label of it. */
#ifndef ALM_WORKBENCH_COVARIATE_SOURCE_H
#define ALM_WORKBENCH_COVARIATE_SOURCE_H

#include "workbench/load.h"

/* What is loaded already, so that covariates of many series are read once; clear loaded. */
struct alm_covariate_cache {
    struct alm_loaded loaded;
    struct alm_store *store;
};

struct alm_covariate_source {
    const struct alm_series *series; /* belongs to the cache */
    const char *label;               /* points into the name that was asked for; NULL: the series itself */
};

/* The source that a series' covariate `name` is: a series, in whose name @ stands for that of `series` up to
 * its last dot, or, where there is none of that name, `series=label`. ALM_NOTFOUND when there is neither. */
enum alm_status alm_covariate_find(struct alm_covariate_source *out, struct alm_covariate_cache *cache,
                                   const char *name, const char *series, struct alm_error *error);

/* What the covariate is where the series has the value y: that, or 1 where y is the label and else 0. */
double alm_covariate_value(const struct alm_covariate_source *source, double y);

#endif
