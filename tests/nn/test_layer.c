/* Layers: the fused kernels of every CPU against products and gates one after the other. */
#include "nn/gemm.h"
#include "nn/layer.h"

#include "base/memory.h"
#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Everything that goes into a layer and comes out. */
struct problem {
    struct alm_layer_size size;
    float *parameters, *x, *d_h, *d_memory, *start;       /* drawn */
    float *h, *gradient, *d_x, *d_start, *last, *spoiled; /* computed */
};

static float *numbers(size_t n, struct alm_random *random, double scale)
{
    float *out = calloc(n + 1, sizeof *out);
    for (size_t i = 0; random != NULL && i < n; i++)
        out[i] = (float)(scale * alm_random_normal(random));
    return out;
}

static size_t parameters_of(const struct alm_layer_size *s)
{
    return (s->inputs + s->hidden + 1) * 4 * s->hidden;
}

static struct problem make(const struct alm_layer_size *s, uint64_t seed)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, seed, NULL), ALM_OK));
    const size_t all = s->steps * s->rows, state = s->rows * s->hidden;
    struct problem p = {.size = *s,
                        .parameters = numbers(parameters_of(s), random, 1 / sqrt((double)s->hidden)),
                        .x = numbers(all * s->inputs, random, 1),
                        .d_h = numbers(all * s->hidden, random, 1),
                        .d_memory = numbers(state, random, 1),
                        .start = numbers(2 * state, random, 0.5),
                        .h = numbers(all * s->hidden, NULL, 0),
                        .gradient = numbers(parameters_of(s), NULL, 0),
                        .d_x = numbers(all * s->inputs, NULL, 0),
                        .d_start = numbers(2 * state, NULL, 0),
                        .last = numbers(2 * state, NULL, 0),
                        .spoiled = numbers(all * s->hidden, NULL, 0)};
    alm_random_free(random);
    return p;
}

