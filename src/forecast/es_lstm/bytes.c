/* A fitted forecaster `es-lstm` as bytes, and back. */
#include "forecast/es_lstm/es_lstm.h"

#include "base/memory.h"
#include "nn/optimiser.h"

#include <math.h>
#include <stdlib.h>

enum { VERSION = 1, MOST = 1000000 };

void alm_es_lstm_clear(struct alm_es_lstm *es)
{
    for (size_t i = 0; es->series != NULL && i < es->n_series; i++)
        free(es->series[i].name);
    for (size_t k = 0; es->member != NULL && k < es->n_members; k++) {
        alm_network_free(es->member[k].network);
        free(es->member[k].parameters);
    }
    free(es->series);
    free(es->member);
    *es = (struct alm_es_lstm){.config = es->config, .seed = es->seed};
}

enum alm_status alm_es_lstm_save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_es_lstm *es = self;
    if (es->horizon == 0) return alm_fail(error, ALM_INTERNAL, "es-lstm: asked to save before it was fitted");
    alm_bytes_put_u32(out, VERSION);
    const size_t sizes[] = {es->inputs, es->steps, es->horizon, es->n_members, es->n_series};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        alm_bytes_put_u64(out, sizes[i]);
    alm_bytes_put_f64(out, es->loss);
    for (size_t i = 0; i < es->n_series; i++) {
        const struct alm_es_series *series = &es->series[i];
        alm_bytes_put_text(out, series->name);
        alm_bytes_put_u32(out, series->log);
        alm_bytes_put_f64(out, series->unit);
        alm_bytes_put_u64(out, series->seasons.n_seasons);
        for (size_t k = 0; k < series->seasons.n_seasons; k++)
            alm_bytes_put_u64(out, series->seasons.period[k]);
    }
    for (size_t k = 0; k < es->n_members; k++) {
        alm_network_save(es->member[k].network, out);
        alm_reals_save(es->member[k].parameters, es->n_parameters, out);
    }
    return alm_bytes_check(out, error);
}

static enum alm_status damaged(struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE, "the stored es-lstm is damaged or does not fit its spec");
}

static enum alm_status load_series(struct alm_es_lstm *es, struct alm_bytes_reader *in,
                                   struct alm_error *error)
{
    const size_t n = alm_bytes_get_u64(in);
    es->loss = alm_bytes_get_f64(in);
    if (in->failed || n == 0 || n > in->length - in->offset) return damaged(error);
    ALM_TRY(ALM_NEW(&es->series, n, error));
    while (es->n_series < n) {
        struct alm_es_series *series = &es->series[es->n_series++];
        ALM_TRY(alm_bytes_get_text(in, &series->name, error));
        series->log = alm_bytes_get_u32(in) != 0;
        series->unit = alm_bytes_get_f64(in);
        series->seasons.n_seasons = alm_bytes_get_u64(in);
        if (in->failed || !(series->unit > 0) || !isfinite(series->unit) ||
            series->seasons.n_seasons > ALM_SMOOTHING_SEASONS)
            return damaged(error);
        for (size_t k = 0; k < series->seasons.n_seasons; k++) {
            series->seasons.period[k] = alm_bytes_get_u64(in);
            if (series->seasons.period[k] < 2 || series->seasons.period[k] > in->length)
                return damaged(error);
        }
        series->first = es->n_parameters;
        es->n_parameters += alm_smoothing_parameters(&series->seasons);
        if (es->n_parameters > in->length) return damaged(error);
    }
    return ALM_OK;
}

static enum alm_status load_member(struct alm_es_member *member, const struct alm_es_lstm *es,
                                   struct alm_bytes_reader *in, struct alm_error *error)
{
    ALM_TRY(alm_network_load(&member->network, in, error));
    const struct alm_network_shape *s = &member->network->shape;
    if (s->inputs != es->inputs || s->horizon != es->horizon || s->levels != 1 ||
        s->labels != ALM_LABELS_ALL || s->n_series + s->extras + s->window > 0)
        return damaged(error);
    for (size_t i = 0; i < s->layers; i++)
        if (s->dilation[i] > 0 && es->steps % s->dilation[i] != 0) return damaged(error);
    ALM_TRY(ALM_NEW(&member->parameters, es->n_parameters, error));
    alm_reals_load(member->parameters, es->n_parameters, in);
    for (size_t i = 0; i < es->n_parameters; i++)
        if (!isfinite(member->parameters[i])) return damaged(error);
    return in->failed ? damaged(error) : ALM_OK;
}

static enum alm_status load_all(struct alm_es_lstm *es, struct alm_bytes_reader *in, struct alm_error *error)
{
    if (alm_bytes_get_u32(in) != VERSION) return damaged(error);
    es->inputs = alm_bytes_get_u64(in);
    es->steps = alm_bytes_get_u64(in);
    es->horizon = alm_bytes_get_u64(in);
    es->n_members = alm_bytes_get_u64(in);
    if (in->failed || es->inputs == 0 || es->inputs > MOST || es->steps == 0 || es->steps > MOST ||
        es->horizon == 0 || es->horizon > MOST || es->n_members != alm_config_size(es->config, "ensemble"))
        return damaged(error);
    ALM_TRY(ALM_NEW(&es->member, es->n_members, error));
    ALM_TRY(load_series(es, in, error));
    for (size_t k = 0; k < es->n_members; k++)
        ALM_TRY(load_member(&es->member[k], es, in, error));
    return ALM_OK;
}

enum alm_status alm_es_lstm_load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_es_lstm *es = self;
    alm_es_lstm_clear(es);
    const enum alm_status status = load_all(es, in, error);
    if (status != ALM_OK) alm_es_lstm_clear(es);
    return status;
}
