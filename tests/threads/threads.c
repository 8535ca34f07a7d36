/* What runs on several threads, for the thread sanitizer, under which Criterion does not start: the crew, the
 * pool, the trainer with two and four threads, members of an ensemble, and fits side by side in a backtest,
 * those that combinations share too. Says `N passed, N failed`; what the sanitizer finds it reports itself.
 */
#include "backtest/backtest.h"
#include "base/pool.h"
#include "base/random.h"
#include "nn/crew.h"
#include "nn/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

static void check(bool good, const char *what)
{
    if (good)
        passed++;
    else
        failed++, printf("failed: %s\n", what);
}

static void must(enum alm_status status, const struct alm_error *error, const char *what)
{
    if (status == ALM_OK) return;
    printf("%s: %s\n%d passed, %d failed\n", what, error->text, passed, failed + 1);
    exit(1);
}

/* ---- crew ---- */

enum { PARTS = 4, RUNS = 300 };

static void count_part(void *context, size_t part, size_t worker)
{
    (void)worker;
    ((size_t *)context)[part]++;
}

static void test_crew(size_t threads)
{
    struct alm_crew *crew;
    struct alm_error error = {0};
    size_t counts[PARTS] = {0}, sum = 0; /* not atomic: the crew has to order them */
    must(alm_crew_create(&crew, threads, &error), &error, "crew");
    for (size_t run = 0; run < RUNS; run++) {
        alm_crew_run(crew, count_part, counts, run % PARTS + 1);
        sum = 0;
        for (size_t i = 0; i < PARTS; i++)
            sum += counts[i];
    }
    alm_crew_free(crew);
    check(sum == RUNS / PARTS * (1 + 2 + 3 + 4), "every part of every run is done once");
}

/* ---- pool ---- */

enum { TASKS = 200 };

struct tasks {
    size_t result[TASKS], delivered;
    struct alm_cancel *cancel; /* NULL, or set by the middle task */
};

static enum alm_status run_task(void *context, size_t index, size_t worker, struct alm_error *error)
{
    struct tasks *tasks = context;
    (void)worker, (void)error;
    tasks->result[index] = index + 1;
    if (tasks->cancel != NULL && index == TASKS / 2) alm_cancel_request(tasks->cancel, 2);
    return ALM_OK;
}

static enum alm_status deliver_task(void *context, size_t index, struct alm_error *error)
{
    struct tasks *tasks = context;
    (void)error;
    if (tasks->result[index] == index + 1) tasks->delivered++;
    return ALM_OK;
}

static void test_pool(size_t jobs, bool cancels)
{
    struct alm_cancel cancel = {0};
    struct tasks tasks = {.cancel = cancels ? &cancel : NULL};
    const struct alm_pool_work work = {TASKS, &tasks, run_task, deliver_task, NULL, 0};
    const enum alm_status status = alm_pool_run(&work, jobs, &cancel, NULL);
    check(cancels ? status == ALM_INTERRUPTED : status == ALM_OK && tasks.delivered == TASKS,
          "tasks are delivered in order, or the pool stops");
}

/* ---- trainer ---- */

static enum alm_status fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                            struct alm_error *error)
{
    const struct alm_network_shape *shape = context;
    (void)error;
    for (size_t row = 0; row < batch->rows; row++) {
        const double phase = (double)(first + row) + 0.1 * (double)pass;
        for (size_t t = 0; t < batch->steps; t++)
            for (size_t f = 0; f < shape->inputs; f++)
                batch->x[(t * batch->rows + row) * shape->inputs + f] =
                    (alm_real)sin(phase + (double)(t + f));
        for (size_t h = 0; h < shape->horizon; h++) {
            batch->y[row * shape->horizon + h] = (alm_real)sin(phase + (double)(batch->steps + h));
            batch->weight[row * shape->horizon + h] = 1;
        }
    }
    return ALM_OK;
}

