/* What forecasters learn that count classes: the state of `majority` and `persistence`. */
#ifndef ALM_FORECAST_CLASS_COUNTS_H
#define ALM_FORECAST_CLASS_COUNTS_H

#include "forecast/classes.h"

struct alm_class_counts {
    const char *what;              /* the forecaster's name */
    struct alm_class_rule options; /* by the options */
    struct alm_class_rule rule;    /* n is 0 until fitted */
    size_t horizon;
    double *edge;  /* [rule.n - 1] */
    double *share; /* [horizon][rule.n] share of each class, one more of each than was seen (Laplace) */
    double
        *stay; /* [horizon] probability that the class of a value is that of the value so many bars before */
};

/* What the types of such forecasters have in common. */
#define ALM_CLASS_COUNTS_TYPE                                                                                \
    .options = alm_class_counts_options,                                                                     \
    .traits = ALM_TRAIT_CLASSES | ALM_TRAIT_CLASSES_ONLY | ALM_TRAIT_MISSING,                                \
    .create = alm_class_counts_create, .minimum_history = alm_class_counts_minimum_history,                  \
    .fit = alm_class_counts_fit, .save = alm_class_counts_save, .load = alm_class_counts_load,               \
    .free = alm_class_counts_free, .describe = alm_class_counts_describe

extern const struct alm_option alm_class_counts_options[];
enum alm_status alm_class_counts_create(void **self, const struct alm_config *config, uint64_t seed,
                                        struct alm_error *error);
size_t alm_class_counts_minimum_history(const void *self, size_t season_length, size_t horizon);
enum alm_status alm_class_counts_fit(void *self, const struct alm_history *history,
                                     const struct alm_fit_hooks *hooks, struct alm_error *error);
enum alm_status alm_class_counts_save(const void *self, struct alm_bytes *out, struct alm_error *error);
enum alm_status alm_class_counts_load(void *self, struct alm_bytes_reader *in, struct alm_error *error);
void alm_class_counts_free(void *self);
void alm_class_counts_describe(const void *self, struct alm_text *out);

/* Fills the only series of out with the shares. ALM_DATA when the horizon is longer than the fit's or the
 * series has other labels. */
enum alm_status alm_class_counts_forecast(const struct alm_class_counts *counts,
                                          const struct alm_history *history, struct alm_forecast *out,
                                          struct alm_error *error);

#endif
