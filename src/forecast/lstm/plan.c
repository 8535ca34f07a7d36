/* What the options of the forecaster `lstm` say of windows and network. */
#include "forecast/lstm/state.h"

#include <string.h>

enum { DIRECT, SEGMENT, RECURSIVE }; /* the choices of decoder */

/* The value of a list for a layer: its own, or the one that is for all. */
static double of_layer(const struct alm_config *c, const char *option, size_t layer)
{
    size_t n;
    const double *list = alm_config_numbers(c, option, &n);
    return list[n == 1 ? 0 : layer];
}

static struct alm_forget forget_of(const struct alm_config *c, size_t layer)
{
    return (struct alm_forget){(enum alm_forget_mode)of_layer(c, "forget", layer),
                               of_layer(c, "forget_rate", layer), of_layer(c, "forget_noise", layer)};
}

static enum alm_status check_forget(const struct alm_config *c, struct alm_error *error)
{
    static const char *const lists[] = {"forget", "forget_rate", "forget_noise"};
    const size_t layers = alm_config_size(c, "layers");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t n;
        alm_config_numbers(c, lists[i], &n);
        if (n != 1 && n != layers)
            return alm_fail(error, ALM_USAGE,
                            "lstm: %s=%s has %zu values and layers=%zu: give one for all layers or one for "
                            "each (alternatives of tune stand in parentheses: (zero)+(one))",
                            lists[i], alm_config_text(c, lists[i]), n, layers);
    }
    for (size_t i = 0; i < layers; i++) {
        const struct alm_forget f = forget_of(c, i);
        if (f.mode == ALM_FORGET_NOISE && f.rate > 0 && f.noise <= 0)
            return alm_fail(error, ALM_USAGE,
                            "lstm: forget=noise would have no effect: it needs forget_noise>0");
    }
    return ALM_OK;
}

static enum alm_status check_plan(const struct alm_lstm_state *lstm, struct alm_error *error)
{
    const struct alm_config *c = lstm->config;
    const struct alm_lstm_plan *plan = &lstm->plan;
    const bool all = plan->labels == ALM_LABELS_ALL;
    if (alm_config_has(c, "lookback") && alm_config_size(c, "lookback") % plan->segment != 0)
        return alm_fail(error, ALM_USAGE, "lstm: segment=%zu does not divide lookback=%zu", plan->segment,
                        alm_config_size(c, "lookback"));
    if (all && (plan->skip || lstm->decoder == SEGMENT))
        return alm_fail(error, ALM_USAGE,
                        "lstm: labels=all goes with skip=none and decoder=direct or recursive only");
    if (plan->skip && alm_config_has(c, "lookback") && alm_config_size(c, "lookback") > ALM_RIDGE_MOST_INPUTS)
        return alm_fail(error, ALM_USAGE, "lstm: skip takes a lookback of at most %d", ALM_RIDGE_MOST_INPUTS);
    if (plan->seasonal && plan->deseason)
        return alm_fail(error, ALM_USAGE,
                        "lstm: residual=season takes the season out, deseason=1 would again");
    if (plan->series_numbers && alm_config_choice(c, "validate") == 1)
        return alm_fail(error, ALM_USAGE,
                        "lstm: validate=series would leave series without a learnt vector (embedding)");
    if (plan->carry && lstm->decoder == RECURSIVE)
        return alm_fail(error, ALM_USAGE, "lstm: state=carry does not go with decoder=recursive");
    if (lstm->joint && (plan->series_numbers || plan->carry || lstm->decoder == RECURSIVE))
        return alm_fail(
            error, ALM_USAGE,
            "lstm: channels=joint goes with embedding=0, state=reset and decoder=direct or segment");
    if (lstm->joint && alm_config_choice(c, "validate") == 1)
        return alm_fail(error, ALM_USAGE,
                        "lstm: with channels=joint no series can be held out: validate=tail");
    return ALM_OK;
}

enum alm_status alm_lstm_read_plan(struct alm_lstm_state *lstm, struct alm_error *error)
{
    const struct alm_config *c = lstm->config;
    lstm->plan = (struct alm_lstm_plan){
        .segment = alm_config_size(c, "segment"),
        .labels = (enum alm_labels)alm_config_choice(c, "labels"),
        .scale = (enum alm_scaler_kind)alm_config_choice(c, "scale"),
        .seasonal = alm_config_choice(c, "residual") == 1,
        .deseason = alm_config_flag(c, "deseason"),
        .arcsinh = alm_config_flag(c, "arcsinh"),
        .skip = alm_config_choice(c, "skip") != ALM_LSTM_SKIP_NONE,
        .mask = alm_config_choice(c, "missing") == 1,
        .carry = alm_config_choice(c, "state") == 1,
        .scale_input = alm_config_flag(c, "scale_input"),
        .series_numbers = alm_config_size(c, "embedding") > 0,
        .calendar = {.coding = (enum alm_feature_coding)alm_config_choice(c, "calendar")},
    };
    lstm->skip = (enum alm_lstm_skip)alm_config_choice(c, "skip");
    lstm->decoder = alm_config_choice(c, "decoder");
    lstm->joint = alm_config_choice(c, "channels") == 1;
    lstm->n_networks = alm_config_size(c, "seeds");
    lstm->weights = (struct alm_lstm_weights){
        .kind = (enum alm_lstm_weighting)alm_config_choice(c, "weight"),
        .step = alm_config_real(c, "step_weight"),
        .squared = lstm->loss.kind == ALM_LOSS_MSE,
    };
    ALM_TRY(check_forget(c, error));
    return check_plan(lstm, error);
}

