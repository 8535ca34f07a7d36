/* The state of forecasters that learn a few numbers, and the normal quantiles that they give. */
#ifndef ALM_FORECAST_PARAMETERS_H
#define ALM_FORECAST_PARAMETERS_H

#include "forecast/forecaster.h"

enum { ALM_PARAMETERS = 8 };

struct alm_parameters {
    const struct alm_config *config;
    uint64_t seed;
    double value[ALM_PARAMETERS]; /* what they mean is the forecaster's; NaN until learnt */
};

/* The create, save, load and free of such a forecaster. */
enum alm_status alm_parameters_create(void **self, const struct alm_config *config, uint64_t seed,
                                      struct alm_error *error);
enum alm_status alm_parameters_save(const void *self, struct alm_bytes *out, struct alm_error *error);
enum alm_status alm_parameters_load(void *self, struct alm_bytes_reader *in, struct alm_error *error);
void alm_parameters_free(void *self);

/* Appends `name=value` and a line end; nothing when value is NaN. */
void alm_parameters_describe(struct alm_text *out, const char *name, double value);

/* Standard deviation of n residuals whose squares sum to sum_squares, after estimating k numbers from the
 * same data: sqrt(sum / (n - k)) (Hyndman & Athanasopoulos 2021, section 5.5). NaN when n <= k. */
double alm_residual_sd(double sum_squares, size_t n, size_t k);

/* Writes one step of the only series of out: its mean, and the quantiles of a normal distribution with
 * standard deviation sd around it; has_quantiles is set unless sd is NaN. */
void alm_put_normal(struct alm_forecast *out, size_t step, double mean, double sd);

#endif
