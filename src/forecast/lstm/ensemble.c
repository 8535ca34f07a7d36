/* The members of an ensemble, trained side by side where there are threads for it. Each has its own weights,
 * order, masks and checkpoints, so that what comes out is the same however many train at once. */
#include "forecast/lstm/state.h"

#include "base/memory.h"
#include "base/pool.h"
#include "base/random.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    struct ensemble *ensemble;
    size_t number;
    struct alm_lstm_samples samples, validation;
    double *scratch;         /* of its samples */
    struct alm_epoch *epoch; /* [n_epochs] that wait for those of the members before */
    size_t n_epochs, capacity;
    double done; /* share of the training */
    bool ended;
};

struct ensemble {
    struct alm_lstm_state *lstm;
    const struct alm_fit_hooks *hooks;
    struct member *member; /* [n_networks] */
    size_t first, threads; /* of the members that train now; threads that each one has */
    pthread_mutex_t lock;  /* of what follows, and of the caller's hooks, which one thread calls at a time */
    size_t turn;           /* the member whose epochs are told as they come */
    struct alm_checkpoints checkpoints;
};

/* ---- the caller's hooks ---- */

static enum alm_status tell_epoch(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    struct member *m = context;
    struct ensemble *e = m->ensemble;
    enum alm_status status;
    pthread_mutex_lock(&e->lock);
    if (m->number == e->turn) {
        status = e->hooks->epoch(e->hooks->context, epoch, error);
    } else {
        status = alm_grow((void **)&m->epoch, &m->capacity, m->n_epochs + 1, sizeof *m->epoch, error);
        if (status == ALM_OK) m->epoch[m->n_epochs++] = *epoch;
    }
    pthread_mutex_unlock(&e->lock);
    return status;
}

/* Epochs are told in the order of the members: those that waited for this one to end follow. */
static enum alm_status end_member(struct member *m, struct alm_error *error)
{
    struct ensemble *e = m->ensemble;
    enum alm_status status = ALM_OK;
    pthread_mutex_lock(&e->lock);
    m->ended = true;
    while (e->turn < e->lstm->n_networks && e->member[e->turn].ended) {
        if (++e->turn == e->lstm->n_networks) break;
        const struct member *next = &e->member[e->turn];
        for (size_t i = 0; status == ALM_OK && i < next->n_epochs; i++)
            status = e->hooks->epoch(e->hooks->context, &next->epoch[i], error);
    }
    pthread_mutex_unlock(&e->lock);
    return status;
}

static void report(void *context, const char *activity, double done, double total, const char *unit)
{
    struct member *m = context;
    struct ensemble *e = m->ensemble;
    double sum = 0;
    pthread_mutex_lock(&e->lock);
    m->done = done / total;
    for (size_t i = 0; i < e->lstm->n_networks; i++)
        sum += e->member[i].done;
    alm_progress_report(e->hooks->progress, activity, sum * total, total * (double)e->lstm->n_networks, unit);
    pthread_mutex_unlock(&e->lock);
}

static enum alm_status save(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                            struct alm_error *error)
{
    struct ensemble *e = context;
    const struct alm_checkpoints *outer = e->hooks->checkpoints;
    pthread_mutex_lock(&e->lock);
    const enum alm_status status = outer->save(outer->context, fit, training, state, error);
    pthread_mutex_unlock(&e->lock);
    return status;
}

static enum alm_status load(void *context, size_t fit, size_t training, struct alm_bytes *state,
                            struct alm_error *error)
{
    struct ensemble *e = context;
    const struct alm_checkpoints *outer = e->hooks->checkpoints;
    pthread_mutex_lock(&e->lock);
    const enum alm_status status = outer->load(outer->context, fit, training, state, error);
    pthread_mutex_unlock(&e->lock);
    return status;
}

/* ---- training ---- */

static enum alm_status train_member(void *context, size_t index, size_t worker, struct alm_error *error)
{
    struct ensemble *e = context;
    struct alm_lstm_state *lstm = e->lstm;
    struct member *m = &e->member[e->first + index];
    struct alm_progress progress = {m, report};
    struct alm_fit_hooks hooks = *e->hooks;
    (void)worker;
    hooks.context = m;
    hooks.epoch = e->hooks->epoch == NULL ? NULL : tell_epoch;
    hooks.progress = &progress;
    hooks.threads = e->threads;
    if (hooks.checkpoints != NULL) hooks.checkpoints = &e->checkpoints;
    const size_t tail_windows = alm_window_set_count(m->validation.windows);
    const struct alm_batch_source samples = {&m->samples, alm_lstm_sample_count(&m->samples), alm_lstm_fill},
                                  tail = {&m->validation,
                                          tail_windows == 0 ? 0 : alm_lstm_sample_count(&m->validation),
                                          alm_lstm_fill};
    ALM_TRY(alm_lstm_train(&lstm->result[m->number], lstm->networks[m->number], lstm, &samples, &tail, &hooks,
                           m->number, error));
    return e->hooks->epoch == NULL ? ALM_OK : end_member(m, error);
}

static enum alm_status create_members(struct ensemble *e, const struct alm_lstm_samples *samples,
                                      const struct alm_lstm_samples *validation, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&e->member, e->lstm->n_networks, error));
    for (size_t i = 0; i < e->lstm->n_networks; i++) {
        struct member *m = &e->member[i];
        *m = (struct member){.ensemble = e, .number = i, .samples = *samples, .validation = *validation};
        ALM_TRY(ALM_NEW(&m->scratch, alm_lstm_scratch(&e->lstm->plan), error));
        m->samples.scratch = m->validation.scratch = m->scratch;
        m->samples.key = alm_random_key(e->lstm->seed, "order", i);
    }
    return ALM_OK;
}

size_t alm_lstm_together(size_t left, const struct alm_fit_hooks *hooks)
{
    const size_t threads = hooks == NULL || hooks->threads < 1 ? 1 : hooks->threads;
    return left < threads ? left : threads;
}

/* As many at once as there are threads; the last ones, when they are fewer, share all threads. */
static enum alm_status train_members(struct ensemble *e, struct alm_error *error)
{
    const size_t n = e->lstm->n_networks;
    while (e->first < n) {
        const size_t together = alm_lstm_together(n - e->first, e->hooks);
        const struct alm_pool_work work = {together, e, train_member, NULL, NULL, 0};
        e->threads = e->hooks->threads / together;
        ALM_TRY(alm_pool_run(&work, together, NULL, error));
        e->first += together;
    }
    return ALM_OK;
}

enum alm_status alm_lstm_train_ensemble(struct alm_lstm_state *lstm, const struct alm_lstm_samples *samples,
                                        const struct alm_lstm_samples *validation,
                                        const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    static const struct alm_fit_hooks none = {0};
    struct ensemble e = {.lstm = lstm, .hooks = hooks == NULL ? &none : hooks};
    e.checkpoints = (struct alm_checkpoints){&e, save, load};
    pthread_mutex_init(&e.lock, NULL);
    enum alm_status status = create_members(&e, samples, validation, error);
    if (status == ALM_OK) status = train_members(&e, error);
    for (size_t i = 0; e.member != NULL && i < lstm->n_networks; i++) {
        free(e.member[i].scratch);
        free(e.member[i].epoch);
    }
    free(e.member);
    pthread_mutex_destroy(&e.lock);
    return status;
}
