/* The recursive decoder of the forecaster `lstm`: a network that answers a few values at a time goes on from
 * its own answers. The point forecast is one path of point answers; quantiles are those of paths whose values
 * are drawn, each by itself, from what the network says of it. Probabilities of classes are the mean of what
 * it says along such paths; with one path they are 1 for what was drawn, so that a text is written. */
#include "forecast/lstm/bench.h"

#include "base/memory.h"
#include "base/random.h"
#include "forecast/lstm/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A series' last window and room for what is forecast after it, as a series of its own; for each of rows. */
struct road {
    size_t lookback, horizon, length; /* length = lookback + horizon */
    double *y;                        /* [ALM_LSTM_ROWS][length] */
    int64_t *ts;                      /* [length] */
    struct alm_span *covariates;      /* [n_past + n_future] from the window's first bar on */
    struct alm_history_series series[ALM_LSTM_ROWS];
    size_t n_paths;
    double *paths;  /* [horizon][n_paths] the values of numbers */
    double *worth;  /* [classes] the values that go on for them; NULL for numbers */
    double *chance; /* [horizon][classes] sums over paths; NULL for numbers */
};

static struct alm_span from_bar(struct alm_span span, size_t first)
{
    return alm_span_suffix(span, span.n > first ? span.n - first : 0);
}

static enum alm_status road_init(struct road *road, struct alm_lstm_window window, size_t lookback,
                                 size_t horizon, size_t n_paths, struct alm_error *error)
{
    const struct alm_history_series *s = window.series;
    const size_t length = lookback + horizon;
    *road = (struct road){.lookback = lookback, .horizon = horizon, .length = length, .n_paths = n_paths};
    ALM_TRY(ALM_NEW(&road->y, ALM_LSTM_ROWS * length, error));
    ALM_TRY(ALM_NEW(&road->ts, length, error));
    ALM_TRY(ALM_NEW(&road->paths, horizon * n_paths, error));
    ALM_TRY(ALM_NEW(&road->covariates, s->n_past + s->n_future + 1, error));
    for (size_t i = 0; i < s->n_past; i++)
        road->covariates[i] = from_bar(s->past[i], window.first);
    for (size_t i = 0; i < s->n_future; i++)
        road->covariates[s->n_past + i] = from_bar(s->future[i], window.first);
    for (size_t row = 0; row < ALM_LSTM_ROWS; row++) {
        road->series[row] = *s;
        road->series[row].target = (struct alm_span){road->y + row * length, road->ts, length};
        road->series[row].past = road->covariates;
        road->series[row].future = road->covariates + s->n_past;
    }
    memcpy(road->ts, s->target.ts + window.first, lookback * sizeof *road->ts);
    return alm_calendar_extend(road->ts + lookback, &s->calendar, s->target, horizon, error);
}

static void road_clear(struct road *road)
{
    free(road->y);
    free(road->ts);
    free(road->paths);
    free(road->worth);
    free(road->covariates);
}

/* Puts the first rows of the road, `done` values along it, before the networks. */
static void show(struct alm_lstm_bench *bench, const struct road *road, size_t rows, size_t done)
{
    bench->batch.rows = rows;
    for (size_t row = 0; row < rows; row++)
        alm_lstm_bench_put(
            bench, row, 0,
            (struct alm_lstm_window){&road->series[row], done, road->ts + done + road->lookback});
}

static void begin(struct road *road, const double *window, size_t rows)
{
    for (size_t row = 0; row < rows; row++)
        memcpy(road->y + row * road->length, window, road->lookback * sizeof *window);
}

/* The point forecast: all networks vote on each part before it is gone on from. */
static void go_straight(double *mean, struct road *road, struct alm_lstm_bench *bench, const double *window)
{
    const size_t part = bench->lstm->plan.horizon;
    begin(road, window, 1);
    for (size_t done = 0; done < road->horizon; done += part) {
        show(bench, road, 1, done);
        for (size_t i = 0; i < bench->lstm->n_networks; i++)
            alm_lstm_bench_run(bench, i);
        for (size_t h = 0; h < part && done + h < road->horizon; h++)
            mean[done + h] = road->y[road->lookback + done + h] =
                alm_lstm_bench_vote(bench, 0, 0, h, (double)NAN);
    }
}

/* A value drawn from what the outputs say; beyond the outermost learnt quantile it is that one. */
static double draw(const struct alm_loss *loss, const double *values, struct alm_random *random)
{
    double level = alm_random_uniform(random);
    if (loss->kind == ALM_LOSS_QUANTILE)
        level = fmin(fmax(level, loss->levels[0]), loss->levels[loss->n_levels - 1]);
    else
        level = fmin(fmax(level, 1e-6), 1 - 1e-6);
    return alm_answer_quantile(loss, values, level);
}

/* A class drawn by its probability, which is noted. */
static size_t draw_class(const struct road *road, const double *probability, size_t n, size_t step,
                         struct alm_random *random)
{
    double left = alm_random_uniform(random);
    size_t k = 0;
    while (k + 1 < n && left >= probability[k])
        left -= probability[k++];
    for (size_t j = 0; j < n; j++)
        road->chance[step * n + j] +=
            road->n_paths == 1 ? (j == k ? 1 : 0) : probability[j] / (double)road->n_paths;
    return k;
}

/* The next value of a path: row `row` of the bench, h steps behind what it sees, `step` steps along the road.
 */
static double next_value(struct alm_lstm_bench *bench, const struct road *road, size_t network, size_t row,
                         size_t h, size_t step, struct alm_random *random)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    const struct alm_class_rule *rule = &lstm->plan.classes.rule;
    double *values = bench->probability, base, scale;
    alm_lstm_bench_read(values, &base, &scale, bench, network, row, 0, h);
    if (rule->n > 0) return road->worth[draw_class(road, values, rule->n, step, random)];
    return base + scale * draw(&lstm->loss, values, random);
}

