/* Threads that work together on short runs. */
#include "nn/crew.h"

#include "nn/denormals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdatomic.h>

enum { PARTS = 7, THREADS = 3 };

struct count {
    atomic_int done[PARTS];
    atomic_int busy[THREADS], denormals_differ;
    unsigned denormals;
};

static void count_part(void *context, size_t part, size_t worker)
{
    struct count *count = context;
    cr_assert(worker < THREADS && part < PARTS);
    cr_assert(eq(int, atomic_fetch_add(&count->busy[worker], 1), 0), "a worker has two parts at once");
    if (alm_denormals_state() != count->denormals) atomic_store(&count->denormals_differ, 1);
    atomic_fetch_add(&count->done[part], 1);
    atomic_fetch_sub(&count->busy[worker], 1);
}

Test(crew, does_every_part_of_every_run_once)
{
    for (size_t threads = 1; threads <= THREADS; threads++) {
        struct alm_crew *crew;
        struct count count = {0};
        cr_assert(eq(int, alm_crew_create(&crew, threads, NULL), ALM_OK));
        for (int run = 1; run <= 2000; run++) {
            count.denormals = alm_denormals_state();
            alm_crew_run(crew, count_part, &count, (size_t)run % PARTS + 1);
            cr_assert(eq(int, atomic_load(&count.done[0]), run));
        }
        int total = 0;
        for (size_t part = 0; part < PARTS; part++)
            total += atomic_load(&count.done[part]);
        cr_assert(eq(int, total, 8000), "the sum of run % 7 + 1 over the runs");
        alm_crew_free(crew);
    }
}

Test(crew, helpers_treat_denormals_as_the_caller_does)
{
    struct alm_crew *crew;
    struct count count = {0};
    cr_assert(eq(int, alm_crew_create(&crew, 2, NULL), ALM_OK));
    const unsigned before = alm_denormals_flush();
    count.denormals = alm_denormals_state();
    for (int run = 0; run < 200; run++)
        alm_crew_run(crew, count_part, &count, PARTS);
    alm_denormals_restore(before);
    cr_assert(eq(int, atomic_load(&count.denormals_differ), 0));
    alm_crew_free(crew);
}
