#include "forecast/lstm/window.h"

#include <math.h>
#include <string.h>

/* Inputs of a step, and extras, of one channel. */
size_t alm_lstm_channel_inputs(const struct alm_lstm_plan *plan)
{
    const size_t one_hot = alm_lstm_one_hot(&plan->classes), marks = plan->mask ? 1 : 0;
    const size_t values = (one_hot > 0 ? one_hot : 1) + marks + plan->n_past + plan->n_future;
    return plan->segment * values;
}

static size_t channel_extras(const struct alm_lstm_plan *plan)
{
    return plan->n_future * plan->horizon + plan->n_statics;
}

size_t alm_lstm_inputs(const struct alm_lstm_plan *plan)
{
    const size_t scales = plan->scale_input ? 1 : 0;
    return alm_lstm_channels(plan) * (alm_lstm_channel_inputs(plan) + scales) +
           alm_feature_count(plan->calendar);
}

size_t alm_lstm_extras(const struct alm_lstm_plan *plan)
{
    return alm_lstm_channels(plan) * channel_extras(plan) + alm_feature_count(plan->calendar);
}

size_t alm_lstm_ahead(const struct alm_lstm_plan *plan)
{
    if (plan->part == 0) return 0;
    return alm_lstm_channels(plan) * plan->n_future * plan->part + alm_feature_count(plan->calendar);
}

size_t alm_lstm_scratch(const struct alm_lstm_plan *plan)
{
    return 3 * plan->lookback;
}

/* Values that scaler and season are taken from. */
static size_t scaled_values(const struct alm_lstm_plan *plan)
{
    const size_t steps = plan->lookback / plan->segment;
    return plan->labels == ALM_LABELS_ALL && steps > 1 ? steps / 2 * plan->segment : plan->lookback;
}

/* index [season] = mean of the values of each phase less that of all, over the last whole seasons of y [n].
 */
static void mean_season(double *index, const double *y, size_t n, size_t season)
{
    double all = 0;
    size_t there = 0;
    for (size_t phase = 0; phase < season; phase++) {
        double sum = 0;
        size_t count = 0;
        /* from the whole seasons' first bar of this phase on */
        size_t i = n % season;
        i += (phase + season - i % season) % season;
        for (; i < n; i += season) {
            if (isnan(y[i])) continue;
            sum += y[i];
            count++;
        }
        index[phase] = count == 0 ? (double)NAN : sum / (double)count;
        if (count > 0) all += index[phase], there++;
    }
    for (size_t phase = 0; phase < season; phase++)
        index[phase] = isnan(index[phase]) ? 0 : index[phase] - all / (double)there;
}

void alm_lstm_frame(struct alm_lstm_frame *out, const struct alm_lstm_plan *plan,
                    struct alm_lstm_window window, double *scratch)
{
    const size_t season = window.series->season_length, n = scaled_values(plan);
    double *z = scratch, *index = scratch + plan->lookback, *spare = scratch + 2 * plan->lookback;
    *out = (struct alm_lstm_frame){
        .window = window, .y = window.series->target.y + window.first, .season = season};
    out->z = out->y;
    out->edge = plan->classes.rule.n > 0 ? alm_lstm_classes_find(&plan->classes, window.series->name) : NULL;
    if (alm_lstm_one_hot(&plan->classes) > 0) { /* labels have no scale */
        out->scaler = (struct alm_scaler){0, 1};
        return;
    }
    if (plan->deseason && season > 1 && 2 * season <= n) {
        mean_season(index, out->y, n, season);
        for (size_t i = 0; i < plan->lookback; i++)
            z[i] = out->y[i] - index[i % season];
        out->z = z;
        out->index = index;
    }
    out->scaler = alm_scaler_fit(plan->scale, out->z, n, season, spare);
}

/* ---- inputs ---- */

static double standardised(struct alm_lstm_norm norm, double value)
{
    return norm.spread > 0 && isfinite(value) ? (value - norm.centre) / norm.spread : 0;
}

/* The value of a covariate at a bar; NaN (which is shown as the mean) where it has none. */
static double covariate_at(struct alm_span span, size_t bar)
{
    return bar < span.n ? span.y[bar] : (double)NAN;
}

