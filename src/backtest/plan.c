#include "backtest/plan_impl.h"

#include "base/memory.h"
#include "forecast/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings and series ---- */

static enum alm_status check_levels(const struct alm_backtest_settings *settings, struct alm_error *error)
{
    for (size_t i = 0; i < settings->n_levels; i++) {
        const double level = settings->level[i];
        if (!(level > 0 && level < 1))
            return alm_fail(error, ALM_USAGE, "quantile level %g is not between 0 and 1", level);
        if (i > 0 && level <= settings->level[i - 1])
            return alm_fail(error, ALM_USAGE, "quantile levels must rise: %g after %g", level,
                            settings->level[i - 1]);
    }
    return ALM_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct alm_series *const *)a)->name, (*(const struct alm_series *const *)b)->name);
}

static enum alm_status check_series(const struct alm_series *const *series, size_t n, struct alm_error *error)
{
    const struct alm_series **sorted;
    enum alm_status status = ALM_OK;
    if (n == 0) return alm_fail(error, ALM_USAGE, "a backtest needs at least one series");
    ALM_TRY(ALM_NEW(&sorted, n, error));
    memcpy(sorted, series, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_names);
    for (size_t i = 1; status == ALM_OK && i < n; i++)
        if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
            status = alm_fail(error, ALM_USAGE, "series %s is given twice", sorted[i]->name);
    free(sorted);
    return status;
}

/* ---- forecasters and their labels ---- */

static bool any_labels(const struct alm_plan *plan)
{
    for (size_t i = 0; i < plan->n_series; i++)
        if (plan->series[i]->n_labels > 0) return true;
    return false;
}

enum alm_status alm_plan_read_spec(struct alm_candidate *candidate, const struct alm_plan *plan,
                                   const char *text, struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {.missing = plan->settings.missing,
                                                     .find = plan->settings.find};
    struct alm_forecaster *forecaster;
    struct alm_text spec_text = {0};
    ALM_TRY(alm_forecaster_create(&forecaster, text, &settings, error));
    alm_forecaster_write_spec(forecaster, &spec_text);
    enum alm_status status = alm_text_check(&spec_text, error);
    if (status == ALM_OK) status = alm_copy_text(&candidate->spec, alm_text_string(&spec_text), error);
    alm_text_reset(&spec_text);
    alm_class_rival_write(&spec_text, forecaster, any_labels(plan));
    if (status == ALM_OK) status = alm_text_check(&spec_text, error);
    if (status == ALM_OK) status = alm_copy_text(&candidate->rival, alm_text_string(&spec_text), error);
    candidate->type = alm_forecaster_type_of(forecaster);
    candidate->global = alm_forecaster_is_global(forecaster);
    alm_text_clear(&spec_text);
    alm_forecaster_free(forecaster);
    return status;
}

/* Reads one spec: type, canonical spec and, when it was stated, the label. */
static enum alm_status add_candidate(struct alm_plan *plan, const char *text, bool added,
                                     struct alm_error *error)
{
    struct alm_candidate *candidate = &plan->forecaster[plan->n_forecasters++];
    struct alm_spec spec;
    plan->n_candidates = plan->n_forecasters;
    ALM_TRY(alm_spec_parse(&spec, text, error));
    candidate->label = spec.label; /* moved */
    spec.label = NULL;
    alm_spec_clear(&spec);
    candidate->added = added;
    return alm_plan_read_spec(candidate, plan, text, error);
}

/* What the run's forecasters are measured against: the rival of the first that forecasts classes, else naive.
 * One run has one kind of classes. */
static enum alm_status choose_rival(const char **rival, const struct alm_plan *plan, struct alm_error *error)
{
    *rival = plan->forecaster[0].rival;
    for (size_t i = 1; i < plan->n_forecasters; i++) {
        const char *own = plan->forecaster[i].rival;
        if (strcmp(own, "naive") == 0 || strcmp(own, *rival) == 0) continue;
        if (strcmp(*rival, "naive") != 0)
            return alm_fail(error, ALM_USAGE,
                            "the forecasters of one run must forecast the same classes; %s and %s do not",
                            plan->forecaster[i].spec, *rival);
        *rival = own;
    }
    return ALM_OK;
}

/* Moves the last candidate, an added naive, to the front. */
static void move_last_to_front(struct alm_plan *plan)
{
    const size_t n = plan->n_forecasters;
    const struct alm_candidate last = plan->forecaster[n - 1];
    memmove(&plan->forecaster[1], &plan->forecaster[0], (n - 1) * sizeof last);
    plan->forecaster[0] = last;
}

static enum alm_status add_candidates(struct alm_plan *plan, const char *const *specs, size_t n_specs,
                                      struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&plan->forecaster, n_specs + 1, error));
    for (size_t i = 0; i < n_specs; i++)
        ALM_TRY(add_candidate(plan, specs[i], false, error));
    const char *rival;
    ALM_TRY(choose_rival(&rival, plan, error));
    for (plan->naive = 0; plan->naive < plan->n_forecasters; plan->naive++)
        if (strcmp(plan->forecaster[plan->naive].spec, rival) == 0) return ALM_OK;
    ALM_TRY(add_candidate(plan, rival, true, error));
    move_last_to_front(plan);
    plan->naive = 0;
    return ALM_OK;
}

/* Whether another forecaster without a stated label has the same name. stated says which have one. */
static bool name_is_shared(const struct alm_plan *plan, const bool *stated, size_t index)
{
    for (size_t i = 0; i < plan->n_forecasters; i++)
        if (i != index && !stated[i] &&
            strcmp(plan->forecaster[i].type->name, plan->forecaster[index].type->name) == 0)
            return true;
    return false;
}

