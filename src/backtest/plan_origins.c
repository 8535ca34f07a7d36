/* Which folds a plan has, and where their origins lie in each series. */
#include "backtest/plan_impl.h"

#include "base/memory.h"
#include "series/timestamp.h"

#include <stdlib.h>
#include <string.h>

/* ---- periods of a rule ---- */

/* Folds of a rule are periods of the calendar; all of them are looked at in every series. */
struct periods {
    int64_t first;
    size_t n;
    bool *used;             /* [n] some series has an origin there */
    struct alm_zone **zone; /* [n_series] */
};

enum { MOST_PERIODS = 4000000 };

static struct alm_origin_clock clock_of(const struct alm_series *series, const struct alm_zone *zone)
{
    const bool shifted = zone == NULL && series->calendar.frequency.unit == ALM_FREQUENCY_BUSINESS;
    return (struct alm_origin_clock){zone, shifted ? alm_business_shift(alm_series_span(series)) : 0};
}

static enum alm_status load_zones(struct alm_zone ***out, const struct alm_plan *plan,
                                  struct alm_error *error)
{
    struct alm_zone **zone;
    ALM_TRY(ALM_NEW(&zone, plan->n_series, error));
    *out = zone;
    for (size_t i = 0; i < plan->n_series; i++)
        if (strcmp(plan->series[i]->time_zone, "UTC") != 0)
            ALM_TRY(alm_zone_create(&zone[i], plan->series[i]->time_zone, error));
    return ALM_OK;
}

static void clear_zones(struct alm_zone **zone, const struct alm_plan *plan)
{
    for (size_t i = 0; zone != NULL && i < plan->n_series; i++)
        alm_zone_free(zone[i]);
    free(zone);
}

/* The periods in which origins may be: those of the series' bars, within the limits. */
static enum alm_status span_periods(struct periods *p, const struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_split *split = &plan->settings.split;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct alm_series *s = plan->series[i];
        const struct alm_origin_clock clock = clock_of(s, p->zone[i]);
        int64_t from = s->ts[0], to = s->ts[s->n - 1];
        if (s->calendar.frequency.unit == ALM_FREQUENCY_INDEX)
            return alm_fail(error, ALM_USAGE,
                            "%s has no clock, so that no rule of the calendar applies: give --step", s->name);
        if (split->has_first_origin && split->first_origin > from) from = split->first_origin;
        if (split->has_last_origin && split->last_origin < to) to = split->last_origin;
        if (from > to) continue;
        from = alm_origin_period(&split->rule, &clock, from);
        to = alm_origin_period(&split->rule, &clock, to) + 1; /* whose day may have its bar before */
        if (from < first) first = from;
        if (to > last) last = to;
    }
    if (first > last) return alm_fail(error, ALM_DATA, "no series has bars between first and last origin");
    p->first = first;
    p->n = (size_t)(last - first) + 1;
    if (p->n > MOST_PERIODS) return alm_fail(error, ALM_USAGE, "%zu periods are too many", p->n);
    return ALM_NEW(&p->used, p->n, error);
}

/* The moment of a period for one series; INT64_MIN: none. */
static int64_t moment_in(const struct periods *p, const struct alm_plan *plan, size_t s, size_t period)
{
    const struct alm_origin_clock clock = clock_of(plan->series[s], p->zone[s]);
    int64_t moment;
    return alm_origin_moment(&moment, &plan->settings.split.rule, &clock, p->first + (int64_t)period,
                             alm_series_span(plan->series[s]))
               ? moment
               : INT64_MIN;
}

static void mark_used(struct periods *p, const struct alm_plan *plan)
{
    for (size_t s = 0; s < plan->n_series; s++) {
        size_t last = SIZE_MAX;
        for (size_t i = 0; i < p->n; i++) {
            const size_t bar = alm_split_bar_at(&plan->settings.split, alm_series_span(plan->series[s]),
                                                moment_in(p, plan, s, i));
            if (bar == SIZE_MAX || bar == last) continue;
            p->used[i] = true;
            last = bar;
        }
    }
}

