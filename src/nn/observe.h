/* A network under the glass: what every gate did, and what the answers depend on. Made for looking, not for
 * speed.
 */
#ifndef ALM_NN_OBSERVE_H
#define ALM_NN_OBSERVE_H

#include "nn/network.h"

/* The segment decoder's cell, [S][B][H] each: one step a segment, all from the last memory of the layers. */
struct alm_observed_decoder {
    size_t segments; /* S; 0: there is none, and all are NULL */
    alm_real *i, *f, *g, *o, *c, *h;
};

struct alm_observation {
    size_t layers, steps, rows, hidden;
    /* [layers][T][B][H] each: the gates as they acted, the memory after the step and the output of the cell
     * (without what a residual adds). f is what multiplied the memory, so with a forget mode the expectation
     * or the sample. Of the sLSTM: f n'/n, i / n and c / n, so that here too c = f c' + i g. */
    alm_real *i, *f, *g, *o, *c, *h;
    alm_real *log_i, *own_f, *log_n; /* of the sLSTM: log of the input gate, σ(ã_f), log of the normaliser */
    struct alm_observed_decoder decoder;
    alm_real *answers; /* [T'][B][horizon][levels] */
    /* Derivatives of Σ d_answers · answers by what was asked; those that the shape does not have are NULL,
     * and all are if no d_answers was given. */
    alm_real *d_x;      /* [T][B][F] */
    alm_real *d_window; /* [B][window] */
    alm_real *d_extras; /* [B][extras] */
    alm_real *d_ahead;  /* [B][horizon / segment][ahead] */
    alm_real *gradient; /* [n_parameters] by the parameters */
    alm_real *block;    /* all of the above */
};

/* Runs batch (a prediction if its key is 0; y, weight and last are not looked at) through network. d_answers,
 * of the size of the answers, chooses a sum of answers whose derivatives are wanted: 1 at one value and 0
 * elsewhere gives those of that value; NULL: none. Release with alm_observation_free. */
enum alm_status alm_observation_create(struct alm_observation **out, const struct alm_network *network,
                                       const struct alm_batch *batch, const alm_real *d_answers,
                                       struct alm_error *error);
void alm_observation_free(struct alm_observation *observation);

#endif
