/* Where training with a linear skip starts. */
#include "forecast/lstm/state.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows that ridge regression is over at most, and whose sizes are looked at: more move it little. */
enum { MOST_WINDOWS = 1 << 18, MOST_SIZES = 4096 };
/* Rows whose answers are this many times as large as those of the middle one count less. */
#define LARGE 3

/* Windows of a batch at most. */
enum { BLOCK = 128 };

/* What goes on over the windows. */
struct walk {
    struct alm_ridge ridge;
    double *x, *y, *weight; /* [BLOCK][window], [BLOCK][horizon], [BLOCK] rows of a batch that count */
    double *sizes;          /* [n_sizes] of the first rows that count */
    size_t n_sizes;
    double limit; /* of a row's size; INFINITY: none */
};

/* Root mean square of wanted answers: how far the window's end is from what came. */
static double size_of(const double *y, size_t n)
{
    double sum = 0;
    for (size_t h = 0; h < n; h++)
        sum += y[h] * y[h];
    return sqrt(sum / (double)n);
}

static void copy_row(double *out, const alm_real *row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (double)row[i];
}

/* Takes the rows of a batch all of whose answers count and returns their number. A row counts what its first
 * answer does: the closed form cannot weigh steps. */
static size_t gather_rows(struct walk *walk, const struct alm_batch *batch)
{
    const size_t p = walk->ridge.inputs, q = walk->ridge.outputs;
    size_t n = 0;
    for (size_t row = 0; row < batch->rows; row++) {
        bool counts = true;
        for (size_t h = 0; h < q; h++)
            counts = counts && batch->weight[row * q + h] > 0;
        if (!counts) continue;
        copy_row(walk->x + n * p, batch->window + row * p, p);
        copy_row(walk->y + n * q, batch->y + row * q, q);
        walk->weight[n++] = (double)batch->weight[row * q];
    }
    return n;
}

static void take_sizes(struct walk *walk, size_t n)
{
    const size_t q = walk->ridge.outputs;
    for (size_t i = 0; i < n; i++)
        walk->sizes[walk->n_sizes++] = size_of(walk->y + i * q, q);
}

static void add_rows(struct walk *walk, size_t n)
{
    const size_t q = walk->ridge.outputs;
    for (size_t i = 0; i < n; i++) {
        const double size = size_of(walk->y + i * q, q);
        if (size > walk->limit) walk->weight[i] *= pow(walk->limit / size, 2);
    }
    alm_ridge_add(&walk->ridge, walk->x, walk->y, walk->weight, n);
}