static void drop(struct problem *p)
{
    float *all[] = {p->parameters, p->x,   p->d_h,     p->d_memory, p->start,  p->h,
                    p->gradient,   p->d_x, p->d_start, p->last,     p->spoiled};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static struct alm_layer_weights view(float *block, const struct alm_layer_size *s)
{
    return (struct alm_layer_weights){.w = block,
                                      .r = block + s->inputs * 4 * s->hidden,
                                      .b = block + (s->inputs + s->hidden) * 4 * s->hidden};
}

static float *block(size_t n)
{
    float *out;
    cr_assert(eq(int, ALM_NEW(&out, n, NULL), ALM_OK));
    return out;
}

/* Without backward, what forward gives has the same bits. */
static void check_forward_only(const struct problem *p, struct alm_layer *layer,
                               const struct alm_layer_state *start)
{
    const size_t state = p->size.rows * p->size.hidden;
    float *again = block(2 * state);
    struct alm_layer_state last = {.h = again, .c = again + state};
    layer->for_backward = false;
    layer->kind->pack(layer);
    layer->kind->forward(layer, p->x, start, p->size.steps, p->size.rows);
    layer->kind->last(&last, layer, p->size.steps, p->size.rows);
    cr_assert(memcmp(p->h, layer->h + state, p->size.steps * state * sizeof(float)) == 0);
    cr_assert(memcmp(p->last, again, 2 * state * sizeof(float)) == 0);
    free(again);
}

/* Two pieces: the whole batch with a start that is not zero, then all but one of its rows from zero. The
 * layer has room for more of everything. */
static void run(struct problem *p, const struct alm_layer_kind *kind, const struct alm_kernel *kernel,
                enum alm_precision precision, size_t first)
{
    const struct alm_layer_size *s = &p->size;
    const size_t state = s->rows * s->hidden, all = s->steps * state, less = s->rows > 1 ? s->rows - 1 : 1;
    struct alm_layer layer = {.kind = kind, .kernel = kernel, .size = *s, .cell = {.precision = precision}};
    layer.size.steps += 3, layer.size.rows += 2;
    layer.h = block((layer.size.steps + 1) * layer.size.rows * s->hidden);
    layer.kept = block(kind->kept(&layer));
    layer.packed = block(kind->packed(&layer));
    layer.sums = block(kind->sums(&layer));
    layer.weights = view(p->parameters, s);
    const struct alm_layer_weights gradient = view(p->gradient, s);
    const struct alm_layer_state start = {.h = p->start, .c = p->start + state},
                                 d_start = {.h = p->d_start, .c = p->d_start + state};
    struct alm_layer_state last = {.h = p->last, .c = p->last + state};
    layer.for_backward = true;
    kind->pack(&layer);
    kind->forward(&layer, p->x, &start, s->steps, s->rows);
    memcpy(p->h, layer.h + state, all * sizeof(float));
    kind->last(&last, &layer, s->steps, s->rows);
    memcpy(p->spoiled, p->d_h, all * sizeof(float));
    kind->backward(&layer, p->d_x, &d_start, p->spoiled, first, p->d_memory, p->x, s->steps, s->rows);
    kind->forward(&layer, p->x, NULL, s->steps, less);
    memcpy(p->spoiled, p->d_h, all * sizeof(float));
    kind->backward(&layer, NULL, NULL, p->spoiled, 0, NULL, p->x, s->steps, less);
    kind->add_sums(&gradient, &layer, layer.sums);
    check_forward_only(p, &layer, &start);
    free(layer.h);
    free(layer.kept);
    free(layer.packed);
    free(layer.sums);
}

/* Largest difference relative to the largest value. */
static double difference(const float *a, const float *b, size_t n)
{
    double worst = 0, size = 1e-3;
    for (size_t i = 0; i < n; i++) {
        cr_assert(isfinite(a[i]) && isfinite(b[i]));
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
        size = fmax(size, fabs((double)b[i]));
    }
    return worst / size;
}

/* One way to compute a layer. */
struct way {
    const struct alm_layer_kind *kind;
    const struct alm_kernel *kernel;
    enum alm_precision precision;
};

/* Outputs and states of two ways differ by less than `state` of the largest one, derivatives by `slope`. */
static void compare(struct way way, struct way reference, const struct alm_layer_size *s, size_t first,
                    double state_bound, double slope_bound)
{
    struct problem ours = make(s, s->hidden + 1000 * s->rows), plain = make(s, s->hidden + 1000 * s->rows);
    const size_t all = s->steps * s->rows, state = s->rows * s->hidden;
    run(&ours, way.kind, way.kernel, way.precision, first);
    run(&plain, reference.kind, reference.kernel, reference.precision, first);
    const double errors[] = {
        difference(ours.h, plain.h, all * s->hidden), difference(ours.last, plain.last, 2 * state),
        difference(ours.gradient, plain.gradient, parameters_of(s)),
        difference(ours.d_x, plain.d_x, all * s->inputs), difference(ours.d_start, plain.d_start, 2 * state)};
    const char *const names[] = {"h", "last state", "gradient", "d_x", "d_start"};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        cr_assert(errors[i] < (i < 2 ? state_bound : slope_bound),
                  "%s %s: %s is off by %g at T=%zu B=%zu F=%zu H=%zu", way.kind->name, way.kernel->name,
                  names[i], errors[i], s->steps, s->rows, s->inputs, s->hidden);
    drop(&ours);
    drop(&plain);
}

static const struct alm_layer_size sizes[] = {
    {1, 1, 1, 1},   {3, 2, 1, 3},   {9, 16, 1, 16},  {17, 5, 2, 17}, {8, 7, 3, 31},   {10, 13, 8, 32},
    {4, 16, 1, 33}, {5, 9, 33, 40}, {12, 6, 20, 64}, {6, 3, 7, 100}, {20, 11, 5, 48}, {3, 32, 64, 130},
};
enum { SIZES = sizeof sizes / sizeof *sizes };

static const struct alm_kernel *portable_kernel(void)
{
    size_t last = 0;
    while (alm_kernel_at(last + 1) != NULL)
        last++;
    return alm_kernel_at(last);
}

Test(layer, other_kinds_equal_plain_products_and_gates)
{
    alm_gemm_init();
    const struct way plain = {&alm_layer_plain, portable_kernel(), ALM_PRECISION_FP32};
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++)
        for (size_t i = 0; i < SIZES; i++) {
            const struct way fused = {&alm_layer_fused, kernel, ALM_PRECISION_FP32},
                             general = {&alm_layer_general, kernel, ALM_PRECISION_FP32};
            compare(fused, plain, &sizes[i], 0, 2e-6, 1e-5);
            compare(general, plain, &sizes[i], 0, 2e-6, 1e-5);
            compare(fused, plain, &sizes[i], sizes[i].steps - 1, 2e-6, 1e-5);
        }
}

/* Operands carry 8 bits, so that each is off by up to 2^-8 of itself. Where kernels round a sum differently,
 * one of them may round an operand up and the other down. */
Test(layer, bf16_is_near_fp32_and_alike_on_every_kernel)
{
    alm_gemm_init();
    const struct way plain = {&alm_layer_plain, portable_kernel(), ALM_PRECISION_FP32},
                     portable = {&alm_layer_fused, portable_kernel(), ALM_PRECISION_BF16};
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++)
        for (size_t i = 0; i < SIZES; i++) {
            const struct way bf16 = {&alm_layer_fused, kernel, ALM_PRECISION_BF16};
            compare(bf16, plain, &sizes[i], 0, 0.01, 0.01);
            compare(bf16, plain, &sizes[i], sizes[i].steps - 1, 0.01, 0.01);
            compare(bf16, portable, &sizes[i], 0, 5e-4, 5e-4);
        }
}

