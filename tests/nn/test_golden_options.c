/* Outputs, loss and gradients of networks with options against PyTorch (tests/golden/lstm_options_torch.py).
 */
#include "nn/network.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "golden.h"
#include "lstm_options_torch.h"

#define TOLERANCE 1e-10

static bool near(double a, double b)
{
    return fabs(a - b) <= TOLERANCE * fmax(fabs(b), 1e-3);
}

static void fill_batch(struct alm_batch *batch, const struct option_golden *golden)
{
    const struct alm_network_shape *s = &golden->shape;
    fill(batch->x, golden->steps * golden->rows * s->inputs, 0.5, 1);
    fill(batch->y, golden->n_output, 0.25, 1);
    fill(batch->window, golden->rows * s->window, 0.1, 1);
    fill(batch->extras, golden->rows * s->extras, 0.2, 1);
    if (s->ahead > 0) fill(batch->ahead, golden->rows * s->horizon / s->segment * s->ahead, 0.3, 1);
    for (size_t k = 0; k < golden->n_output; k++)
        batch->weight[k] = 1;
    for (size_t row = 0; s->n_series > 0 && row < golden->rows; row++)
        batch->series[row] = (uint32_t)((2 * row + 1) % s->n_series);
}

static void check_gradient(const struct option_golden *golden, const struct alm_network *network,
                           const double *gradient, double weight)
{
    size_t k = 0;
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        for (size_t j = 0; j < tensor->rows * tensor->columns; j++, k++)
            cr_assert(near(gradient[tensor->offset + j] / weight, golden->gradient[k]),
                      "%s: gradient of %s[%zu] is %.17g, not %.17g", golden->name, tensor->name, j,
                      gradient[tensor->offset + j] / weight, golden->gradient[k]);
    }
    cr_assert(eq(sz, k, golden->n_parameters));
}

static void check(const struct option_golden *golden)
{
    static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
    struct alm_network *network;
    struct alm_tape *tape;
    struct alm_batch batch;
    struct alm_loss_sum total = {0};
    cr_assert(eq(int, alm_network_create(&network, &golden->shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_tape_create(&tape, network, golden->steps, golden->rows, NULL), ALM_OK));
    cr_assert(eq(int, alm_batch_init(&batch, &golden->shape, golden->steps, golden->rows, NULL), ALM_OK));
    for (size_t i = 0; i < network->n_tensors; i++)
        fill(network->parameters + network->tensors[i].offset,
             network->tensors[i].rows * network->tensors[i].columns, (double)(i + 1), 0.6);
    fill_batch(&batch, golden);
    const double *out = alm_network_forward(tape, network, &batch);
    for (size_t k = 0; k < golden->n_output; k++)
        cr_assert(near(out[k], golden->output[k]), "%s: output %zu is %.17g, not %.17g", golden->name, k,
                  out[k], golden->output[k]);
    double *gradient = calloc(network->n_parameters, sizeof *gradient);
    alm_network_gradient(&total, gradient, tape, network, &mse, &batch);
    cr_assert(near(total.sum / total.weight, golden->loss), "%s: loss", golden->name);
    check_gradient(golden, network, gradient, total.weight);
    free(gradient);
    alm_network_free(network);
    alm_tape_free(tape);
    alm_batch_clear(&batch);
}

Test(golden_options, outputs_loss_and_gradients_equal_pytorch)
{
    for (size_t i = 0; i < sizeof option_goldens / sizeof *option_goldens; i++)
        check(&option_goldens[i]);
}
