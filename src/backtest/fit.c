#include "backtest/fit_impl.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- epochs ---- */

struct epoch_sink {
    struct alm_fit_unit *unit;
    size_t capacity;
    double begin;
};

static enum alm_status keep_epoch(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    struct epoch_sink *sink = context;
    struct alm_fit_unit *unit = sink->unit;
    ALM_TRY(alm_grow((void **)&unit->epoch, &sink->capacity, unit->n_epochs + 1, sizeof *unit->epoch, error));
    unit->epoch[unit->n_epochs++] = (struct alm_task_epoch){*epoch, alm_clock_thread_cpu() - sink->begin};
    return ALM_OK;
}

/* ---- progress ---- */

/* Of a fit, as part of the units that all have to be fitted. */
struct unit_progress {
    const struct alm_progress *outer;
    size_t unit, n_units;
};

static void report(void *context, const char *activity, double done, double total, const char *unit)
{
    const struct unit_progress *own = context;
    if (total > 0)
        alm_progress_report(own->outer, activity, (double)own->unit + done / total, (double)own->n_units,
                            unit);
}

/* ---- checkpoints ---- */

/* The trainings of a unit as they are kept: a state, and behind it the seconds that the fit has taken. */
struct keeping {
    const struct alm_checkpoints *outer;
    double begin, before; /* CPU of this thread at the beginning, and seconds spent before */
};

static enum alm_status save_state(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                                  struct alm_error *error)
{
    const struct keeping *own = context;
    struct alm_bytes kept = {0};
    alm_bytes_put(&kept, state->data, state->length);
    alm_bytes_put_f64(&kept, own->before + alm_clock_thread_cpu() - own->begin);
    enum alm_status status = alm_bytes_check(&kept, error);
    if (status == ALM_OK) status = own->outer->save(own->outer->context, fit, training, &kept, error);
    alm_bytes_clear(&kept);
    return status;
}

static enum alm_status load_state(void *context, size_t fit, size_t training, struct alm_bytes *state,
                                  struct alm_error *error)
{
    struct keeping *own = context;
    const size_t before = state->length, tail = sizeof(double);
    ALM_TRY(own->outer->load(own->outer->context, fit, training, state, error));
    if (state->length < before + tail) return ALM_OK;
    state->length -= tail;
    struct alm_bytes_reader end = {.data = state->data + state->length, .length = tail};
    own->before = fmax(own->before, alm_bytes_get_f64(&end));
    return ALM_OK;
}

/* ---- fitting ---- */

/* Streams depend on what is fitted where, never on the order of work. */
static uint64_t seed_of(const struct alm_plan *plan, const struct alm_candidate *candidate,
                        const struct alm_fit_unit *unit)
{
    const char *spec = plan->settings.seed_spec != NULL ? plan->settings.seed_spec : candidate->spec;
    const uint64_t key = alm_random_key(plan->settings.seed, spec, 0);
    return alm_random_key(key, candidate->global ? NULL : plan->series[unit->series[0]]->name, unit->fold);
}

static enum alm_status fit_history(struct alm_fit_unit *unit, const struct alm_fit *fit,
                                   const struct alm_history *history, size_t number,
                                   const struct alm_fit_watch *watch, struct alm_error *error)
{
    struct alm_fit_seen seen = {.fit = fit, .unit = unit};
    const struct alm_members members = alm_fit_members(&seen);
    const struct alm_plan *plan = fit->plan;
    struct epoch_sink sink = {.unit = unit, .begin = alm_clock_thread_cpu()};
    struct keeping keeping = {.outer = watch->checkpoints, .begin = sink.begin};
    const struct alm_checkpoints checkpoints = {&keeping, save_state, load_state};
    const struct alm_fit_hooks hooks = {
        .cancel = watch->cancel,
        .progress = watch->progress,
        .context = &sink,
        .epoch = keep_epoch,
        .seconds = alm_clock_wall,
        .checkpoints = watch->checkpoints == NULL ? NULL : &checkpoints,
        .fit = number * ALM_FITS,
        .members = fit->n_members > 0 ? &members : NULL,
    };
    struct alm_error own = {0};
    const enum alm_status status = alm_forecaster_fit(unit->forecaster, history, plan->settings.level,
                                                      plan->settings.n_levels, &hooks, unit->outcome, &own);
    unit->seconds = keeping.before + alm_clock_thread_cpu() - sink.begin;
    if (status == ALM_OK) return ALM_OK;
    if (alm_fit_is_fatal(status)) {
        if (error != NULL) *error = own;
        return status;
    }
    alm_fit_fail_all(unit->outcome, unit->n, status, &own);
    return ALM_OK;
}

static enum alm_status fit_unit(struct alm_fit_unit *unit, const struct alm_fit *fit, const double *const *y,
                                size_t number, const struct alm_fit_watch *watch, struct alm_error *error)
{
    const struct alm_plan *plan = fit->plan;
    const struct alm_candidate *candidate = &plan->forecaster[fit->forecaster];
    const struct alm_forecaster_settings settings = {
        .seed = seed_of(plan, candidate, unit),
        .seed_spec = plan->settings.seed_spec,
        .missing = plan->settings.missing,
        .conformal_folds = plan->settings.n_levels == 0 ? 0 : plan->settings.conformal_folds,
        .inner = candidate->inner,
        .find = plan->settings.find,
    };
    struct alm_history_series *series = NULL;
    struct alm_span *spans = NULL;
    const size_t covariates = alm_plan_covariates(plan);
    ALM_TRY(alm_forecaster_create(&unit->forecaster, candidate->spec, &settings, error));
    enum alm_status status = ALM_NEW(&series, unit->n, error);
    if (status == ALM_OK) status = ALM_NEW(&spans, unit->n * covariates + 1, error);
    for (size_t i = 0; status == ALM_OK && i < unit->n; i++) {
        const size_t s = unit->series[i];
        const struct alm_origin *origin = alm_plan_origin(plan, s, unit->fold);
        series[i] = alm_fit_show(plan, s, y, origin->first, origin->train_end, spans + i * covariates);
    }
    const struct alm_history history = {unit->n, series, plan->settings.split.horizon};
    if (status == ALM_OK) status = fit_history(unit, fit, &history, number, watch, error);
    free(series);
    free(spans);
    return status;
}

