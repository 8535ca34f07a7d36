/* How the point that a network answers moves with what it is shown of a window: its backward pass, started
 * from the derivative of the point by its outputs. */
#include "forecast/lstm/inspect.h"

#include "base/memory.h"
#include "forecast/lstm/answer.h"
#include "nn/observe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps of the horizon that go through the network together. */
enum { ROWS = 16 };

/* ---- points by outputs ---- */

/* Which output is the r-th smallest of the quantiles. */
static size_t output_at_rank(const alm_real *output, size_t n, size_t r)
{
    for (size_t k = 0; k < n; k++) {
        size_t below = 0;
        for (size_t j = 0; j < n; j++)
            below += output[j] < output[k] || (output[j] == output[k] && j < k);
        if (below == r) return k;
    }
    return r;
}

static void quantile_derivative(double *d_output, const struct alm_loss *loss, const alm_real *output)
{
    double unit[ALM_LOSS_MAX_LEVELS] = {0};
    for (size_t r = 0; r < loss->n_levels; r++) {
        unit[r] = 1; /* the point is linear in the quantiles */
        const double share = alm_answer_point(loss, unit);
        unit[r] = 0;
        if (share == 0) continue;
        if (!loss->monotone) {
            d_output[output_at_rank(output, loss->n_levels, r)] += share;
            continue;
        }
        for (size_t k = 0; k <= r; k++) /* q_r = o_0 + Σ softplus(o_k) */
            d_output[k] += share * (k == 0 ? 1 : 1 / (1 + exp(-(double)output[k])));
    }
}

/* dp_l / do_k = p_l ([k = l] - p_k) of the softmax p, l the likeliest. */
static void class_derivative(double *d_output, const struct alm_loss *loss, const alm_real *output)
{
    size_t likeliest = 0;
    alm_loss_read(d_output, loss, output);
    for (size_t k = 1; k < loss->n_levels; k++)
        if (d_output[k] > d_output[likeliest]) likeliest = k;
    const double p = d_output[likeliest];
    for (size_t k = 0; k < loss->n_levels; k++)
        d_output[k] = p * ((k == likeliest ? 1 : 0) - d_output[k]);
}

void alm_answer_derivative(double *d_output, const struct alm_loss *loss, const alm_real *output)
{
    switch (loss->kind) {
    case ALM_LOSS_QUANTILE:
        quantile_derivative(d_output, loss, output);
        return;
    case ALM_LOSS_CLASSES:
        class_derivative(d_output, loss, output);
        return;
    case ALM_LOSS_MSE:
    case ALM_LOSS_MAE:
    case ALM_LOSS_HUBER:
    case ALM_LOSS_GAUSSIAN:
    case ALM_LOSS_STUDENT:
        break;
    }
    d_output[0] += 1;
}

/* ---- the network's part ---- */

/* By value j of a row. A label is shown as one input each: what it is worth beside the mean of all. */
static double by_input(const struct alm_lstm_plan *plan, const alm_real *d_x, size_t j, double value)
{
    const size_t labels = alm_lstm_one_hot(&plan->classes);
    double mean = 0;
    if (labels == 0) return d_x[j % plan->segment];
    if (!(value >= 0 && value < (double)labels)) return 0;
    d_x += j % plan->segment * labels;
    for (size_t k = 0; k < labels; k++)
        mean += d_x[k] / (double)labels;
    return d_x[(size_t)value] - mean;
}

/* Of channel k of a row. */
static void read_channel(const struct alm_lstm_slopes *out, size_t h, const struct alm_lstm_looking *looking,
                         const struct alm_observation *seen, size_t row, size_t k)
{
    const struct alm_lstm_plan *plan = &looking->bench->lstm->plan;
    const struct alm_lstm_frame *frame = &looking->bench->frame[k];
    const size_t inputs = alm_lstm_inputs(plan), first = k * alm_lstm_channel_inputs(plan),
                 channels = looking->channels, horizon = plan->horizon;
    double *by_value = out->by_value + (k * horizon + h) * plan->lookback;
    for (size_t j = 0; j < plan->lookback; j++) {
        const size_t step = j / plan->segment * seen->rows + row;
        const double u = alm_scaler_apply(frame->scaler, frame->z[j]);
        double g = by_input(plan, seen->d_x + step * inputs + first, j, frame->y[j]);
        if (plan->arcsinh && !looking->in->labels) g /= sqrt(1 + u * u);
        if (plan->skip) g += seen->d_window[(row * channels + k) * plan->lookback + j];
        by_value[j] = isnan(frame->z[j]) ? 0 : g;
    }
    for (size_t t = 0; plan->scale_input && plan->log_scale.spread > 0 && t < seen->steps; t++)
        out->by_scale[k * horizon + h] +=
            seen->d_x[(t * seen->rows + row + 1) * inputs - channels + k] / plan->log_scale.spread;
}

