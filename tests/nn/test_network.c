/* The network as the program runs it, in float. */
#include "nn/network.h"

#include "base/random.h"
#include "nn/gemm.h"
#include "nn/trainer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

static const struct alm_network_shape shape = {
    .inputs = 3, .hidden = 9, .layers = 2, .horizon = 4, .levels = 2};

static struct alm_network *make(const struct alm_network_shape *s)
{
    struct alm_network *network;
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 11, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_create(&network, s, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(network, random, NULL), ALM_OK));
    alm_random_free(random);
    return network;
}

static const float *view(const struct alm_network *network, const char *name, size_t *n)
{
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        if (strcmp(tensor->name, name) == 0) {
            *n = tensor->rows * tensor->columns;
            return network->parameters + tensor->offset;
        }
    }
    cr_fatal("no tensor %s", name);
}

Test(network, every_tensor_is_aligned_and_none_overlap)
{
    struct alm_network *network = make(&shape);
    size_t end = 0;
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        cr_assert(tensor->offset >= end && tensor->offset % 16 == 0);
        cr_assert_eq((uintptr_t)(network->parameters + tensor->offset) % 64, 0);
        end = tensor->offset + tensor->rows * tensor->columns;
    }
    cr_assert(network->n_parameters >= end);
    alm_network_free(network);
}

Test(network, starts_with_open_forget_gates_and_orthogonal_recurrence)
{
    struct alm_network *network = make(&shape);
    size_t n, hidden = shape.hidden;
    const float *b = view(network, "layer1.b", &n), *r = view(network, "layer1.R", &n);
    for (size_t k = 0; k < 4 * hidden; k++)
        cr_assert(b[k] == (k / hidden == 1 ? 1.0F : 0.0F));
    for (size_t gate = 0; gate < 4; gate++)
        for (size_t i = 0; i < hidden; i++)
            for (size_t j = 0; j < hidden; j++) {
                double dot = 0;
                for (size_t k = 0; k < hidden; k++)
                    dot += (double)r[i * 4 * hidden + gate * hidden + k] *
                           (double)r[j * 4 * hidden + gate * hidden + k];
                cr_assert(epsilon_eq(dbl, dot, i == j ? 1 : 0, 1e-5));
            }
    alm_network_free(network);
}

Test(network, answers_of_a_row_do_not_depend_on_its_neighbours)
{
    struct alm_network *network = make(&shape);
    struct alm_tape *tape;
    enum { T = 5, B = 6, F = 3, OUT = 8 };
    float x[T * B * F], row[T * F], first[OUT];
    for (size_t i = 0; i < T * B * F; i++)
        x[i] = (float)sin((double)i);
    for (size_t t = 0; t < T; t++)
        memcpy(row + t * F, x + (t * B + 4) * F, F * sizeof *x);
    cr_assert(eq(int, alm_tape_create(&tape, network, T, B, NULL), ALM_OK));
    const struct alm_batch one = {.steps = T, .rows = 1, .x = row}, six = {.steps = T, .rows = B, .x = x};
    memcpy(first, alm_network_forward(tape, network, &one) + (T - 1) * OUT, sizeof first);
    const float *all = alm_network_forward(tape, network, &six) + ((T - 1) * B + 4) * OUT;
    for (size_t k = 0; k < OUT; k++)
        cr_assert(epsilon_eq(flt, all[k], first[k], 1e-6F));
    alm_tape_free(tape);
    alm_network_free(network);
}

