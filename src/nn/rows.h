/* The walk through time that the cells of lstm_general.c and slstm.c share: sums from preactivation.h for all
 * rows of a step, then the cell row by row. Inside nn only. */
#ifndef ALM_NN_ROWS_H
#define ALM_NN_ROWS_H

#include "nn/preactivation.h"

/* One row at one step. */
struct alm_place {
    size_t t, row;
    size_t at;    /* where its units stand in [T][B][H]; its gates stand at 4 at */
    size_t state; /* B H, from there to the same row a step later */
};

/* What a cell does there; kept is its own view of layer->kept. Forward finds the sums in the gates and writes
 * gates, state and layer->h; backward turns the gates into derivatives by the sums and carries those by the
 * state a step back, from d_h [H], and adds to the gradient of peepholes. */
struct alm_row_cell {
    void (*forward)(const struct alm_layer *layer, const void *kept, const struct alm_place *place);
    void (*backward)(const struct alm_layer *layer, const void *kept, const struct alm_place *place,
                     const alm_real *d_h, const struct alm_layer_weights *gradient);
};

/* As forward and backward of struct alm_layer_kind, but for the states before the first and after the last
 * step, which are the cell's; h is taken care of. */
void alm_rows_forward(struct alm_layer *layer, const struct alm_row_cell *cell, const void *kept,
                      const struct alm_preactivation *sums, const alm_real *x,
                      const struct alm_layer_state *start, size_t steps, size_t rows);
void alm_rows_backward(struct alm_layer *layer, const struct alm_row_cell *cell, const void *kept,
                       const struct alm_preactivation *sums, alm_real *d_x,
                       const struct alm_layer_state *d_start, alm_real *d_h, size_t first, const alm_real *x,
                       size_t steps, size_t rows);

#endif
