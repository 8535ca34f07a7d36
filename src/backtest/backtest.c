#include "backtest/backtest.h"

#include "backtest/task.h"
#include "base/memory.h"
#include "base/pool.h"

#include <pthread.h>
#include <stdlib.h>

/* One fit that the tasks of a group of folds share: made by the first that needs it, dropped by the last. */
struct shared_fit {
    enum { UNFITTED, FITTING, FITTED, FAILED } state;
    struct alm_fit *fit;
    size_t users; /* tasks of this run that still need it, and combinations that are used themselves */
    enum alm_status status;
    char *failure; /* the message; NULL where it could not be kept */
};

struct run {
    const struct alm_plan *plan;
    const struct alm_backtest_control *control;
    const struct alm_sink *sink;
    const double *const *y;      /* [n_series] */
    size_t n;                    /* tasks to do */
    size_t *task;                /* [n] */
    struct alm_task_data **data; /* [n] finished and not yet delivered */
    pthread_mutex_t lock;        /* of what follows */
    size_t delivered;
    double *fraction; /* [n] share of an undelivered task that is done */
    double under_way; /* their sum */
    pthread_cond_t changed;
    struct shared_fit *shared; /* [n_folds][n_candidates]; the group's is at its first fold */
};

static struct shared_fit *shared_of(struct run *run, size_t candidate, size_t fold)
{
    const struct alm_plan *plan = run->plan;
    const size_t first = alm_split_group_first(&plan->settings.split, fold);
    return &run->shared[first * plan->n_candidates + candidate];
}

/* With the lock held. */
static void report(struct run *run)
{
    const double before = (double)(run->plan->n_tasks - run->n), total = (double)run->plan->n_tasks;
    const double done = before + (double)run->delivered + run->under_way;
    alm_progress_report(run->control->progress, "backtest", done > total ? total : done, total, "tasks");
}

/* Of a fit that is from .. from + share of all that a task has to fit. */
struct fit_progress {
    struct run *run;
    size_t index;
    double from, share;
};

static void report_fit(void *context, const char *activity, double done, double total, const char *unit)
{
    (void)activity, (void)unit;
    const struct fit_progress *own = context;
    struct run *run = own->run;
    const double fraction = own->from + own->share * done / total;
    pthread_mutex_lock(&run->lock);
    run->under_way += fraction - run->fraction[own->index];
    run->fraction[own->index] = fraction;
    report(run);
    pthread_mutex_unlock(&run->lock);
}

static enum alm_status acquire(const struct alm_fit **out, const struct fit_progress *progress,
                               size_t candidate, size_t fold, struct alm_error *error);

/* The fits of a combination's members come first. */
static enum alm_status acquire_members(const struct alm_fit **member, struct fit_progress *progress,
                                       const struct alm_candidate *combination, size_t fold,
                                       struct alm_error *error)
{
    const size_t n = combination->n_members;
    struct fit_progress own = *progress;
    own.share /= (double)(n + 1);
    for (size_t k = 0; k < n; k++, own.from += own.share)
        ALM_TRY(acquire(&member[k], &own, combination->member[k], fold, error));
    *progress = own;
    return ALM_OK;
}

/* Called without the lock, by the one task that found the fit missing. */
static enum alm_status make(struct shared_fit *shared, const struct fit_progress *progress, size_t candidate,
                            size_t fold, struct alm_error *error)
{
    const struct run *run = progress->run;
    const struct alm_candidate *c = &run->plan->forecaster[candidate];
    struct fit_progress own = *progress;
    const struct alm_progress reported = {&own, report_fit};
    const struct alm_fit_watch watch = {run->control->cancel, &reported, run->control->checkpoints};
    const struct alm_fit **member;
    ALM_TRY(ALM_NEW(&member, c->n_members, error));
    enum alm_status status = acquire_members(member, &own, c, fold, error);
    if (status == ALM_OK)
        status = alm_fit_create(&shared->fit, run->plan, candidate, fold, run->y, member, &watch, error);
    free(member);
    return status;
}

/* The fit of a candidate, fitted here or waited for. Who waits does not block the one it waits for, as that
 * one is running, or waits for members, which have none of those that wait for them. */
static enum alm_status acquire(const struct alm_fit **out, const struct fit_progress *progress,
                               size_t candidate, size_t fold, struct alm_error *error)
{
    struct run *run = progress->run;
    struct shared_fit *shared = shared_of(run, candidate, fold);
    pthread_mutex_lock(&run->lock);
    if (shared->state == UNFITTED) {
        shared->state = FITTING;
        pthread_mutex_unlock(&run->lock);
        struct alm_error own = {0};
        const enum alm_status status = make(shared, progress, candidate, fold, &own);
        pthread_mutex_lock(&run->lock);
        shared->state = status == ALM_OK ? FITTED : FAILED;
        shared->status = status;
        if (status != ALM_OK) (void)alm_copy_text(&shared->failure, own.text, NULL);
        pthread_cond_broadcast(&run->changed);
    }
    while (shared->state == FITTING)
        pthread_cond_wait(&run->changed, &run->lock);
    pthread_mutex_unlock(&run->lock);
    *out = shared->fit;
    if (shared->state == FITTED) return ALM_OK;
    return alm_fail(error, shared->status, "%s",
                    shared->failure == NULL ? alm_status_text(shared->status) : shared->failure);
}