Test(network, gives_the_same_bits_on_any_number_of_threads)
{
    struct alm_network_shape s = shape;
    s.labels = ALM_LABELS_LAST, s.hidden = 21;
    struct alm_network *network = make(&s);
    enum { T = 7, B = 75, F = 3, H = 4 };
    static float x[T * B * F], y[B * H], weight[B * H];
    for (size_t i = 0; i < T * B * F; i++)
        x[i] = (float)sin(0.7 * (double)i);
    for (size_t i = 0; i < B * H; i++)
        y[i] = (float)cos((double)i), weight[i] = (float)(i % 3);
    const struct alm_batch batch = {.steps = T, .rows = B, .x = x, .y = y, .weight = weight};
    const double levels[] = {0.2, 0.8};
    const struct alm_loss loss = {.kind = ALM_LOSS_QUANTILE, .n_levels = 2, .levels = levels};
    const size_t bytes = network->n_parameters * sizeof(float);
    float *gradient[2] = {calloc(1, bytes), calloc(1, bytes)}, answers[B * H * 2];
    double sum = 0;
    for (size_t threads = 1; threads <= 5; threads++) {
        struct alm_loss_sum total = {0};
        struct alm_tape *tape;
        cr_assert(eq(int, alm_tape_create_threads(&tape, network, T, B, threads, NULL), ALM_OK));
        for (size_t run = 0; run < 20; run++) {
            float *now = gradient[threads > 1];
            memset(now, 0, bytes);
            total = (struct alm_loss_sum){0};
            alm_network_gradient(&total, now, tape, network, &loss, &batch);
            const float *out = alm_network_forward(tape, network, &batch);
            if (threads == 1) sum = total.sum, memcpy(answers, out, sizeof answers);
            cr_assert(total.sum == sum && memcmp(answers, out, sizeof answers) == 0);
            cr_assert(memcmp(gradient[0], now, bytes) == 0, "%zu threads", threads);
        }
        alm_tape_free(tape);
    }
    free(gradient[0]);
    free(gradient[1]);
    alm_network_free(network);
}

/* The gradient of every option in training, and the states after it. */
static float *gradient_of(const struct alm_network *network, const struct alm_batch *batch, size_t threads,
                          struct alm_loss_sum *total)
{
    static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
    struct alm_tape *tape;
    float *gradient = calloc(network->n_parameters, sizeof *gradient);
    cr_assert(
        eq(int, alm_tape_create_threads(&tape, network, batch->steps, batch->rows, threads, NULL), ALM_OK));
    *total = (struct alm_loss_sum){0};
    alm_network_gradient(total, gradient, tape, network, &mse, batch);
    alm_tape_free(tape);
    return gradient;
}

Test(network, gives_the_same_bits_on_any_number_of_threads_with_every_option)
{
#define COMMON .inputs = 3, .hidden = 21, .layers = 2, .horizon = 4, .levels = 1, .labels = ALM_LABELS_LAST
    static const struct alm_network_shape shapes[] = {
        {COMMON, .peephole = true, .layer_norm = true, .residual = true,
         .forget = ALM_FORGET_ALL(ALM_FORGET_NOISE, 0.5, 0.5), .dropout_input = 0.1, .dropout_layer = 0.2,
         .dropout_recurrent = 0.2},
        {COMMON, .cell = ALM_CELL_SLSTM, .layer_norm = true, .dropout_recurrent = 0.2},
        {COMMON, .window = 6, .extras = 2, .n_series = 5, .embedding = 2, .residual = true,
         .dropout_layer = 0.2, .decoder = ALM_DECODER_SEGMENT, .segment = 2},
        {COMMON, .precision = ALM_PRECISION_BF16, .window = 6, .extras = 2, .n_series = 5, .embedding = 2,
         .residual = true, .dropout_layer = 0.2, .decoder = ALM_DECODER_SEGMENT, .segment = 2},
    };
    enum { T = 7, B = 75 };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct alm_network *network = make(&shapes[i]);
        struct alm_layer_state *last[2];
        struct alm_batch batch;
        struct alm_loss_sum total[2];
        cr_assert(eq(int, alm_batch_init(&batch, &shapes[i], T, B, NULL), ALM_OK));
        for (size_t k = 0; k < T * B * 3; k++)
            batch.x[k] = (float)sin(0.7 * (double)k);
        for (size_t k = 0; k < B * 4; k++)
            batch.y[k] = (float)cos((double)k), batch.weight[k] = (float)(k % 3);
        for (size_t k = 0; k < B * shapes[i].window; k++)
            batch.window[k] = (float)sin((double)k);
        for (size_t k = 0; batch.series != NULL && k < B; k++)
            batch.series[k] = (uint32_t)(k % 5);
        batch.key = 4;
        for (size_t k = 0; k < 2; k++)
            cr_assert(eq(int, alm_state_create(&last[k], &shapes[i], B, NULL), ALM_OK));
        batch.last = last[0];
        float *one = gradient_of(network, &batch, 1, &total[0]);
        for (size_t k = 0; k < network->n_parameters; k++)
            cr_assert(isfinite(one[k]));
        for (size_t threads = 2; threads <= 4; threads++) {
            batch.last = last[1];
            float *more = gradient_of(network, &batch, threads, &total[1]);
            cr_assert(memcmp(one, more, network->n_parameters * sizeof *one) == 0 &&
                      total[0].sum == total[1].sum);
            cr_assert(memcmp(last[0][1].c, last[1][1].c, B * 21 * sizeof(float)) == 0);
            free(more);
        }
        free(one);
        alm_state_free(last[0]);
        alm_state_free(last[1]);
        alm_batch_clear(&batch);
        alm_network_free(network);
    }
}

