#include "backtest/audit.h"

#include "backtest/fit.h"
#include "backtest/poison.h"
#include "backtest/task.h"
#include "base/memory.h"
#include "base/pool.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one job found: a forecaster on one group of folds. */
struct findings {
    size_t n_tasks, n_forecasts, n_leaks, n_kept, capacity;
    struct alm_leak *leak; /* the first ALM_AUDIT_KEPT */
};

struct job {
    size_t forecaster, fold; /* first fold of the group */
    struct findings findings;
};

struct audit {
    const struct alm_plan *plan;
    const struct alm_backtest_control *control;
    const double *const *y;
    struct alm_audit *out;
    size_t capacity; /* of out->leak */
    size_t n, delivered;
    struct job *job;
};

/* One way to see the series: as they are, or poisoned. */
struct view {
    struct alm_poisoned poisoned; /* unused for the clean one */
    struct alm_fit *fit;
    struct alm_fold_forecast forecast;
};

/* ---- comparing ---- */

static enum alm_status keep(struct findings *findings, struct alm_leak leak, struct alm_error *error)
{
    findings->n_leaks++;
    if (findings->n_kept == ALM_AUDIT_KEPT) return ALM_OK;
    ALM_TRY(
        alm_grow((void **)&findings->leak, &findings->capacity, findings->n_kept + 1, sizeof leak, error));
    findings->leak[findings->n_kept++] = leak;
    return ALM_OK;
}

/* Index of the first of n values whose bits differ; n when none does. */
static size_t first_difference(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0) return i;
    return n;
}

/* The same for probabilities of classes and the edges between those. */
static bool classes_differ(struct alm_leak *leak, const struct alm_class_forecast *clean,
                           const struct alm_class_forecast *poisoned, size_t horizon)
{
    leak->step = 0;
    if (clean->n != poisoned->n) return true;
    if (clean->n == 0) return false;
    if (first_difference(clean->edge, poisoned->edge, clean->n - 1) < clean->n - 1) return true;
    const size_t at = first_difference(clean->probability, poisoned->probability, horizon * clean->n);
    if (at == horizon * clean->n) return false;
    leak->step = at / clean->n + 1;
    leak->clean = clean->probability[at];
    leak->poisoned = poisoned->probability[at];
    return true;
}

/* Whether series s came out differently; then where, in leak. */
static bool differs(struct alm_leak *leak, const struct alm_fold_forecast *clean,
                    const struct alm_fold_forecast *poisoned, size_t s)
{
    const size_t horizon = clean->horizon, levels = clean->n_levels;
    const bool has = clean->status[s] == ALM_OK, has_too = poisoned->status[s] == ALM_OK;
    const double *a = &clean->mean[s * horizon], *b = &poisoned->mean[s * horizon];
    leak->step = 0;
    leak->clean = has ? a[0] : (double)NAN;
    leak->poisoned = has_too ? b[0] : (double)NAN;
    if (clean->status[s] != poisoned->status[s]) return true;
    if (!has) return false;
    size_t at = first_difference(a, b, horizon);
    leak->step = at + 1;
    if (at < horizon) {
        leak->clean = a[at];
        leak->poisoned = b[at];
        return true;
    }
    if (classes_differ(leak, &clean->classes[s], &poisoned->classes[s], horizon)) return true;
    leak->step = 0;
    if (clean->variance_kind[s] != poisoned->variance_kind[s]) return true;
    a = &clean->variance[s * horizon];
    b = &poisoned->variance[s * horizon];
    at = clean->variance_kind[s] == ALM_VARIANCE_NONE ? horizon : first_difference(a, b, horizon);
    if (at < horizon) {
        leak->step = at + 1;
        leak->clean = a[at];
        leak->poisoned = b[at];
        return true;
    }
    if (clean->has_quantiles[s] != poisoned->has_quantiles[s]) return true;
    if (!clean->has_quantiles[s]) return false;
    a = &clean->quantile[s * horizon * levels];
    b = &poisoned->quantile[s * horizon * levels];
    at = first_difference(a, b, horizon * levels);
    if (at == horizon * levels) return false;
    leak->step = at / levels + 1;
    leak->clean = a[at];
    leak->poisoned = b[at];
    return true;
}

