/* What checks are made of, gathered from the rows of a run. */
#include "backtest/check_impl.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void alm_moments_add(struct alm_moments *moments, double value)
{
    const double distance = value - moments->mean;
    moments->n++;
    moments->mean += distance / (double)moments->n;
    moments->spread += distance * (value - moments->mean);
}

double alm_moments_deviation(const struct alm_moments *moments)
{
    return moments->n < 2 ? (double)NAN : sqrt(moments->spread / (double)(moments->n - 1));
}

/* Forecasters that learn next to nothing and that others are measured against. */
static bool is_trivial(const char *type)
{
    static const char *const names[] = {"naive",
                                        "seasonal-naive",
                                        "naive2",
                                        "drift",
                                        "mean",
                                        "window-average",
                                        "seasonal-window-average",
                                        "historic-quantiles",
                                        "majority",
                                        "persistence"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(type, names[i]) == 0) return true;
    return false;
}

static enum alm_status allocate(struct alm_check_facts *facts, struct alm_error *error)
{
    const struct alm_plan *plan = facts->plan;
    size_t cells;
    if (!alm_multiply(&cells, plan->n_forecasters, plan->n_series))
        return alm_fail(error, ALM_NOMEM, "the checks of %zu series are too large", plan->n_series);
    ALM_TRY(alm_quantiles_init(&facts->quantiles, plan->settings.level, plan->settings.n_levels, error));
    ALM_TRY(ALM_NEW(&facts->forecaster, plan->n_forecasters, error));
    ALM_TRY(ALM_NEW(&facts->level, cells, error));
    ALM_TRY(ALM_NEW(&facts->range, plan->n_series, error));
    ALM_TRY(ALM_NEW(&facts->loss, plan->n_folds, error));
    for (size_t fold = 0; fold < plan->n_folds; fold++)
        facts->loss[fold] = NAN;
    for (size_t s = 0; s < plan->n_series; s++)
        facts->range[s] = (struct alm_range){0, INFINITY, -INFINITY};
    for (size_t f = 0; f < plan->n_forecasters; f++) {
        struct alm_check_forecaster *own = &facts->forecaster[f];
        own->label = plan->forecaster[f].label;
        own->trivial = is_trivial(plan->forecaster[f].type->name);
        own->random = (plan->forecaster[f].type->traits & ALM_TRAIT_RANDOM) != 0;
        own->leader.skill = own->leader.mae = own->leader.test.p_better = NAN;
        facts->n_own += !own->trivial;
        ALM_TRY(ALM_NEW(&own->inside, facts->quantiles.n_intervals, error));
    }
    return alm_check_find_jumps(facts, error);
}

enum alm_status alm_check_facts_create(struct alm_check_facts **out, const struct alm_plan *plan,
                                       struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->plan = plan;
    const enum alm_status status = allocate(*out, error);
    if (status == ALM_OK) return ALM_OK;
    alm_check_facts_free(*out);
    *out = NULL;
    return status;
}

void alm_check_facts_free(struct alm_check_facts *facts)
{
    if (facts == NULL) return;
    for (size_t f = 0; facts->forecaster != NULL && f < facts->plan->n_forecasters; f++)
        free(facts->forecaster[f].inside);
    free(facts->forecaster);
    free(facts->level);
    free(facts->range);
    free(facts->loss);
    alm_quantiles_clear(&facts->quantiles);
    free(facts);
}

/* One forecast with what was known at its origin. */
struct window {
    const struct alm_series *series;
    const struct alm_series_result *row;
    size_t bar, horizon;
    double last, scale;
};

/* The change of the first step. */
static void add_first(struct alm_check_forecaster *own, double forecast, double actual)
{
    const double before = forecast - own->f.mean;
    alm_moments_add(&own->f, forecast);
    alm_moments_add(&own->y, actual);
    own->together += before * (actual - own->y.mean);
    own->f_squared += forecast * forecast;
    own->miss_squared += (forecast - actual) * (forecast - actual);
    if (actual == 0 || forecast == 0) return;
    own->n_direction++;
    own->n_up += actual > 0;
    own->n_f_up += forecast > 0;
    own->n_hits += (actual > 0) == (forecast > 0);
}

/* What each trivial forecaster says for a step. */
static void fill_trivial(double *out, const struct window *w, size_t step)
{
    const size_t season = w->series->season_length, back = season * ((step + season - 1) / season);
    const double ago = w->bar + step >= back ? w->series->y[w->bar + step - back] : (double)NAN;
    const double slope = w->bar == 0 ? 0 : (w->last - w->series->y[0]) / (double)w->bar;
    out[ALM_TRIVIAL_NAIVE] = w->last;
    out[ALM_TRIVIAL_SEASON] = isnan(ago) ? w->last : ago;
    out[ALM_TRIVIAL_DRIFT] = w->last + slope * (double)step; /* a series begins with a value */
}