/* A digest of the weights after some steps; the caller's thread and the helpers share network and tape. */
static void train(double out[2], const struct alm_network_shape *shape, size_t threads)
{
    struct alm_network *network;
    struct alm_random *random;
    struct alm_error error = {0};
    struct alm_network_shape own = *shape;
    const struct alm_batch_source source = {&own, 96, fill};
    const struct alm_loss loss = {.kind = ALM_LOSS_MSE, .n_levels = 1};
    const struct alm_trainer_settings settings = {
        .steps = 6, .batch = 64, .epochs = 2, .threads = threads, .schedule = {.rate = 0.01}, .key = 3};
    must(alm_network_create(&network, shape, &error), &error, "network");
    must(alm_random_create(&random, 1, &error), &error, "random");
    must(alm_network_init(network, random, &error), &error, "init");
    must(alm_trainer_run(NULL, network, &loss, &source, &source, &settings, NULL, &error), &error, "train");
    out[0] = out[1] = 0;
    for (size_t i = 0; i < network->n_parameters; i++) {
        out[0] += (double)network->parameters[i];
        out[1] += (double)network->parameters[i] * (double)(i % 97);
    }
    alm_random_free(random);
    alm_network_free(network);
}

static void test_trainer(const struct alm_network_shape *shape)
{
    double one[2], more[2];
    train(one, shape, 1);
    for (size_t threads = 2; threads <= 4; threads += 2) {
        train(more, shape, threads);
        check(memcmp(one, more, sizeof one) == 0, "the same weights on any number of threads");
    }
}

static void test_trainers(void)
{
    const struct alm_network_shape plain = {
        .inputs = 2, .hidden = 8, .layers = 1, .horizon = 3, .levels = 1, .labels = ALM_LABELS_LAST};
    struct alm_network_shape other = plain;
    test_trainer(&plain);
    other.layers = 2;
    other.dropout_layer = 0.2;
    test_trainer(&other);
    other.decoder = ALM_DECODER_SEGMENT;
    other.segment = 1;
    test_trainer(&other);
    other = plain;
    other.cell = ALM_CELL_SLSTM;
    test_trainer(&other);
}

/* ---- series ---- */

static struct alm_series *make_series(const char *name)
{
    enum { N = 150 };
    struct alm_series *series;
    struct alm_error error = {0};
    int64_t ts[N];
    double y[N];
    for (size_t i = 0; i < N; i++) {
        ts[i] = (int64_t)i;
        y[i] = sin((double)i / 3) + (double)(i * 7919 % 31) / 31 + (double)name[0];
    }
    must(alm_series_create(&series, name, (struct alm_frequency){ALM_FREQUENCY_INDEX, 1}, "UTC", 7, ts, y, N,
                           &error),
         &error, "series");
    return series;
}

/* ---- ensembles ---- */

enum { MEMBERS = 3, EPOCHS = 3 };

/* What the hooks were told; they are called by several threads, one at a time. */
struct told {
    double loss[MEMBERS * EPOCHS];
    size_t n, n_states;
};

static enum alm_status tell_epoch(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    struct told *told = context;
    (void)error;
    if (told->n < MEMBERS * EPOCHS) told->loss[told->n] = epoch->train_loss;
    told->n++;
    return ALM_OK;
}

static enum alm_status save_state(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                                  struct alm_error *error)
{
    (void)fit, (void)training, (void)state, (void)error;
    ((struct told *)context)->n_states++;
    return ALM_OK;
}

static enum alm_status load_state(void *context, size_t fit, size_t training, struct alm_bytes *state,
                                  struct alm_error *error)
{
    (void)context, (void)fit, (void)training, (void)state, (void)error;
    return ALM_OK;
}

