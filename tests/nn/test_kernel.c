/* The gate functions against the C library, and every kernel that this CPU runs against the portable one. */
#include "nn/kernel/kernel.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *numbers(size_t n, struct alm_random *random, double scale)
{
    float *out = calloc(n + 1, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(scale * alm_random_normal(random));
    return out;
}

static float *copy(const float *in, size_t n)
{
    float *out = calloc(n + 1, sizeof *out);
    memcpy(out, in, n * sizeof *out);
    return out;
}

Test(kernel, sigmoid_and_tanh_stay_within_their_stated_errors)
{
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++) {
        double worst_sigmoid = 0, worst_tanh = 0, worst_tail = 0;
        for (double base = -100; base < 100; base += 0.01) {
            float x[33], s[33], t[33];
            for (size_t i = 0; i < 33; i++)
                x[i] = (float)(base + 0.01 * (double)i / 33);
            kernel->sigmoid(s, x, 33);
            kernel->tanh(t, x, 33);
            for (size_t i = 0; i < 33; i++) {
                const double exact = 1 / (1 + exp(-(double)x[i]));
                worst_sigmoid = fmax(worst_sigmoid, fabs((double)s[i] - exact));
                worst_tanh = fmax(worst_tanh, fabs((double)t[i] - tanh((double)x[i])));
                if (fabs((double)x[i]) < 80) worst_tail = fmax(worst_tail, fabs((double)s[i] / exact - 1));
                cr_assert(s[i] > 0 && s[i] <= 1 && fabsf(t[i]) <= 1, "%s at %g: %.9g %.9g", kernel->name,
                          (double)x[i], (double)s[i], (double)t[i]);
            }
        }
        cr_assert(worst_sigmoid < 1e-7, "%s: sigmoid is off by %g", kernel->name, worst_sigmoid);
        /* without FMA the range reduction rounds once more */
        cr_assert(worst_tail < (strcmp(kernel->name, "portable") == 0 ? 5e-6 : 5e-7),
                  "%s: sigmoid is off by a share of %g", kernel->name, worst_tail);
        cr_assert(worst_tanh < 4e-7, "%s: tanh is off by %g", kernel->name, worst_tanh);
    }
}

Test(kernel, functions_keep_the_sign_of_zero_and_pass_on_what_is_no_number)
{
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++) {
        const float x[] = {0, NAN, INFINITY, -INFINITY, 1e-20F};
        float s[5], t[5];
        kernel->sigmoid(s, x, 5);
        kernel->tanh(t, x, 5);
        cr_assert(s[0] == 0.5F && t[0] == 0, "%s", kernel->name);
        cr_assert(isnan(s[1]) && isnan(t[1]), "%s", kernel->name);
        cr_assert(s[2] == 1 && s[3] < 1e-30F && t[2] > 0.999999F && t[3] < -0.999999F, "%s", kernel->name);
        cr_assert(fabsf(t[4] / 1e-20F - 1) < 1e-6F, "%s", kernel->name);
    }
}

/* Largest difference relative to the largest value. */
static double difference(const float *a, const float *b, size_t n)
{
    double worst = 0, size = 1;
    for (size_t i = 0; i < n; i++) {
        cr_assert(isfinite(a[i]) && isfinite(b[i]));
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
        size = fmax(size, fabs((double)b[i]));
    }
    return worst / size;
}

static void compare(const struct alm_kernel *kernel, const struct alm_kernel *portable, size_t rows,
                    size_t hidden)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, rows * 1000 + hidden, NULL), ALM_OK));
    const size_t state = rows * hidden;
    float *gates[2], *c[2], *h[2], *d_c[2], *d_bias[2];
    gates[0] = numbers(4 * state, random, 2);
    c[0] = numbers(state, random, 0);
    h[0] = numbers(state, random, 0);
    d_c[0] = numbers(state, random, 1);
    d_bias[0] = numbers(4 * hidden, random, 1);
    gates[1] = copy(gates[0], 4 * state), c[1] = copy(c[0], state), h[1] = copy(h[0], state);
    d_c[1] = copy(d_c[0], state), d_bias[1] = copy(d_bias[0], 4 * hidden);
    float *before = numbers(state, random, 1), *bias = numbers(4 * hidden, random, 1),
          *d_h = numbers(state, random, 1);
    const struct alm_kernel *kernels[2] = {kernel, portable};
    for (size_t k = 0; k < 2; k++)
        kernels[k]->forward(gates[k], c[k], h[k], before, bias, rows, hidden);
    cr_assert(difference(gates[0], gates[1], 4 * state) < 5e-7, "%s gates, H=%zu", kernel->name, hidden);
    cr_assert(difference(c[0], c[1], state) < 5e-7, "%s c, H=%zu", kernel->name, hidden);
    cr_assert(difference(h[0], h[1], state) < 5e-7, "%s h, H=%zu", kernel->name, hidden);
    for (size_t k = 0; k < 2; k++)
        kernels[k]->backward(gates[k], d_c[k], d_bias[k], d_h, c[k], before, rows, hidden);
    cr_assert(difference(gates[0], gates[1], 4 * state) < 2e-6, "%s gate derivatives, H=%zu", kernel->name,
              hidden);
    cr_assert(difference(d_c[0], d_c[1], state) < 2e-6, "%s d_c, H=%zu", kernel->name, hidden);
    cr_assert(difference(d_bias[0], d_bias[1], 4 * hidden) < 2e-6 * (double)rows, "%s d_bias, H=%zu",
              kernel->name, hidden);
    float *all[] = {gates[0], gates[1],  c[0],      c[1],   h[0], h[1], d_c[0],
                    d_c[1],   d_bias[0], d_bias[1], before, bias, d_h};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        free(all[k]);
    alm_random_free(random);
}