/* One scored value; step from 1. */
static void add_value(struct alm_check_forecaster *own, struct alm_moments *level, const struct window *w,
                      size_t step)
{
    const double actual = w->row->actual[step - 1], forecast = w->row->forecast[step - 1];
    const double error = (actual - forecast) / w->scale, change = (actual - w->last) / w->scale;
    double trivial[ALM_TRIVIAL_COUNT];
    own->n++;
    own->absolute += fabs(error);
    own->squared += error * error;
    own->change_squared += change * change;
    const double before = level->spread;
    alm_moments_add(level, actual / w->scale);
    own->level_spread += level->spread - before;
    fill_trivial(trivial, w, step);
    for (size_t i = 0; i < ALM_TRIVIAL_COUNT; i++)
        own->trivial_absolute[i] += fabs(actual - trivial[i]) / w->scale;
    if (step == 1) add_first(own, (forecast - w->last) / w->scale, change);
    if (step < w->horizon) return;
    own->forecast_reach += (forecast - w->last) * (forecast - w->last) / (w->scale * w->scale);
    own->actual_reach += change * change;
}

static void add_intervals(struct alm_check_forecaster *own, const struct alm_quantiles *quantiles,
                          double actual, const double *value)
{
    own->n_interval++;
    for (size_t i = 0; i < quantiles->n_intervals; i++)
        own->inside[i] += value[quantiles->low[i]] <= actual && actual <= value[quantiles->high[i]];
}

static void add_window(struct alm_check_facts *facts, size_t forecaster, const struct window *w)
{
    struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    struct alm_moments *level = &facts->level[forecaster * facts->plan->n_series + w->row->series];
    struct alm_moments path = {0}, actual_path = {0};
    for (size_t step = 1; step <= w->horizon; step++) {
        const double actual = w->row->actual[step - 1];
        if (isnan(actual)) continue;
        add_value(own, level, w, step);
        alm_moments_add(&path, (w->row->forecast[step - 1] - w->last) / w->scale);
        alm_moments_add(&actual_path, (actual - w->last) / w->scale);
        if (w->row->quantile != NULL && facts->quantiles.n_intervals > 0)
            add_intervals(own, &facts->quantiles, actual,
                          &w->row->quantile[(step - 1) * facts->quantiles.n_levels]);
    }
    own->forecast_path += path.spread;
    own->actual_path += actual_path.spread;
}

/* How the actuals lie to all that the fit could see. */
static void add_range(struct alm_check_facts *facts, const struct window *w)
{
    struct alm_range *range = &facts->range[w->row->series];
    for (; range->bars < w->series->n && w->series->ts[range->bars] <= w->row->train_last; range->bars++) {
        range->least = fmin(range->least, w->series->y[range->bars]);
        range->most = fmax(range->most, w->series->y[range->bars]);
    }
    for (size_t step = 0; step < w->horizon; step++) {
        const double actual = w->row->actual[step];
        if (isnan(actual)) continue;
        if (actual < range->least || actual > range->most)
            facts->n_out_of_range++;
        else
            facts->n_in_range++;
    }
}

/* Mean over the steps of the scaled absolute error; NaN without an actual. */
static double loss_of(const struct window *w)
{
    struct alm_moments loss = {0};
    for (size_t step = 0; step < w->horizon; step++)
        if (!isnan(w->row->actual[step]))
            alm_moments_add(&loss, fabs(w->row->actual[step] - w->row->forecast[step]) / w->scale);
    return loss.n == 0 ? (double)NAN : loss.mean;
}

void alm_check_facts_add(struct alm_check_facts *facts, const struct alm_task_result *result)
{
    const struct alm_plan *plan = facts->plan;
    struct alm_check_forecaster *own = &facts->forecaster[result->forecaster];
    struct alm_moments losses = {0};
    own->n_tasks++;
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *row = &result->series[i];
        if (!row->has_origin) continue;
        own->n_expected++;
        own->n_late += row->train_last > row->origin_ts;
        if (row->status != ALM_OK || row->forecast == NULL) continue;
        own->n_made++;
        const size_t bar = alm_plan_origin(plan, row->series, result->fold)->bar;
        const struct window w = {.series = plan->series[row->series],
                                 .row = row,
                                 .bar = bar,
                                 .horizon = result->horizon,
                                 .last = plan->series[row->series]->y[bar],
                                 .scale = row->mase_scale};
        if (row->classes != NULL || !(w.scale > 0)) continue;
        add_window(facts, result->forecaster, &w);
        if (result->forecaster != plan->naive) continue;
        add_range(facts, &w);
        const double loss = loss_of(&w);
        if (!isnan(loss)) alm_moments_add(&losses, loss);
    }
    if (losses.n > 0) facts->loss[result->fold] = losses.mean;
}

void alm_check_facts_lead(struct alm_check_facts *facts, const struct alm_leader *leaders)
{
    for (size_t i = 0; i < facts->plan->n_forecasters; i++)
        facts->forecaster[leaders[i].forecaster].leader = leaders[i];
}

void alm_check_facts_add_tried(struct alm_check_facts *facts, const char *spec)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(spec, ":"), spec);
    facts->n_tried += !is_trivial(name);
}

void alm_check_facts_add_seed(struct alm_check_facts *facts, size_t forecaster, double mae)
{
    alm_moments_add(&facts->forecaster[forecaster].seed, mae);
}
