/* Outputs, loss, gradients and ten Adam steps against PyTorch (tests/golden/lstm_torch.py). */
#include "nn/network.h"
#include "nn/optimiser.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "lstm_torch.h"

enum { N_GOLDENS = sizeof goldens / sizeof *goldens };
#define TOLERANCE 1e-10

struct fixture {
    const struct golden *golden;
    struct alm_network *network;
    struct alm_tape *tape;
    struct alm_batch batch;
    double *gradient;
};

static double *numbers(size_t n, double seed, double scale)
{
    double *out = calloc(n, sizeof *out);
    fill(out, n, seed, scale);
    return out;
}

static struct fixture setup(const struct golden *golden)
{
    struct fixture f = {.golden = golden};
    const size_t steps = golden->shape.labels == ALM_LABELS_ALL ? golden->steps : 1;
    const size_t answers = steps * golden->rows * golden->shape.horizon;
    cr_assert(eq(int, alm_network_create(&f.network, &golden->shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_tape_create(&f.tape, f.network, golden->steps, golden->rows, NULL), ALM_OK));
    fill_parameters(f.network);
    f.batch = (struct alm_batch){
        .steps = golden->steps,
        .rows = golden->rows,
        .x = numbers(golden->steps * golden->rows * golden->shape.inputs, 0.5, 1),
        .y = numbers(answers, 0.25, 1),
        .weight = numbers(answers, 0, 0),
    };
    for (size_t i = 0; i < answers; i++)
        f.batch.weight[i] = 1;
    f.gradient = calloc(f.network->n_parameters, sizeof *f.gradient);
    return f;
}

static void teardown(struct fixture *f)
{
    alm_network_free(f->network);
    alm_tape_free(f->tape);
    free(f->batch.x);
    free(f->batch.y);
    free(f->batch.weight);
    free(f->gradient);
}

static bool near(double a, double b)
{
    return fabs(a - b) <= TOLERANCE * fmax(fabs(b), 1e-3);
}

/* block without the gaps between tensors, times scale, against expected. */
static void check_block(const struct fixture *f, const double *block, double scale, const double *expected,
                        const char *what)
{
    size_t k = 0;
    for (size_t i = 0; i < f->network->n_tensors; i++) {
        const struct alm_tensor *tensor = &f->network->tensors[i];
        for (size_t j = 0; j < tensor->rows * tensor->columns; j++, k++)
            cr_assert(near(block[tensor->offset + j] * scale, expected[k]),
                      "%s: %s of %s[%zu] is %.17g, not %.17g", f->golden->name, what, tensor->name, j,
                      block[tensor->offset + j] * scale, expected[k]);
    }
    cr_assert(eq(sz, k, f->golden->n_parameters));
}

static struct alm_loss_sum compute(struct fixture *f)
{
    struct alm_loss_sum total = {0};
    memset(f->gradient, 0, f->network->n_parameters * sizeof *f->gradient);
    alm_network_gradient(&total, f->gradient, f->tape, f->network, &f->golden->loss, &f->batch);
    return total;
}

Test(golden, outputs_loss_and_gradients_equal_pytorch)
{
    for (size_t i = 0; i < N_GOLDENS; i++) {
        struct fixture f = setup(&goldens[i]);
        const double *out = alm_network_forward(f.tape, f.network, &f.batch);
        for (size_t k = 0; k < f.golden->n_output; k++)
            cr_assert(near(out[k], f.golden->output[k]), "%s: output %zu", f.golden->name, k);
        const struct alm_loss_sum total = compute(&f);
        cr_assert(near(total.sum / total.weight, f.golden->losses[0]), "%s: loss", f.golden->name);
        check_block(&f, f.gradient, 1 / total.weight, f.golden->gradient, "gradient");
        teardown(&f);
    }
}

Test(golden, ten_clipped_adam_steps_equal_pytorch)
{
    for (size_t i = 0; i < N_GOLDENS; i++) {
        struct fixture f = setup(&goldens[i]);
        const struct alm_optimiser_settings settings = {.kind = ALM_OPTIMISER_ADAM};
        struct alm_optimiser adam;
        cr_assert(
            eq(int, alm_optimiser_init(&adam, &settings, f.network->n_parameters, NULL, 0, NULL), ALM_OK));
        for (size_t step = 0; step < GOLDEN_STEPS; step++) {
            const struct alm_loss_sum total = compute(&f);
            cr_assert(near(total.sum / total.weight, f.golden->losses[step]), "%s: loss of step %zu",
                      f.golden->name, step);
            alm_optimiser_update(&adam, f.network->parameters, f.gradient, 1 / total.weight, GOLDEN_RATE,
                                 GOLDEN_CLIP);
        }
        check_block(&f, f.network->parameters, 1, f.golden->weights, "weight");
        alm_optimiser_clear(&adam);
        teardown(&f);
    }
}