Test(kernel, every_variant_equals_the_portable_one)
{
    const size_t sizes[] = {1, 3, 7, 8, 15, 16, 17, 31, 33, 50, 64};
    size_t last = 0;
    while (alm_kernel_at(last + 1) != NULL)
        last++;
    cr_assert(eq(str, (char *)alm_kernel_at(last)->name, "portable"));
    for (size_t k = 0; k < last; k++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t rows = 1; rows <= 5; rows += 2)
                compare(alm_kernel_at(k), alm_kernel_at(last), rows, sizes[i]);
}

/* The nearer one of the two numbers in bf16 that x lies between, the even one if both are as near. */
static uint16_t nearest(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    const uint16_t below = (uint16_t)(u >> 16);
    if (isnan(x)) return below | 0x40;
    if (fpclassify(x) == FP_SUBNORMAL) return below & 0x8000;
    const uint32_t rest = u & 0xffff;
    return (uint16_t)(below + (rest > 0x8000 || (rest == 0x8000 && below % 2 == 1)));
}

Test(kernel, bf16_is_the_nearest_number_ties_to_even)
{
    static const uint32_t rests[] = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
    enum { RESTS = sizeof rests / sizeof *rests, N = 37 * RESTS };
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++)
        for (uint32_t upper = 0; upper <= 0xffff; upper += 37) {
            float x[N];
            uint16_t out[N];
            for (uint32_t i = 0; i < N; i++) {
                const uint32_t u = ((upper + i / RESTS) & 0xffff) << 16 | rests[i % RESTS];
                memcpy(&x[i], &u, sizeof u);
            }
            kernel->bf16_round(out, x, N);
            for (size_t i = 0; i < N; i++)
                cr_assert(out[i] == nearest(x[i]), "%s: %a is %04x", kernel->name, (double)x[i], out[i]);
        }
}

Test(kernel, bf16_pairs_are_neighbours_in_memory)
{
    enum { N = 37 };
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++) {
        uint16_t even[N], odd[N], halves[2 * N];
        float out[N], alone[N];
        for (size_t i = 0; i < N; i++)
            even[i] = (uint16_t)(2 * i), odd[i] = (uint16_t)(2 * i + 1);
        kernel->bf16_pair(out, even, odd, N);
        memcpy(halves, out, sizeof out);
        for (size_t i = 0; i < 2 * N; i++)
            cr_assert(halves[i] == i, "%s", kernel->name);
        kernel->bf16_pair(alone, even, NULL, N);
        memcpy(halves, alone, sizeof alone);
        for (size_t i = 0; i < 2 * N; i++)
            cr_assert(halves[i] == (i % 2 == 0 ? i : 0), "%s", kernel->name);
    }
}

Test(kernel, optimisers_of_variants_equal_the_portable_ones)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 3, NULL), ALM_OK));
    size_t last = 0;
    while (alm_kernel_at(last + 1) != NULL)
        last++;
    enum { N = 77 };
    float *g = numbers(N, random, 1);
    const struct alm_optimiser_step step = {.scale = 0.5F,
                                            .decay = 0.1F,
                                            .keep = 0.99F,
                                            .beta1 = 0.9F,
                                            .beta2 = 0.999F,
                                            .ahead = 0.9F,
                                            .rate = 1e-2F,
                                            .correction = 30,
                                            .epsilon = 1e-8F};
    for (size_t k = 0; k < last; k++) {
        float w[6][N] = {0}, m[6][N] = {0}, v[6][N] = {0};
        for (size_t i = 0; i < 10; i++) {
            const struct alm_kernel *kernel = alm_kernel_at(i % 2 == 0 ? k : last);
            kernel->adam(w[i % 2], m[i % 2], v[i % 2], g, &step, N);
            kernel->rmsprop(w[2 + i % 2], m[2 + i % 2], v[2 + i % 2], g, &step, N);
            kernel->sgd(w[4 + i % 2], m[4 + i % 2], g, &step, N);
        }
        for (size_t i = 0; i < 6; i += 2)
            cr_assert(difference(w[i], w[i + 1], N) < 2e-6, "%s %zu: %g", alm_kernel_at(k)->name, i,
                      difference(w[i], w[i + 1], N));
    }
    free(g);
    alm_random_free(random);
}
