/* The shares of the classes in the history: the rival that forecasts of classes must beat. */
#include "forecast/simple/class_counts.h"
#include "forecast/types.h"

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    return alm_class_counts_forecast(self, history, out, error);
}

const struct alm_forecaster_type alm_majority = {
    .name = "majority",
    .summary = "the share of each class in the history",
    .use = "The rival of forecasts of classes: labels, target=direction or bins. Its most probable class is "
           "the most frequent one; every class counts once more than it was seen.",
    .reference = "Laplace (1814), Essai philosophique sur les probabilités: the rule of succession",
    ALM_CLASS_COUNTS_TYPE,
    .forecast = forecast,
};
