/* Ridge regression of many weighted rows that come in blocks: the closed form of the forecaster `ridge`, and
 * from which a linear skip starts.
 *
 *   Ŵ = argmin Σ ω ‖y - Wᵀx - b‖² + λ ‖W‖²  =  (X̃ᵀΩX̃ + λ I)⁻¹ X̃ᵀΩỸ,  b = ȳ - Wᵀ x̄
 *
 * with X̃ and Ỹ less their weighted means (Hoerl & Kennard 1970; the intercept is not shrunk); through the
 * origin, X̃ = X, Ỹ = Y and b = 0. Everything is in double precision. */
#ifndef ALM_NN_RIDGE_H
#define ALM_NN_RIDGE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Rows that are taken at a time at most, and the most inputs: the sums are inputs x inputs. */
enum { ALM_RIDGE_ROWS = 512, ALM_RIDGE_MOST_INPUTS = 4096 };

/* The sums over all rows so far; memory does not grow with the rows. */
struct alm_ridge {
    size_t inputs, outputs, rows;
    bool through_origin; /* no intercept; the caller sets it after init */
    double weight;       /* of all rows */
    double *sum;         /* [inputs + outputs] */
    double *xx, *xy;     /* [inputs][inputs] lower triangle, [inputs][outputs] */
    double yy;           /* Σ ω ‖y‖² */
    double *x, *y;       /* the block, times the roots of its weights */
};

/* ALM_USAGE for more than ALM_RIDGE_MOST_INPUTS inputs. Clear it also after a failure. */
enum alm_status alm_ridge_init(struct alm_ridge *ridge, size_t inputs, size_t outputs,
                               struct alm_error *error);
void alm_ridge_clear(struct alm_ridge *ridge);

/* Adds rows (at most ALM_RIDGE_ROWS) of x [rows][inputs] and y [rows][outputs], which count weight [rows]
 * (NULL: 1 each; none negative). */
void alm_ridge_add(struct alm_ridge *ridge, const double *x, const double *y, const double *weight,
                   size_t rows);

/* Adds the rows of another one of the same shape. */
void alm_ridge_merge(struct alm_ridge *ridge, const struct alm_ridge *other);

/* Solves for w [inputs][outputs] and b [outputs]; λ is penalty (> 0) times the mean diagonal of X̃ᵀX̃, so that
 * a change of unit changes nothing. Inputs that never vary, or no rows, give w = 0. ALM_NUMERIC when the sums
 * overflowed or the factor does not exist. */
enum alm_status alm_ridge_solve(double *w, double *b, const struct alm_ridge *ridge, double penalty,
                                struct alm_error *error);

/* *loss = Σ ω ‖y - Wᵀx - b‖² over the rows, from the sums alone. */
enum alm_status alm_ridge_loss(double *loss, const struct alm_ridge *ridge, const double *w, const double *b,
                               struct alm_error *error);

#endif
