#include "nn/optimiser.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum alm_status alm_optimiser_init(struct alm_optimiser *optimiser,
                                   const struct alm_optimiser_settings *settings, size_t n,
                                   const struct alm_optimiser_range *range, size_t n_ranges,
                                   struct alm_error *error)
{
    *optimiser = (struct alm_optimiser){
        .settings = *settings,
        .beta1 = 0.9,
        .beta2 = settings->kind == ALM_OPTIMISER_RMSPROP ? 0.99 : 0.999,
        .epsilon = 1e-8,
        .n = n,
        .n_ranges = n_ranges,
        .kernel = alm_kernel_best(),
    };
    enum alm_status status = ALM_NEW(&optimiser->first, n, error);
    if (status == ALM_OK && settings->kind != ALM_OPTIMISER_SGD)
        status = ALM_NEW(&optimiser->second, n, error);
    if (status == ALM_OK) status = ALM_NEW(&optimiser->range, n_ranges, error);
    if (status == ALM_OK && n_ranges > 0) memcpy(optimiser->range, range, n_ranges * sizeof *range);
    if (status != ALM_OK) alm_optimiser_clear(optimiser);
    return status;
}

void alm_optimiser_clear(struct alm_optimiser *optimiser)
{
    free(optimiser->first);
    free(optimiser->second);
    free(optimiser->range);
    optimiser->first = optimiser->second = NULL;
    optimiser->range = NULL;
    optimiser->n = optimiser->n_ranges = 0;
}

void alm_optimiser_reset(struct alm_optimiser *optimiser)
{
    optimiser->step = 0;
    memset(optimiser->first, 0, optimiser->n * sizeof *optimiser->first);
    if (optimiser->second != NULL) memset(optimiser->second, 0, optimiser->n * sizeof *optimiser->second);
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

/* The constants of a step, but for the decay. */
static struct alm_optimiser_step make_step(const struct alm_optimiser *o, double scale, double rate)
{
    const double t = (double)o->step;
    const bool adam = o->settings.kind == ALM_OPTIMISER_ADAM || o->settings.kind == ALM_OPTIMISER_ADAMW;
    return (struct alm_optimiser_step){
        .scale = (alm_real)scale,
        .keep = 1,
        .beta1 = (alm_real)(adam ? o->beta1 : o->settings.momentum),
        .beta2 = (alm_real)o->beta2,
        .ahead = (alm_real)(o->settings.nesterov ? o->settings.momentum : 0),
        .rate = (alm_real)(adam ? rate / (1 - pow(o->beta1, t)) : rate),
        .correction = (alm_real)(adam ? 1 / sqrt(1 - pow(o->beta2, t)) : 1),
        .epsilon = (alm_real)o->epsilon,
    };
}

static void move(const struct alm_optimiser *o, alm_real *parameters, const alm_real *gradient,
                 const struct alm_optimiser_step *step, size_t from, size_t to)
{
    alm_real *w = parameters + from, *first = o->first + from;
    const alm_real *g = gradient + from;
    if (from == to) return;
    if (o->settings.kind == ALM_OPTIMISER_SGD)
        o->kernel->sgd(w, first, g, step, to - from);
    else if (o->settings.kind == ALM_OPTIMISER_RMSPROP)
        o->kernel->rmsprop(w, first, o->second + from, g, step, to - from);
    else
        o->kernel->adam(w, first, o->second + from, g, step, to - from);
}

double alm_optimiser_update(struct alm_optimiser *optimiser, alm_real *parameters, const alm_real *gradient,
                            double scale, double rate, double clip)
{
    const double decay = optimiser->settings.decay;
    const double norm = fabs(scale) * alm_gradient_norm(gradient, optimiser->n);
    if (!isfinite(norm)) return norm;
    const double shrink = clip > 0 && norm > clip ? clip / norm : 1;
    optimiser->step++;
    const struct alm_optimiser_step bare = make_step(optimiser, scale * shrink, rate);
    struct alm_optimiser_step decaying = bare;
    if (optimiser->settings.kind == ALM_OPTIMISER_ADAMW)
        decaying.keep = (alm_real)(1 - rate * decay);
    else
        decaying.decay = (alm_real)decay;
    size_t at = 0;
    for (size_t i = 0; decay > 0 && i < optimiser->n_ranges; i++) {
        const struct alm_optimiser_range range = optimiser->range[i];
        move(optimiser, parameters, gradient, &bare, at, range.first);
        move(optimiser, parameters, gradient, &decaying, range.first, range.first + range.n);
        at = range.first + range.n;
    }
    move(optimiser, parameters, gradient, &bare, at, optimiser->n);
    return norm;
}

/* ---- bytes ---- */

void alm_reals_save(const alm_real *values, size_t n, struct alm_bytes *out)
{
#ifdef ALM_REAL_DOUBLE
    alm_bytes_put_f64s(out, values, n);
#else
    alm_bytes_put_f32s(out, values, n);
#endif
}

void alm_reals_load(alm_real *values, size_t n, struct alm_bytes_reader *in)
{
#ifdef ALM_REAL_DOUBLE
    alm_bytes_get_f64s(in, values, n);
#else
    alm_bytes_get_f32s(in, values, n);
#endif
}

void alm_optimiser_save(const struct alm_optimiser *optimiser, struct alm_bytes *out)
{
    alm_bytes_put_u32(out, (uint32_t)optimiser->settings.kind);
    alm_bytes_put_u64(out, optimiser->n);
    alm_bytes_put_u64(out, optimiser->step);
    alm_reals_save(optimiser->first, optimiser->n, out);
    if (optimiser->second != NULL) alm_reals_save(optimiser->second, optimiser->n, out);
}

void alm_optimiser_load(struct alm_optimiser *optimiser, struct alm_bytes_reader *in)
{
    if (alm_bytes_get_u32(in) != (uint32_t)optimiser->settings.kind) in->failed = true;
    if (alm_bytes_get_u64(in) != optimiser->n) in->failed = true;
    if (in->failed) return;
    optimiser->step = (size_t)alm_bytes_get_u64(in);
    alm_reals_load(optimiser->first, optimiser->n, in);
    if (optimiser->second != NULL) alm_reals_load(optimiser->second, optimiser->n, in);
}
