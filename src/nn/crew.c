#include "nn/crew.h"

#include "base/memory.h"
#include "nn/denormals.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { LOOKS = 2000 };

struct helper {
    struct alm_crew *crew;
    size_t worker;
    pthread_t thread;
};

struct alm_crew {
    struct helper *helpers;
    size_t n_helpers;
    /* Run number (32 bits), its parts (16), the next one to start (16): one number, so that a helper that
     * comes late cannot take a part of a run that is over. */
    _Atomic uint64_t ticket;
    atomic_size_t finished; /* parts of this run */
    void (*work)(void *context, size_t part, size_t worker);
    void *context;
    unsigned denormals;
    pthread_mutex_t lock;
    pthread_cond_t started, ended;
    atomic_bool stopping;
};

static bool has_parts(uint64_t ticket)
{
    return (ticket & 0xffff) < (ticket >> 16 & 0xffff);
}

static void pause_briefly(void)
{
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}

/* Works until no part of the run is left to start. */
static void take_parts(struct alm_crew *crew, size_t worker)
{
    uint64_t ticket = atomic_load(&crew->ticket);
    while (has_parts(ticket)) {
        if (!atomic_compare_exchange_weak(&crew->ticket, &ticket, ticket + 1)) continue;
        const size_t part = ticket & 0xffff, parts = ticket >> 16 & 0xffff;
        const unsigned before = alm_denormals_state();
        alm_denormals_restore(crew->denormals);
        crew->work(crew->context, part, worker);
        alm_denormals_restore(before);
        if (atomic_fetch_add(&crew->finished, 1) + 1 == parts) {
            pthread_mutex_lock(&crew->lock);
            pthread_cond_signal(&crew->ended);
            pthread_mutex_unlock(&crew->lock);
        }
        ticket = atomic_load(&crew->ticket);
    }
}

static bool may_go_on(struct alm_crew *crew)
{
    return has_parts(atomic_load(&crew->ticket)) || atomic_load(&crew->stopping);
}

static void *help(void *argument)
{
    const struct helper *helper = argument;
    struct alm_crew *crew = helper->crew;
    while (!atomic_load(&crew->stopping)) {
        for (size_t look = 0; look < LOOKS && !may_go_on(crew); look++)
            pause_briefly();
        if (!may_go_on(crew)) {
            pthread_mutex_lock(&crew->lock);
            while (!may_go_on(crew))
                pthread_cond_wait(&crew->started, &crew->lock);
            pthread_mutex_unlock(&crew->lock);
        }
        take_parts(crew, helper->worker);
    }
    return NULL;
}

enum alm_status alm_crew_create(struct alm_crew **out, size_t threads, struct alm_error *error)
{
    *out = NULL;
    struct alm_crew *crew = NULL;
    ALM_TRY(ALM_NEW(&crew, 1, error));
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->started, NULL);
    pthread_cond_init(&crew->ended, NULL);
    enum alm_status status = ALM_NEW(&crew->helpers, threads, error);
    for (size_t i = 0; status == ALM_OK && i + 1 < threads; i++, crew->n_helpers++) {
        crew->helpers[i] = (struct helper){.crew = crew, .worker = i + 1};
        if (pthread_create(&crew->helpers[i].thread, NULL, help, &crew->helpers[i]) != 0) break;
    }
    if (status == ALM_OK && threads > 1 && crew->n_helpers == 0)
        status = alm_fail(error, ALM_NOMEM, "cannot start a thread");
    if (status != ALM_OK) {
        alm_crew_free(crew);
        return status;
    }
    *out = crew;
    return ALM_OK;
}

void alm_crew_free(struct alm_crew *crew)
{
    if (crew == NULL) return;
    pthread_mutex_lock(&crew->lock);
    atomic_store(&crew->stopping, true);
    pthread_cond_broadcast(&crew->started);
    pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->n_helpers; i++)
        pthread_join(crew->helpers[i].thread, NULL);
    pthread_cond_destroy(&crew->started);
    pthread_cond_destroy(&crew->ended);
    pthread_mutex_destroy(&crew->lock);
    free(crew->helpers);
    free(crew);
}

void alm_crew_run(struct alm_crew *crew, void (*work)(void *context, size_t part, size_t worker),
                  void *context, size_t parts)
{
    if (parts == 0) return;
    crew->work = work;
    crew->context = context;
    crew->denormals = alm_denormals_state();
    atomic_store(&crew->finished, 0);
    const uint64_t run = (atomic_load(&crew->ticket) >> 32) + 1;
    atomic_store(&crew->ticket, run << 32 | (uint64_t)parts << 16);
    if (crew->n_helpers > 0) {
        pthread_mutex_lock(&crew->lock);
        pthread_cond_broadcast(&crew->started);
        pthread_mutex_unlock(&crew->lock);
    }
    take_parts(crew, 0);
    for (size_t look = 0; look < LOOKS && atomic_load(&crew->finished) < parts; look++)
        pause_briefly();
    pthread_mutex_lock(&crew->lock);
    while (atomic_load(&crew->finished) < parts)
        pthread_cond_wait(&crew->ended, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}