static enum alm_status compare(struct job *job, const struct alm_plan *plan, size_t fold,
                               const struct view *clean, const struct view *poisoned, struct alm_error *error)
{
    for (size_t s = 0; s < plan->n_series; s++) {
        const struct alm_origin *origin = alm_plan_origin(plan, s, fold);
        struct alm_leak leak = {
            .forecaster = job->forecaster, .series = s, .fold = fold, .poison = poisoned->poisoned.poison};
        if (origin->status != ALM_OK) continue;
        leak.origin_ts = plan->series[s]->ts[origin->bar];
        if (differs(&leak, &clean->forecast, &poisoned->forecast, s))
            ALM_TRY(keep(&job->findings, leak, error));
    }
    return ALM_OK;
}

/* ---- one job ---- */

static const double *const *values_of(const struct audit *audit, const struct view *view)
{
    return view->poisoned.y == NULL ? audit->y : alm_poisoned_values(&view->poisoned);
}

static enum alm_status open_view(struct view *view, const struct audit *audit, const struct job *job,
                                 struct alm_error *error)
{
    if (view->poisoned.y != NULL) ALM_TRY(alm_poison_fit(&view->poisoned, job->fold, error));
    ALM_TRY(alm_fold_forecast_init(&view->forecast, audit->plan, error));
    const struct alm_fit_watch watch = {.cancel = audit->control->cancel};
    return alm_fit_create(&view->fit, audit->plan, job->forecaster, job->fold, values_of(audit, view), NULL,
                          &watch, error);
}

static void close_view(struct view *view)
{
    alm_fit_free(view->fit);
    alm_fold_forecast_clear(&view->forecast);
    if (view->poisoned.y != NULL) alm_poisoned_clear(&view->poisoned);
}

static enum alm_status check_fold(const struct audit *audit, struct job *job, struct view *clean,
                                  struct view *poisoned, size_t fold, struct alm_error *error)
{
    const struct alm_plan *plan = audit->plan;
    ALM_TRY(alm_fit_forecast(&clean->forecast, clean->fit, fold, audit->y, error));
    for (size_t p = 0; p < ALM_POISON_COUNT; p++) {
        ALM_TRY(alm_poison_forecast(&poisoned[p].poisoned, fold, error));
        ALM_TRY(alm_fit_forecast(&poisoned[p].forecast, poisoned[p].fit, fold,
                                 alm_poisoned_values(&poisoned[p].poisoned), error));
        ALM_TRY(compare(job, plan, fold, clean, &poisoned[p], error));
    }
    job->findings.n_tasks++;
    for (size_t s = 0; s < plan->n_series; s++)
        job->findings.n_forecasts += clean->forecast.status[s] == ALM_OK;
    return ALM_OK;
}

static enum alm_status run_job(void *context, size_t index, size_t worker, struct alm_error *error)
{
    (void)worker;
    const struct audit *audit = context;
    struct job *job = &audit->job[index];
    struct view clean = {0}, poisoned[ALM_POISON_COUNT] = {0};
    const size_t end = alm_split_group_end(&audit->plan->settings.split, job->fold, audit->plan->n_folds);
    enum alm_status status = open_view(&clean, audit, job, error);
    for (size_t p = 0; status == ALM_OK && p < ALM_POISON_COUNT; p++) {
        status = alm_poisoned_init(&poisoned[p].poisoned, audit->plan, (enum alm_poison)p, error);
        if (status == ALM_OK) status = open_view(&poisoned[p], audit, job, error);
    }
    for (size_t fold = job->fold; status == ALM_OK && fold < end; fold++) {
        if (alm_cancelled(audit->control->cancel))
            status = alm_fail(error, ALM_INTERRUPTED, "interrupted");
        else
            status = check_fold(audit, job, &clean, poisoned, fold, error);
    }
    close_view(&clean);
    for (size_t p = 0; p < ALM_POISON_COUNT; p++)
        close_view(&poisoned[p]);
    return status;
}

/* ---- the report ---- */

static enum alm_status deliver(void *context, size_t index, struct alm_error *error)
{
    struct audit *audit = context;
    struct alm_audit *out = audit->out;
    struct findings *findings = &audit->job[index].findings;
    out->n_tasks += findings->n_tasks;
    out->n_forecasts += findings->n_forecasts;
    out->n_leaks += findings->n_leaks;
    for (size_t i = 0; i < findings->n_kept && out->n_kept < ALM_AUDIT_KEPT; i++) {
        ALM_TRY(alm_grow((void **)&out->leak, &audit->capacity, out->n_kept + 1, sizeof *out->leak, error));
        out->leak[out->n_kept++] = findings->leak[i];
    }
    free(findings->leak);
    findings->leak = NULL;
    alm_progress_report(audit->control->progress, "audit", (double)++audit->delivered, (double)audit->n,
                        "fits");
    return ALM_OK;
}