/* Puts series from .. to - 1 that have an origin in the earliest possible fold of the group into unit. */
static enum alm_status gather(struct alm_fit_unit *unit, const struct alm_plan *plan, size_t fold,
                              size_t from, size_t to, struct alm_error *error)
{
    const struct alm_split *split = &plan->settings.split;
    const size_t end = alm_split_group_end(split, fold, plan->n_folds);
    ALM_TRY(ALM_NEW(&unit->series, to - from, error));
    ALM_TRY(ALM_NEW(&unit->outcome, to - from, error));
    for (unit->fold = alm_split_group_first(split, fold); unit->fold < end; unit->fold++) {
        for (size_t s = from; s < to; s++)
            if (alm_plan_origin(plan, s, unit->fold)->status == ALM_OK) unit->series[unit->n++] = s;
        if (unit->n > 0) break;
    }
    return ALM_OK;
}

/* Members that no task is about have numbers behind those of the others. */
static size_t first_number(const struct alm_fit *fit)
{
    const struct alm_plan *plan = fit->plan;
    const size_t hidden =
        fit->forecaster < plan->n_forecasters ? 0 : fit->forecaster - plan->n_forecasters + 1;
    return hidden * plan->n_folds * plan->n_series;
}

static enum alm_status fit_units(struct alm_fit *fit, size_t fold, const double *const *y,
                                 const struct alm_fit_watch *watch, struct alm_error *error)
{
    const struct alm_plan *plan = fit->plan;
    const struct alm_candidate *candidate = &plan->forecaster[fit->forecaster];
    const bool global = candidate->global;
    fit->n_units = global ? 1 : plan->n_series;
    ALM_TRY(ALM_NEW(&fit->unit, fit->n_units, error));
    for (size_t u = 0; u < fit->n_units; u++) {
        struct alm_fit_unit *unit = &fit->unit[u];
        struct unit_progress inner = {watch->progress, u, fit->n_units};
        const struct alm_progress progress = {&inner, report};
        const struct alm_fit_watch own = {watch->cancel, &progress, watch->checkpoints};
        if (alm_cancelled(watch->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
        ALM_TRY(gather(unit, plan, fold, global ? 0 : u, global ? plan->n_series : u + 1, error));
        if (unit->n > 0)
            ALM_TRY(fit_unit(unit, fit, y, first_number(fit) + unit->fold * fit->n_units + u, &own, error));
    }
    return ALM_OK;
}

static enum alm_status take_members(struct alm_fit *fit, size_t fold, const double *const *y,
                                    const struct alm_fit *const *member, const struct alm_fit_watch *watch,
                                    struct alm_error *error)
{
    const struct alm_candidate *candidate = &fit->plan->forecaster[fit->forecaster];
    ALM_TRY(ALM_NEW(&fit->member, candidate->n_members, error));
    fit->owns_members = member == NULL;
    for (; fit->n_members < candidate->n_members; fit->n_members++) {
        const size_t k = fit->n_members;
        struct alm_fit *own;
        if (member == NULL)
            ALM_TRY(alm_fit_create(&own, fit->plan, candidate->member[k], fold, y, NULL, watch, error));
        fit->member[k] = member == NULL ? own : member[k];
    }
    return ALM_OK;
}

enum alm_status alm_fit_create(struct alm_fit **out, const struct alm_plan *plan, size_t forecaster,
                               size_t fold, const double *const *y, const struct alm_fit *const *member,
                               const struct alm_fit_watch *watch, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->plan = plan;
    (*out)->forecaster = forecaster;
    enum alm_status status = take_members(*out, fold, y, member, watch, error);
    if (status == ALM_OK) status = fit_units(*out, fold, y, watch, error);
    if (status != ALM_OK) {
        alm_fit_free(*out);
        *out = NULL;
    }
    return status;
}

void alm_fit_free(struct alm_fit *fit)
{
    if (fit == NULL) return;
    for (size_t u = 0; fit->unit != NULL && u < fit->n_units; u++) {
        struct alm_fit_unit *unit = &fit->unit[u];
        alm_forecaster_free(unit->forecaster);
        free(unit->series);
        free(unit->outcome);
        free(unit->epoch);
    }
    for (size_t k = 0; fit->owns_members && k < fit->n_members; k++)
        alm_fit_free((struct alm_fit *)(uintptr_t)fit->member[k]);
    free(fit->member);
    free(fit->unit);
    free(fit);
}

static int compare_indices(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

const struct alm_fit_unit *alm_fit_find(const struct alm_fit *fit, size_t series, size_t *position)
{
    const struct alm_fit_unit *unit = fit->n_units == 1 ? &fit->unit[0] : &fit->unit[series];
    if (unit->n == 0) return NULL;
    const size_t *found = bsearch(&series, unit->series, unit->n, sizeof series, compare_indices);
    if (found == NULL) return NULL;
    *position = (size_t)(found - unit->series);
    return unit;
}
