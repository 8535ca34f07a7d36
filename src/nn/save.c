/* A network as bytes. */
#include "nn/network.h"

#include <math.h>

/* Raised when the layout changes; an older one is refused. */
enum { VERSION = 1 };

void alm_network_save(const struct alm_network *network, struct alm_bytes *out)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t sizes[] = {VERSION,    s->inputs, s->hidden,        s->layers,
                            s->horizon, s->levels, (size_t)s->labels};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        alm_bytes_put_u32(out, (uint32_t)sizes[i]);
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        for (size_t k = 0; k < tensor->rows * tensor->columns; k++) {
            const float value = (float)network->parameters[tensor->offset + k];
            alm_bytes_put_f32s(out, &value, 1);
        }
    }
}

static enum alm_status damaged(struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE, "the stored network is damaged or of another version");
}

static enum alm_status load_parameters(struct alm_network *network, struct alm_bytes_reader *in,
                                       struct alm_error *error)
{
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        for (size_t k = 0; k < tensor->rows * tensor->columns; k++) {
            float value;
            alm_bytes_get_f32s(in, &value, 1);
            if (in->failed || !isfinite(value)) return damaged(error);
            network->parameters[tensor->offset + k] = (alm_real)value;
        }
    }
    return ALM_OK;
}

enum alm_status alm_network_load(struct alm_network **out, struct alm_bytes_reader *in,
                                 struct alm_error *error)
{
    *out = NULL;
    const uint32_t version = alm_bytes_get_u32(in);
    struct alm_network_shape shape = {.inputs = alm_bytes_get_u32(in)};
    shape.hidden = alm_bytes_get_u32(in);
    shape.layers = alm_bytes_get_u32(in);
    shape.horizon = alm_bytes_get_u32(in);
    shape.levels = alm_bytes_get_u32(in);
    const uint32_t labels = alm_bytes_get_u32(in);
    /* the parameters that the shape speaks of must be there before memory is asked for */
    const double least = 4.0 * (double)shape.hidden * (double)shape.hidden * (double)shape.layers +
                         4.0 * (double)shape.hidden * (double)shape.inputs +
                         (double)shape.hidden * (double)shape.horizon * (double)shape.levels;
    if (in->failed || version != VERSION || labels > ALM_LABELS_LAST ||
        least * sizeof(float) > (double)(in->length - in->offset))
        return damaged(error);
    shape.labels = (enum alm_labels)labels;
    struct alm_network *network;
    if (alm_network_create(&network, &shape, error) != ALM_OK)
        return error != NULL && error->status == ALM_NOMEM ? ALM_NOMEM : damaged(error);
    const enum alm_status status = load_parameters(network, in, error);
    if (status == ALM_OK)
        *out = network;
    else
        alm_network_free(network);
    return status;
}
