/* Inspections of the forecaster `lstm`. */
#include "forecast/lstm/inspect.h"

#include "base/memory.h"
#include "forecast/lstm/answer.h"
#include "forecast/prepare.h"
#include "forecast/types.h"
#include "forecast/wrapper.h"
#include "nn/denormals.h"
#include "nn/observe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void clear_cell(struct alm_inspected_cell *cell)
{
    for (size_t k = 0; k < ALM_PARTS; k++)
        free(cell->part[k]);
    for (size_t k = 0; k < ALM_OWN_PARTS; k++)
        free(cell->own[k]);
    free(cell->half_life);
}

static void clear_lags(struct alm_inspected_lags *lags)
{
    free(lags->series);
    free(lags->value);
    free(lags->influence);
    free(lags->influence_size);
    free(lags->influence_network);
}

void alm_inspection_free(struct alm_inspection *in)
{
    if (in == NULL) return;
    for (size_t k = 0; in->cell != NULL && k < in->n_cells; k++)
        clear_cell(&in->cell[k]);
    free(in->cell);
    free(in->ahead);
    free(in->series);
    free(in->ts);
    free(in->value);
    free(in->forecast);
    free(in->influence);
    free(in->influence_size);
    free(in->influence_network);
    for (size_t k = 0; in->other != NULL && k < in->n_others; k++)
        clear_lags(&in->other[k]);
    free(in->other);
    free(in->tensor);
    free(in);
}

/* ---- what was seen ---- */

static enum alm_status copy_window(struct alm_inspection *in, const struct alm_lstm_window *window,
                                   struct alm_error *error)
{
    const struct alm_span all = window->series->target;
    const int64_t *ts = all.ts + window->first;
    ALM_TRY(alm_copy_text(&in->series, window->series->name, error));
    ALM_TRY(ALM_NEW(&in->ts, in->lookback, error));
    ALM_TRY(ALM_NEW(&in->value, in->lookback, error));
    memcpy(in->ts, ts, in->lookback * sizeof *ts);
    memcpy(in->value, all.y + window->first, in->lookback * sizeof *all.y);
    in->frequency = window->series->calendar.frequency;
    ALM_TRY(ALM_NEW(&in->ahead, in->horizon, error));
    ALM_TRY(alm_calendar_extend(in->ahead, &window->series->calendar, all, in->horizon, error));
    if (in->lookback > 1 && in->frequency.unit != ALM_FREQUENCY_INDEX)
        in->bar = (double)(ts[in->lookback - 1] - ts[0]) / (double)(in->lookback - 1);
    return ALM_OK;
}

static enum alm_status copy_part(float **out, const alm_real *from, size_t n, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, n, error));
    memcpy(*out, from, n * sizeof **out);
    return ALM_OK;
}

static enum alm_status copy_layer(struct alm_inspected_cell *cell, const struct alm_inspection *in,
                                  const struct alm_observation *seen, size_t layer, struct alm_error *error)
{
    const alm_real *const parts[] = {seen->i, seen->f, seen->g, seen->o, seen->c, seen->h};
    const alm_real *const own[] = {seen->log_i, seen->own_f, seen->log_n};
    const size_t n = in->steps * in->hidden;
    cell->steps = in->steps;
    for (size_t k = 0; k < ALM_PARTS; k++)
        ALM_TRY(copy_part(&cell->part[k], parts[k] + layer * n, n, error));
    for (size_t k = 0; in->slstm && k < ALM_OWN_PARTS; k++)
        ALM_TRY(copy_part(&cell->own[k], own[k] + layer * n, n, error));
    ALM_TRY(ALM_NEW(&cell->half_life, in->hidden, error));
    alm_inspection_measure(cell, in->hidden);
    return ALM_OK;
}

static enum alm_status copy_decoder(struct alm_inspected_cell *cell, const struct alm_inspection *in,
                                    const struct alm_observed_decoder *seen, struct alm_error *error)
{
    const alm_real *const parts[] = {seen->i, seen->f, seen->g, seen->o, seen->c, seen->h};
    cell->decoder = true;
    cell->steps = seen->segments;
    for (size_t k = 0; k < ALM_PARTS; k++)
        ALM_TRY(copy_part(&cell->part[k], parts[k], cell->steps * in->hidden, error));
    alm_inspection_measure(cell, in->hidden);
    return ALM_OK;
}

/* One row through the network that forecasts, watched. */
static enum alm_status look_at_cells(const struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_inspection *in = looking->in;
    struct alm_observation *seen;
    ALM_TRY(alm_observation_create(&seen, looking->bench->lstm->networks[in->network], &looking->bench->batch,
                                   NULL, error));
    const bool decoder = seen->decoder.segments > 0;
    in->n_cells = in->layers + (decoder ? 1 : 0);
    enum alm_status status = ALM_NEW(&in->cell, in->n_cells, error);
    for (size_t k = 0; status == ALM_OK && k < in->layers; k++)
        status = copy_layer(&in->cell[k], in, seen, k, error);
    if (status == ALM_OK && decoder) status = copy_decoder(&in->cell[in->layers], in, &seen->decoder, error);
    alm_observation_free(seen);
    return status;
}

