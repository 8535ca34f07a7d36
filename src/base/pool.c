#include "base/pool.h"

#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

enum task_state { WAITING, RUNNING, FINISHED, FAILED };

struct pool {
    const struct alm_pool_work *work;
    const struct alm_cancel *cancel;
    size_t look_ahead;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a task ended, one was delivered, or the pool stops */
    size_t next, delivered; /* next task to start; tasks delivered so far */
    bool stopping;
    enum task_state *state; /* [n] */
    size_t failed;          /* smallest index of a failed task */
    struct alm_error failure;
};

struct worker {
    struct pool *pool;
    size_t number;
    pthread_t thread;
};

size_t alm_pool_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return (size_t)CPU_COUNT(&set);
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (size_t)n;
}

static bool may_start(const struct pool *pool)
{
    return pool->next < pool->delivered + pool->look_ahead;
}

static void *work_loop(void *argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stopping && pool->next < pool->work->n && !may_start(pool))
            pthread_cond_wait(&pool->changed, &pool->lock);
        if (alm_cancelled(pool->cancel)) pool->stopping = true;
        if (pool->stopping || pool->next >= pool->work->n) break;
        const size_t index = pool->next++;
        pool->state[index] = RUNNING;
        pthread_mutex_unlock(&pool->lock);
        struct alm_error error = {0};
        const enum alm_status status = pool->work->run(pool->work->context, index, worker->number, &error);
        pthread_mutex_lock(&pool->lock);
        pool->state[index] = status == ALM_OK ? FINISHED : FAILED;
        if (status != ALM_OK) {
            pool->stopping = true;
            if (index < pool->failed) {
                pool->failed = index;
                pool->failure = error;
                pool->failure.status = status;
            }
        }
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Delivers in task order until all are delivered or the next one in order can no longer come. */
static enum alm_status deliver_loop(struct pool *pool, struct alm_error *error)
{
    const struct alm_pool_work *work = pool->work;
    enum alm_status status = ALM_OK;
    pthread_mutex_lock(&pool->lock);
    while (status == ALM_OK && pool->delivered < work->n) {
        const enum task_state state = pool->state[pool->delivered];
        if (state == FINISHED) {
            pthread_mutex_unlock(&pool->lock);
            if (work->deliver != NULL) status = work->deliver(work->context, pool->delivered, error);
            pthread_mutex_lock(&pool->lock);
            pool->delivered++;
            if (status != ALM_OK) pool->stopping = true;
            pthread_cond_broadcast(&pool->changed);
        } else if (state == FAILED || (state == WAITING && pool->stopping)) {
            break;
        } else {
            pthread_cond_wait(&pool->changed, &pool->lock);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return status;
}

static enum alm_status run_threads(struct pool *pool, size_t jobs, struct alm_error *error)
{
    struct worker *workers = NULL;
    size_t started = 0;
    ALM_TRY(ALM_NEW(&workers, jobs, error));
    for (; started < jobs; started++) {
        workers[started] = (struct worker){.pool = pool, .number = started};
        if (pthread_create(&workers[started].thread, NULL, work_loop, &workers[started]) != 0) break;
    }
    enum alm_status status =
        started == 0 ? alm_fail(error, ALM_NOMEM, "cannot start a worker thread") : deliver_loop(pool, error);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
    return status;
}

static enum alm_status run_here(struct pool *pool, struct alm_error *error)
{
    const struct alm_pool_work *work = pool->work;
    for (size_t i = 0; i < work->n; i++) {
        if (alm_cancelled(pool->cancel)) break;
        ALM_TRY(work->run(work->context, i, 0, error));
        pool->state[i] = FINISHED;
        pool->delivered++;
        if (work->deliver != NULL) ALM_TRY(work->deliver(work->context, i, error));
    }
    return ALM_OK;
}

enum alm_status alm_pool_run(const struct alm_pool_work *work, size_t jobs, const struct alm_cancel *cancel,
                             struct alm_error *error)
{
    if (jobs == 0) jobs = alm_pool_processors();
    if (jobs > work->n) jobs = work->n;
    if (work->n == 0) return ALM_OK;
    struct pool pool = {.work = work,
                        .cancel = cancel,
                        .look_ahead = work->look_ahead > 4 * jobs ? work->look_ahead : 4 * jobs,
                        .failed = work->n};
    ALM_TRY(ALM_NEW(&pool.state, work->n, error));
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.changed, NULL);
    enum alm_status status = jobs == 1 ? run_here(&pool, error) : run_threads(&pool, jobs, error);
    for (size_t i = pool.delivered; i < work->n; i++)
        if (pool.state[i] == FINISHED && work->discard != NULL) work->discard(work->context, i);
    if (status == ALM_OK && pool.failed < work->n) {
        if (error != NULL) *error = pool.failure;
        status = pool.failure.status;
    }
    if (status == ALM_OK && pool.delivered < work->n)
        status = alm_fail(error, ALM_INTERRUPTED, "interrupted");
    pthread_cond_destroy(&pool.changed);
    pthread_mutex_destroy(&pool.lock);
    free(pool.state);
    return status;
}