static double log_scale(const struct alm_lstm_plan *plan, struct alm_scaler scaler)
{
    return standardised(plan->log_scale, scaler.scale > 0 ? log(scaler.scale) : (double)NAN);
}

static void fill_features(alm_real *out, const struct alm_lstm_plan *plan, const struct alm_zone *zone,
                          int64_t ts)
{
    double features[256];
    alm_feature_fill(features, plan->calendar, zone, ts);
    for (size_t k = 0; k < alm_feature_count(plan->calendar); k++)
        out[k] = (alm_real)features[k];
}

/* Labels as one number each that is 1 where the value is that label. */
static alm_real *fill_labels(alm_real *x, size_t n, const double *y, size_t values)
{
    memset(x, 0, values * n * sizeof *x);
    for (size_t i = 0; i < values; i++, x += n)
        if (y[i] >= 0 && y[i] < (double)n) x[(size_t)y[i]] = 1;
    return x;
}

/* The values of one step, and their marks. */
static alm_real *fill_values(alm_real *x, const struct alm_lstm_plan *plan,
                             const struct alm_lstm_frame *frame, size_t from)
{
    const size_t one_hot = alm_lstm_one_hot(&plan->classes);
    if (one_hot > 0) x = fill_labels(x, one_hot, frame->y + from, plan->segment);
    for (size_t i = from; one_hot == 0 && i < from + plan->segment; i++) {
        const double scaled = isnan(frame->z[i]) ? 0 : alm_scaler_apply(frame->scaler, frame->z[i]);
        *x++ = (alm_real)(plan->arcsinh ? asinh(scaled) : scaled);
    }
    for (size_t i = from; plan->mask && i < from + plan->segment; i++)
        *x++ = (alm_real)(isnan(frame->z[i]) ? 1 : 0);
    return x;
}

static alm_real *fill_covariates(alm_real *x, const struct alm_lstm_norm *norm, const struct alm_span *spans,
                                 size_t n, size_t first, size_t bars)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < bars; i++)
            *x++ = (alm_real)standardised(norm[k], covariate_at(spans[k], first + i));
    return x;
}

static void fill_step(alm_real *x, const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame,
                      size_t from, size_t channel)
{
    const struct alm_history_series *s = frame->window.series;
    const size_t bar = frame->window.first + from;
    alm_real *features = x + alm_lstm_channels(plan) * alm_lstm_channel_inputs(plan);
    x = fill_values(x + channel * alm_lstm_channel_inputs(plan), plan, frame, from);
    x = fill_covariates(x, plan->past, s->past, plan->n_past, bar, plan->segment);
    fill_covariates(x, plan->future, s->future, plan->n_future, bar, plan->segment);
    if (plan->scale_input)
        features[alm_feature_count(plan->calendar) + channel] = (alm_real)log_scale(plan, frame->scaler);
    if (channel == 0 && alm_feature_count(plan->calendar) > 0)
        fill_features(features, plan, s->calendar.zone, s->target.ts[bar]);
}

static void fill_extras(alm_real *out, const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame,
                        size_t channel)
{
    const struct alm_history_series *s = frame->window.series;
    alm_real *features = out + alm_lstm_channels(plan) * channel_extras(plan);
    out += channel * channel_extras(plan);
    out = fill_covariates(out, plan->future, s->future, plan->n_future, frame->window.first + plan->lookback,
                          plan->horizon);
    for (size_t k = 0; k < plan->n_statics; k++)
        *out++ = (alm_real)standardised(plan->statics[k], s->statics[k]);
    if (channel == 0 && alm_feature_count(plan->calendar) > 0)
        fill_features(features, plan, s->calendar.zone, frame->window.next[0]);
}

/* The parts of the horizon, one after the other. */
static void fill_ahead(alm_real *out, const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame,
                       size_t channel)
{
    const struct alm_history_series *s = frame->window.series;
    const size_t own = plan->n_future * plan->part, first = frame->window.first + plan->lookback;
    for (size_t h = 0; h < plan->horizon; h += plan->part, out += alm_lstm_ahead(plan)) {
        fill_covariates(out + channel * own, plan->future, s->future, plan->n_future, first + h, plan->part);
        if (channel == 0 && alm_feature_count(plan->calendar) > 0)
            fill_features(out + alm_lstm_channels(plan) * own, plan, s->calendar.zone, frame->window.next[h]);
    }
}

