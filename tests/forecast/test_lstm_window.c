/* What the forecaster lstm shows its networks of a window: nothing that it may not know. */
#include "base/random.h"
#include "forecast/lstm/samples.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, LOOKBACK = 28, HORIZON = 20, SEASON = 7 };

/* A series with one covariate of each kind. */
struct world {
    double y[MOST], past[MOST], future[MOST], statics[1];
    int64_t ts[MOST];
    struct alm_span spans[2];
    struct alm_history_series series;
};

static void make_world(struct world *w)
{
    *w = (struct world){.statics = {3}};
    for (size_t i = 0; i < MOST; i++) {
        w->y[i] = 10 + sin((double)i) + 0.1 * (double)i;
        w->past[i] = cos((double)i);
        w->future[i] = (double)(i % 5);
        w->ts[i] = (int64_t)i * INT64_C(3600000000);
    }
    w->spans[0] = (struct alm_span){w->past, w->ts, MOST};
    w->spans[1] = (struct alm_span){w->future, w->ts, MOST};
    w->series = (struct alm_history_series){.name = "w",
                                            .target = {w->y, w->ts, MOST},
                                            .calendar = {.frequency = {ALM_FREQUENCY_HOUR, 1}},
                                            .season_length = SEASON,
                                            .past = &w->spans[0],
                                            .future = &w->spans[1],
                                            .n_past = 1,
                                            .n_future = 1,
                                            .statics = w->statics,
                                            .n_statics = 1};
}

/* A plan with everything on that goes together. */
static struct alm_lstm_plan make_plan(size_t segment, enum alm_labels labels, enum alm_scaler_kind scale,
                                      bool seasonal, bool deseason)
{
    static const struct alm_lstm_norm norm = {1, 2};
    const bool last = labels == ALM_LABELS_LAST;
    return (struct alm_lstm_plan){
        .lookback = LOOKBACK,
        .segment = segment,
        .horizon = HORIZON,
        .labels = labels,
        .scale = scale,
        .seasonal = seasonal,
        .deseason = deseason,
        .arcsinh = true,
        .skip = last,
        .mask = true,
        .scale_input = true,
        .calendar = {last ? ALM_FEATURES_CYCLIC : ALM_FEATURES_NONE,
                     alm_feature_fields((struct alm_frequency){ALM_FREQUENCY_HOUR, 1})},
        .log_scale = norm,
        .n_past = 1,
        .n_future = last ? 1 : 0,
        .n_statics = last ? 1 : 0,
        .past = &norm,
        .future = &norm,
        .statics = &norm};
}

struct seen {
    struct alm_batch batch;
    struct alm_lstm_frame frame;
    double scratch[3 * LOOKBACK];
};

static void look(struct seen *s, const struct alm_lstm_plan *plan, const struct world *world)
{
    const struct alm_network_shape shape = {.inputs = alm_lstm_inputs(plan),
                                            .hidden = 1,
                                            .layers = 1,
                                            .horizon = HORIZON,
                                            .levels = 1,
                                            .labels = plan->labels,
                                            .window = plan->skip ? LOOKBACK : 0,
                                            .extras = alm_lstm_extras(plan),
                                            .decoder =
                                                plan->part > 0 ? ALM_DECODER_SEGMENT : ALM_DECODER_DIRECT,
                                            .segment = plan->part,
                                            .ahead = alm_lstm_ahead(plan)};
    cr_assert(alm_batch_init(&s->batch, &shape, LOOKBACK / plan->segment, 1, NULL) == ALM_OK);
    alm_lstm_frame(&s->frame, plan, (struct alm_lstm_window){&world->series, 0, world->ts + LOOKBACK},
                   s->scratch);
    alm_lstm_encode(&s->batch, 0, 0, plan, &s->frame);
}

