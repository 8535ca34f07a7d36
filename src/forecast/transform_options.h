/* Transforms as options that all forecasters of numbers have beside their own. */
#ifndef ALM_FORECAST_TRANSFORM_OPTIONS_H
#define ALM_FORECAST_TRANSFORM_OPTIONS_H

#include "base/option.h"
#include "forecast/forecaster.h"
#include "series/transform.h"

/* What a spec says of transforms. */
struct alm_transform_choice {
    struct alm_transform transform;
    bool bias; /* the mean is adjusted for the curve (alm_transform_mean); else it is the curve's inverse */
};

/* Reads the options of alm_forecaster_common_options (forecaster.h) out of a config that has them. ALM_USAGE
 * where they contradict each other. */
enum alm_status alm_transform_choice_read(struct alm_transform_choice *out, const struct alm_config *config,
                                          struct alm_error *error);

#endif