/* Windows in an order of their own, so that the first of them stand for all. */
static enum alm_status walk_windows(struct walk *walk, size_t most, void (*take)(struct walk *, size_t),
                                    const struct alm_lstm_state *lstm, const struct alm_network_shape *shape,
                                    const struct alm_lstm_samples *samples, const struct alm_cancel *cancel,
                                    struct alm_error *error)
{
    struct alm_lstm_samples source = *samples;
    struct alm_batch batch = {0};
    const size_t all = alm_window_set_count(samples->windows), n = all < most ? all : most;
    const size_t block = n < BLOCK ? n : BLOCK;
    enum alm_status status =
        alm_batch_init(&batch, shape, lstm->plan.lookback / lstm->plan.segment, block, error);
    source.shuffled = true;
    source.key = alm_random_key(lstm->seed, "ridge", 0);
    for (size_t first = 0; status == ALM_OK && first < n; first += block) {
        if (alm_cancelled(cancel)) status = alm_fail(error, ALM_INTERRUPTED, "training was interrupted");
        batch.rows = n - first < block ? n - first : block;
        if (status == ALM_OK) status = alm_lstm_fill(&source, &batch, 0, first, error);
        if (status == ALM_OK) take(walk, gather_rows(walk, &batch));
    }
    alm_batch_clear(&batch);
    return status;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Least squares would follow the few windows that are quiet, and so small in unit, before something large
 * happens. A loss that does not square errors does not, so such rows count (limit / size)² then. */
static enum alm_status set_limit(struct walk *walk, const struct alm_lstm_state *lstm,
                                 const struct alm_network_shape *shape,
                                 const struct alm_lstm_samples *samples, const struct alm_cancel *cancel,
                                 struct alm_error *error)
{
    walk->limit = (double)INFINITY;
    if (lstm->loss.kind == ALM_LOSS_MSE) return ALM_OK;
    ALM_TRY(ALM_NEW(&walk->sizes, MOST_SIZES, error));
    ALM_TRY(walk_windows(walk, MOST_SIZES, take_sizes, lstm, shape, samples, cancel, error));
    if (walk->n_sizes == 0) return ALM_OK;
    qsort(walk->sizes, walk->n_sizes, sizeof *walk->sizes, compare);
    const double middle = walk->sizes[walk->n_sizes / 2];
    if (middle > 0) walk->limit = LARGE * middle;
    return ALM_OK;
}

/* w [window][horizon] and b [horizon] of the training windows. */
static enum alm_status regress(double *w, double *b, const struct alm_lstm_state *lstm,
                               const struct alm_network_shape *shape, const struct alm_lstm_samples *samples,
                               const struct alm_cancel *cancel, struct alm_error *error)
{
    struct walk walk = {0};
    enum alm_status status = alm_ridge_init(&walk.ridge, shape->window, shape->horizon, error);
    walk.ridge.through_origin = !alm_config_flag(lstm->config, "drift");
    if (status == ALM_OK) status = ALM_NEW(&walk.x, BLOCK * shape->window, error);
    if (status == ALM_OK) status = ALM_NEW(&walk.y, BLOCK * shape->horizon, error);
    if (status == ALM_OK) status = ALM_NEW(&walk.weight, BLOCK, error);
    if (status == ALM_OK) status = set_limit(&walk, lstm, shape, samples, cancel, error);
    if (status == ALM_OK)
        status = walk_windows(&walk, MOST_WINDOWS, add_rows, lstm, shape, samples, cancel, error);
    if (status == ALM_OK)
        status = alm_ridge_solve(w, b, &walk.ridge, alm_config_real(lstm->config, "ridge"), error);
    alm_ridge_clear(&walk.ridge);
    free(walk.x);
    free(walk.y);
    free(walk.weight);
    free(walk.sizes);
    return status;
}

/* Outputs of a value that start at the linear answer: each quantile, or the first of location, scale …. */
static bool is_location(const struct alm_loss *loss, size_t output)
{
    return output == 0 || (loss->kind == ALM_LOSS_QUANTILE && !loss->monotone);
}

/* A head of segments shares its bias: each value of a segment starts at the mean over segments. */
static void start(struct alm_network *network, const struct alm_loss *loss, const double *w, const double *b)
{
    const struct alm_tensor *head = alm_tensor_find(network, "head.W"),
                            *bias = alm_tensor_find(network, "head.b"),
                            *skip = alm_tensor_find(network, "skip.S");
    const size_t horizon = network->shape.horizon, levels = network->shape.levels,
                 answer = bias->columns / levels;
    alm_real *p = network->parameters;
    memset(p + head->offset, 0, head->rows * head->columns * sizeof *p);
    for (size_t h = 0; h < horizon; h++)
        for (size_t q = 0; q < levels; q++) {
            if (!is_location(loss, q)) continue;
            p[bias->offset + h % answer * levels + q] += (alm_real)(b[h] * (double)answer / (double)horizon);
            for (size_t i = 0; i < skip->rows; i++)
                p[skip->offset + (i * horizon + h) * levels + q] = (alm_real)w[i * horizon + h];
        }
}

enum alm_status alm_lstm_start_skip(struct alm_network **networks, const struct alm_lstm_state *lstm,
                                    const struct alm_lstm_samples *samples, const struct alm_cancel *cancel,
                                    struct alm_error *error)
{
    const struct alm_network_shape *shape = &networks[0]->shape;
    double *w = NULL, *b = NULL;
    if (lstm->skip == ALM_LSTM_SKIP_NONE) return ALM_OK;
    enum alm_status status = ALM_NEW(&w, shape->window * shape->horizon, error);
    if (status == ALM_OK) status = ALM_NEW(&b, shape->horizon, error);
    if (status == ALM_OK && lstm->skip == ALM_LSTM_SKIP_RIDGE)
        status = regress(w, b, lstm, shape, samples, cancel, error);
    for (size_t i = 0; status == ALM_OK && i < lstm->n_networks; i++)
        start(networks[i], &lstm->loss, w, b);
    free(w);
    free(b);
    return status;
}
