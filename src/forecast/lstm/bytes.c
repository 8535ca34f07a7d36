/* A fitted forecaster `lstm` as bytes, and back. */
#include "forecast/lstm/state.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Raised when the layout changes. Version 4, whose segment decoder saw nothing of its own bars, is still
 * read; older ones are refused. */
enum { VERSION = 5, OLDEST = 4, MOST_NETWORKS = 1000, MOST_NORMS = 1000000 };

void alm_lstm_clear_fit(struct alm_lstm_state *lstm)
{
    for (size_t i = 0; lstm->networks != NULL && i < lstm->n_networks; i++)
        alm_network_free(lstm->networks[i]);
    for (size_t i = 0; i < lstm->n_names; i++)
        free(lstm->names[i]);
    free(lstm->networks);
    free(lstm->result);
    free(lstm->names);
    free(lstm->norms);
    lstm->networks = NULL;
    lstm->result = NULL;
    lstm->names = NULL;
    lstm->norms = NULL;
    lstm->n_names = 0;
    alm_lstm_classes_clear(&lstm->plan.classes);
    lstm->plan.n_past = lstm->plan.n_future = lstm->plan.n_statics = 0;
    alm_lstm_point_norms(lstm);
}

/* ---- save ---- */

static void put_norm(struct alm_bytes *out, struct alm_lstm_norm norm)
{
    alm_bytes_put_f64(out, norm.centre);
    alm_bytes_put_f64(out, norm.spread);
}

static void save_plan(struct alm_bytes *out, const struct alm_lstm_state *lstm)
{
    const struct alm_lstm_plan *plan = &lstm->plan;
    alm_bytes_put_u64(out, plan->lookback);
    alm_bytes_put_u64(out, lstm->horizon);
    alm_bytes_put_u32(out, plan->calendar.fields);
    alm_bytes_put_u64(out, plan->n_past);
    alm_bytes_put_u64(out, plan->n_future);
    alm_bytes_put_u64(out, plan->n_statics);
    put_norm(out, plan->log_scale);
    for (size_t i = 0; i < plan->n_past + plan->n_future + plan->n_statics; i++)
        put_norm(out, lstm->norms[i]);
    alm_lstm_classes_save(&plan->classes, out);
    alm_bytes_put_u64(out, lstm->n_names);
    for (size_t i = 0; i < lstm->n_names; i++)
        alm_bytes_put_text(out, lstm->names[i]);
}

static void save_result(struct alm_bytes *out, const struct alm_train_result *result)
{
    alm_bytes_put_u64(out, result->epochs);
    alm_bytes_put_u64(out, result->best_epoch);
    alm_bytes_put_u64(out, result->optimiser_steps);
    alm_bytes_put_f64(out, result->validation_loss);
    alm_bytes_put_u32(out, result->timed_out);
    alm_bytes_put_u64(out, result->diverged_epoch);
    alm_bytes_put_f64(out, result->diverged_norm);
}

enum alm_status alm_lstm_save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = self;
    if (lstm->networks == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to save before it was fitted");
    alm_bytes_put_u32(out, VERSION);
    alm_bytes_put_u64(out, lstm->seed); /* that paths are drawn from */
    save_plan(out, lstm);
    alm_bytes_put_u64(out, lstm->n_networks);
    for (size_t i = 0; i < lstm->n_networks; i++) {
        save_result(out, &lstm->result[i]);
        alm_network_save(lstm->networks[i], out);
    }
    return alm_bytes_check(out, error);
}

/* ---- load ---- */

static enum alm_status damaged(struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE, "the stored lstm is damaged or does not fit its spec");
}

static struct alm_lstm_norm get_norm(struct alm_bytes_reader *in)
{
    const double centre = alm_bytes_get_f64(in), spread = alm_bytes_get_f64(in);
    return (struct alm_lstm_norm){centre, spread};
}

static bool is_sound(struct alm_lstm_norm norm)
{
    return isfinite(norm.centre) && isfinite(norm.spread) && norm.spread >= 0;
}

static enum alm_status load_norms(struct alm_lstm_state *lstm, struct alm_bytes_reader *in,
                                  struct alm_error *error)
{
    struct alm_lstm_plan *plan = &lstm->plan;
    const uint64_t past = alm_bytes_get_u64(in), future = alm_bytes_get_u64(in),
                   statics = alm_bytes_get_u64(in);
    plan->log_scale = get_norm(in);
    if (in->failed || past > MOST_NORMS || future > MOST_NORMS || statics > MOST_NORMS ||
        (past + future + statics) * 16 > in->length - in->offset || !is_sound(plan->log_scale))
        return damaged(error);
    if (past + future + statics > 0) ALM_TRY(ALM_NEW(&lstm->norms, past + future + statics, error));
    plan->n_past = past;
    plan->n_future = future;
    plan->n_statics = statics;
    for (size_t i = 0; i < past + future + statics; i++) {
        lstm->norms[i] = get_norm(in);
        if (!is_sound(lstm->norms[i])) return damaged(error);
    }
    alm_lstm_point_norms(lstm);
    return ALM_OK;
}