static enum alm_status check_labels(const struct alm_plan *plan, struct alm_error *error)
{
    for (size_t i = 0; i < plan->n_forecasters; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(plan->forecaster[i].label, plan->forecaster[j].label) == 0)
                return alm_fail(error, ALM_USAGE,
                                "two forecasters are both named %s: give one another label with LABEL=%s",
                                plan->forecaster[i].label, plan->forecaster[i].spec);
    return ALM_OK;
}

static enum alm_status set_labels(struct alm_plan *plan, struct alm_error *error)
{
    bool *stated;
    enum alm_status status = ALM_OK;
    ALM_TRY(ALM_NEW(&stated, plan->n_forecasters, error));
    for (size_t i = 0; i < plan->n_forecasters; i++)
        stated[i] = plan->forecaster[i].label != NULL;
    for (size_t i = 0; status == ALM_OK && i < plan->n_forecasters; i++) {
        struct alm_candidate *candidate = &plan->forecaster[i];
        if (stated[i]) continue;
        status =
            alm_copy_text(&candidate->label,
                          name_is_shared(plan, stated, i) ? candidate->spec : candidate->type->name, error);
    }
    free(stated);
    return status == ALM_OK ? check_labels(plan, error) : status;
}

/* ---- history lengths ---- */

/* Values that a fit at origin has, from the first present one on. */
static size_t history_length(const struct alm_series *series, const struct alm_origin *origin)
{
    size_t first = origin->first;
    while (first < origin->train_end && isnan(series->y[first]))
        first++;
    return origin->train_end - first;
}

/* Whether some series has enough history for one forecaster at the first fold. */
static enum alm_status check_history(const struct alm_plan *plan, const char *label,
                                     const struct alm_forecaster *forecaster, struct alm_error *error)
{
    size_t longest = 0, least = SIZE_MAX;
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct alm_origin *origin = alm_plan_origin(plan, i, 0);
        if (origin->status != ALM_OK) continue;
        const size_t n = history_length(plan->series[i], origin),
                     needed = alm_forecaster_minimum_history(forecaster, plan->series[i]->season_length,
                                                             plan->settings.split.horizon);
        if (n >= needed) return ALM_OK;
        if (n > longest) longest = n;
        if (needed < least) least = needed;
    }
    return alm_fail(
        error, ALM_DATA,
        "%s needs %zu values to fit, and at the first origin the longest history has %zu: take fewer "
        "folds, a smaller step or a later first origin",
        label, least, longest);
}

static enum alm_status check_histories(const struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {.missing = plan->settings.missing,
                                                     .find = plan->settings.find};
    for (size_t i = 0; i < plan->n_forecasters; i++) {
        struct alm_forecaster *forecaster;
        ALM_TRY(alm_forecaster_create(&forecaster, plan->forecaster[i].spec, &settings, error));
        const enum alm_status status = check_history(plan, plan->forecaster[i].label, forecaster, error);
        alm_forecaster_free(forecaster);
        if (status != ALM_OK) return status;
    }
    return ALM_OK;
}

/* ---- the plan ---- */

static enum alm_status fill(struct alm_plan *plan, const char *const *specs, size_t n_specs,
                            struct alm_error *error)
{
    ALM_TRY(add_candidates(plan, specs, n_specs, error));
    ALM_TRY(set_labels(plan, error));
    ALM_TRY(alm_plan_add_members(plan, error));
    ALM_TRY(alm_plan_set_origins(plan, error));
    ALM_TRY(alm_plan_check_first_fold(plan, error));
    return check_histories(plan, error);
}

/* Takes copies of what belongs to the caller. */
static enum alm_status copy(struct alm_plan *plan, const struct alm_backtest_settings *settings,
                            const struct alm_series *const *series, size_t n_series, struct alm_error *error)
{
    double *level = NULL;
    const struct alm_series **list = NULL;
    plan->settings = *settings;
    plan->settings.level = NULL;
    ALM_TRY(ALM_NEW(&level, settings->n_levels, error));
    if (settings->n_levels > 0) memcpy(level, settings->level, settings->n_levels * sizeof *level);
    plan->settings.level = level;
    ALM_TRY(ALM_NEW(&list, n_series, error));
    memcpy(list, series, n_series * sizeof *list);
    plan->series = list;
    plan->n_series = n_series;
    return ALM_OK;
}

enum alm_status alm_plan_create(struct alm_plan **out, const struct alm_backtest_settings *settings,
                                const struct alm_series *const *series, size_t n_series,
                                const char *const *specs, size_t n_specs, struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(alm_split_check(&settings->split, error));
    ALM_TRY(check_levels(settings, error));
    ALM_TRY(check_series(series, n_series, error));
    ALM_TRY(ALM_NEW(out, 1, error));
    enum alm_status status = copy(*out, settings, series, n_series, error);
    if (status == ALM_OK) status = fill(*out, specs, n_specs, error);
    if (status != ALM_OK) {
        alm_plan_free(*out);
        *out = NULL;
    }
    return status;
}

void alm_plan_free(struct alm_plan *plan)
{
    if (plan == NULL) return;
    for (size_t i = 0; i < plan->n_candidates; i++) {
        free(plan->forecaster[i].member);
        free(plan->forecaster[i].label);
        free(plan->forecaster[i].spec);
        free(plan->forecaster[i].rival);
    }
    free(plan->forecaster);
    free(plan->origin);
    free(plan->series_origins);
    free((void *)plan->settings.level);
    free((void *)plan->series);
    free(plan);
}