/* Numbers of the periods that become folds: all that are used, or so many of them as are asked for. */
static enum alm_status choose_periods(size_t **out, size_t *n, const struct periods *p,
                                      const struct alm_split *split, struct alm_error *error)
{
    size_t *chosen;
    *n = 0;
    ALM_TRY(ALM_NEW(&chosen, p->n, error));
    *out = chosen;
    for (size_t i = 0; i < p->n; i++)
        if (p->used[i]) chosen[(*n)++] = i;
    if (*n == 0) return alm_fail(error, ALM_DATA, "no series has an origin at these times");
    if (split->folds == 0) return ALM_OK;
    if (split->folds > *n)
        return alm_fail(error, ALM_DATA, "no %zu folds of horizon %zu: the rule gives %zu", split->folds,
                        split->horizon, *n);
    if (!split->has_first_origin) memmove(chosen, chosen + *n - split->folds, split->folds * sizeof *chosen);
    *n = split->folds;
    return ALM_OK;
}

/* ---- origins ---- */

static enum alm_status make_room(struct alm_plan *plan, struct alm_error *error)
{
    size_t n;
    if (!alm_multiply(&n, plan->n_series, plan->n_folds) ||
        !alm_multiply(&plan->n_tasks, plan->n_folds, plan->n_forecasters))
        return alm_fail(error, ALM_USAGE, "%zu folds are too many", plan->n_folds);
    return ALM_NEW(&plan->origin, n, error);
}

static void fill(struct alm_plan *plan, size_t s, const struct alm_zone *zone, const int64_t *moment)
{
    alm_split_origins(&plan->origin[s * plan->n_folds], plan->n_folds, &plan->settings.split,
                      alm_series_span(plan->series[s]), zone, moment);
}

static enum alm_status set_by_periods(struct alm_plan *plan, struct periods *p, struct alm_error *error)
{
    size_t *chosen = NULL;
    int64_t *moment = NULL;
    ALM_TRY(span_periods(p, plan, error));
    mark_used(p, plan);
    enum alm_status status = choose_periods(&chosen, &plan->n_folds, p, &plan->settings.split, error);
    if (status == ALM_OK) status = make_room(plan, error);
    if (status == ALM_OK) status = ALM_NEW(&moment, plan->n_folds, error);
    for (size_t s = 0; status == ALM_OK && s < plan->n_series; s++) {
        for (size_t f = 0; f < plan->n_folds; f++)
            moment[f] = moment_in(p, plan, s, chosen[f]);
        fill(plan, s, p->zone[s], moment);
    }
    free(moment);
    free(chosen);
    return status;
}

static enum alm_status set_by_rule(struct alm_plan *plan, struct alm_error *error)
{
    struct periods p = {0};
    enum alm_status status = load_zones(&p.zone, plan, error);
    if (status == ALM_OK) status = set_by_periods(plan, &p, error);
    clear_zones(p.zone, plan);
    free(p.used);
    return status;
}

/* Every time of a list must be an origin of some series. */
static enum alm_status check_list(const struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_origin_list *list = &plan->settings.split.list;
    struct alm_text place = {0};
    for (size_t f = 0; f < list->n; f++) {
        bool found = false;
        for (size_t s = 0; s < plan->n_series; s++) {
            const struct alm_origin *origin = alm_plan_origin(plan, s, f);
            found = found || origin->status == ALM_OK || origin->embargoed;
        }
        if (found) continue;
        if (list->file != NULL) alm_text_printf(&place, "%s:%zu:1: ", list->file, list->line[f]);
        alm_text_append(&place, "no series can be forecast from ");
        if (plan->series[0]->calendar.frequency.unit == ALM_FREQUENCY_INDEX)
            alm_text_printf(&place, "%lld", (long long)list->moment[f]);
        else
            alm_ts_write_short(&place, list->moment[f]);
        const enum alm_status status = alm_fail(error, ALM_DATA, "%s (%s: %s)", alm_text_string(&place),
                                                plan->series[0]->name, alm_plan_origin(plan, 0, f)->reason);
        alm_text_clear(&place);
        return status;
    }
    return ALM_OK;
}

static enum alm_status set_by_list(struct alm_plan *plan, struct alm_error *error)
{
    plan->n_folds = plan->settings.split.list.n;
    ALM_TRY(make_room(plan, error));
    for (size_t s = 0; s < plan->n_series; s++)
        fill(plan, s, plan->series[s]->calendar.zone, plan->settings.split.list.moment);
    return check_list(plan, error);
}

