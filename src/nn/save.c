/* A network as bytes: version, shape, parameters. */
#include "nn/network.h"

#include "nn/shape.h"

#include <math.h>

/* Raised when the layout changes; older ones are still read. Version 1 had the first six sizes only, version
 * 2 one way of forgetting for all layers: sizes[FORGET], rates[0] and rates[1]; those before 4 had no
 * precision, those before 5 nothing ahead, those before 6 neither projection nor dropout before the head,
 * and those before 7 no dilation. */
enum { VERSION = 7, SIZES = 20, RATES = 6, RATES_5 = 5, FORGET = 10 };
static const size_t sizes_of_version[VERSION + 1] = {0, 6, 17, 17, 18, 19, SIZES, SIZES};

static void sizes_of(size_t sizes[SIZES], const struct alm_network_shape *s)
{
    const size_t all[SIZES] = {
        s->inputs,       s->hidden,    s->layers,     s->horizon,         s->levels,  (size_t)s->labels,
        (size_t)s->cell, s->peephole,  s->layer_norm, s->residual,        0,          s->window,
        s->extras,       s->n_series,  s->embedding,  (size_t)s->decoder, s->segment, (size_t)s->precision,
        s->ahead,        s->projection};
    for (size_t i = 0; i < SIZES; i++)
        sizes[i] = all[i];
}

void alm_network_save(const struct alm_network *network, struct alm_bytes *out)
{
    const struct alm_network_shape *s = &network->shape;
    const double rates[RATES] = {
        0, 0, s->dropout_input, s->dropout_layer, s->dropout_recurrent, s->dropout_head};
    size_t sizes[SIZES];
    sizes_of(sizes, s);
    alm_bytes_put_u32(out, VERSION);
    for (size_t i = 0; i < SIZES; i++)
        alm_bytes_put_u32(out, (uint32_t)sizes[i]);
    alm_bytes_put_f64s(out, rates, RATES);
    for (size_t i = 0; i < s->layers; i++) {
        alm_bytes_put_u32(out, (uint32_t)s->forget[i].mode);
        alm_bytes_put_f64(out, s->forget[i].rate);
        alm_bytes_put_f64(out, s->forget[i].noise);
        alm_bytes_put_u32(out, (uint32_t)s->dilation[i]);
    }
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

static bool read_layers(struct alm_network_shape *s, struct alm_bytes_reader *in, uint32_t version,
                        struct alm_forget all)
{
    if (s->layers > ALM_MOST_LAYERS) return false;
    for (size_t i = 0; i < s->layers; i++) {
        s->forget[i] = all;
        if (version < 3) continue;
        const uint32_t mode = alm_bytes_get_u32(in);
        if (mode > ALM_FORGET_NOISE) return false;
        s->forget[i].mode = (enum alm_forget_mode)mode;
        s->forget[i].rate = alm_bytes_get_f64(in);
        s->forget[i].noise = alm_bytes_get_f64(in);
        if (version >= 7) s->dilation[i] = alm_bytes_get_u32(in);
    }
    return !in->failed;
}

/* false if a number is none of those that its field can be. */
static bool read_shape(struct alm_network_shape *s, struct alm_bytes_reader *in, uint32_t version)
{
    static const uint32_t most[SIZES] = {[5] = ALM_LABELS_LAST,
                                         [6] = ALM_CELL_SLSTM,
                                         [7] = 1,
                                         [8] = 1,
                                         [9] = 1,
                                         [FORGET] = ALM_FORGET_NOISE,
                                         [15] = ALM_DECODER_SEGMENT,
                                         [17] = ALM_PRECISION_BF16};
    uint32_t n[SIZES] = {0};
    double rates[RATES] = {0};
    for (size_t i = 0; i < sizes_of_version[version]; i++) {
        n[i] = alm_bytes_get_u32(in);
        if (most[i] > 0 && n[i] > most[i]) return false;
    }
    if (version > 1) alm_bytes_get_f64s(in, rates, version < 6 ? RATES_5 : RATES);
    *s = (struct alm_network_shape){.inputs = n[0],
                                    .hidden = n[1],
                                    .layers = n[2],
                                    .horizon = n[3],
                                    .levels = n[4],
                                    .labels = (enum alm_labels)n[5],
                                    .cell = (enum alm_cell_kind)n[6],
                                    .peephole = n[7] != 0,
                                    .layer_norm = n[8] != 0,
                                    .residual = n[9] != 0,
                                    .dropout_input = rates[2],
                                    .dropout_layer = rates[3],
                                    .dropout_recurrent = rates[4],
                                    .dropout_head = rates[5],
                                    .window = n[11],
                                    .extras = n[12],
                                    .n_series = n[13],
                                    .embedding = n[14],
                                    .decoder = (enum alm_decoder_kind)n[15],
                                    .segment = n[16],
                                    .precision = (enum alm_precision)n[17],
                                    .ahead = n[18],
                                    .projection = n[19]};
    return read_layers(s, in, version,
                       (struct alm_forget){(enum alm_forget_mode)n[FORGET], rates[0], rates[1]});
}

enum alm_status alm_network_load(struct alm_network **out, struct alm_bytes_reader *in,
                                 struct alm_error *error)
{
    struct alm_network_shape shape;
    struct alm_network *network;
    *out = NULL;
    const uint32_t version = alm_bytes_get_u32(in);
    if (in->failed || version < 1 || version > VERSION || !read_shape(&shape, in, version))
        return damaged(error);
    /* the parameters that the shape speaks of must be there before memory is asked for */
    if (alm_network_create_within(&network, &shape, (in->length - in->offset) / sizeof(float), error) !=
        ALM_OK)
        return error != NULL && error->status == ALM_NOMEM ? ALM_NOMEM : damaged(error);
    const enum alm_status status = load_parameters(network, in, error);
    if (status == ALM_OK)
        *out = network;
    else
        alm_network_free(network);
    return status;
}