/* Paths first .. first + rows, of one network. */
static enum alm_status go_apart(struct road *road, struct alm_lstm_bench *bench, const double *window,
                                size_t network, size_t first, size_t rows, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    const size_t part = lstm->plan.horizon;
    struct alm_random *random;
    const uint64_t key = alm_random_key(lstm->seed, road->series[0].name, first);
    ALM_TRY(alm_random_create(&random, alm_random_key(key, "paths", 0), error));
    begin(road, window, rows);
    for (size_t done = 0; done < road->horizon; done += part) {
        show(bench, road, rows, done);
        alm_lstm_bench_run(bench, network);
        for (size_t row = 0; row < rows; row++)
            for (size_t h = 0; h < part && done + h < road->horizon; h++) {
                const double value = next_value(bench, road, network, row, h, done + h, random);
                road->y[row * road->length + road->lookback + done + h] = value;
                road->paths[(done + h) * road->n_paths + first + row] = value;
            }
    }
    alm_random_free(random);
    return ALM_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* All paths; each network has its part of them. */
static enum alm_status walk(struct road *road, struct alm_lstm_bench *bench, const double *window,
                            struct alm_error *error)
{
    const size_t paths = road->n_paths,
                 networks = bench->lstm->n_networks < paths ? bench->lstm->n_networks : paths;
    for (size_t i = 0; i < networks; i++) {
        const size_t from = i * paths / networks, to = (i + 1) * paths / networks;
        for (size_t first = from; first < to; first += ALM_LSTM_ROWS)
            ALM_TRY(go_apart(road, bench, window, i, first,
                             to - first < ALM_LSTM_ROWS ? to - first : ALM_LSTM_ROWS, error));
    }
    return ALM_OK;
}

static void put_quantiles(struct alm_forecast *out, size_t index, struct road *road)
{
    const size_t n = road->n_paths;
    for (size_t h = 0; h < road->horizon; h++) {
        double *paths = road->paths + h * n;
        qsort(paths, n, sizeof *paths, compare);
        for (size_t q = 0; q < out->n_levels; q++) {
            const double at = out->level[q] * (double)(n - 1);
            const size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
            out->quantile[(index * out->horizon + h) * out->n_levels + q] =
                paths[low] + (at - (double)low) * (paths[high] - paths[low]);
        }
    }
}

/* A label's number; the mean of the history's values in a bin, or the edge of one that it never was in. */
static enum alm_status find_worth(struct road *road, const struct alm_class_rule *rule, const double *edge,
                                  struct alm_span y, struct alm_error *error)
{
    double *count;
    ALM_TRY(ALM_NEW(&road->worth, rule->n, error));
    ALM_TRY(ALM_NEW(&count, rule->n, error));
    for (size_t i = 0; i < y.n; i++) {
        if (isnan(y.y[i])) continue;
        const size_t k = alm_class_of(y.y[i], edge, rule->n);
        road->worth[k] += (y.y[i] - road->worth[k]) / ++count[k];
    }
    for (size_t k = 0; k < rule->n; k++)
        if (rule->kind == ALM_CLASSES_LABELS)
            road->worth[k] = (double)k;
        else if (count[k] <= 0)
            road->worth[k] = edge[k > 0 ? k - 1 : 0];
    free(count);
    return ALM_OK;
}

static enum alm_status put_classes(struct alm_forecast *out, size_t index, struct road *road,
                                   struct alm_lstm_bench *bench, struct alm_lstm_window window,
                                   struct alm_error *error)
{
    const struct alm_class_rule *rule = &bench->lstm->plan.classes.rule;
    const double *edge = alm_lstm_classes_find(&bench->lstm->plan.classes, window.series->name);
    ALM_TRY(find_worth(road, rule, edge, window.series->target, error));
    ALM_TRY(alm_forecast_set_classes(out, index, rule->kind, rule->n, error));
    road->chance = out->classes[index].probability;
    ALM_TRY(walk(road, bench, window.series->target.y + window.first, error));
    alm_class_edges_at(out->classes[index].edge, rule, edge, 0);
    return ALM_OK;
}

static enum alm_status put_numbers(struct alm_forecast *out, size_t index, struct road *road,
                                   struct alm_lstm_bench *bench, const double *window,
                                   struct alm_error *error)
{
    const enum alm_loss_kind kind = bench->lstm->loss.kind;
    go_straight(out->mean + index * out->horizon, road, bench, window);
    out->has_quantiles[index] = out->n_levels > 0 && (kind == ALM_LOSS_QUANTILE ||
                                                      kind == ALM_LOSS_GAUSSIAN || kind == ALM_LOSS_STUDENT);
    if (!out->has_quantiles[index]) return ALM_OK;
    ALM_TRY(walk(road, bench, window, error));
    put_quantiles(out, index, road);
    return ALM_OK;
}

enum alm_status alm_lstm_forecast_paths(struct alm_forecast *out, size_t index, struct alm_lstm_bench *bench,
                                        struct alm_lstm_window window, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &bench->lstm->plan;
    const double *y = window.series->target.y + window.first;
    struct road road;
    enum alm_status status = road_init(&road, window, plan->lookback, out->horizon,
                                       alm_config_size(bench->lstm->config, "paths"), error);
    if (status == ALM_OK)
        status = plan->classes.rule.n > 0 ? put_classes(out, index, &road, bench, window, error)
                                          : put_numbers(out, index, &road, bench, y, error);
    road_clear(&road);
    return status;
}
