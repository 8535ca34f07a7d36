#include "forecast/parameters.h"

#include "base/memory.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

enum alm_status alm_parameters_create(void **self, const struct alm_config *config, uint64_t seed,
                                      struct alm_error *error)
{
    struct alm_parameters *parameters;
    *self = NULL;
    ALM_TRY(ALM_NEW(&parameters, 1, error));
    parameters->config = config;
    parameters->seed = seed;
    for (size_t i = 0; i < ALM_PARAMETERS; i++)
        parameters->value[i] = (double)NAN;
    *self = parameters;
    return ALM_OK;
}

enum alm_status alm_parameters_save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_parameters *parameters = self;
    alm_bytes_put_u64(out, parameters->seed); /* a fit's, which is not the one that load begins with */
    alm_bytes_put_f64s(out, parameters->value, ALM_PARAMETERS);
    return alm_bytes_check(out, error);
}

enum alm_status alm_parameters_load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_parameters *parameters = self;
    parameters->seed = alm_bytes_get_u64(in);
    alm_bytes_get_f64s(in, parameters->value, ALM_PARAMETERS);
    return in->failed ? alm_fail(error, ALM_PARSE, "the parameters are cut off") : ALM_OK;
}

void alm_parameters_free(void *self)
{
    free(self);
}

void alm_parameters_describe(struct alm_text *out, const char *name, double value)
{
    if (isnan(value)) return;
    alm_text_printf(out, "%s=%.6g\n", name, value);
}

double alm_residual_sd(double sum_squares, size_t n, size_t k)
{
    return n <= k ? (double)NAN : sqrt(sum_squares / (double)(n - k));
}

void alm_put_normal(struct alm_forecast *out, size_t step, double mean, double sd)
{
    out->mean[step] = mean;
    out->has_quantiles[0] = out->n_levels > 0 && !isnan(sd);
    for (size_t q = 0; out->has_quantiles[0] && q < out->n_levels; q++)
        out->quantile[step * out->n_levels + q] = mean + sd * gsl_cdf_ugaussian_Pinv(out->level[q]);
}
