/* How the forecast of an inspected network moves with each value of its window.
 *
 * Let z be the window without its season, u = (z - centre) / scale what the network is shown of it, and
 * p_h(u, log scale) the point that it answers for step h; the forecast is base_h + scale p_h. With g_j = dp_h
 * / du_j, which the network's backward pass gives,
 *
 *     d forecast / dy_i = dbase_h + p_h dscale + scale (Σ_j g_j du_j + dp_h / d log scale · dscale / scale)
 *     du_j = ([i = j] - dindex_{j mod season} - dcentre - u_j dscale) / scale
 *
 * where d before centre, scale, index and base_h is their derivative by y_i. Those are central differences:
 * scalers are smooth or made of straight pieces, and cheap. With them held still it is g_i alone. */
#include "forecast/lstm_inspect.h"

#include "base/memory.h"
#include "forecast/lstm_answer.h"
#include "nn/observe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The step of central differences, in units of the window. */
#define NUDGE 1e-4

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

/* Derivatives of the point of every step by what the window shows. */
struct slopes {
    double *by_value;  /* [horizon][lookback] g */
    double *by_scale;  /* [horizon] dp / d log scale */
    double *by_output; /* [loss.n_levels] of the step at hand */
};

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

static void read_row(const struct slopes *out, size_t h, const struct alm_lstm_looking *looking,
                     const struct alm_observation *seen, size_t row)
{
    const struct alm_lstm_plan *plan = &looking->bench->lstm->plan;
    const struct alm_lstm_frame *frame = &looking->bench->frame[0];
    const size_t inputs = alm_lstm_inputs(plan);
    for (size_t j = 0; j < plan->lookback; j++) {
        const size_t step = j / plan->segment * seen->rows + row;
        const double u = alm_scaler_apply(frame->scaler, frame->z[j]);
        double g = by_input(plan, seen->d_x + step * inputs, j, frame->y[j]);
        if (plan->arcsinh && !looking->in->labels) g /= sqrt(1 + u * u);
        if (plan->skip) g += seen->d_window[row * plan->lookback + j];
        out->by_value[h * plan->lookback + j] = isnan(frame->z[j]) ? 0 : g;
    }
    for (size_t t = 0; plan->scale_input && plan->log_scale.spread > 0 && t < seen->steps; t++)
        out->by_scale[h] += seen->d_x[(t * seen->rows + row + 1) * inputs - 1] / plan->log_scale.spread;
}

/* The same window in every row, and in each another step asked for. */
static void ask(alm_real *d_answers, const struct slopes *slopes, const struct alm_lstm_looking *looking,
                size_t first, size_t labelled)
{
    struct alm_lstm_bench *bench = looking->bench;
    const struct alm_loss *loss = &bench->lstm->loss;
    const size_t outputs = bench->lstm->plan.horizon * loss->n_levels, rows = bench->batch.rows;
    const alm_real *answers = bench->answers + looking->in->network * ALM_LSTM_ROWS * outputs;
    bool usable[ROWS];
    for (size_t row = 0; row < rows; row++) {
        const size_t at = (first + row) * loss->n_levels;
        alm_real *d = d_answers + ((labelled - 1) * rows + row) * outputs + at;
        usable[row] = true;
        alm_lstm_bench_put(bench, row, 0, looking->window);
        memset(slopes->by_output, 0, loss->n_levels * sizeof *slopes->by_output);
        alm_answer_derivative(slopes->by_output, loss, answers + at);
        for (size_t k = 0; k < loss->n_levels; k++)
            d[k] = (alm_real)slopes->by_output[k];
    }
    alm_lstm_bench_warm(bench, looking->in->network, usable);
}

static enum alm_status take_slopes(const struct slopes *out, const struct alm_lstm_looking *looking,
                                   size_t first, size_t rows, struct alm_error *error)
{
    struct alm_lstm_bench *bench = looking->bench;
    const struct alm_lstm_state *lstm = bench->lstm;
    const size_t outputs = lstm->plan.horizon * lstm->loss.n_levels;
    const size_t labelled = lstm->plan.labels == ALM_LABELS_ALL ? bench->batch.steps : 1;
    struct alm_observation *seen;
    alm_real *d_answers = NULL;
    ALM_TRY(ALM_NEW(&d_answers, labelled * rows * outputs, error));
    bench->batch.rows = rows;
    ask(d_answers, out, looking, first, labelled);
    const enum alm_status status =
        alm_observation_create(&seen, lstm->networks[looking->in->network], &bench->batch, d_answers, error);
    for (size_t row = 0; status == ALM_OK && row < rows; row++)
        read_row(out, first + row, looking, seen, row);
    alm_observation_free(seen);
    free(d_answers);
    return status;
}