Test(network, refuses_shapes_without_meaning)
{
    struct alm_network *network;
    struct alm_network_shape bad = shape;
    bad.hidden = 0;
    cr_assert(eq(int, alm_network_create(&network, &bad, NULL), ALM_USAGE));
    bad = shape;
    bad.hidden = 100000;
    cr_assert(eq(int, alm_network_create(&network, &bad, NULL), ALM_USAGE));
    bad = shape;
    bad.horizon = SIZE_MAX / 2, bad.levels = 4;
    cr_assert(eq(int, alm_network_create(&network, &bad, NULL), ALM_USAGE));
    bad = shape;
    bad.precision = ALM_PRECISION_BF16, bad.layer_norm = true;
    cr_assert(eq(int, alm_network_create(&network, &bad, NULL), ALM_USAGE));
    network = make(&shape);
    struct alm_tape *tape;
    cr_assert(eq(int, alm_tape_create(&tape, network, 0, 1, NULL), ALM_SHAPE));
    cr_assert(eq(int, alm_tape_create(&tape, network, SIZE_MAX / 4, 8, NULL), ALM_SHAPE));
    alm_network_free(network);
}

Test(network, saves_and_loads_the_same_bits)
{
    struct alm_network_shape saved = shape;
    saved.precision = ALM_PRECISION_BF16;
    struct alm_network *network = make(&saved), *loaded;
    struct alm_bytes bytes = {0};
    alm_network_save(network, &bytes);
    struct alm_bytes_reader in = {.data = bytes.data, .length = bytes.length};
    cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_OK));
    cr_assert(eq(int, alm_bytes_reader_end(&in, NULL), ALM_OK));
    cr_assert(eq(sz, loaded->n_parameters, network->n_parameters));
    cr_assert(loaded->shape.precision == ALM_PRECISION_BF16);
    cr_assert(memcmp(loaded->parameters, network->parameters, network->n_parameters * sizeof(float)) == 0);
    alm_network_free(loaded);
    alm_network_free(network);
    alm_bytes_clear(&bytes);
}

Test(network, loads_what_earlier_versions_saved)
{
    struct alm_network *network = make(&shape), *loaded;
    struct alm_bytes bytes = {0};
    const size_t rates = 21 * 4, forget = rates + 6 * 8, header = forget + shape.layers * 24;
    static const size_t sizes[] = {6, 17, 17, 18, 19, 20}; /* of versions 1 to 6 */
    alm_network_save(network, &bytes);
    for (uint32_t version = 1; version <= 6; version++) {
        struct alm_bytes old = {0};
        alm_bytes_put_u32(&old, version);
        alm_bytes_put(&old, bytes.data + 4, sizes[version - 1] * 4);
        if (version > 1) alm_bytes_put(&old, bytes.data + rates, version < 6 ? 5 * 8 : 6 * 8);
        for (size_t i = 0; version > 2 && i < shape.layers; i++) /* without the dilation */
            alm_bytes_put(&old, bytes.data + forget + i * 24, 20);
        alm_bytes_put(&old, bytes.data + header, bytes.length - header);
        struct alm_bytes_reader in = {.data = old.data, .length = old.length};
        cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_OK));
        cr_assert(eq(int, alm_bytes_reader_end(&in, NULL), ALM_OK));
        cr_assert(eq(sz, loaded->shape.horizon, shape.horizon));
        cr_assert(memcmp(loaded->parameters, network->parameters, network->n_parameters * sizeof(float)) ==
                  0);
        alm_network_free(loaded);
        alm_bytes_clear(&old);
    }
    alm_network_free(network);
    alm_bytes_clear(&bytes);
}

