/* The fit of the forecaster `es-lstm`: smoothing and network by gradient descent together. */
#include "forecast/es_lstm/es_lstm.h"

#include "base/memory.h"
#include "nn/denormals.h"
#include "nn/optimiser.h"
#include "nn/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps of a sequence at most, unless lookback says so or one period of the layers is longer. */
enum { STEPS = 1000, MOST_STEPS = 1000000, LEAST_INPUTS = 8, MOST_INPUTS = 48 };

/* ---- sizes ---- */

static size_t common_divisor(size_t a, size_t b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

static void add_dilation(struct alm_network_shape *out, size_t dilation)
{
    if (out->layers < ALM_MOST_LAYERS) out->dilation[out->layers++] = dilation;
}

/* As given; else 1, the largest part of the season that is at most a quarter of it, and the seasons
 * themselves; without a season 1, 2, 4, 8. */
static void choose_dilations(struct alm_network_shape *out, const struct alm_es_lstm *es,
                             const struct alm_smoothing_shape *seasons)
{
    if (alm_config_has(es->config, "dilations")) {
        size_t n;
        const double *given = alm_config_numbers(es->config, "dilations", &n);
        for (size_t i = 0; i < n; i++)
            add_dilation(out, (size_t)given[i]);
        return;
    }
    if (seasons->n_seasons == 0) {
        for (size_t dilation = 1; dilation <= 8; dilation *= 2)
            add_dilation(out, dilation);
        return;
    }
    size_t part = seasons->period[0] / 4;
    while (part > 1 && seasons->period[0] % part != 0)
        part--;
    add_dilation(out, 1);
    if (part > 1) add_dilation(out, part);
    for (size_t k = 0; k < seasons->n_seasons; k++)
        add_dilation(out, seasons->period[k]);
}

/* The series with most and longest seasons decides for all; its history is among the longest. */
static const struct alm_smoothing_shape *widest(const struct alm_es_lstm *es)
{
    const struct alm_smoothing_shape *out = &es->series[0].seasons;
    for (size_t i = 1; i < es->n_series; i++) {
        const struct alm_smoothing_shape *s = &es->series[i].seasons;
        if (s->n_seasons > out->n_seasons ||
            (s->n_seasons == out->n_seasons && s->n_seasons > 0 && s->period[0] > out->period[0]))
            out = s;
    }
    return out;
}

static enum alm_status choose_sizes(struct alm_network_shape *out, struct alm_es_lstm *es, size_t longest,
                                    struct alm_error *error)
{
    const struct alm_config *c = es->config;
    const struct alm_smoothing_shape *seasons = widest(es);
    const size_t season = seasons->n_seasons > 0 ? seasons->period[0] : LEAST_INPUTS;
    *out = (struct alm_network_shape){
        .hidden = alm_config_size(c, "hidden"), .horizon = es->horizon, .levels = 1, .residual = true};
    choose_dilations(out, es, seasons);
    es->inputs = alm_config_has(c, "inputs") ? alm_config_size(c, "inputs")
                 : season < MOST_INPUTS      ? season
                                             : MOST_INPUTS;
    out->inputs = es->inputs;
    size_t period = 1;
    for (size_t i = 0; i < out->layers && period <= MOST_STEPS; i++)
        period *= out->dilation[i] / common_divisor(period, out->dilation[i]);
    const size_t wanted = alm_config_has(c, "lookback") ? alm_config_size(c, "lookback")
                          : longest < STEPS             ? longest
                                                        : STEPS;
    es->steps = (wanted + period - 1) / period * period;
    if (es->steps > MOST_STEPS)
        return alm_fail(error, ALM_USAGE,
                        "es-lstm: no sequence of sensible length is a multiple of all dilations");
    return ALM_OK;
}

/* ---- one training ---- */

struct training {
    struct alm_es_lstm *es;
    struct alm_es_member *member;
    const double *const *z;
    const size_t *n;
    const double *weight; /* [n_series] of errors */
    const struct alm_fit_hooks *hooks;
    struct alm_random *random;
    struct alm_tape *tape;
    struct alm_batch batch;
    struct alm_optimiser optimiser, *smoothers; /* of the network; [n_series] */
    alm_real *gradient, *d_series;              /* of the network; of one series */
    struct alm_smoothing row[ALM_ES_LSTM_ROWS];
    size_t *order;
    double tau;
    struct alm_schedule schedule;
    size_t batches; /* of an epoch */
};

static enum alm_status begin(struct training *t, const struct alm_network_shape *shape,
                             struct alm_error *error)
{
    struct alm_es_lstm *es = t->es;
    const struct alm_optimiser_settings adam = {.kind = ALM_OPTIMISER_ADAM};
    const size_t rows = alm_config_size(es->config, "batch");
    ALM_TRY(alm_network_create(&t->member->network, shape, error));
    ALM_TRY(alm_network_init(t->member->network, t->random, error));
    ALM_TRY(ALM_NEW(&t->member->parameters, es->n_parameters, error));
    ALM_TRY(alm_batch_init(&t->batch, shape, es->steps, rows, error));
    ALM_TRY(ALM_NEW(&t->batch.d_x, es->steps * rows * es->inputs, error));
    ALM_TRY(ALM_NEW(&t->batch.d_y, es->steps * rows * es->horizon, error));
    ALM_TRY(alm_tape_create_asking(&t->tape, t->member->network, es->steps, rows, t->hooks->threads, error));
    alm_tape_set_cancel(t->tape, t->hooks->cancel);
    ALM_TRY(ALM_NEW(&t->gradient, t->member->network->n_parameters, error));
    ALM_TRY(ALM_NEW(&t->d_series, es->n_parameters, error));
    ALM_TRY(ALM_NEW(&t->order, es->n_series, error));
    ALM_TRY(ALM_NEW(&t->smoothers, es->n_series, error));
    ALM_TRY(alm_optimiser_init(&t->optimiser, &adam, t->member->network->n_parameters, NULL, 0, error));
    for (size_t i = 0; i < es->n_series; i++) {
        const struct alm_es_series *series = &es->series[i];
        t->order[i] = i;
        alm_es_series_start(t->member->parameters + series->first, es, series, t->z[i], t->n[i]);
        ALM_TRY(alm_optimiser_init(&t->smoothers[i], &adam, alm_smoothing_parameters(&series->seasons), NULL,
                                   0, error));
    }
    return ALM_OK;
}

static void end(struct training *t)
{
    free(t->batch.d_x);
    free(t->batch.d_y);
    alm_batch_clear(&t->batch);
    alm_tape_free(t->tape);
    alm_optimiser_clear(&t->optimiser);
    for (size_t i = 0; t->smoothers != NULL && i < t->es->n_series; i++)
        alm_optimiser_clear(&t->smoothers[i]);
    for (size_t i = 0; i < ALM_ES_LSTM_ROWS; i++)
        alm_smoothing_clear(&t->row[i]);
    free(t->smoothers);
    free(t->gradient);
    free(t->d_series);
    free(t->order);
    alm_random_free(t->random);
}

/* Moves the smoothing parameters of one row's series; `share` is its part of the summed weights. */
static bool move_series(struct training *t, size_t row, size_t index, size_t counted, double rate)
{
    const struct alm_es_series *series = &t->es->series[index];
    alm_real *parameters = t->member->parameters + series->first;
    const size_t n = alm_smoothing_parameters(&series->seasons);
    double penalty = 0;
    if (counted == 0) return true;
    alm_es_row_take(&t->row[row], &t->batch, row, t->es);
    alm_smoothing_penalise(&penalty, &t->row[row],
                           alm_config_real(t->es->config, "wiggle") * (double)counted);
    memset(t->d_series, 0, n * sizeof *t->d_series);
    alm_smoothing_backward(t->d_series, &t->row[row], parameters, 1 / (double)counted);
    return isfinite(alm_optimiser_update(&t->smoothers[index], parameters, t->d_series, 1, rate, 0));
}

/* One step over series order[first ..]; false when a gradient is not finite. */
static bool step(struct training *t, struct alm_loss_sum *total, double *norm, size_t first, double share)
{
    const struct alm_es_lstm *es = t->es;
    const struct alm_loss loss = {.kind = ALM_LOSS_QUANTILE, .n_levels = 1, .levels = &t->tau};
    const double rate = alm_config_real(es->config, "rate");
    size_t counted[ALM_ES_LSTM_ROWS];
    struct alm_loss_sum sum = {0};
    for (size_t row = 0; row < t->batch.rows; row++) {
        const size_t i = t->order[first + row];
        alm_smoothing_run(&t->row[row], t->member->parameters + es->series[i].first);
        counted[row] = alm_es_row_fill(&t->batch, row, es, &t->row[row], t->weight[i]);
    }
    memset(t->gradient, 0, t->member->network->n_parameters * sizeof *t->gradient);
    alm_network_gradient(&sum, t->gradient, t->tape, t->member->network, &loss, &t->batch);
    total->sum += sum.sum, total->weight += sum.weight;
    if (sum.weight == 0) return true;
    bool finite = true;
    for (size_t row = 0; row < t->batch.rows; row++)
        finite = move_series(t, row, t->order[first + row], counted[row],
                             alm_config_real(es->config, "series_rate") * share) &&
                 finite;
    *norm = alm_optimiser_update(&t->optimiser, t->member->network->parameters, t->gradient, 1 / sum.weight,
                                 rate * share, 0);
    return finite && isfinite(*norm) && isfinite(sum.sum);
}

static enum alm_status run_epoch(struct training *t, struct alm_epoch *out, struct alm_error *error)
{
    const struct alm_es_lstm *es = t->es;
    const size_t rows = alm_config_size(es->config, "batch");
    const size_t total = t->batches * alm_config_size(es->config, "epochs");
    struct alm_loss_sum sum = {0};
    double norms = 0, share = 0;
    alm_random_shuffle(t->random, t->order, es->n_series);
    for (size_t b = 0; b < t->batches; b++) {
        double norm = 0;
        const size_t first = b * rows, left = es->n_series - first;
        t->batch.rows = left < rows ? left : rows;
        share =
            alm_schedule_rate(&t->schedule, &ALM_SCHEDULE_START, (out->epoch - 1) * t->batches + b, total);
        for (size_t row = 0; row < t->batch.rows; row++) {
            const size_t i = t->order[first + row];
            alm_smoothing_clear(&t->row[row]);
            ALM_TRY(alm_smoothing_init(&t->row[row], &es->series[i].seasons, t->z[i], t->n[i], error));
        }
        const bool finite = step(t, &sum, &norm, first, share);
        if (alm_cancelled(t->hooks->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
        if (!finite)
            return alm_fail(error, ALM_DIVERGED, "es-lstm diverged in epoch %zu: try a lower rate",
                            out->epoch);
        norms += norm / (double)t->batches;
    }
    out->train_loss = sum.weight > 0 ? sum.sum / sum.weight : (double)NAN;
    out->validation_loss = (double)NAN;
    out->learning_rate = share * alm_config_real(es->config, "rate");
    out->gradient_norm = norms;
    return ALM_OK;
}

static enum alm_status train(struct training *t, size_t member, struct alm_error *error)
{
    struct alm_es_lstm *es = t->es;
    const size_t epochs = alm_config_size(es->config, "epochs"), rows = alm_config_size(es->config, "batch");
    t->batches = (es->n_series + rows - 1) / rows;
    t->tau = alm_config_real(es->config, "tau");
    t->schedule = (struct alm_schedule){.kind = ALM_SCHEDULE_COSINE, .rate = 1};
    for (size_t epoch = 1; epoch <= epochs; epoch++) {
        struct alm_epoch out = {.epoch = epoch};
        alm_progress_report(t->hooks->progress, "training es-lstm", (double)(member * epochs + epoch - 1),
                            (double)(es->n_members * epochs), "epochs");
        ALM_TRY(run_epoch(t, &out, error));
        if (epoch == epochs) es->loss += out.train_loss / (double)es->n_members;
        if (t->hooks->epoch != NULL) ALM_TRY(t->hooks->epoch(t->hooks->context, &out, error));
    }
    return ALM_OK;
}

/* ---- the fit ---- */

static enum alm_status learn_series(struct alm_es_lstm *es, double **z, size_t *n,
                                    const struct alm_history *history, struct alm_error *error)
{
    for (size_t i = 0; i < history->n_series; i++) {
        const struct alm_history_series *from = &history->series[i];
        struct alm_es_series *series = &es->series[i];
        n[i] = from->target.n;
        es->n_series = i + 1;
        ALM_TRY(alm_copy_text(&series->name, from->name, error));
        ALM_TRY(alm_es_series_learn(series, es, from, error));
        series->first = es->n_parameters;
        es->n_parameters += alm_smoothing_parameters(&series->seasons);
        ALM_TRY(ALM_NEW(&z[i], n[i], error));
        alm_es_series_scale(z[i], series, from->target.y, n[i]);
    }
    return ALM_OK;
}

static enum alm_status fit_members(struct alm_es_lstm *es, double **z, const size_t *n, const double *weight,
                                   const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct alm_network_shape shape;
    size_t longest = 0;
    for (size_t i = 0; i < es->n_series; i++)
        longest = n[i] > longest ? n[i] : longest;
    ALM_TRY(choose_sizes(&shape, es, longest, error));
    enum alm_status status = ALM_OK;
    for (size_t k = 0; k < es->n_members && status == ALM_OK; k++) {
        struct training t = {.es = es,
                             .member = &es->member[k],
                             .z = (const double *const *)z,
                             .n = n,
                             .weight = weight,
                             .hooks = hooks};
        status = alm_random_create(&t.random, alm_random_key(es->seed, "es-lstm", k), error);
        if (status == ALM_OK) status = begin(&t, &shape, error);
        if (status == ALM_OK) status = train(&t, k, error);
        end(&t);
    }
    return status;
}

enum alm_status alm_es_lstm_fit(void *self, const struct alm_history *history,
                                const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    static const struct alm_fit_hooks none = {0};
    struct alm_es_lstm *es = self;
    double **z = NULL;
    size_t *n = NULL;
    double *weight = NULL;
    alm_es_lstm_clear(es);
    es->horizon = history->horizon;
    es->n_members = alm_config_size(es->config, "ensemble");
    const unsigned before = alm_denormals_flush();
    enum alm_status status = ALM_NEW(&z, history->n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&n, history->n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&weight, history->n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&es->series, history->n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&es->member, es->n_members, error);
    if (status == ALM_OK) status = learn_series(es, z, n, history, error);
    if (status == ALM_OK) alm_es_series_weigh(weight, es, history);
    if (status == ALM_OK) status = fit_members(es, z, n, weight, hooks == NULL ? &none : hooks, error);
    alm_denormals_restore(before);
    for (size_t i = 0; z != NULL && i < history->n_series; i++)
        free(z[i]);
    free(z);
    free(n);
    free(weight);
    if (status != ALM_OK) alm_es_lstm_clear(es);
    return status;
}
