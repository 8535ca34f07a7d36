/* The forecasts of the forecaster `es-lstm`. */
#include "forecast/es_lstm/es_lstm.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One series under way; smoothing and parameters are those of the member that is asked. */
struct row {
    struct alm_es_series own; /* of a series that the fit did not see */
    const struct alm_es_series *series;
    alm_real *start; /* its parameters then */
    double *z;
    size_t n;
    struct alm_smoothing smoothing;
};

struct desk {
    const struct alm_es_lstm *es;
    struct alm_batch batch;
    struct alm_tape *tape;
    struct row row[ALM_ES_LSTM_ROWS];
    double *answer; /* [rows][horizon][n_members] */
};

static void clear_row(struct row *row)
{
    alm_smoothing_clear(&row->smoothing);
    free(row->z);
    free(row->start);
    *row = (struct row){0};
}

static void leave(struct desk *desk)
{
    for (size_t i = 0; i < ALM_ES_LSTM_ROWS; i++)
        clear_row(&desk->row[i]);
    alm_batch_clear(&desk->batch);
    alm_tape_free(desk->tape);
    free(desk->answer);
}

static const struct alm_es_series *find(const struct alm_es_lstm *es, const char *name, size_t guess)
{
    if (guess < es->n_series && strcmp(es->series[guess].name, name) == 0) return &es->series[guess];
    for (size_t i = 0; i < es->n_series; i++)
        if (strcmp(es->series[i].name, name) == 0) return &es->series[i];
    return NULL;
}

static enum alm_status take_series(struct row *row, const struct alm_es_lstm *es,
                                   const struct alm_history_series *series, size_t index,
                                   struct alm_error *error)
{
    clear_row(row);
    row->series = find(es, series->name, index);
    row->n = series->target.n;
    if (row->series == NULL) {
        ALM_TRY(alm_es_series_learn(&row->own, es, series, error));
        row->series = &row->own;
    }
    ALM_TRY(ALM_NEW(&row->z, row->n, error));
    alm_es_series_scale(row->z, row->series, series->target.y, row->n);
    if (row->series == &row->own) {
        ALM_TRY(ALM_NEW(&row->start, alm_smoothing_parameters(&row->own.seasons), error));
        alm_es_series_start(row->start, es, row->series, row->z, row->n);
    }
    return alm_smoothing_init(&row->smoothing, &row->series->seasons, row->z, row->n, error);
}

/* What member k answers for all rows. */
static void ask(struct desk *desk, size_t k, size_t horizon)
{
    const struct alm_es_lstm *es = desk->es;
    const struct alm_es_member *member = &es->member[k];
    const size_t rows = desk->batch.rows;
    for (size_t i = 0; i < rows; i++) {
        struct row *row = &desk->row[i];
        alm_smoothing_run(&row->smoothing,
                          row->start != NULL ? row->start : member->parameters + row->series->first);
        alm_es_row_fill(&desk->batch, i, es, &row->smoothing, 0);
    }
    const alm_real *answers =
        alm_network_forward(desk->tape, member->network, &desk->batch) + (es->steps - 1) * rows * es->horizon;
    for (size_t i = 0; i < rows; i++)
        for (size_t h = 0; h < horizon; h++) {
            const struct row *row = &desk->row[i];
            const double z = (double)answers[i * es->horizon + h] + row->smoothing.level[row->n - 1] +
                             alm_smoothing_season(&row->smoothing, row->n - 1, h + 1);
            desk->answer[(i * es->horizon + h) * es->n_members + k] = alm_es_series_value(row->series, z);
        }
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* NaN if any is. */
static double median(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i])) return (double)NAN;
    qsort(values, n, sizeof *values, compare);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

static enum alm_status forecast_rows(struct alm_forecast *out, struct desk *desk,
                                     const struct alm_history *history, size_t first, struct alm_error *error)
{
    const struct alm_es_lstm *es = desk->es;
    const size_t left = history->n_series - first;
    desk->batch.rows = left < ALM_ES_LSTM_ROWS ? left : ALM_ES_LSTM_ROWS;
    for (size_t i = 0; i < desk->batch.rows; i++)
        ALM_TRY(take_series(&desk->row[i], es, &history->series[first + i], first + i, error));
    for (size_t k = 0; k < es->n_members; k++)
        ask(desk, k, history->horizon);
    for (size_t i = 0; i < desk->batch.rows; i++)
        for (size_t h = 0; h < history->horizon; h++)
            out->mean[(first + i) * out->horizon + h] =
                median(desk->answer + (i * es->horizon + h) * es->n_members, es->n_members);
    return ALM_OK;
}

enum alm_status alm_es_lstm_forecast(const void *self, const struct alm_history *history,
                                     struct alm_forecast *out, struct alm_error *error)
{
    const struct alm_es_lstm *es = self;
    if (es->horizon == 0)
        return alm_fail(error, ALM_INTERNAL, "es-lstm: asked to forecast before it was fitted");
    if (history->horizon > es->horizon)
        return alm_fail(error, ALM_USAGE, "es-lstm was trained for a horizon of %zu, not %zu: train it again",
                        es->horizon, history->horizon);
    const size_t rows = history->n_series < ALM_ES_LSTM_ROWS ? history->n_series : ALM_ES_LSTM_ROWS;
    const struct alm_network *network = es->member[0].network;
    struct desk desk = {.es = es};
    enum alm_status status = alm_batch_init(&desk.batch, &network->shape, es->steps, rows, error);
    if (status == ALM_OK) status = alm_tape_create_forward(&desk.tape, network, es->steps, rows, error);
    if (status == ALM_OK) status = ALM_NEW(&desk.answer, rows * es->horizon * es->n_members, error);
    for (size_t first = 0; status == ALM_OK && first < history->n_series; first += ALM_ES_LSTM_ROWS)
        status = forecast_rows(out, &desk, history, first, error);
    leave(&desk);
    return status;
}
