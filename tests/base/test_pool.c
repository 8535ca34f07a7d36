#include "base/pool.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { N = 200 };

struct context {
    int result[N];
    size_t delivered, discarded, fails_at;
    struct alm_cancel *cancel;
};

static enum alm_status run(void *argument, size_t index, size_t worker, struct alm_error *error)
{
    struct context *context = argument;
    (void)worker;
    if (index == context->fails_at) return alm_fail(error, ALM_NUMERIC, "task %zu failed", index);
    context->result[index] = (int)(index * index);
    return ALM_OK;
}

static enum alm_status deliver(void *argument, size_t index, struct alm_error *error)
{
    struct context *context = argument;
    (void)error;
    cr_assert(eq(sz, index, context->delivered));
    cr_assert(eq(int, context->result[index], (int)(index * index)));
    context->delivered++;
    if (context->cancel != NULL && index == 50) alm_cancel_request(context->cancel, 2);
    return ALM_OK;
}

static void discard(void *argument, size_t index)
{
    (void)index;
    ((struct context *)argument)->discarded++;
}

Test(pool, delivers_every_task_once_and_in_order)
{
    for (size_t jobs = 0; jobs < 5; jobs++) {
        struct context context = {.fails_at = N};
        const struct alm_pool_work work = {N, &context, run, deliver, discard, 0};
        cr_assert(eq(int, alm_pool_run(&work, jobs, NULL, NULL), ALM_OK));
        cr_assert(eq(sz, context.delivered, N));
        cr_assert(eq(sz, context.discarded, 0));
    }
}

Test(pool, stops_at_the_first_failure_and_delivers_what_came_before)
{
    for (size_t jobs = 1; jobs < 5; jobs++) {
        struct context context = {.fails_at = 77};
        struct alm_error error = {0};
        const struct alm_pool_work work = {N, &context, run, deliver, discard, 0};
        cr_assert(eq(int, alm_pool_run(&work, jobs, NULL, &error), ALM_NUMERIC));
        cr_assert(eq(str, error.text, "task 77 failed"));
        cr_assert(eq(sz, context.delivered, 77));
    }
}

Test(pool, keeps_what_was_delivered_when_cancelled)
{
    for (size_t jobs = 1; jobs < 5; jobs++) {
        struct alm_cancel cancel = {0};
        struct context context = {.fails_at = N, .cancel = &cancel};
        const struct alm_pool_work work = {N, &context, run, deliver, discard, 0};
        cr_assert(eq(int, alm_pool_run(&work, jobs, &cancel, NULL), ALM_INTERRUPTED));
        cr_assert(context.delivered > 50 && context.delivered < N);
    }
}