static void check_plan(const struct alm_lstm_plan *plan)
{
    static struct world clean, poisoned;
    static struct seen a, b;
    for (size_t seen = plan->segment; seen <= LOOKBACK; seen += plan->segment) {
        if (plan->labels == ALM_LABELS_LAST && seen < LOOKBACK) continue;
        if (plan->labels == ALM_LABELS_ALL && 2 * seen < LOOKBACK) continue; /* not counted */
        if (plan->seasonal && seen < SEASON) continue;
        make_world(&clean);
        make_world(&poisoned);
        for (size_t i = seen; i < MOST; i++)
            poisoned.y[i] = poisoned.past[i] = 1e30;
        for (size_t i = LOOKBACK + HORIZON; i < MOST; i++)
            poisoned.future[i] = 1e30;
        look(&a, plan, &clean);
        look(&b, plan, &poisoned);
        cr_assert(a.frame.scaler.centre == b.frame.scaler.centre &&
                      a.frame.scaler.scale == b.frame.scaler.scale,
                  "seen %zu", seen);
        const size_t n = seen / plan->segment * alm_lstm_inputs(plan);
        cr_assert(memcmp(a.batch.x, b.batch.x, n * sizeof(alm_real)) == 0, "seen %zu", seen);
        if (plan->skip) cr_assert(memcmp(a.batch.window, b.batch.window, LOOKBACK * sizeof(alm_real)) == 0);
        if (alm_lstm_extras(plan) > 0)
            cr_assert(memcmp(a.batch.extras, b.batch.extras, alm_lstm_extras(plan) * sizeof(alm_real)) == 0);
        for (size_t h = 0; h < HORIZON; h++)
            cr_assert(
                eq(dbl, alm_lstm_base(plan, &a.frame, seen, h), alm_lstm_base(plan, &b.frame, seen, h)));
        alm_batch_clear(&a.batch);
        alm_batch_clear(&b.batch);
    }
}

Test(lstm_window, nothing_after_a_step_reaches_its_inputs_scale_or_base)
{
    for (int scale = ALM_SCALER_NONE; scale <= ALM_SCALER_REVIN; scale++)
        for (int labels = 0; labels < 2; labels++)
            for (int season = 0; season < 3; season++)
                for (size_t segment = 1; segment <= 7; segment += 3) {
                    const struct alm_lstm_plan plan =
                        make_plan(segment, labels ? ALM_LABELS_LAST : ALM_LABELS_ALL,
                                  (enum alm_scaler_kind)scale, season == 1, season == 2);
                    check_plan(&plan);
                }
}

Test(lstm_window, each_part_of_the_horizon_sees_the_future_of_its_own_bars)
{
    static struct world world;
    static struct seen s;
    struct alm_lstm_plan plan = make_plan(7, ALM_LABELS_LAST, ALM_SCALER_LAST, false, false);
    plan.part = 5;
    const size_t ahead = alm_lstm_ahead(&plan), features = alm_feature_count(plan.calendar);
    make_world(&world);
    look(&s, &plan, &world);
    cr_assert(eq(sz, ahead, 5 + features));
    for (size_t h = 0; h < HORIZON; h++) {
        const double shown = s.batch.ahead[h / 5 * ahead + h % 5];
        cr_assert(epsilon_eq(dbl, shown, (world.future[LOOKBACK + h] - 1) / 2, 1e-6), "bar %zu", h);
        double clock[256];
        alm_feature_fill(clock, plan.calendar, world.series.calendar.zone, world.ts[LOOKBACK + h]);
        for (size_t k = 0; h % 5 == 0 && k < features; k++)
            cr_assert(epsilon_eq(dbl, (double)s.batch.ahead[h / 5 * ahead + 5 + k], clock[k], 1e-6));
    }
    alm_batch_clear(&s.batch);
}