/* ---- the window's part ---- */

/* A window whose values may be moved. */
struct moving {
    struct alm_history_series series;
    struct alm_lstm_frame frame;
    double *y, *scratch;
    double *d_index; /* [season] */
    double *base;    /* [horizon], then their derivatives */
    double d_centre, d_scale;
};

static enum alm_status moving_init(struct moving *m, const struct alm_lstm_looking *looking,
                                   struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &looking->bench->lstm->plan;
    const struct alm_history_series *series = looking->window.series;
    *m = (struct moving){.series = *series};
    ALM_TRY(ALM_NEW(&m->y, plan->lookback, error));
    ALM_TRY(ALM_NEW(&m->scratch, alm_lstm_scratch(plan), error));
    ALM_TRY(ALM_NEW(&m->d_index, series->season_length, error));
    ALM_TRY(ALM_NEW(&m->base, plan->horizon, error));
    memcpy(m->y, series->target.y + looking->window.first, plan->lookback * sizeof *m->y);
    m->series.target = (struct alm_span){m->y, series->target.ts + looking->window.first, plan->lookback};
    return ALM_OK;
}

static void moving_clear(struct moving *m)
{
    free(m->y);
    free(m->scratch);
    free(m->d_index);
    free(m->base);
}

/* Adds sign / (2 nudge) times what the frame has with y_i moved by sign * nudge. */
static void add_side(struct moving *m, const struct alm_lstm_plan *plan, size_t i, double nudge, double sign)
{
    const double kept = m->y[i], share = sign / (2 * nudge);
    m->y[i] = kept + sign * nudge;
    alm_lstm_frame(&m->frame, plan, (struct alm_lstm_window){&m->series, 0, NULL}, m->scratch);
    m->d_centre += share * m->frame.scaler.centre;
    m->d_scale += share * m->frame.scaler.scale;
    for (size_t phase = 0; m->frame.index != NULL && phase < m->frame.season; phase++)
        m->d_index[phase] += share * m->frame.index[phase];
    for (size_t h = 0; h < plan->horizon; h++)
        m->base[h] += share * alm_lstm_base(plan, &m->frame, plan->lookback, h);
    m->y[i] = kept;
}

/* Derivatives of the frame by y_i. */
static void move(struct moving *m, const struct alm_lstm_plan *plan, double scale, size_t i)
{
    const double nudge = NUDGE * (scale > 0 ? scale : 1 + fabs(m->y[i]));
    m->d_centre = m->d_scale = 0;
    memset(m->d_index, 0, m->series.season_length * sizeof *m->d_index);
    memset(m->base, 0, plan->horizon * sizeof *m->base);
    add_side(m, plan, i, nudge, 1);
    add_side(m, plan, i, nudge, -1);
}

/* ---- together ---- */

/* Sums of g over the window that all of its values share, for each step. */
struct sums {
    double *g, *gu; /* [horizon] Σ g_j, Σ g_j u_j */
    double *phase;  /* [horizon][season] Σ g_j over j of a phase */
    double *point;  /* [horizon] */
};

static enum alm_status sums_init(struct sums *out, size_t horizon, size_t season, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&out->g, horizon, error));
    ALM_TRY(ALM_NEW(&out->gu, horizon, error));
    ALM_TRY(ALM_NEW(&out->phase, horizon * season, error));
    return ALM_NEW(&out->point, horizon, error);
}

static void sums_clear(struct sums *sums)
{
    free(sums->g);
    free(sums->gu);
    free(sums->phase);
    free(sums->point);
}

static double point_of(const struct alm_lstm_looking *looking, size_t h)
{
    double values[ALM_LOSS_MAX_LEVELS], base, scale;
    alm_lstm_bench_read(values, &base, &scale, looking->bench, looking->in->network, 0, 0, h);
    return alm_answer_point(&looking->bench->lstm->loss, values);
}

