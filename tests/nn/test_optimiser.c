/* Every optimiser against PyTorch (tests/golden/optimiser_torch.py), and its state as bytes. In double. */
#include "nn/optimiser.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "optimiser_torch.h"

enum { N_GOLDENS = sizeof goldens / sizeof *goldens };

static const struct alm_optimiser_range range = {GOLDEN_FIRST, GOLDEN_LAST - GOLDEN_FIRST};

static void start(double w[GOLDEN_N])
{
    for (size_t k = 0; k < GOLDEN_N; k++)
        w[k] = sin(0.7 * (double)k);
}

/* The formulas of optimiser_torch.py; the gradient stands at a scale that the update takes back. */
static void step(struct alm_optimiser *optimiser, double w[GOLDEN_N])
{
    double gradient[GOLDEN_N];
    for (size_t k = 0; k < GOLDEN_N; k++)
        gradient[k] = 4 * (pow(w[k] - cos(0.3 * (double)k), 3) + cos(w[k]));
    alm_optimiser_update(optimiser, w, gradient, 0.25, GOLDEN_RATE, GOLDEN_CLIP);
}

static void init(struct alm_optimiser *optimiser, size_t golden)
{
    cr_assert(
        eq(int, alm_optimiser_init(optimiser, &goldens[golden].settings, GOLDEN_N, &range, 1, NULL), ALM_OK));
}

Test(optimiser, twelve_steps_equal_pytorch)
{
    for (size_t i = 0; i < N_GOLDENS; i++) {
        struct alm_optimiser optimiser;
        double w[GOLDEN_N];
        init(&optimiser, i);
        start(w);
        for (size_t k = 0; k < GOLDEN_STEPS; k++)
            step(&optimiser, w);
        for (size_t k = 0; k < GOLDEN_N; k++)
            cr_assert(fabs(w[k] - goldens[i].weights[k]) < 1e-12, "case %zu, number %zu: %.17g, not %.17g", i,
                      k, w[k], goldens[i].weights[k]);
        alm_optimiser_clear(&optimiser);
    }
}

Test(optimiser, goes_on_from_its_bytes_with_the_same_bits)
{
    for (size_t i = 0; i < N_GOLDENS; i++) {
        struct alm_optimiser one, other;
        struct alm_bytes bytes = {0};
        double w[2][GOLDEN_N];
        init(&one, i);
        init(&other, i);
        start(w[0]);
        for (size_t k = 0; k < 5; k++)
            step(&one, w[0]);
        alm_optimiser_save(&one, &bytes);
        memcpy(w[1], w[0], sizeof w[0]);
        struct alm_bytes_reader reader = {bytes.data, bytes.length, 0, false};
        alm_optimiser_load(&other, &reader);
        cr_assert(eq(int, alm_bytes_reader_end(&reader, NULL), ALM_OK));
        for (size_t k = 0; k < 5; k++) {
            step(&one, w[0]);
            step(&other, w[1]);
        }
        cr_assert(memcmp(w[0], w[1], sizeof w[0]) == 0);
        /* cut short it is refused */
        reader = (struct alm_bytes_reader){bytes.data, bytes.length - 1, 0, false};
        alm_optimiser_load(&other, &reader);
        cr_assert(reader.failed);
        alm_bytes_clear(&bytes);
        alm_optimiser_clear(&one);
        alm_optimiser_clear(&other);
    }
}

Test(optimiser, nothing_moves_when_the_norm_is_not_finite)
{
    const double gradient[GOLDEN_N] = {INFINITY};
    for (size_t i = 0; i < N_GOLDENS; i++) {
        struct alm_optimiser optimiser;
        double w[GOLDEN_N], before[GOLDEN_N];
        init(&optimiser, i);
        start(w);
        start(before);
        cr_assert(isinf(alm_optimiser_update(&optimiser, w, gradient, 1, 1, 1)));
        cr_assert(memcmp(w, before, sizeof w) == 0 && optimiser.step == 0);
        alm_optimiser_clear(&optimiser);
    }
}