/* Answers come back as the values they were made from. */
Test(lstm_window, base_and_scale_undo_what_was_wanted)
{
    static struct world world;
    static struct seen s;
    alm_real wanted[HORIZON], weight[HORIZON];
    make_world(&world);
    world.y[5] = world.y[LOOKBACK - 1] = world.y[LOOKBACK + 3] = (double)NAN;
    for (int scale = ALM_SCALER_NONE; scale <= ALM_SCALER_REVIN; scale++)
        for (int season = 0; season < 3; season++) {
            const struct alm_lstm_plan plan =
                make_plan(7, ALM_LABELS_LAST, (enum alm_scaler_kind)scale, season == 1, season == 2);
            look(&s, &plan, &world);
            alm_lstm_wanted(wanted, weight, &plan, &s.frame, LOOKBACK);
            for (size_t h = 0; h < HORIZON; h++) {
                cr_assert(h == 3 ? weight[h] == 0 : weight[h] > 0);
                if (h == 3) continue;
                const double back =
                    alm_lstm_base(&plan, &s.frame, LOOKBACK, h) + s.frame.scaler.scale * (double)wanted[h];
                cr_assert(fabs(back - world.y[LOOKBACK + h]) < 1e-5, "scale %d season %d step %zu: %g for %g",
                          scale, season, h, back, world.y[LOOKBACK + h]);
            }
            alm_batch_clear(&s.batch);
        }
}

/* The weight of a window is how much OWA moves with an absolute error in its unit. */
Test(lstm_window, weights_follow_the_metric_they_are_named_after)
{
    enum { N = 400, SERIES = 3 };
    static double y[SERIES][N];
    static int64_t ts[N];
    struct alm_history_series series[SERIES];
    struct alm_span spans[SERIES];
    for (size_t s = 0; s < SERIES; s++) {
        for (size_t i = 0; i < N; i++)
            y[s][i] =
                pow(10, (double)s) * (20 + sin(0.8975979 * (double)i) + 0.3 * sin(0.37 * (double)(i * i)));
        spans[s] = (struct alm_span){y[s], ts, N};
        series[s] = (struct alm_history_series){.name = "s", .target = spans[s], .season_length = SEASON};
    }
    const struct alm_window_shape shape = {LOOKBACK, HORIZON, 1, false};
    struct alm_lstm_plan plan = {.lookback = LOOKBACK,
                                 .segment = 7,
                                 .horizon = HORIZON,
                                 .labels = ALM_LABELS_LAST,
                                 .scale = ALM_SCALER_LAST};
    double scratch[3 * LOOKBACK];
    struct alm_lstm_weights weights = {.kind = ALM_LSTM_WEIGHT_OWA, .step = 1};
    struct alm_lstm_samples samples = {
        .plan = &plan, .weights = &weights, .series = series, .scratch = scratch};
    cr_assert(alm_window_set_create(&samples.windows, spans, SERIES, &shape, NULL) == ALM_OK);
    alm_lstm_measure(&plan, &weights, &samples);
    cr_assert(weights.mase > 0.1 && weights.mase < 10 && weights.smape > 0.1 && weights.smape < 10);
    struct alm_batch batch = {0};
    const struct alm_network_shape net = {
        .inputs = 7, .hidden = 1, .layers = 1, .horizon = HORIZON, .levels = 1, .labels = ALM_LABELS_LAST};
    cr_assert(alm_batch_init(&batch, &net, LOOKBACK / 7, 1, NULL) == ALM_OK);
    const size_t all = alm_window_set_count(samples.windows);
    double mean = 0;
    for (size_t i = 0; i < all; i++) {
        cr_assert(alm_lstm_fill(&samples, &batch, 0, i, NULL) == ALM_OK);
        struct alm_lstm_frame f;
        alm_lstm_sample(&f, &samples, 0, i, 0);
        const double unit = f.scaler.scale, d = alm_seasonal_difference(f.y, LOOKBACK, SEASON),
                     level = alm_mean_size(f.y + LOOKBACK - SEASON, SEASON);
        const double owa = unit / (weights.mase * d) + 100 * unit / (weights.smape * level);
        cr_assert(fabs((double)batch.weight[0] - owa / weights.mean) < 1e-5);
        cr_assert(fabs((double)batch.weight[3] - owa / weights.mean / 4) < 1e-5);
        mean += (double)batch.weight[0] / (double)all;
    }
    cr_assert(fabs(mean - 1) < 0.02, "%g", mean);
    alm_batch_clear(&batch);
    alm_window_set_free(samples.windows);
}