static enum alm_status set_by_step(struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_split *split = &plan->settings.split;
    for (size_t i = 0; i < plan->n_series; i++) {
        const size_t folds = alm_split_folds(split, alm_series_span(plan->series[i]));
        if (folds > plan->n_folds) plan->n_folds = folds;
    }
    if (plan->n_folds == 0)
        return alm_fail(error, ALM_DATA, "no series has %zu values after the first origin", split->horizon);
    ALM_TRY(make_room(plan, error));
    for (size_t s = 0; s < plan->n_series; s++)
        fill(plan, s, plan->series[s]->calendar.zone, NULL);
    return ALM_OK;
}

/* ---- what follows from them ---- */

/* Folds in which the embargo leaves no series an origin are dropped. */
static void drop_embargoed(struct alm_plan *plan)
{
    const size_t before = plan->n_folds;
    size_t kept = 0;
    for (size_t f = 0; f < before; f++) {
        bool embargoed = false, any = false;
        for (size_t s = 0; s < plan->n_series; s++) {
            embargoed = embargoed || plan->origin[s * before + f].embargoed;
            any = any || plan->origin[s * before + f].status == ALM_OK;
        }
        if (embargoed && !any) continue;
        for (size_t s = 0; s < plan->n_series; s++)
            plan->origin[s * before + kept] = plan->origin[s * before + f];
        kept++;
    }
    for (size_t s = 1; s < plan->n_series; s++)
        memmove(&plan->origin[s * kept], &plan->origin[s * before], kept * sizeof *plan->origin);
    plan->n_folds = kept;
    plan->n_tasks = kept * plan->n_forecasters;
}

static void count_origins(struct alm_plan *plan)
{
    for (size_t s = 0; s < plan->n_series; s++)
        for (size_t f = 0; f < plan->n_folds; f++) {
            plan->series_origins[s].n += alm_plan_origin(plan, s, f)->status == ALM_OK;
            plan->series_origins[s].embargoed += alm_plan_origin(plan, s, f)->embargoed;
        }
}

/* Bars between neighbouring origins: as stated, or, where moments say, the fewest. */
static size_t step_of(const struct alm_plan *plan)
{
    size_t least = SIZE_MAX;
    if (!alm_split_has_moments(&plan->settings.split)) return plan->settings.split.step;
    for (size_t s = 0; s < plan->n_series; s++) {
        size_t last = SIZE_MAX;
        for (size_t f = 0; f < plan->n_folds; f++) {
            const struct alm_origin *origin = alm_plan_origin(plan, s, f);
            if (origin->status != ALM_OK) continue;
            if (last != SIZE_MAX && origin->bar - last < least) least = origin->bar - last;
            last = origin->bar;
        }
    }
    return least == SIZE_MAX ? plan->settings.split.horizon : least;
}

enum alm_status alm_plan_set_origins(struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_split *split = &plan->settings.split;
    ALM_TRY(ALM_NEW(&plan->series_origins, plan->n_series, error));
    ALM_TRY((split->list.n > 0                     ? set_by_list
             : split->rule.every != ALM_EVERY_STEP ? set_by_rule
                                                   : set_by_step)(plan, error));
    count_origins(plan);
    drop_embargoed(plan);
    plan->step = step_of(plan);
    return ALM_OK;
}

/* The most folds for which some series has all its origins. */
static size_t possible_folds(const struct alm_plan *plan)
{
    size_t most = 0;
    for (size_t i = 0; i < plan->n_series; i++) {
        size_t folds = 0;
        while (folds < plan->n_folds && alm_plan_origin(plan, i, plan->n_folds - 1 - folds)->status == ALM_OK)
            folds++;
        if (folds > most) most = folds;
    }
    return most;
}

enum alm_status alm_plan_check_first_fold(const struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_split *split = &plan->settings.split;
    for (size_t i = 0; i < plan->n_series; i++)
        if (alm_plan_origin(plan, i, 0)->status == ALM_OK) return ALM_OK;
    if (split->has_first_origin || alm_split_has_moments(split))
        return alm_fail(error, ALM_DATA, "no series can be forecast from the first origin (%s: %s)",
                        plan->series[0]->name, alm_plan_origin(plan, 0, 0)->reason);
    return alm_fail(error, ALM_DATA,
                    "no series has %zu folds of horizon %zu and step %zu (%s: %s); at most %zu are possible",
                    plan->n_folds, split->horizon, split->step, plan->series[0]->name,
                    alm_plan_origin(plan, 0, 0)->reason, possible_folds(plan));
}
