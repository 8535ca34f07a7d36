#include "nn/adam.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum alm_status alm_adam_init(struct alm_adam *adam, size_t n, struct alm_error *error)
{
    *adam =
        (struct alm_adam){.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .n = n, .kernel = alm_kernel_best()};
    enum alm_status status = ALM_NEW(&adam->m, n, error);
    if (status == ALM_OK) status = ALM_NEW(&adam->v, n, error);
    if (status != ALM_OK) alm_adam_clear(adam);
    return status;
}

void alm_adam_clear(struct alm_adam *adam)
{
    free(adam->m);
    free(adam->v);
    adam->m = adam->v = NULL;
}

double alm_gradient_norm(const alm_real *gradient, size_t n)
{
    double lane[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            lane[k] += (double)gradient[i + k] * (double)gradient[i + k];
    for (; i < n; i++)
        lane[0] += (double)gradient[i] * (double)gradient[i];
    return sqrt(((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7])));
}

double alm_adam_update(struct alm_adam *adam, alm_real *parameters, const alm_real *gradient, double scale,
                       double rate, double clip)
{
    const double norm = fabs(scale) * alm_gradient_norm(gradient, adam->n);
    if (!isfinite(norm)) return norm;
    const double shrink = clip > 0 && norm > clip ? clip / norm : 1;
    const double t = (double)++adam->step;
    const struct alm_adam_step step = {
        .scale = (alm_real)(scale * shrink),
        .beta1 = (alm_real)adam->beta1,
        .beta2 = (alm_real)adam->beta2,
        .rate = (alm_real)(rate / (1 - pow(adam->beta1, t))),
        .correction = (alm_real)(1 / sqrt(1 - pow(adam->beta2, t))),
        .epsilon = (alm_real)adam->epsilon,
    };
    adam->kernel->adam(parameters, adam->m, adam->v, gradient, &step, adam->n);
    return norm;
}