/* The same window in every row, and in each another step asked for. */
static void ask(alm_real *d_answers, const struct alm_lstm_slopes *slopes,
                const struct alm_lstm_looking *looking, size_t first, size_t labelled)
{
    struct alm_lstm_bench *bench = looking->bench;
    const struct alm_loss *loss = &bench->lstm->loss;
    const size_t horizon = bench->lstm->plan.horizon, rows = bench->batch.rows,
                 outputs = looking->channels * horizon * loss->n_levels;
    const alm_real *answers = bench->answers + looking->in->network * ALM_LSTM_ROWS * outputs;
    bool usable[ROWS];
    for (size_t row = 0; row < rows; row++) {
        const size_t at = (looking->channel * horizon + first + row) * loss->n_levels;
        alm_real *d = d_answers + ((labelled - 1) * rows + row) * outputs + at;
        usable[row] = true;
        for (size_t k = 0; k < looking->channels; k++)
            alm_lstm_bench_put(bench, row, k, looking->window[k]);
        memset(slopes->by_output, 0, loss->n_levels * sizeof *slopes->by_output);
        alm_answer_derivative(slopes->by_output, loss, answers + at);
        for (size_t k = 0; k < loss->n_levels; k++)
            d[k] = (alm_real)slopes->by_output[k];
    }
    alm_lstm_bench_warm(bench, looking->in->network, usable);
}

static enum alm_status take(const struct alm_lstm_slopes *out, const struct alm_lstm_looking *looking,
                            size_t first, size_t rows, struct alm_error *error)
{
    struct alm_lstm_bench *bench = looking->bench;
    const struct alm_lstm_state *lstm = bench->lstm;
    const size_t outputs = looking->channels * lstm->plan.horizon * lstm->loss.n_levels;
    const size_t labelled = lstm->plan.labels == ALM_LABELS_ALL ? bench->batch.steps : 1;
    struct alm_observation *seen;
    alm_real *d_answers = NULL;
    ALM_TRY(ALM_NEW(&d_answers, labelled * rows * outputs, error));
    bench->batch.rows = rows;
    ask(d_answers, out, looking, first, labelled);
    const enum alm_status status =
        alm_observation_create(&seen, lstm->networks[looking->in->network], &bench->batch, d_answers, error);
    for (size_t row = 0; status == ALM_OK && row < rows; row++)
        for (size_t k = 0; k < looking->channels; k++)
            read_channel(out, first + row, looking, seen, row, k);
    alm_observation_free(seen);
    free(d_answers);
    return status;
}

enum alm_status alm_lstm_slopes_take(struct alm_lstm_slopes *out, const struct alm_lstm_looking *looking,
                                     size_t from, size_t to, struct alm_error *error)
{
    const size_t n = looking->channels * looking->in->horizon;
    ALM_TRY(ALM_NEW(&out->by_value, n * looking->in->lookback, error));
    ALM_TRY(ALM_NEW(&out->by_scale, n, error));
    ALM_TRY(ALM_NEW(&out->by_output, looking->bench->lstm->loss.n_levels, error));
    for (size_t h = from; h < to; h += ROWS)
        ALM_TRY(take(out, looking, h, to - h < ROWS ? to - h : ROWS, error));
    return ALM_OK;
}

void alm_lstm_slopes_clear(struct alm_lstm_slopes *slopes)
{
    free(slopes->by_value);
    free(slopes->by_scale);
    free(slopes->by_output);
}
