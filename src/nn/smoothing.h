/* Exponential smoothing whose weights and first seasons are parameters that a gradient can move: level and
 * additive seasons of one row of numbers (of logarithms: multiplicative ones), by which a network's inputs
 * and answers are put on one scale, and the derivatives of a loss through all of it.
 *
 * With e_t = z_t - level_{t-1} - Σ_k season_k[t], the recursion is the error correction form of Holt and
 * Winters' (Winters 1960) without trend,
 *
 *     level_t = level_{t-1} + α e_t,   season_k[t + m_k] = season_k[t] + γ_k (1 - α) e_t,   e_0 = 0,
 *
 * level_0 = z_0 - Σ season_k[0]; α and γ_k are σ of what is learnt. */
#ifndef ALM_NN_SMOOTHING_H
#define ALM_NN_SMOOTHING_H

#include "base/status.h"
#include "nn/real.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALM_SMOOTHING_SEASONS = 2 };

struct alm_smoothing_shape {
    size_t n_seasons;                     /* 0 to ALM_SMOOTHING_SEASONS */
    size_t period[ALM_SMOOTHING_SEASONS]; /* m_k >= 2, rising */
};

/* Parameters of one row: logit α, logit γ_k of each season, then the m_k first values of each. */
size_t alm_smoothing_parameters(const struct alm_smoothing_shape *shape);

/* Where learning may start: α and γ as given, and the means of the first cycles of z [n] at each place of a
 * season, of the shortest first and then of what it leaves. */
void alm_smoothing_start(alm_real *parameters, const struct alm_smoothing_shape *shape, double alpha,
                         double gamma, const double *z, size_t n);

/* One row: what the recursion made, and the derivatives of a loss by it. */
struct alm_smoothing {
    struct alm_smoothing_shape shape;
    size_t n;                                /* values */
    const double *z;                         /* [n] finite; borrowed */
    double *level, *d_level;                 /* [n] */
    double *e;                               /* [n] */
    double *season[ALM_SMOOTHING_SEASONS];   /* [n + m_k] */
    double *d_season[ALM_SMOOTHING_SEASONS]; /* the same */
    double *block;
};

/* Release with alm_smoothing_clear, also after a failure. */
enum alm_status alm_smoothing_init(struct alm_smoothing *out, const struct alm_smoothing_shape *shape,
                                   const double *z, size_t n, struct alm_error *error);
void alm_smoothing_clear(struct alm_smoothing *smoothing);

/* Runs the recursion and sets the derivatives to 0. */
void alm_smoothing_run(struct alm_smoothing *smoothing, const alm_real *parameters);

/* All seasons at t + h as they are known at t; h = 0: as t met them. */
double alm_smoothing_season(const struct alm_smoothing *smoothing, size_t t, size_t h);

/* What a network sees at t: z less its season and level_t, of the last `inputs` values up to t (0 before the
 * first). */
void alm_smoothing_inputs(alm_real *x, const struct alm_smoothing *smoothing, size_t t, size_t inputs);
/* What it should answer: z_{t+h} less the level and season known at t, h = 1 .. horizon; those that are not
 * there are 0, and so is their weight (else 1). */
void alm_smoothing_answers(alm_real *y, alm_real *weight, const struct alm_smoothing *smoothing, size_t t,
                           size_t horizon);

/* Takes the derivatives of a loss by both. */
void alm_smoothing_take(struct alm_smoothing *smoothing, const alm_real *d_x, size_t inputs,
                        const alm_real *d_y, size_t horizon, size_t t);

/* Adds c times the mean of the squared second differences of the level to *loss (the level's wiggle: Smyl
 * 2020), and its derivatives. */
void alm_smoothing_penalise(double *loss, struct alm_smoothing *smoothing, double c);

/* From the derivatives by levels and seasons to those by the parameters, which are added to gradient; scale
 * multiplies them. Once a run. */
void alm_smoothing_backward(alm_real *gradient, struct alm_smoothing *smoothing, const alm_real *parameters,
                            double scale);

#endif
