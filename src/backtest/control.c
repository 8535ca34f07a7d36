#include "backtest/control.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool all_positive(const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i]) && !(y[i] > 0)) return false;
    return true;
}

/* The changes between present values, in change [n]; returns how many. */
static size_t changes_of(double *change, const double *y, size_t n, bool logarithm)
{
    size_t count = 0;
    double before = NAN;
    for (size_t i = 0; i < n; i++) {
        if (isnan(y[i])) continue;
        const double value = logarithm ? log(y[i]) : y[i];
        if (!isnan(before)) change[count++] = value - before;
        before = value;
    }
    return count;
}

enum alm_status alm_permute_changes(double *y, size_t n, uint64_t key, struct alm_error *error)
{
    struct alm_random *random = NULL;
    double *change = NULL;
    size_t *order = NULL, next = 0;
    const bool logarithm = all_positive(y, n);
    enum alm_status status = ALM_NEW(&change, n, error);
    if (status == ALM_OK) status = ALM_NEW(&order, n, error);
    if (status == ALM_OK) status = alm_random_create(&random, key, error);
    if (status == ALM_OK) {
        const size_t count = changes_of(change, y, n, logarithm);
        double level = NAN;
        for (size_t i = 0; i < count; i++)
            order[i] = i;
        alm_random_shuffle(random, order, count);
        for (size_t i = 0; i < n; i++) {
            if (isnan(y[i])) continue;
            if (isnan(level))
                level = logarithm ? log(y[i]) : y[i];
            else
                level += change[order[next++]];
            y[i] = logarithm ? exp(level) : level;
        }
    }
    alm_random_free(random);
    free(order);
    free(change);
    return status;
}

/* Series that are as those of a plan but for their values. */
struct permuted {
    struct alm_series *series; /* [n_series] */
    const struct alm_series **pointer;
    const char **spec; /* [n_specs] of what the user named, with labels */
    size_t n_series, n_specs;
};

static void clear(struct permuted *p)
{
    for (size_t s = 0; p->series != NULL && s < p->n_series; s++)
        free(p->series[s].y);
    for (size_t i = 0; p->spec != NULL && i < p->n_specs; i++)
        free((char *)p->spec[i]);
    free(p->series);
    free((void *)p->pointer);
    free((void *)p->spec);
}

static enum alm_status permute(struct permuted *p, const struct alm_plan *plan, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&p->series, plan->n_series, error));
    p->n_series = plan->n_series;
    ALM_TRY(ALM_NEW(&p->pointer, plan->n_series, error));
    for (size_t s = 0; s < plan->n_series; s++) {
        const struct alm_series *own = plan->series[s];
        p->series[s] = *own;
        p->series[s].y = NULL;
        p->pointer[s] = &p->series[s];
        ALM_TRY(ALM_NEW(&p->series[s].y, own->n, error));
        memcpy(p->series[s].y, own->y, own->n * sizeof *own->y);
        ALM_TRY(alm_permute_changes(p->series[s].y, own->n,
                                    alm_random_key(plan->settings.seed, "permuted targets", s), error));
    }
    return ALM_OK;
}

/* What was named, LABEL=SPEC; an added rival is added again. */
static enum alm_status copy_specs(struct permuted *p, const struct alm_plan *plan, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&p->spec, plan->n_forecasters, error));
    for (size_t f = 0; f < plan->n_forecasters; f++) {
        const struct alm_candidate *c = &plan->forecaster[f];
        if (c->added) continue;
        struct alm_text text = {0};
        if (strcmp(c->label, c->spec) != 0 && strpbrk(c->label, ":=,") == NULL)
            alm_text_printf(&text, "%s=", c->label);
        alm_text_append(&text, c->spec);
        const enum alm_status status =
            alm_copy_text((char **)&p->spec[p->n_specs], alm_text_string(&text), error);
        alm_text_clear(&text);
        ALM_TRY(status);
        p->n_specs++;
    }
    return ALM_OK;
}

static enum alm_status add_task(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    return alm_evaluation_add_task(context, result, error);
}

static enum alm_status run(struct alm_leader *out, const struct alm_plan *plan,
                           const struct alm_backtest_control *control, struct alm_error *error)
{
    const struct alm_backtest_control own = {
        .jobs = control->jobs, .cancel = control->cancel, .progress = control->progress};
    struct alm_evaluation *evaluation;
    struct alm_leader *leaders = NULL;
    ALM_TRY(alm_evaluation_create_for(&evaluation, plan, false, error));
    const struct alm_sink sink = {evaluation, add_task};
    enum alm_status status = alm_backtest_run(plan, &own, &sink, error);
    if (status == ALM_OK) status = ALM_NEW(&leaders, plan->n_forecasters, error);
    if (status == ALM_OK) status = alm_evaluation_leaderboard(evaluation, leaders, error);
    for (size_t i = 0; status == ALM_OK && i < plan->n_forecasters; i++)
        out[leaders[i].forecaster] = leaders[i];
    free(leaders);
    alm_evaluation_free(evaluation);
    return status;
}

enum alm_status alm_control_run(struct alm_leader *out, bool *made, const struct alm_plan *plan,
                                const struct alm_backtest_control *control, struct alm_error *error)
{
    struct permuted p = {0};
    struct alm_plan *again = NULL;
    *made = strcmp(plan->forecaster[plan->naive].type->name, "naive") == 0;
    for (size_t s = 0; s < plan->n_series; s++)
        *made = *made && plan->series[s]->n_labels == 0;
    if (!*made) return ALM_OK;
    enum alm_status status = permute(&p, plan, error);
    if (status == ALM_OK) status = copy_specs(&p, plan, error);
    if (status == ALM_OK)
        status = alm_plan_create(&again, &plan->settings, p.pointer, p.n_series, p.spec, p.n_specs, error);
    if (status == ALM_OK && again->n_forecasters != plan->n_forecasters)
        status = alm_fail(error, ALM_INTERNAL, "the control has another number of forecasters");
    if (status == ALM_OK) status = run(out, again, control, error);
    alm_plan_free(again);
    clear(&p);
    return status;
}