Test(network, refuses_damaged_bytes)
{
    struct alm_network *network = make(&shape), *loaded;
    struct alm_bytes bytes = {0};
    alm_network_save(network, &bytes);
    for (size_t n = 0; n < bytes.length; n += n < 32 ? 1 : 97) {
        struct alm_bytes_reader in = {.data = bytes.data, .length = n};
        cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_PARSE), "cut to %zu bytes", n);
        cr_assert(loaded == NULL);
    }
    for (size_t field = 0; field < 20 * 4; field += 4) {
        unsigned char kept[4];
        memcpy(kept, bytes.data + field, 4);
        memset(bytes.data + field, 0xEE, 4);
        struct alm_bytes_reader in = {.data = bytes.data, .length = bytes.length};
        cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_PARSE), "field at %zu", field);
        memcpy(bytes.data + field, kept, 4);
    }
    memset(bytes.data + bytes.length - 4, 0xFF, 4); /* a NaN among the weights */
    struct alm_bytes_reader in = {.data = bytes.data, .length = bytes.length};
    cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_PARSE));
    alm_network_free(network);
    alm_bytes_clear(&bytes);
}

Test(network, sorts_quantiles)
{
    double values[] = {3, 1, 2, 1, 2, 3};
    alm_quantiles_sort(values, 2, 3);
    const double sorted[] = {1, 2, 3, 1, 2, 3};
    cr_assert(memcmp(values, sorted, sizeof values) == 0);
}

/* GSL brings a cblas of its own whose functions have the same names. */
Test(gemm, all_of_cblas_comes_from_openblas)
{
    Dl_info product, config;
    cr_assert(dladdr((void *)cblas_sgemm, &product) != 0);
    cr_assert(dladdr((void *)openblas_get_config, &config) != 0);
    cr_assert(eq(str, (char *)product.dli_fname, (char *)config.dli_fname));
    cr_assert(dladdr((void *)cblas_ddot, &product) != 0);
    cr_assert(eq(str, (char *)product.dli_fname, (char *)config.dli_fname));
}

enum { SIDE = 96, THREADS = 4, PRODUCTS = 2000 };
static float left[SIDE * SIDE], right[SIDE * SIDE], expected[SIDE * SIDE];

static void *multiply(void *argument)
{
    float *out = aligned_alloc(64, sizeof expected);
    size_t *wrong = argument;
    for (size_t i = 0; i < PRODUCTS; i++) {
        alm_gemm(out, left, ALM_AS_IS, right, ALM_TRANSPOSED, false, SIDE, SIDE, SIDE);
        if (memcmp(out, expected, sizeof expected) != 0) ++*wrong;
    }
    free(out);
    return NULL;
}

Test(gemm, products_on_several_threads_do_not_disturb_each_other)
{
    pthread_t thread[THREADS];
    size_t wrong[THREADS] = {0};
    alm_gemm_init();
    for (size_t i = 0; i < SIDE * SIDE; i++)
        left[i] = (float)(i % 13), right[i] = (float)(i % 7);
    float *out = aligned_alloc(64, sizeof expected);
    alm_gemm(out, left, ALM_AS_IS, right, ALM_TRANSPOSED, false, SIDE, SIDE, SIDE);
    memcpy(expected, out, sizeof expected);
    free(out);
    for (size_t i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&thread[i], NULL, multiply, &wrong[i]) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        cr_assert(eq(sz, wrong[i], 0));
    }
}

Test(network, answers_have_the_same_bits_on_a_tape_that_has_room_for_nothing_else)
{
    struct alm_network *network;
    struct alm_tape *tape, *forward;
    struct alm_batch batch;
    struct alm_random *random;
    const struct alm_network_shape small = {
        .inputs = 2, .hidden = 9, .layers = 2, .horizon = 3, .levels = 1, .labels = ALM_LABELS_LAST};
    cr_assert(eq(int, alm_network_create(&network, &small, NULL), ALM_OK));
    cr_assert(eq(int, alm_random_create(&random, 5, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(network, random, NULL), ALM_OK));
    cr_assert(eq(int, alm_tape_create(&tape, network, 7, 40, NULL), ALM_OK));
    cr_assert(eq(int, alm_tape_create_forward(&forward, network, 7, 40, NULL), ALM_OK));
    cr_assert(eq(int, alm_batch_init(&batch, &small, 7, 40, NULL), ALM_OK));
    for (size_t i = 0; i < 7 * 40 * 2; i++)
        batch.x[i] = (alm_real)(alm_random_uniform(random) - 0.5);
    const alm_real *whole = alm_network_forward(tape, network, &batch);
    const alm_real *only = alm_network_forward(forward, network, &batch);
    cr_assert(memcmp(whole, only, 40 * 3 * sizeof *whole) == 0);
    alm_random_free(random);
    alm_batch_clear(&batch);
    alm_tape_free(tape);
    alm_tape_free(forward);
    alm_network_free(network);
}