static enum alm_status load_names(struct alm_lstm_state *lstm, struct alm_bytes_reader *in,
                                  struct alm_error *error)
{
    const uint64_t n = alm_bytes_get_u64(in);
    if (in->failed || n > in->length - in->offset || (n > 0) != (lstm->plan.series_numbers || lstm->joint))
        return damaged(error);
    if (n > 0) ALM_TRY(ALM_NEW(&lstm->names, n, error));
    for (; lstm->n_names < n; lstm->n_names++)
        ALM_TRY(alm_bytes_get_text(in, &lstm->names[lstm->n_names], error));
    lstm->plan.channels = lstm->joint ? lstm->n_names : 1;
    return in->failed ? damaged(error) : ALM_OK;
}

static enum alm_status load_plan(struct alm_lstm_state *lstm, struct alm_bytes_reader *in, uint32_t version,
                                 struct alm_error *error)
{
    struct alm_lstm_plan *plan = &lstm->plan;
    plan->lookback = alm_bytes_get_u64(in);
    lstm->horizon = alm_bytes_get_u64(in);
    plan->calendar.fields = alm_bytes_get_u32(in);
    if (in->failed || plan->lookback == 0 || plan->lookback > 1000000 ||
        plan->lookback % plan->segment != 0 || lstm->horizon == 0 || lstm->horizon > 1000000 ||
        plan->calendar.fields >= ALM_FEATURE_FIELDS)
        return damaged(error);
    if (alm_config_has(lstm->config, "lookback") &&
        plan->lookback != alm_config_size(lstm->config, "lookback"))
        return damaged(error);
    plan->horizon = alm_lstm_is_recursive(lstm) ? alm_lstm_answer(lstm, lstm->horizon) : lstm->horizon;
    plan->part = version > 4 ? alm_lstm_part(lstm, plan->horizon) : 0;
    ALM_TRY(load_norms(lstm, in, error));
    ALM_TRY(alm_lstm_classes_load(&plan->classes, in, error));
    alm_lstm_set_loss(lstm);
    return load_names(lstm, in, error);
}

static void load_result(struct alm_train_result *result, struct alm_bytes_reader *in)
{
    result->epochs = alm_bytes_get_u64(in);
    result->best_epoch = alm_bytes_get_u64(in);
    result->optimiser_steps = alm_bytes_get_u64(in);
    result->validation_loss = alm_bytes_get_f64(in);
    result->timed_out = alm_bytes_get_u32(in) != 0;
    result->diverged_epoch = alm_bytes_get_u64(in);
    result->diverged_norm = alm_bytes_get_f64(in);
}

static enum alm_status load_networks(struct alm_lstm_state *lstm, struct alm_bytes_reader *in,
                                     struct alm_error *error)
{
    struct alm_network_shape shape;
    const uint64_t n = alm_bytes_get_u64(in);
    if (in->failed || n != lstm->n_networks || alm_lstm_shape(&shape, lstm, error) != ALM_OK)
        return damaged(error);
    ALM_TRY(ALM_NEW(&lstm->networks, lstm->n_networks, error));
    ALM_TRY(ALM_NEW(&lstm->result, lstm->n_networks, error));
    for (size_t i = 0; i < lstm->n_networks; i++) {
        load_result(&lstm->result[i], in);
        ALM_TRY(alm_network_load(&lstm->networks[i], in, error));
        if (!alm_lstm_same_shape(&lstm->networks[i]->shape, &shape)) return damaged(error);
    }
    return ALM_OK;
}

enum alm_status alm_lstm_load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_lstm_state *lstm = self;
    const uint32_t version = alm_bytes_get_u32(in);
    if (!in->failed && version < OLDEST && version > 0)
        return alm_fail(error, ALM_PARSE,
                        "this lstm was stored by an earlier version of almanac: train it again");
    if (in->failed || version < OLDEST || version > VERSION) return damaged(error);
    alm_lstm_clear_fit(lstm);
    lstm->seed = alm_bytes_get_u64(in);
    enum alm_status status = load_plan(lstm, in, version, error);
    if (status == ALM_OK) status = load_networks(lstm, in, error);
    if (status != ALM_OK) alm_lstm_clear_fit(lstm);
    return status;
}
