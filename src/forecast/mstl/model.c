#include "forecast/mstl/model.h"

#include "base/memory.h"
#include "forecast/mstl/stl.h"

#include <stdlib.h>
#include <string.h>

static enum alm_status pass(double *seasonal, double *rest, double *scratch, size_t n,
                            const struct alm_mstl_options *options, struct alm_error *error)
{
    for (size_t k = 0; k < options->n_periods; k++) {
        double *own = seasonal + k * n;
        const struct alm_stl_options stl = {.period = options->period[k],
                                            .s_window = options->window + 4 * k,
                                            .inner = options->robust ? 1 : 2,
                                            .outer = options->robust ? 15 : 0};
        for (size_t t = 0; t < n; t++)
            rest[t] += own[t];
        ALM_TRY(alm_stl(own, scratch, scratch + n, rest, n, &stl, error));
        for (size_t t = 0; t < n; t++)
            rest[t] -= own[t];
    }
    return ALM_OK;
}

enum alm_status alm_mstl_split(double *seasonal, double *rest, const double *y, size_t n,
                               const struct alm_mstl_options *options, struct alm_error *error)
{
    const int passes = options->n_periods > 1 ? 2 : 1;
    double *scratch;
    enum alm_status status = ALM_OK;
    ALM_TRY(ALM_NEW(&scratch, 2 * n, error));
    memset(seasonal, 0, options->n_periods * n * sizeof *seasonal);
    memcpy(rest, y, n * sizeof *rest);
    for (int i = 0; status == ALM_OK && i < passes; i++)
        status = pass(seasonal, rest, scratch, n, options, error);
    free(scratch);
    return status;
}
