/* Ridge regression of many weighted rows that come in blocks: the closed form from which a linear skip
 * starts.
 *
 *   Ŵ = argmin Σ ω ‖y - Wᵀx - b‖² + λ ‖W‖²  =  (X̃ᵀΩX̃ + λ I)⁻¹ X̃ᵀΩỸ,  b = ȳ - Wᵀ x̄
 *
 * with X̃ and Ỹ less their weighted means (Hoerl & Kennard 1970; the intercept is not shrunk); through the
 * origin, X̃ = X, Ỹ = Y and b = 0. */
#ifndef ALM_NN_RIDGE_H
#define ALM_NN_RIDGE_H

#include "base/status.h"
#include "nn/real.h"

#include <stdbool.h>
#include <stddef.h>

/* Rows that are taken at a time at most, and the most inputs: the sums are inputs x inputs. */
enum { ALM_RIDGE_ROWS = 512, ALM_RIDGE_MOST_INPUTS = 4096 };

/* The sums over all rows so far, of numbers less those of the first block's means, so that a large level
 * costs no digits. Memory does not grow with the rows. */
struct alm_ridge {
    size_t inputs, outputs, rows;
    bool through_origin;    /* no intercept; the caller sets it after init, before the first row */
    double weight;          /* of all rows */
    alm_real *shift;        /* [inputs + outputs] */
    double *sum;            /* [inputs + outputs] */
    double *xx, *xy;        /* [inputs][inputs], [inputs][outputs] */
    alm_real *x, *y, *part; /* the block, shifted; its products */
};

/* ALM_USAGE for more than ALM_RIDGE_MOST_INPUTS inputs. Clear it also after a failure. */
enum alm_status alm_ridge_init(struct alm_ridge *ridge, size_t inputs, size_t outputs,
                               struct alm_error *error);
void alm_ridge_clear(struct alm_ridge *ridge);

/* Adds rows (at most ALM_RIDGE_ROWS) of x [rows][inputs] and y [rows][outputs], which count weight [rows]
 * (NULL: 1 each; none negative). The products of a block are made in alm_real, the sums over blocks in
 * double. */
void alm_ridge_add(struct alm_ridge *ridge, const alm_real *x, const alm_real *y, const alm_real *weight,
                   size_t rows);

/* Solves for w [inputs][outputs] and b [outputs]; λ is penalty (> 0) times the mean diagonal of X̃ᵀX̃, so that
 * a change of unit changes nothing. Uses up the sums. Inputs that never vary, or no rows, give w = 0. */
enum alm_status alm_ridge_solve(double *w, double *b, struct alm_ridge *ridge, double penalty,
                                struct alm_error *error);

#endif