static void ensemble(struct told *told, struct alm_bytes *model, const struct alm_series *series,
                     size_t threads)
{
    struct alm_forecaster *forecaster;
    struct alm_error error = {0};
    struct alm_series_outcome outcome;
    const struct alm_forecaster_settings settings = {.seed = 4};
    const struct alm_history_series entry = {.name = series->name,
                                             .target = alm_series_span(series),
                                             .calendar = series->calendar,
                                             .season_length = series->season_length};
    const struct alm_history history = {1, &entry, 3};
    const struct alm_checkpoints checkpoints = {told, save_state, load_state};
    const struct alm_fit_hooks hooks = {
        .context = told, .epoch = tell_epoch, .threads = threads, .checkpoints = &checkpoints};
    *told = (struct told){0};
    must(alm_forecaster_create(&forecaster, "lstm:hidden=4,lookback=14,epochs=3,steps=3,patience=0,seeds=3",
                               &settings, &error),
         &error, "forecaster");
    must(alm_forecaster_fit(forecaster, &history, NULL, 0, &hooks, &outcome, &error), &error, "fit");
    must(alm_forecaster_save(forecaster, model, &error), &error, "save");
    alm_forecaster_free(forecaster);
}

static void test_ensembles(void)
{
    struct alm_series *series = make_series("c");
    struct told one, more;
    struct alm_bytes model = {0};
    ensemble(&one, &model, series, 1);
    check(one.n == MEMBERS * EPOCHS && one.n_states > 0, "every epoch of every member is told");
    for (size_t threads = 2; threads <= 4; threads++) {
        struct alm_bytes other = {0};
        ensemble(&more, &other, series, threads);
        check(memcmp(one.loss, more.loss, sizeof one.loss) == 0,
              "epochs are told in the order of the members");
        check(other.length == model.length && memcmp(other.data, model.data, model.length) == 0,
              "the same ensemble on any number of threads");
        alm_bytes_clear(&other);
    }
    alm_bytes_clear(&model);
    alm_series_free(series);
}

/* ---- backtest ---- */

static enum alm_status add_result(void *context, const struct alm_task_result *result,
                                  struct alm_error *error)
{
    double *sum = context;
    (void)error;
    for (size_t i = 0; i < result->n_series; i++)
        if (result->series[i].status == ALM_OK)
            for (size_t h = 0; h < result->horizon; h++)
                *sum += result->series[i].forecast[h] * (double)(result->task + 1);
    return ALM_OK;
}

static double backtest(const struct alm_series *const *series, size_t jobs)
{
    const char *const specs[] = {"lstm:hidden=4,lookback=14,epochs=2,steps=3,seeds=2", "ses",
                                 "lstm:hidden=5,lookback=14,epochs=2,steps=3,skip=ridge",
                                 "median:of=ses+drift+(lstm:hidden=4,lookback=14,epochs=2,steps=3,seeds=2)",
                                 "stack:of=ses+drift+(average:of=drift+naive)"};
    const double levels[] = {0.1, 0.9};
    struct alm_backtest_settings settings = {.level = levels, .n_levels = 2, .seed = 1, .conformal_folds = 3};
    struct alm_plan *plan;
    struct alm_error error = {0};
    double sum = 0;
    settings.split = (struct alm_split){.horizon = 3, .folds = 3, .step = 3, .refit = 2};
    must(alm_plan_create(&plan, &settings, series, 2, specs, 5, &error), &error, "plan");
    const struct alm_backtest_control control = {.jobs = jobs};
    const struct alm_sink sink = {&sum, add_result};
    must(alm_backtest_run(plan, &control, &sink, &error), &error, "backtest");
    alm_plan_free(plan);
    return sum;
}

static void test_backtest(void)
{
    struct alm_series *series[] = {make_series("a"), make_series("b")};
    const double one = backtest((const struct alm_series *const *)series, 1);
    for (size_t jobs = 2; jobs <= 4; jobs += 2)
        check(backtest((const struct alm_series *const *)series, jobs) == one,
              "the same forecasts on any number of jobs");
    alm_series_free(series[0]);
    alm_series_free(series[1]);
}

int main(void)
{
    for (size_t threads = 1; threads <= 4; threads++)
        test_crew(threads);
    test_pool(2, false);
    test_pool(4, false);
    test_pool(4, true);
    test_trainers();
    test_ensembles();
    test_backtest();
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
