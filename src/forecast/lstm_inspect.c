/* Inspections of the forecaster `lstm`. */
#include "forecast/lstm_inspect.h"

#include "base/memory.h"
#include "forecast/lstm_answer.h"
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
        alm_lstm_bench_read(values, &base, &scale, looking->bench, in->network, 0, 0, h);
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

static enum alm_status look(struct alm_lstm_looking *looking, const struct alm_history_series *series,
                            struct alm_error *error)
{
    struct alm_lstm_bench *bench = looking->bench;
    bool usable;
    ALM_TRY(alm_lstm_last_window(&looking->window, &usable, bench->times, bench->lstm, series, error));
    if (!usable)
        return alm_fail(
            error, ALM_DATA,
            "%s cannot be shown to this lstm: it has %zu bars up to there and a window takes %zu, or it "
            "was not trained on",
            series->name, series->target.n, bench->lstm->plan.lookback);
    ALM_TRY(copy_window(looking->in, &looking->window, error));
    bench->batch.rows = 1;
    alm_lstm_bench_put(bench, 0, 0, looking->window);
    alm_lstm_bench_warm(bench, looking->in->network, &usable);
    ALM_TRY(look_at_cells(looking, error)); /* before the run, which moves the states on */
    alm_lstm_bench_run(bench, looking->in->network);
    ALM_TRY(read_forecast(looking, error));
    ALM_TRY(alm_lstm_look_at_lags(looking, error));
    return alm_lstm_look_at_tensors(looking, error);
}

static enum alm_status look_through(struct alm_inspection *in, const struct alm_lstm_state *lstm,
                                    const struct alm_history_series *series, struct alm_error *error)
{
    struct alm_lstm_bench bench;
    struct alm_lstm_looking looking = {.in = in, .bench = &bench};
    if (lstm == NULL || lstm->networks == NULL)
        return alm_fail(error, ALM_USAGE, "lstm: asked to look into a model that was not fitted");
    if (lstm->joint)
        return alm_fail(error, ALM_USAGE,
                        "lstm: inspect shows one series at a time, and channels=joint needs them all");
    read_sizes(in, lstm);
    ALM_TRY(check_request(in, error));
    enum alm_status status = alm_lstm_bench_init(&bench, lstm, error);
    const unsigned before = alm_denormals_flush();
    if (status == ALM_OK) status = look(&looking, series, error);
    alm_denormals_restore(before);
    alm_lstm_bench_clear(&bench);
    return status;
}

static enum alm_status prepare_and_look(struct alm_inspection *in, const struct alm_forecaster *forecaster,
                                        const struct alm_history *history, struct alm_error *error)
{
    struct alm_prepared prepared = {0};
    struct alm_series_outcome outcome = {0};
    if (forecaster->type != &alm_lstm)
        return alm_fail(error, ALM_USAGE, "inspect looks into models of lstm, and this one is of %s",
                        forecaster->type->name);
    if (forecaster->n_self == 0) return alm_fail(error, ALM_USAGE, "lstm was not fitted");
    enum alm_status status =
        alm_prepare(&prepared, &history->series[0], forecaster->type, forecaster->self[0],
                    forecaster->settings.missing, history->horizon, &outcome, error);
    if (status == ALM_OK && outcome.status != ALM_OK)
        status = alm_fail(error, outcome.status, "%s: %s", history->series[0].name, outcome.reason);
    if (status == ALM_OK) status = look_through(in, forecaster->self[0], &prepared.series, error);
    alm_prepared_clear(&prepared);
    return status;
}

enum alm_status alm_inspection_create(struct alm_inspection **out, const struct alm_forecaster *forecaster,
                                      const struct alm_history *history,
                                      const struct alm_inspection_request *request, struct alm_error *error)
{
    struct alm_inspection *in = NULL;
    *out = NULL;
    ALM_TRY(ALM_NEW(&in, 1, error));
    in->network = request->network;
    in->step = request->step;
    const enum alm_status status = prepare_and_look(in, forecaster, history, error);
    if (status == ALM_OK)
        *out = in;
    else
        alm_inspection_free(in);
    return status;
}