size_t alm_lstm_lookback(const struct alm_lstm_state *lstm, size_t season, size_t horizon)
{
    if (alm_config_has(lstm->config, "lookback")) return alm_config_size(lstm->config, "lookback");
    size_t n = alm_lookback(season, horizon);
    if (lstm->plan.seasonal && n < season) n = season;
    return (n + lstm->plan.segment - 1) / lstm->plan.segment * lstm->plan.segment;
}

size_t alm_lstm_answer(const struct alm_lstm_state *lstm, size_t horizon)
{
    size_t n = horizon;
    if (alm_config_has(lstm->config, "answer"))
        n = alm_config_size(lstm->config, "answer");
    else if (lstm->decoder == RECURSIVE || (lstm->decoder == SEGMENT && horizon % lstm->plan.segment == 0))
        n = lstm->plan.segment;
    return n < horizon ? n : horizon;
}

size_t alm_lstm_part(const struct alm_lstm_state *lstm, size_t horizon)
{
    return lstm->decoder == SEGMENT ? alm_lstm_answer(lstm, horizon) : 0;
}

bool alm_lstm_is_recursive(const struct alm_lstm_state *lstm)
{
    return lstm->decoder == RECURSIVE;
}

enum alm_status alm_lstm_shape(struct alm_network_shape *out, const struct alm_lstm_state *lstm,
                               struct alm_error *error)
{
    const struct alm_config *c = lstm->config;
    const struct alm_lstm_plan *plan = &lstm->plan;
    const bool segments = lstm->decoder == SEGMENT;
    *out = (struct alm_network_shape){
        .inputs = alm_lstm_inputs(plan),
        .projection = alm_config_size(c, "projection"),
        .hidden = alm_config_size(c, "hidden"),
        .layers = alm_config_size(c, "layers"),
        .horizon = plan->horizon * alm_lstm_channels(plan),
        .levels = lstm->loss.n_levels,
        .labels = plan->labels,
        .cell = (enum alm_cell_kind)alm_config_choice(c, "cell"),
        .peephole = alm_config_flag(c, "peephole"),
        .layer_norm = alm_config_flag(c, "layer_norm"),
        .residual = alm_config_flag(c, "residual_layers"),
        .dropout_input = alm_config_real(c, "dropout_input"),
        .dropout_layer = alm_config_real(c, "dropout_layer"),
        .dropout_recurrent = alm_config_real(c, "dropout_recurrent"),
        .precision = (enum alm_precision)alm_config_choice(c, "precision"),
        .dropout_head = alm_config_real(c, "dropout_head"),
        .window = plan->skip ? plan->lookback * alm_lstm_channels(plan) : 0,
        .extras = alm_lstm_extras(plan),
        .ahead = alm_lstm_ahead(plan),
        .n_series = plan->series_numbers ? lstm->n_names : 0,
        .embedding = plan->series_numbers ? alm_config_size(c, "embedding") : 0,
        .decoder = segments ? ALM_DECODER_SEGMENT : ALM_DECODER_DIRECT,
        .segment = segments ? alm_lstm_answer(lstm, plan->horizon) : 0,
    };
    for (size_t i = 0; i < out->layers; i++)
        out->forget[i] = forget_of(c, i);
    if (segments && plan->horizon % out->segment != 0)
        return alm_fail(error, ALM_DATA, "lstm: answer=%zu does not divide the horizon of %zu", out->segment,
                        plan->horizon);
    if (plan->labels == ALM_LABELS_ALL && out->extras > 0)
        return alm_fail(error, ALM_DATA,
                        "lstm: a calendar, future and static covariates belong to one origin: labels=last");
    if (out->window > ALM_RIDGE_MOST_INPUTS)
        return alm_fail(error, ALM_DATA, "lstm: skip takes a lookback (times channels) of at most %d",
                        ALM_RIDGE_MOST_INPUTS);
    return ALM_OK;
}

static bool same_forget(const struct alm_network_shape *a, const struct alm_network_shape *b)
{
    for (size_t i = 0; i < a->layers; i++)
        if (memcmp(&a->forget[i].rate, &b->forget[i].rate, sizeof(double)) != 0 ||
            memcmp(&a->forget[i].noise, &b->forget[i].noise, sizeof(double)) != 0 ||
            a->forget[i].mode != b->forget[i].mode)
            return false;
    return true;
}

bool alm_lstm_same_shape(const struct alm_network_shape *a, const struct alm_network_shape *b)
{
    return a->inputs == b->inputs && a->projection == b->projection && a->hidden == b->hidden &&
           a->layers == b->layers && a->horizon == b->horizon && a->levels == b->levels &&
           a->labels == b->labels && a->cell == b->cell && a->peephole == b->peephole &&
           a->layer_norm == b->layer_norm && a->residual == b->residual && same_forget(a, b) &&
           a->window == b->window && a->extras == b->extras && a->n_series == b->n_series &&
           a->embedding == b->embedding && a->decoder == b->decoder && a->segment == b->segment &&
           a->precision == b->precision && a->ahead == b->ahead;
}

uint32_t alm_lstm_series_number(const struct alm_lstm_state *lstm, const char *name)
{
    size_t low = 0, high = lstm->n_names;
    while (name != NULL && low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(lstm->names[middle], name);
        if (order == 0) return (uint32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)lstm->n_names;
}

void alm_lstm_point_norms(struct alm_lstm_state *lstm)
{
    struct alm_lstm_plan *plan = &lstm->plan;
    plan->past = lstm->norms;
    plan->future = lstm->norms == NULL ? NULL : lstm->norms + plan->n_past;
    plan->statics = lstm->norms == NULL ? NULL : lstm->norms + plan->n_past + plan->n_future;
}