/* The same numbers with 8 bits. */
static void round_all(float *values, size_t n)
{
    uint16_t halves[64];
    for (size_t k = 0; k < n; k += 64) {
        const size_t count = n - k < 64 ? n - k : 64;
        portable_kernel()->bf16_round(halves, values + k, count);
        for (size_t i = 0; i < count; i++) {
            const uint32_t u = (uint32_t)halves[i] << 16;
            memcpy(&values[k + i], &u, sizeof u);
        }
    }
}

/* One step from operands that bf16 holds exactly: only sums are rounded. */
Test(layer, bf16_multiplies_what_it_can_hold_as_fp32_does)
{
    alm_gemm_init();
    const struct alm_kernel *kernel;
    for (size_t k = 0; (kernel = alm_kernel_at(k)) != NULL; k++)
        for (size_t i = 0; i < SIZES; i++) {
            struct alm_layer_size s = sizes[i];
            s.steps = 1;
            const size_t state = s.rows * s.hidden;
            struct problem p[2] = {make(&s, 5), make(&s, 5)};
            for (size_t j = 0; j < 2; j++) {
                round_all(p[j].parameters, parameters_of(&s));
                round_all(p[j].x, s.rows * s.inputs);
                round_all(p[j].start, state);
            }
            run(&p[0], &alm_layer_fused, kernel, ALM_PRECISION_BF16, 0);
            run(&p[1], &alm_layer_plain, portable_kernel(), ALM_PRECISION_FP32, 0);
            cr_assert(difference(p[0].last, p[1].last, 2 * state) < 2e-6, "%s, B=%zu F=%zu H=%zu",
                      kernel->name, s.rows, s.inputs, s.hidden);
            drop(&p[0]);
            drop(&p[1]);
        }
}

/* One step of the sLSTM for one row in double, without a stabiliser: c and n may grow, but not beyond double
 * here.
 */
static void slstm_step(double *h, double *c, double *n, const float *x, const struct problem *p)
{
    const size_t hidden = p->size.hidden, gates = 4 * hidden;
    const struct alm_layer_weights w = view(p->parameters, &p->size);
    double a[4 * 32];
    for (size_t k = 0; k < gates; k++) {
        a[k] = (double)w.b[k];
        for (size_t j = 0; j < p->size.inputs; j++)
            a[k] += (double)x[j] * (double)w.w[j * gates + k];
        for (size_t j = 0; j < hidden; j++)
            a[k] += h[j] * (double)w.r[j * gates + k];
    }
    for (size_t k = 0; k < hidden; k++) {
        const double i = exp(a[k]), f = 1 / (1 + exp(-a[hidden + k]));
        c[k] = f * c[k] + i * tanh(a[2 * hidden + k]);
        n[k] = f * n[k] + i;
        h[k] = 1 / (1 + exp(-a[3 * hidden + k])) * c[k] / n[k];
    }
}

Test(layer, slstm_is_near_its_equations_in_double)
{
    const struct alm_layer_size size = {150, 1, 3, 20};
    for (size_t kernel = 0; alm_kernel_at(kernel) != NULL; kernel++) {
        struct problem p = make(&size, 3);
        struct alm_layer layer = {.kind = &alm_layer_slstm,
                                  .kernel = alm_kernel_at(kernel),
                                  .size = size,
                                  .cell = {.kind = ALM_CELL_SLSTM},
                                  .for_backward = true};
        layer.h = block((size.steps + 1) * size.hidden);
        layer.kept = block(layer.kind->kept(&layer));
        layer.packed = block(layer.kind->packed(&layer));
        layer.weights = view(p.parameters, &size);
        alm_gemm_init();
        layer.kind->pack(&layer);
        layer.kind->forward(&layer, p.x, NULL, size.steps, 1);
        double h[20] = {0}, c[20] = {0}, n[20] = {0};
        for (size_t t = 0; t < size.steps; t++) {
            slstm_step(h, c, n, p.x + t * size.inputs, &p);
            for (size_t k = 0; k < size.hidden; k++)
                cr_assert(fabs((double)layer.h[(t + 1) * size.hidden + k] - h[k]) < 1e-5, "%s: step %zu: %g",
                          layer.kernel->name, t, (double)layer.h[(t + 1) * size.hidden + k] - h[k]);
        }
        free(layer.h);
        free(layer.kept);
        free(layer.packed);
        drop(&p);
    }
}