static void add_up(struct sums *out, size_t h, const double *g, const struct alm_lstm_looking *looking)
{
    const struct alm_lstm_frame *frame = &looking->bench->frame[0];
    for (size_t j = 0; j < looking->in->lookback; j++) {
        if (isnan(frame->z[j])) continue;
        out->g[h] += g[j];
        out->gu[h] += g[j] * alm_scaler_apply(frame->scaler, frame->z[j]);
        out->phase[h * frame->season + j % frame->season] += g[j];
    }
    out->point[h] = looking->in->classes ? 0 : point_of(looking, h);
}

/* d forecast_h / dy_i by the equation above; of classes without base and scale. */
static double derivative(const struct moving *m, const struct sums *sums, double g, double by_scale,
                         const struct alm_lstm_looking *looking, size_t h)
{
    const struct alm_lstm_frame *frame = &looking->bench->frame[0];
    double shown = g - m->d_centre * sums->g[h] - m->d_scale * sums->gu[h];
    for (size_t phase = 0; frame->index != NULL && phase < frame->season; phase++)
        shown -= m->d_index[phase] * sums->phase[h * frame->season + phase];
    shown += m->d_scale * by_scale;
    if (frame->scaler.scale == 0) shown = 0;
    if (looking->in->classes) return frame->scaler.scale == 0 ? 0 : shown / frame->scaler.scale;
    return m->base[h] + m->d_scale * sums->point[h] + shown;
}

/* The influence of value i on the steps from .. to. */
static void put_value(const struct alm_lstm_looking *looking, const struct moving *m, const struct sums *sums,
                      const struct slopes *slopes, size_t i, size_t from, size_t to)
{
    struct alm_inspection *in = looking->in;
    const double scale = looking->bench->frame[0].scaler.scale, share = 1 / (double)(to - from);
    const double unit = !in->classes ? 1 : scale == 0 ? 0 : 1 / scale;
    for (size_t h = from; h < to; h++) {
        const double g = slopes->by_value[h * in->lookback + i];
        const double d = derivative(m, sums, g, slopes->by_scale[h], looking, h);
        in->influence[i] += share * d;
        in->influence_size[i] += share * fabs(d);
        in->influence_network[i] += share * unit * (scale == 0 ? 0 : g);
    }
}

static enum alm_status look(const struct alm_lstm_looking *looking, struct moving *m, struct sums *sums,
                            const struct slopes *slopes, struct alm_error *error)
{
    struct alm_inspection *in = looking->in;
    const struct alm_lstm_plan *plan = &looking->bench->lstm->plan;
    const size_t from = in->step == 0 ? 0 : in->step - 1, to = in->step == 0 ? in->horizon : in->step;
    ALM_TRY(moving_init(m, looking, error));
    ALM_TRY(sums_init(sums, in->horizon, looking->window.series->season_length, error));
    for (size_t h = from; h < to; h += ROWS)
        ALM_TRY(take_slopes(slopes, looking, h, to - h < ROWS ? to - h : ROWS, error));
    for (size_t h = from; h < to; h++)
        add_up(sums, h, slopes->by_value + h * in->lookback, looking);
    for (size_t i = 0; i < in->lookback; i++) {
        if (isnan(m->y[i])) {
            in->influence[i] = in->influence_size[i] = in->influence_network[i] = (double)NAN;
            continue;
        }
        move(m, plan, looking->bench->frame[0].scaler.scale, i);
        put_value(looking, m, sums, slopes, i, from, to);
    }
    return ALM_OK;
}

enum alm_status alm_lstm_look_at_lags(const struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_inspection *in = looking->in;
    struct moving m = {0};
    struct sums sums = {0};
    struct slopes slopes = {0};
    enum alm_status status = ALM_NEW(&in->influence, in->lookback, error);
    if (status == ALM_OK) status = ALM_NEW(&in->influence_size, in->lookback, error);
    if (status == ALM_OK) status = ALM_NEW(&in->influence_network, in->lookback, error);
    if (status == ALM_OK) status = ALM_NEW(&slopes.by_value, in->horizon * in->lookback, error);
    if (status == ALM_OK) status = ALM_NEW(&slopes.by_scale, in->horizon, error);
    if (status == ALM_OK) status = ALM_NEW(&slopes.by_output, looking->bench->lstm->loss.n_levels, error);
    if (status == ALM_OK) status = look(looking, &m, &sums, &slopes, error);
    moving_clear(&m);
    sums_clear(&sums);
    free(slopes.by_value);
    free(slopes.by_scale);
    free(slopes.by_output);
    return status;
}