static enum alm_status read_forecast(const struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_inspection *in = looking->in;
    double values[ALM_LOSS_MAX_LEVELS], base, scale;
    if (in->classes) return ALM_OK;
    ALM_TRY(ALM_NEW(&in->forecast, in->horizon, error));
    for (size_t h = 0; h < in->horizon; h++) {
        alm_lstm_bench_read(values, &base, &scale, looking->bench, in->network, 0, looking->channel, h);
        in->forecast[h] = base + scale * alm_answer_point(&looking->bench->lstm->loss, values);
    }
    return ALM_OK;
}

/* ---- the work ---- */

static void read_sizes(struct alm_inspection *in, const struct alm_lstm_state *lstm)
{
    const struct alm_network_shape *shape = &lstm->networks[0]->shape;
    in->lookback = lstm->plan.lookback;
    in->segment = lstm->plan.segment;
    in->steps = in->lookback / in->segment;
    in->horizon = lstm->plan.horizon;
    in->layers = shape->layers;
    in->hidden = shape->hidden;
    in->n_networks = lstm->n_networks;
    in->classes = lstm->loss.kind == ALM_LOSS_CLASSES;
    in->labels = alm_lstm_one_hot(&lstm->plan.classes) > 0;
    in->recursive = alm_lstm_is_recursive(lstm);
    in->slstm = shape->cell == ALM_CELL_SLSTM;
}

static enum alm_status check_request(const struct alm_inspection *in, struct alm_error *error)
{
    if (in->network >= in->n_networks)
        return alm_fail(error, ALM_USAGE, "there is no network %zu: the model has %zu", in->network + 1,
                        in->n_networks);
    if (in->step > in->horizon)
        return alm_fail(error, ALM_USAGE, "there is no step %zu: the network answers %zu at a time", in->step,
                        in->horizon);
    return ALM_OK;
}

/* Every channel's last window into row 0. */
static enum alm_status put_windows(struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_lstm_bench *bench = looking->bench;
    bench->batch.rows = 1;
    for (size_t k = 0; k < looking->channels; k++) {
        const struct alm_history_series *series = &looking->series[k];
        bool usable;
        ALM_TRY(alm_lstm_last_window(&looking->window[k], &usable, bench->times, bench->lstm, series, error));
        if (!usable)
            return alm_fail(
                error, ALM_DATA,
                "%s cannot be shown to this lstm: it has %zu bars up to there and a window takes %zu, or it "
                "was not trained on",
                series->name, series->target.n, bench->lstm->plan.lookback);
        alm_lstm_bench_put(bench, 0, k, looking->window[k]);
    }
    return ALM_OK;
}

static enum alm_status look(struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_lstm_bench *bench = looking->bench;
    const bool usable = true;
    ALM_TRY(put_windows(looking, error));
    ALM_TRY(copy_window(looking->in, &looking->window[looking->channel], error));
    alm_lstm_bench_warm(bench, looking->in->network, &usable);
    ALM_TRY(look_at_cells(looking, error)); /* before the run, which moves the states on */
    alm_lstm_bench_run(bench, looking->in->network);
    ALM_TRY(read_forecast(looking, error));
    ALM_TRY(alm_lstm_look_at_lags(looking, error));
    return alm_lstm_look_at_tensors(looking, error);
}

static enum alm_status look_through(struct alm_lstm_looking *looking, const struct alm_lstm_state *lstm,
                                    struct alm_error *error)
{
    struct alm_lstm_bench bench;
    read_sizes(looking->in, lstm);
    ALM_TRY(check_request(looking->in, error));
    looking->bench = &bench;
    enum alm_status status = alm_lstm_bench_init(&bench, lstm, error);
    const unsigned before = alm_denormals_flush();
    if (status == ALM_OK) status = ALM_NEW(&looking->window, looking->channels, error);
    if (status == ALM_OK) status = look(looking, error);
    alm_denormals_restore(before);
    free(looking->window);
    alm_lstm_bench_clear(&bench);
    return status;
}

/* ---- which series ---- */

/* Of the history; n_series: it is not there. */
static size_t find_series(const struct alm_history *history, const char *name)
{
    size_t i = 0;
    while (name != NULL && i < history->n_series && strcmp(history->series[i].name, name) != 0)
        i++;
    return i;
}

