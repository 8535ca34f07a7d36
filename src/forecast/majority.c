/* The shares of the classes in the history: the rival that forecasts of classes must beat. */
#include "forecast/class_counts.h"
#include "forecast/types.h"

static const struct alm_option options[] = {ALM_CLASS_OPTIONS{0}};

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    (void)seed;
    return alm_class_counts_create(self, config, "majority", error);
}

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
    .options = options,
    .traits = ALM_TRAIT_CLASSES | ALM_TRAIT_CLASSES_ONLY | ALM_TRAIT_MISSING,
    .create = create,
    .minimum_history = alm_class_counts_minimum_history,
    .fit = alm_class_counts_fit,
    .forecast = forecast,
    .save = alm_class_counts_save,
    .load = alm_class_counts_load,
    .free = alm_class_counts_free,
    .describe = alm_class_counts_describe,
};
