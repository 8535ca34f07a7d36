#include "nn/network.h"

#include "base/memory.h"
#include "nn/gemm.h"
#include "nn/shape.h"

#include <stdlib.h>
#include <string.h>

enum alm_status alm_network_create_within(struct alm_network **out, const struct alm_network_shape *shape,
                                          size_t most, struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(alm_shape_check(shape, error));
    alm_gemm_init();
    struct alm_network *network = NULL;
    ALM_TRY(ALM_NEW(&network, 1, error));
    network->shape = *shape;
    enum alm_status status = ALM_NEW(&network->tensors, alm_shape_most_tensors(shape), error);
    if (status == ALM_OK) {
        alm_shape_list_tensors(network);
        size_t numbers = 0;
        for (size_t i = 0; i < network->n_tensors; i++)
            numbers += network->tensors[i].rows * network->tensors[i].columns;
        status = numbers > most ? alm_fail(error, ALM_PARSE,
                                           "the stored network has %zu of its %zu parameters", most, numbers)
                                : ALM_NEW(&network->parameters, network->n_parameters, error);
    }
    if (status != ALM_OK) {
        alm_network_free(network);
        return status;
    }
    *out = network;
    return ALM_OK;
}

enum alm_status alm_network_create(struct alm_network **out, const struct alm_network_shape *shape,
                                   struct alm_error *error)
{
    return alm_network_create_within(out, shape, SIZE_MAX, error);
}

bool alm_tensor_is_matrix(const struct alm_tensor *tensor)
{
    const char *dot = strrchr(tensor->name, '.');
    return dot != NULL && strchr("WRES", dot[1]) != NULL && dot[1] != '\0' && dot[2] == '\0';
}

const struct alm_tensor *alm_tensor_find(const struct alm_network *network, const char *name)
{
    for (size_t i = 0; i < network->n_tensors; i++)
        if (strcmp(network->tensors[i].name, name) == 0) return &network->tensors[i];
    return NULL;
}

void alm_network_free(struct alm_network *network)
{
    if (network == NULL) return;
    free(network->tensors);
    free(network->parameters);
    free(network);
}