static enum alm_status prepare(struct alm_prepared *out, const struct alm_forecaster *forecaster,
                               const struct alm_history *history, size_t i, struct alm_error *error)
{
    struct alm_series_outcome outcome = {0};
    const struct alm_history_series *series = &history->series[i];
    const struct alm_maker maker = alm_forecaster_maker(forecaster);
    ALM_TRY(alm_prepare(out, series, &maker, forecaster->self[0], forecaster->settings.missing,
                        history->horizon, &outcome, error));
    if (outcome.status == ALM_OK) return ALM_OK;
    return alm_fail(error, outcome.status, "%s: %s", series->name, outcome.reason);
}

/* The channel that a series of the history is shown by. */
static enum alm_status find_channel(size_t *out, const struct alm_lstm_state *lstm, const char *name,
                                    struct alm_error *error)
{
    *out = lstm->joint ? alm_lstm_series_number(lstm, name) : 0;
    if (!lstm->joint || *out < lstm->n_names) return ALM_OK;
    return alm_fail(error, ALM_DATA, "this lstm with channels=joint was not trained on %s", name);
}

/* prepared and series are [channels]. */
static enum alm_status gather(struct alm_lstm_looking *looking, struct alm_prepared *prepared,
                              struct alm_history_series *series, const struct alm_forecaster *forecaster,
                              const struct alm_history *history, size_t asked, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = forecaster->self[0];
    ALM_TRY(find_channel(&looking->channel, lstm, history->series[asked].name, error));
    for (size_t i = 0; i < history->n_series; i++) {
        size_t channel;
        if (!lstm->joint && i != asked) continue;
        ALM_TRY(find_channel(&channel, lstm, history->series[i].name, error));
        ALM_TRY(prepare(&prepared[channel], forecaster, history, i, error));
        series[channel] = prepared[channel].series;
    }
    looking->series = series;
    return lstm->joint ? alm_lstm_check_channels(lstm, history, error) : ALM_OK;
}

static enum alm_status prepare_and_look(struct alm_inspection *in, const struct alm_forecaster *forecaster,
                                        const struct alm_history *history, size_t asked,
                                        struct alm_error *error)
{
    const struct alm_lstm_state *lstm = forecaster->self[0];
    struct alm_lstm_looking looking = {.in = in, .channels = lstm->joint ? lstm->n_names : 1};
    struct alm_prepared *prepared = NULL;
    struct alm_history_series *series = NULL;
    if (lstm->joint && history->n_series != looking.channels)
        return alm_fail(error, ALM_DATA,
                        "this lstm with channels=joint is shown the %zu series it was trained on, not %zu",
                        looking.channels, history->n_series);
    enum alm_status status = ALM_NEW(&prepared, looking.channels, error);
    if (status == ALM_OK) status = ALM_NEW(&series, looking.channels, error);
    if (status == ALM_OK) status = gather(&looking, prepared, series, forecaster, history, asked, error);
    if (status == ALM_OK) status = look_through(&looking, lstm, error);
    for (size_t k = 0; prepared != NULL && k < looking.channels; k++)
        alm_prepared_clear(&prepared[k]);
    free(prepared);
    free(series);
    return status;
}

bool alm_inspection_is_joint(const struct alm_forecaster *forecaster)
{
    if (forecaster->type != &alm_lstm || forecaster->n_self == 0 || forecaster->self[0] == NULL) return false;
    return ((const struct alm_lstm_state *)forecaster->self[0])->joint;
}

static enum alm_status check_forecaster(const struct alm_forecaster *forecaster, struct alm_error *error)
{
    if (forecaster->type != &alm_lstm)
        return alm_fail(error, ALM_USAGE, "inspect looks into models of lstm, and this one is of %s",
                        forecaster->type->name);
    if (alm_transform_is_on(&forecaster->choice.transform))
        return alm_fail(error, ALM_USAGE,
                        "inspect does not look through transforms (log, difference and the "
                        "like), and this model has one");
    const struct alm_lstm_state *lstm = forecaster->n_self == 0 ? NULL : forecaster->self[0];
    if (lstm != NULL && lstm->networks != NULL) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "lstm: asked to look into a model that was not fitted");
}

enum alm_status alm_inspection_create(struct alm_inspection **out, const struct alm_forecaster *forecaster,
                                      const struct alm_history *history,
                                      const struct alm_inspection_request *request, struct alm_error *error)
{
    struct alm_inspection *in = NULL;
    const size_t asked = request->series == NULL ? 0 : find_series(history, request->series);
    *out = NULL;
    ALM_TRY(check_forecaster(forecaster, error));
    if (asked == history->n_series)
        return alm_fail(error, ALM_USAGE, "%s is none of the series of the history", request->series);
    ALM_TRY(ALM_NEW(&in, 1, error));
    in->network = request->network;
    in->step = request->step;
    const enum alm_status status = prepare_and_look(in, forecaster, history, asked, error);
    if (status == ALM_OK)
        *out = in;
    else
        alm_inspection_free(in);
    return status;
}