/* One user more of a candidate's fit; the first one makes it a user of its members. */
static void use(struct run *run, size_t candidate, size_t fold)
{
    const struct alm_candidate *c = &run->plan->forecaster[candidate];
    if (shared_of(run, candidate, fold)->users++ > 0) return;
    for (size_t k = 0; k < c->n_members; k++)
        use(run, c->member[k], fold);
}

/* One less; the last one drops it, and then its members. */
static void release(struct run *run, size_t candidate, size_t fold)
{
    const struct alm_candidate *c = &run->plan->forecaster[candidate];
    struct shared_fit *shared = shared_of(run, candidate, fold);
    struct alm_fit *last = NULL;
    pthread_mutex_lock(&run->lock);
    const bool unused = --shared->users == 0;
    if (unused) {
        last = shared->fit;
        shared->fit = NULL;
    }
    pthread_mutex_unlock(&run->lock);
    alm_fit_free(last);
    for (size_t k = 0; unused && k < c->n_members; k++)
        release(run, c->member[k], fold);
}

static enum alm_status run_task(void *context, size_t index, size_t worker, struct alm_error *error)
{
    (void)worker;
    struct run *run = context;
    const size_t task = run->task[index];
    const size_t candidate = alm_plan_forecaster(run->plan, task), fold = alm_plan_fold(run->plan, task);
    const struct fit_progress progress = {run, index, 0, 1};
    const struct alm_fit *fit;
    enum alm_status status = acquire(&fit, &progress, candidate, fold, error);
    if (status == ALM_OK) status = alm_task_create(&run->data[index], run->plan, task, fit, error);
    release(run, candidate, fold);
    if (status != ALM_OK && status != ALM_INTERRUPTED)
        (void)alm_fail_in(error, "%s, fold %zu", run->plan->forecaster[candidate].label, fold + 1);
    return status;
}

static void drop(struct run *run, size_t index)
{
    alm_task_free(run->data[index]);
    run->data[index] = NULL;
}

static enum alm_status deliver(void *context, size_t index, struct alm_error *error)
{
    struct run *run = context;
    const enum alm_status status = run->sink->deliver(run->sink->context, &run->data[index]->result, error);
    drop(run, index);
    if (status != ALM_OK) return status;
    pthread_mutex_lock(&run->lock);
    run->delivered++;
    run->under_way -= run->fraction[index];
    run->fraction[index] = 0;
    report(run);
    pthread_mutex_unlock(&run->lock);
    return ALM_OK;
}

static void discard(void *context, size_t index)
{
    drop(context, index);
}

static enum alm_status prepare(struct run *run, struct alm_error *error)
{
    const size_t n = run->plan->n_tasks;
    ALM_TRY(alm_plan_values(&run->y, run->plan, error));
    ALM_TRY(ALM_NEW(&run->task, n, error));
    ALM_TRY(ALM_NEW(&run->data, n, error));
    ALM_TRY(ALM_NEW(&run->fraction, n, error));
    ALM_TRY(ALM_NEW(&run->shared, run->plan->n_folds * run->plan->n_candidates, error));
    for (size_t task = 0; task < n; task++) {
        if (run->control->done != NULL && run->control->done[task]) continue;
        run->task[run->n++] = task;
        use(run, alm_plan_forecaster(run->plan, task), alm_plan_fold(run->plan, task));
    }
    return ALM_OK;
}

static void clear(struct run *run)
{
    for (size_t i = 0; run->shared != NULL && i < run->plan->n_folds * run->plan->n_candidates; i++) {
        alm_fit_free(run->shared[i].fit); /* of groups that an interruption cut short */
        free(run->shared[i].failure);
    }
    free((void *)run->y);
    free(run->task);
    free(run->data);
    free(run->fraction);
    free(run->shared);
}

enum alm_status alm_backtest_run(const struct alm_plan *plan, const struct alm_backtest_control *control,
                                 const struct alm_sink *sink, struct alm_error *error)
{
    struct run run = {.plan = plan, .control = control, .sink = sink};
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.changed, NULL);
    enum alm_status status = prepare(&run, error);
    if (status == ALM_OK) {
        /* a fold's tasks come one after the other, each of its own length */
        const size_t jobs = control->jobs == 0 ? alm_pool_processors() : control->jobs;
        const struct alm_pool_work work = {run.n,   &run,    run_task,
                                           deliver, discard, jobs * plan->n_forecasters};
        report(&run);
        status = alm_pool_run(&work, control->jobs, control->cancel, error);
    }
    clear(&run);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    return status;
}
