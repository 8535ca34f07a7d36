/* What a training takes of the memory, before it takes it. */
#include "nn/trainer.h"

#include "base/memory.h"
#include "nn/tape.h"

#include <stdlib.h>

/* Blocks as large as the parameters: they and their gradient, best and first ones, moments, and a state on
 * its way to be kept. */
static size_t count_blocks(const struct alm_trainer_settings *settings, bool validates, bool keeps)
{
    const size_t moments = settings->optimiser.kind == ALM_OPTIMISER_SGD ? 1 : 2, best = validates ? 1 : 0,
                 first = settings->retry ? 1 : 0, state = keeps ? 1 + best + moments : 0;
    return 2 + best + first + moments + state;
}

enum alm_status alm_trainer_memory(double *bytes, const struct alm_network_shape *shape,
                                   const struct alm_trainer_settings *settings, bool validates, bool keeps,
                                   struct alm_error *error)
{
    struct alm_network plan = {.shape = *shape}; /* without its parameters */
    size_t tape = 0;
    const size_t rows = alm_trainer_piece(settings->batch, settings->steps, shape->inputs);
    ALM_TRY(alm_shape_check(shape, error));
    ALM_TRY(ALM_NEW(&plan.tensors, alm_shape_most_tensors(shape), error));
    alm_shape_list_tensors(&plan);
    const enum alm_status status =
        alm_tape_count(&tape, &plan, settings->steps, rows, settings->threads, error);
    const double parameters = (double)plan.n_parameters * (double)count_blocks(settings, validates, keeps),
                 inputs = (double)settings->steps * (double)rows * (double)shape->inputs;
    free(plan.tensors);
    *bytes = (double)sizeof(alm_real) * (parameters + (double)tape + inputs);
    return status;
}
