#include "nn/rows.h"

#include <string.h>

static struct alm_place place_of(const struct alm_layer *layer, size_t t, size_t row, size_t rows)
{
    const size_t hidden = layer->size.hidden, state = rows * hidden;
    return (struct alm_place){.t = t, .row = row, .at = t * state + row * hidden, .state = state};
}

void alm_rows_forward(struct alm_layer *layer, const struct alm_row_cell *cell, const void *kept,
                      const struct alm_preactivation *sums, const alm_real *x,
                      const struct alm_layer_state *start, size_t steps, size_t rows)
{
    layer->starts_at_zero = start == NULL;
    alm_layer_set_start(layer->h, start == NULL ? NULL : start->h, rows * layer->size.hidden);
    alm_preactivation_start(sums, layer, x, steps, rows);
    for (size_t t = 0; t < steps; t++) {
        alm_preactivation_forward(sums, layer, t, rows);
        for (size_t row = 0; row < rows; row++) {
            const struct alm_place place = place_of(layer, t, row, rows);
            cell->forward(layer, kept, &place);
        }
    }
}

void alm_rows_backward(struct alm_layer *layer, const struct alm_row_cell *cell, const void *kept,
                       const struct alm_preactivation *sums, alm_real *d_x,
                       const struct alm_layer_state *d_start, alm_real *d_h, size_t first, const alm_real *x,
                       size_t steps, size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    const struct alm_layer_weights gradient = alm_layer_plain_view(layer, layer->sums);
    alm_real *d_h_start = d_start == NULL ? NULL : d_start->h;
    memset(d_h, 0, first * state * sizeof *d_h);
    if (d_h_start != NULL) memset(d_h_start, 0, state * sizeof *d_h_start);
    for (size_t t = steps; t-- > 0;) {
        for (size_t row = 0; row < rows; row++) {
            const struct alm_place place = place_of(layer, t, row, rows);
            cell->backward(layer, kept, &place, d_h + place.at, &gradient);
        }
        alm_preactivation_backward(sums, layer, t > 0 ? d_h + (t - 1) * state : d_h_start, &gradient, t,
                                   rows);
    }
    alm_preactivation_end(sums, layer, d_x, &gradient, x, steps, rows);
}
