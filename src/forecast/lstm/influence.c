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
 * scalers are smooth or made of straight pieces, and cheap. With them held still it is g_i alone.
 *
 * With channels=joint the values of another series act through its own centre, scale and index, in the unit
 * of the forecast's scale over their own; base_h and the outer scale stand still then. */
#include "forecast/lstm/inspect.h"

#include "base/memory.h"
#include "forecast/lstm/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The step of central differences, in units of the window. */
#define NUDGE 1e-4

/* ---- the window's part ---- */

/* A window whose values may be moved. */
struct moving {
    struct alm_history_series series;
    struct alm_lstm_frame frame;
    double *y, *scratch;
    double *d_index; /* [season] */
    double *base;    /* [horizon], then their derivatives */
    double d_centre, d_scale;
    const struct alm_lstm_frame *shown; /* the channel's, as it is */
    bool own;                           /* it is the channel of the forecast */
    double ratio;                       /* of the forecast's scale and the channel's; 0 where that is 0 */
};

static enum alm_status moving_init(struct moving *m, const struct alm_lstm_looking *looking, size_t channel,
                                   struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &looking->bench->lstm->plan;
    const struct alm_lstm_window window = looking->window[channel];
    const struct alm_history_series *series = window.series;
    const struct alm_lstm_frame *shown = &looking->bench->frame[channel];
    const double scale = shown->scaler.scale;
    *m = (struct moving){.series = *series, .shown = shown, .own = channel == looking->channel};
    m->ratio = scale == 0 ? 0 : looking->bench->frame[looking->channel].scaler.scale / scale;
    ALM_TRY(ALM_NEW(&m->y, plan->lookback, error));
    ALM_TRY(ALM_NEW(&m->scratch, alm_lstm_scratch(plan), error));
    ALM_TRY(ALM_NEW(&m->d_index, series->season_length, error));
    ALM_TRY(ALM_NEW(&m->base, plan->horizon, error));
    memcpy(m->y, series->target.y + window.first, plan->lookback * sizeof *m->y);
    m->series.target = (struct alm_span){m->y, series->target.ts + window.first, plan->lookback};
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
    alm_lstm_bench_read(values, &base, &scale, looking->bench, looking->in->network, 0, looking->channel, h);
    return alm_answer_point(&looking->bench->lstm->loss, values);
}

static void add_up(struct sums *out, size_t h, const double *g, const struct moving *m,
                   const struct alm_lstm_looking *looking)
{
    const struct alm_lstm_frame *frame = m->shown;
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
                         bool classes, size_t h)
{
    const struct alm_lstm_frame *frame = m->shown;
    double shown = g - m->d_centre * sums->g[h] - m->d_scale * sums->gu[h];
    for (size_t phase = 0; frame->index != NULL && phase < frame->season; phase++)
        shown -= m->d_index[phase] * sums->phase[h * frame->season + phase];
    shown += m->d_scale * by_scale;
    if (frame->scaler.scale == 0) shown = 0;
    if (classes) return frame->scaler.scale == 0 ? 0 : shown / frame->scaler.scale;
    if (!m->own) return m->ratio * shown;
    return m->base[h] + m->d_scale * sums->point[h] + shown;
}

/* What is asked for of one channel. */
struct asked {
    const struct alm_lstm_looking *looking;
    const struct alm_lstm_slopes *slopes;
    size_t channel, from, to; /* steps */
    struct alm_inspected_lags *out;
};

/* The influence of value i on the steps. */
static void put_value(const struct asked *a, const struct moving *m, const struct sums *sums, size_t i)
{
    const struct alm_inspection *in = a->looking->in;
    const double scale = m->shown->scaler.scale, share = 1 / (double)(a->to - a->from);
    const double unit = scale == 0 ? 0 : in->classes ? 1 / scale : m->ratio;
    for (size_t h = a->from; h < a->to; h++) {
        const size_t at = a->channel * in->horizon + h;
        const double g = a->slopes->by_value[at * in->lookback + i];
        const double d = derivative(m, sums, g, a->slopes->by_scale[at], in->classes, h);
        a->out->influence[i] += share * d;
        a->out->influence_size[i] += share * fabs(d);
        a->out->influence_network[i] += share * unit * g;
    }
}

static enum alm_status look(const struct asked *a, struct moving *m, struct sums *sums,
                            struct alm_error *error)
{
    const struct alm_inspection *in = a->looking->in;
    struct alm_inspected_lags *out = a->out;
    ALM_TRY(moving_init(m, a->looking, a->channel, error));
    ALM_TRY(sums_init(sums, in->horizon, m->series.season_length, error));
    for (size_t h = a->from; h < a->to; h++)
        add_up(sums, h, a->slopes->by_value + (a->channel * in->horizon + h) * in->lookback, m, a->looking);
    for (size_t i = 0; i < in->lookback; i++) {
        if (isnan(m->y[i])) {
            out->influence[i] = out->influence_size[i] = out->influence_network[i] = (double)NAN;
            continue;
        }
        move(m, &a->looking->bench->lstm->plan, m->shown->scaler.scale, i);
        put_value(a, m, sums, i);
    }
    return ALM_OK;
}

/* ---- series by series ---- */

static enum alm_status look_at_channel(const struct asked *a, struct alm_error *error)
{
    const struct alm_inspection *in = a->looking->in;
    struct moving m = {0};
    struct sums sums = {0};
    enum alm_status status = ALM_NEW(&a->out->influence, in->lookback, error);
    if (status == ALM_OK) status = ALM_NEW(&a->out->influence_size, in->lookback, error);
    if (status == ALM_OK) status = ALM_NEW(&a->out->influence_network, in->lookback, error);
    if (status == ALM_OK) status = look(a, &m, &sums, error);
    moving_clear(&m);
    sums_clear(&sums);
    return status;
}

static enum alm_status look_at_others(struct asked *a, struct alm_error *error)
{
    const struct alm_lstm_looking *looking = a->looking;
    struct alm_inspection *in = looking->in;
    ALM_TRY(ALM_NEW(&in->other, looking->channels - 1, error));
    for (a->channel = 0; a->channel < looking->channels; a->channel++) {
        if (a->channel == looking->channel) continue;
        const struct alm_lstm_window window = looking->window[a->channel];
        a->out = &in->other[in->n_others++];
        ALM_TRY(alm_copy_text(&a->out->series, window.series->name, error));
        ALM_TRY(ALM_NEW(&a->out->value, in->lookback, error));
        memcpy(a->out->value, window.series->target.y + window.first, in->lookback * sizeof *a->out->value);
        ALM_TRY(look_at_channel(a, error));
    }
    return ALM_OK;
}

enum alm_status alm_lstm_look_at_lags(const struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_inspection *in = looking->in;
    struct alm_lstm_slopes slopes = {0};
    struct alm_inspected_lags own = {0};
    struct asked a = {.looking = looking, .slopes = &slopes, .channel = looking->channel, .out = &own};
    a.from = in->step == 0 ? 0 : in->step - 1;
    a.to = in->step == 0 ? in->horizon : in->step;
    enum alm_status status = alm_lstm_slopes_take(&slopes, looking, a.from, a.to, error);
    if (status == ALM_OK) status = look_at_channel(&a, error);
    in->influence = own.influence;
    in->influence_size = own.influence_size;
    in->influence_network = own.influence_network;
    if (status == ALM_OK && looking->channels > 1) status = look_at_others(&a, error);
    alm_lstm_slopes_clear(&slopes);
    return status;
}
