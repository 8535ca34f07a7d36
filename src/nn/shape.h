/* What a shape means: which tensors it has, and whether it can be. Inside nn only. */
#ifndef ALM_NN_SHAPE_H
#define ALM_NN_SHAPE_H

#include "nn/layer.h"
#include "nn/network.h"

/* ALM_USAGE if a network cannot have this shape. */
enum alm_status alm_shape_check(const struct alm_network_shape *shape, struct alm_error *error);

/* Most tensors that the shape can have, and its list of them: writes network->tensors, n_tensors and
 * n_parameters from network->shape. */
size_t alm_shape_most_tensors(const struct alm_network_shape *shape);
void alm_shape_list_tensors(struct alm_network *network);

/* Numbers of a step, the series' vector among them, and what a layer sees. */
size_t alm_shape_wide(const struct alm_network_shape *shape);
size_t alm_layer_inputs(const struct alm_network_shape *shape, size_t layer);
struct alm_cell alm_shape_cell(const struct alm_network_shape *shape, size_t layer);
size_t alm_layer_dilation(const struct alm_network_shape *shape, size_t layer); /* >= 1 */
size_t alm_labelled_steps(const struct alm_network_shape *shape, size_t steps);

/* Outputs of one answer: horizon * levels. */
size_t alm_shape_outputs(const struct alm_network_shape *shape);

/* Of the segment decoder (else 1, and 0): answers of a row, the numbers of a position's vector, and of what
 * its cell sees beside that. */
size_t alm_shape_segments(const struct alm_network_shape *shape);
size_t alm_shape_position(const struct alm_network_shape *shape);
size_t alm_shape_context(const struct alm_network_shape *shape);

/* The tensors of layer `layer` inside block, which has the network's layout. */
struct alm_layer_weights alm_layer_view(const struct alm_network *network, alm_real *block, size_t layer);

/* The tensors that belong to no layer; those that the shape does not have are NULL. */
struct alm_parts {
    size_t offset, n; /* they are the last n numbers of a block, from offset */
    const struct alm_tensor *head_w, *head_b, *head_e, *skip, *series, *position, *decoder_w, *decoder_r,
        *decoder_b, *projection_w, *projection_b;
};
struct alm_parts alm_shape_parts(const struct alm_network *network);

/* As alm_network_create; ALM_PARSE if there are more than `most` parameters. */
enum alm_status alm_network_create_within(struct alm_network **out, const struct alm_network_shape *shape,
                                          size_t most, struct alm_error *error);

#endif