/* One job for every forecaster and group of folds, in plan order. */
static enum alm_status make_jobs(struct audit *audit, struct alm_error *error)
{
    const struct alm_plan *plan = audit->plan;
    ALM_TRY(ALM_NEW(&audit->job, plan->n_tasks, error));
    for (size_t task = 0; task < plan->n_tasks; task++) {
        const size_t fold = alm_plan_fold(plan, task);
        if (alm_split_group_first(&plan->settings.split, fold) != fold) continue;
        audit->job[audit->n++] = (struct job){.forecaster = alm_plan_forecaster(plan, task), .fold = fold};
    }
    return ALM_OK;
}

enum alm_status alm_audit_run(struct alm_audit *out, const struct alm_plan *plan,
                              const struct alm_backtest_control *control, struct alm_error *error)
{
    struct audit audit = {.plan = plan, .control = control, .out = out};
    *out = (struct alm_audit){0};
    enum alm_status status = alm_plan_values(&audit.y, plan, error);
    if (status == ALM_OK) status = make_jobs(&audit, error);
    if (status == ALM_OK) {
        const struct alm_pool_work work = {audit.n, &audit, run_job, deliver, NULL, 0};
        status = alm_pool_run(&work, control->jobs, control->cancel, error);
    }
    for (size_t i = 0; i < audit.n; i++)
        free(audit.job[i].findings.leak);
    free(audit.job);
    free((void *)audit.y);
    if (status != ALM_OK) alm_audit_clear(out);
    return status;
}

void alm_audit_clear(struct alm_audit *audit)
{
    free(audit->leak);
    *audit = (struct alm_audit){0};
}

static void write_value(struct alm_text *out, double value)
{
    if (isnan(value))
        alm_text_append(out, "no forecast");
    else
        alm_text_append_number(out, value);
}

void alm_leak_write(struct alm_text *out, const struct alm_plan *plan, const struct alm_leak *leak)
{
    static const char *const how[ALM_POISON_COUNT] = {"missing", "huge", "shuffled", "in reverse order"};
    const struct alm_series *series = plan->series[leak->series];
    alm_text_printf(out, "%s looks ahead: %s, origin ", plan->forecaster[leak->forecaster].label,
                    series->name);
    if (series->calendar.frequency.unit == ALM_FREQUENCY_INDEX)
        alm_text_printf(out, "%lld", (long long)leak->origin_ts);
    else
        alm_ts_write_short(out, leak->origin_ts);
    if (leak->step > 0) alm_text_printf(out, ", step %zu", leak->step);
    alm_text_append(out, ": ");
    write_value(out, leak->clean);
    alm_text_append(out, " became ");
    write_value(out, leak->poisoned);
    alm_text_printf(out, " when later values were %s", how[leak->poison]);
}

struct alm_leak_summary alm_audit_summary(const struct alm_audit *audit, size_t forecaster)
{
    struct alm_leak_summary out = {0};
    size_t fold = (size_t)-1;
    for (size_t i = 0; i < audit->n_kept; i++) {
        const struct alm_leak *leak = &audit->leak[i];
        if (leak->forecaster != forecaster) continue;
        if (out.n++ == 0) out.first = leak;
        out.n_folds += leak->fold != fold; /* they come fold by fold */
        fold = leak->fold;
        out.by[leak->poison] = true;
    }
    return out;
}

void alm_leak_summary_write(struct alm_text *out, const struct alm_leak_summary *summary)
{
    const char *before = "";
    alm_text_printf(out, "%zu %s in %zu %s (", summary->n, summary->n == 1 ? "difference" : "differences",
                    summary->n_folds, summary->n_folds == 1 ? "fold" : "folds");
    for (size_t p = 0; p < ALM_POISON_COUNT; p++) {
        if (!summary->by[p]) continue;
        alm_text_printf(out, "%s%s", before, alm_poison_name((enum alm_poison)p));
        before = ", ";
    }
    alm_text_append(out, ")");
}
