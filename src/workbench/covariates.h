/* Covariates of loaded series: which stored series they are, and their values on the series' bars. */
#ifndef ALM_WORKBENCH_COVARIATES_H
#define ALM_WORKBENCH_COVARIATES_H

#include "almanac.h"
#include "workbench/load.h"

/* Gives every loaded series the covariates that names ask for. A past or future one is a GLOB pattern, every
 * match of which is a covariate of every series, or a name with `@`, which stands for the series' own name up
 * to its last dot; a static one is a name, with or without `@`, of a series whose first value is taken, which
 * must stand at or before the first bar of the series it describes (ALM_DATA). Future ones also get the ahead
 * bars after a series' end. A categorical one becomes `name=label` for each of its labels (ALM_DATA for more
 * than 64), 1 where it has that label and else 0, so that labels that come later are 0 in all. What was
 * chosen is kept in loaded->covariates. The series must have been cut before. ALM_NOTFOUND for a name that
 * there is not; ALM_DATA when a series with a clock meets one without; ALM_USAGE for a series that would be a
 * future covariate of itself. Names that are empty leave all as it is.
 */
enum alm_status alm_covariates_load(struct alm_loaded *loaded, struct alm_store *store,
                                    const struct alm_covariate_names *names, size_t ahead,
                                    struct alm_error *error);

/* The same with the names that a run was stored with. */
enum alm_status alm_covariates_load_run(struct alm_loaded *loaded, struct alm_store *store, int64_t run,
                                        size_t ahead, struct alm_error *error);
/* Those of the run that trained a kept model. */
enum alm_status alm_covariates_load_model(struct alm_loaded *loaded, struct alm_store *store,
                                          const char *model, size_t ahead, struct alm_error *error);

/* ALM_DATA when a future covariate lacks a value in the horizon bars after a series' bars [i]. */
enum alm_status alm_covariates_check(const struct alm_loaded *loaded, const size_t *bars, size_t horizon,
                                     struct alm_error *error);

#endif
