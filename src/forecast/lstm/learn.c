/* What a fit of the forecaster `lstm` learns before it trains. Only the training part is looked at. */
#include "forecast/lstm/state.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum alm_status check_series(const struct alm_lstm_state *lstm, const struct alm_history *history,
                                    struct alm_error *error)
{
    const struct alm_history_series *first = &history->series[0];
    for (size_t i = 0; i < history->n_series; i++) {
        const struct alm_history_series *s = &history->series[i];
        if (lstm->plan.seasonal && s->season_length > lstm->plan.lookback)
            return alm_fail(error, ALM_DATA,
                            "lstm: residual=season needs a lookback of at least one season (%zu) for %s",
                            s->season_length, s->name);
        if (s->n_past != first->n_past || s->n_future != first->n_future || s->n_statics != first->n_statics)
            return alm_fail(error, ALM_DATA, "lstm: %s has other covariates than %s", s->name, first->name);
    }
    return ALM_OK;
}

static enum alm_status check_classes(const struct alm_lstm_state *lstm, const struct alm_history *history,
                                     struct alm_error *error)
{
    struct alm_error own = {0};
    if (alm_lstm_check_classes(lstm, &own) != ALM_OK) return alm_fail(error, ALM_DATA, "%s", own.text);
    if (alm_lstm_one_hot(&lstm->plan.classes) > 0 && (lstm->plan.seasonal || lstm->plan.deseason))
        return alm_fail(error, ALM_DATA, "lstm: %s holds labels, from which no season can be taken",
                        history->series[0].name);
    return ALM_OK;
}

/* Whether b has a's timestamps as far back as both go. */
static bool share_times(struct alm_span a, struct alm_span b)
{
    for (size_t i = 1; i <= a.n && i <= b.n; i++)
        if (a.ts[a.n - i] != b.ts[b.n - i]) return false;
    return true;
}

enum alm_status alm_lstm_check_channels(const struct alm_lstm_state *lstm, const struct alm_history *history,
                                        struct alm_error *error)
{
    for (size_t i = 1; lstm->joint && i < history->n_series; i++)
        if (!share_times(history->series[0].target, history->series[i].target))
            return alm_fail(error, ALM_DATA, "lstm: channels=joint needs the same times; %s and %s differ",
                            history->series[0].name, history->series[i].name);
    return ALM_OK;
}

static void set_sizes(struct alm_lstm_state *lstm, const struct alm_history *history)
{
    struct alm_lstm_plan *plan = &lstm->plan;
    lstm->horizon = history->horizon;
    plan->horizon = alm_lstm_is_recursive(lstm) ? alm_lstm_answer(lstm, history->horizon) : history->horizon;
    plan->part = alm_lstm_part(lstm, plan->horizon);
    plan->lookback = 0;
    plan->calendar.fields = 0;
    for (size_t i = 0; i < history->n_series; i++) {
        const struct alm_history_series *s = &history->series[i];
        const size_t n = alm_lstm_lookback(lstm, s->season_length, history->horizon);
        if (n > plan->lookback) plan->lookback = n;
        plan->calendar.fields |= alm_feature_fields(s->calendar.frequency);
    }
    plan->n_past = history->series[0].n_past;
    plan->n_future = history->series[0].n_future;
    plan->n_statics = history->series[0].n_statics;
}

/* ---- norms ---- */

struct moments {
    double n, mean, squares; /* Welford 1962 */
};

static void add(struct moments *m, double value)
{
    if (!isfinite(value)) return;
    const double before = value - m->mean;
    m->n++;
    m->mean += before / m->n;
    m->squares += before * (value - m->mean);
}

static struct alm_lstm_norm norm_of(const struct moments *m)
{
    const double sd = m->n > 0 ? sqrt(m->squares / m->n) : 0;
    return (struct alm_lstm_norm){m->mean, sd > 1e-12 * fabs(m->mean) ? sd : 0};
}

static void add_span(struct moments *m, struct alm_span span, size_t bars)
{
    for (size_t i = 0; i < bars && i < span.n; i++)
        add(m, span.y[i]);
}

/* Each covariate is standardised over all series' training parts together. */
static enum alm_status learn_norms(struct alm_lstm_state *lstm, const struct alm_history *history,
                                   const struct alm_span *train, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &lstm->plan;
    const size_t n = plan->n_past + plan->n_future + plan->n_statics;
    if (n == 0) return ALM_OK;
    ALM_TRY(ALM_NEW(&lstm->norms, n, error));
    for (size_t k = 0; k < n; k++) {
        struct moments m = {0};
        for (size_t i = 0; i < history->n_series; i++) {
            const struct alm_history_series *s = &history->series[i];
            if (k < plan->n_past)
                add_span(&m, s->past[k], train[i].n);
            else if (k < plan->n_past + plan->n_future)
                add_span(&m, s->future[k - plan->n_past], train[i].n);
            else
                add(&m, s->statics[k - plan->n_past - plan->n_future]);
        }
        lstm->norms[k] = norm_of(&m);
    }
    alm_lstm_point_norms(lstm);
    return ALM_OK;
}

/* ---- names ---- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum alm_status learn_names(struct alm_lstm_state *lstm, const struct alm_history *history,
                                   struct alm_error *error)
{
    lstm->plan.channels = lstm->joint ? history->n_series : 1;
    if (lstm->plan.series_numbers && history->n_series == 1)
        return alm_fail(error, ALM_DATA,
                        "lstm: embedding would have no effect: it needs two series or more, and %s is alone",
                        history->series[0].name);
    if (!lstm->plan.series_numbers && !lstm->joint) return ALM_OK;
    ALM_TRY(ALM_NEW(&lstm->names, history->n_series, error));
    for (; lstm->n_names < history->n_series; lstm->n_names++) {
        const char *name = history->series[lstm->n_names].name;
        ALM_TRY(alm_copy_text(&lstm->names[lstm->n_names], name == NULL ? "" : name, error));
    }
    qsort(lstm->names, lstm->n_names, sizeof *lstm->names, compare);
    return ALM_OK;
}

enum alm_status alm_lstm_learn(struct alm_lstm_state *lstm, const struct alm_history *history,
                               const struct alm_span *train, struct alm_error *error)
{
    ALM_TRY(learn_norms(lstm, history, train, error));
    return learn_names(lstm, history, error);
}

enum alm_status alm_lstm_size(struct alm_lstm_state *lstm, const struct alm_history *history,
                              struct alm_error *error)
{
    ALM_TRY(alm_lstm_classes_learn(&lstm->plan.classes, history, error));
    if (lstm->plan.classes.rule.n == 0 && alm_config_choice(lstm->config, "loss") == ALM_LOSS_CLASSES)
        return alm_fail(error, ALM_DATA,
                        "lstm: loss=classes needs labels, target=direction or bins=quantile:N, and %s holds "
                        "numbers",
                        history->series[0].name);
    alm_lstm_set_loss(lstm);
    if (lstm->plan.classes.rule.n > 0) ALM_TRY(check_classes(lstm, history, error));
    set_sizes(lstm, history);
    ALM_TRY(alm_lstm_check_channels(lstm, history, error));
    return check_series(lstm, history, error);
}