void alm_lstm_encode(struct alm_batch *batch, size_t row, size_t channel, const struct alm_lstm_plan *plan,
                     const struct alm_lstm_frame *frame)
{
    const size_t inputs = alm_lstm_inputs(plan);
    for (size_t step = 0; step < plan->lookback / plan->segment; step++)
        fill_step(batch->x + (step * batch->rows + row) * inputs, plan, frame, step * plan->segment, channel);
    for (size_t i = 0; plan->skip && i < plan->lookback; i++)
        batch->window[(row * alm_lstm_channels(plan) + channel) * plan->lookback + i] =
            isnan(frame->z[i]) ? 0 : (alm_real)alm_scaler_apply(frame->scaler, frame->z[i]);
    if (alm_lstm_extras(plan) > 0)
        fill_extras(batch->extras + row * alm_lstm_extras(plan), plan, frame, channel);
    if (alm_lstm_ahead(plan) > 0)
        fill_ahead(batch->ahead + row * (plan->horizon / plan->part) * alm_lstm_ahead(plan), plan, frame,
                   channel);
}

/* ---- answers ---- */

/* The last value of its season that is there, or NaN. */
static double season_before(const struct alm_lstm_frame *frame, size_t seen, size_t h)
{
    for (size_t back = frame->season * (h / frame->season + 1); back <= seen + h; back += frame->season)
        if (!isnan(frame->y[seen + h - back])) return frame->y[seen + h - back];
    return (double)NAN;
}

double alm_lstm_base(const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame, size_t seen,
                     size_t h)
{
    double base = frame->scaler.centre;
    if (plan->seasonal) {
        const double before = season_before(frame, seen, h);
        return isnan(before) ? base : before;
    }
    const bool from_last = plan->scale == ALM_SCALER_LAST || plan->scale == ALM_SCALER_SHIFT;
    for (size_t i = seen; from_last && i-- > 0;) {
        if (isnan(frame->z[i])) continue;
        base = frame->z[i];
        break;
    }
    return frame->index == NULL ? base : base + frame->index[(seen + h) % frame->season];
}

/* The last value of the first `seen` ones that is there, or NaN. */
static double last_seen(const struct alm_lstm_frame *frame, size_t seen)
{
    return alm_span_last((struct alm_span){.y = frame->y, .n = seen});
}

static void wanted_classes(alm_real *wanted, alm_real *weight, const struct alm_lstm_plan *plan,
                           const struct alm_lstm_frame *frame, size_t seen)
{
    const struct alm_class_rule *rule = &plan->classes.rule;
    const double last = last_seen(frame, seen);
    const bool counts =
        frame->edge != NULL && (rule->kind == ALM_CLASSES_LABELS || seen >= scaled_values(plan));
    double moved[2];
    const double *edge = frame->edge;
    if (rule->kind == ALM_CLASSES_DIRECTION && edge != NULL) {
        alm_class_edges_at(moved, rule, edge, last);
        edge = moved;
    }
    for (size_t h = 0; h < plan->horizon; h++) {
        const double y = frame->y[seen + h];
        const bool there = counts && !isnan(y) && !isnan(last);
        wanted[h] = there ? (alm_real)alm_class_of(y, edge, rule->n) : 0;
        weight[h] = there ? 1 : 0;
    }
}

void alm_lstm_wanted(alm_real *wanted, alm_real *weight, const struct alm_lstm_plan *plan,
                     const struct alm_lstm_frame *frame, size_t seen)
{
    if (plan->classes.rule.n > 0) {
        wanted_classes(wanted, weight, plan, frame, seen);
        return;
    }
    /* no unit, no season seen yet, or within what the scaler reads: does not count */
    const bool counts =
        frame->scaler.scale > 0 && (!plan->seasonal || seen >= frame->season) && seen >= scaled_values(plan);
    for (size_t h = 0; h < plan->horizon; h++) {
        const bool there = counts && !isnan(frame->y[seen + h]);
        wanted[h] =
            there
                ? (alm_real)((frame->y[seen + h] - alm_lstm_base(plan, frame, seen, h)) / frame->scaler.scale)
                : 0;
        weight[h] = there ? 1 : 0;
    }
}
