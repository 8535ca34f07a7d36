/* Combinations in the engine: a member is fitted once a fold, and has the bits of itself standing alone. */
#include "backtest/audit.h"
#include "backtest/backtest.h"

#include "base/random.h"
#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES = 3, FOLDS = 6, HORIZON = 4 };

static const double levels[] = {0.1, 0.5, 0.9};

static struct alm_backtest_settings usual(size_t refit)
{
    return (struct alm_backtest_settings){
        .split = {.horizon = HORIZON, .folds = FOLDS, .step = 3, .refit = refit},
        .level = levels,
        .n_levels = 3,
        .seed = 5,
        .conformal_folds = 5,
        .find = find_type};
}

/* ---- rows ---- */

struct rows {
    const struct alm_plan *plan;
    double mean[16][FOLDS][SERIES][HORIZON], quantile[16][FOLDS][SERIES][HORIZON * 3];
    char fallback[16][FOLDS][SERIES][200];
    enum alm_status status[16][FOLDS][SERIES];
    double seconds[16];
};

static enum alm_status keep(void *context, const struct alm_task_result *r, struct alm_error *error)
{
    struct rows *rows = context;
    (void)error;
    for (size_t s = 0; s < r->n_series; s++) {
        const struct alm_series_result *row = &r->series[s];
        rows->status[r->forecaster][r->fold][s] = row->status;
        rows->seconds[r->forecaster] += row->fit_seconds;
        strcpy(rows->fallback[r->forecaster][r->fold][s], row->fallback);
        if (row->forecast == NULL) continue;
        memcpy(rows->mean[r->forecaster][r->fold][s], row->forecast, HORIZON * sizeof(double));
        if (row->quantile != NULL)
            memcpy(rows->quantile[r->forecaster][r->fold][s], row->quantile, 3 * HORIZON * sizeof(double));
    }
    return ALM_OK;
}

static struct rows *run(const char *const *specs, size_t n_specs, size_t refit, size_t jobs)
{
    struct alm_series **series = make_series(SERIES, 100, 0.05);
    const struct alm_backtest_settings settings = usual(refit);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, specs, n_specs);
    struct rows *rows = calloc(1, sizeof *rows);
    const struct alm_backtest_control control = {.jobs = jobs};
    const struct alm_sink sink = {rows, keep};
    struct alm_error error = {0};
    cr_assert(plan->n_forecasters <= 16);
    cr_assert(eq(int, alm_backtest_run(plan, &control, &sink, &error), ALM_OK), "%s", error.text);
    alm_plan_free(plan);
    free_series(series, SERIES);
    return rows;
}

static void assert_same(const struct rows *a, size_t i, const struct rows *b, size_t j)
{
    cr_assert(memcmp(a->status[i], b->status[j], sizeof a->status[i]) == 0);
    cr_assert(memcmp(a->mean[i], b->mean[j], sizeof a->mean[i]) == 0);
    cr_assert(memcmp(a->quantile[i], b->quantile[j], sizeof a->quantile[i]) == 0);
}

Test(members, a_member_has_the_bits_of_itself_standing_alone)
{
    static const char *const alone[] = {"naive", "noise", "pool", "lstm:hidden=3,lookback=8,epochs=2"};
    static const char *const of_one[] = {"naive", "a=average:of=noise", "b=best:of=pool",
                                         "c=median:of=(lstm:hidden=3,lookback=8,epochs=2)"};
    static const char *const nested[] = {"naive", "a=average:of=(hedge:of=noise)",
                                         "b=stack:of=(average:of=(x=pool))", "noise"};
    for (size_t refit = 0; refit < 3; refit++) {
        struct rows *a = run(alone, 4, refit, 1), *b = run(of_one, 4, refit, 2),
                    *c = run(nested, 4, refit, 3);
        for (size_t i = 0; i < 4; i++)
            assert_same(a, i, b, i);
        for (size_t i = 0; i < 3; i++)
            assert_same(a, i, c, i);
        assert_same(a, 1, c, 3);
        free(a);
        free(b);
        free(c);
    }
}

Test(members, company_does_not_change_a_combination)
{
    static const char *const mixed = "stack:of=noise+ses+(median:of=pool+naive+drift)+(hedge:of=noise+pool)";
    const char *const alone[] = {"naive", mixed};
    const char *const beside[] = {
        "naive", "noise", "pool", "average:of=noise+pool+ses", mixed, "median:of=pool+naive+drift"};
    for (size_t refit = 0; refit < 3; refit++) {
        struct rows *a = run(alone, 2, refit, 1), *b = run(beside, 6, refit, 3);
        assert_same(a, 1, b, 4);
        free(a);
        free(b);
    }
}

/* ---- counting fits ---- */

static atomic_size_t n_fits;

static enum alm_status fit_counted(void *self, const struct alm_history *history,
                                   const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    atomic_fetch_add(&n_fits, 1);
    return find_type("noise")->fit(self, history, hooks, error);
}

static struct alm_forecaster_type counted;

static const struct alm_forecaster_type *find_counted(const char *name)
{
    return strcmp(name, "counted") == 0 ? &counted : find_type(name);
}

static size_t fits_of(const char *const *specs, size_t n_specs, size_t refit, size_t jobs)
{
    struct alm_series **series = make_series(SERIES, 100, 0);
    struct alm_backtest_settings settings = usual(refit);
    const struct alm_backtest_control control = {.jobs = jobs};
    struct rows *rows = calloc(1, sizeof *rows);
    const struct alm_sink sink = {rows, keep};
    counted = *find_type("noise");
    counted.name = "counted";
    counted.fit = fit_counted;
    settings.find = find_counted;
    atomic_store(&n_fits, 0);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, specs, n_specs);
    cr_assert(eq(int, alm_backtest_run(plan, &control, &sink, NULL), ALM_OK));
    alm_plan_free(plan);
    free_series(series, SERIES);
    free(rows);
    return atomic_load(&n_fits);
}

Test(members, a_member_is_fitted_once_however_many_need_it)
{
    static const char *const alone[] = {"counted"};
    static const char *const many[] = {"average:of=counted+naive", "counted",
                                       "stack:of=counted+ses+(median:of=counted+naive+drift)",
                                       "best:of=(x=counted)+naive", "hedge:of=drift+counted"};
    for (size_t refit = 0; refit < 3; refit++) {
        const size_t groups = refit == 0 ? FOLDS : refit == 1 ? FOLDS : FOLDS / 2;
        const size_t once = fits_of(alone, 1, refit, 1);
        cr_assert(once > 0 && once <= 2 * groups * SERIES);
        for (size_t jobs = 1; jobs <= 3; jobs++)
            cr_assert(eq(sz, fits_of(many, 5, refit, jobs), once));
        cr_assert(eq(sz, fits_of(many, 1, refit, 2), once));
    }
}

/* ---- order, resume, audit, failures ---- */

static const char *const kinds[] = {
    "naive",
    "average:of=noise+pool+fragile",
    "trimmed:of=noise+pool+ses+drift+wild,share=0.2",
    "inverse-error:of=noise+pool+seasonal-naive,pool=all",
    "stack:of=noise+(average:of=pool+ses)+drift,groups=2",
    "best:of=noise+(stack:of=noise+pool)",
};
enum { KINDS = sizeof kinds / sizeof *kinds };

Test(members, jobs_and_what_was_done_before_change_nothing)
{
    struct alm_series **series = make_series(SERIES, 100, 0.05);
    for (uint64_t seed = 0; seed < 6; seed++) {
        const struct alm_backtest_settings settings = usual(seed % 3);
        struct alm_plan *plan = make_plan(&settings, series, SERIES, kinds, KINDS);
        struct kept whole, part;
        struct alm_random *random;
        bool *done = calloc(plan->n_tasks, sizeof *done);
        cr_assert(eq(int, alm_random_create(&random, seed, NULL), ALM_OK));
        for (size_t i = 0; i < plan->n_tasks; i++)
            done[i] = alm_random_below(random, 2) != 0;
        kept_init(&whole, plan);
        kept_init(&part, plan);
        run_plan(&whole, plan, 1, NULL);
        run_plan(&part, plan, 1 + seed % 4, done);
        for (size_t i = 0; i < plan->n_tasks; i++)
            cr_assert(done[i] || same_bytes(&whole.task[i], &part.task[i]), "task %zu", i);
        kept_clear(&whole, plan);
        kept_clear(&part, plan);
        alm_random_free(random);
        free(done);
        alm_plan_free(plan);
    }
    free_series(series, SERIES);
}

Test(members, the_audit_sees_through_a_combination)
{
    static const char *const specs[] = {"average:of=naive+peek", "stack:of=naive+(average:of=ses+peek-fit)",
                                        "stack:of=naive+ses+noise"};
    struct alm_series **series = make_series(SERIES, 150, 0.05);
    const struct alm_backtest_control control = {.jobs = 2};
    bool found[4] = {false};
    struct alm_audit audit;
    const struct alm_backtest_settings settings = usual(1);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, specs, 3);
    cr_assert(eq(int, alm_audit_run(&audit, plan, &control, NULL), ALM_OK));
    for (size_t i = 0; i < audit.n_kept; i++)
        found[audit.leak[i].forecaster] = true;
    cr_assert(found[1] && found[2] && !found[0] && !found[3]);
    alm_audit_clear(&audit);
    alm_plan_free(plan);
    free_series(series, SERIES);
}

Test(members, a_member_that_fails_is_left_out_and_named)
{
    static const char *const specs[] = {"naive", "fragile", "average:of=naive+fragile",
                                        "best:of=(f=fragile)+(w=wild)"};
    struct rows *rows = run(specs, 4, 1, 1);
    size_t n_broken = 0, n_refused = 0;
    for (size_t f = 0; f < FOLDS; f++)
        for (size_t s = 0; s < SERIES; s++) {
            const bool broken = rows->status[1][f][s] != ALM_OK;
            cr_assert(eq(int, rows->status[2][f][s], ALM_OK));
            const bool named = strstr(rows->fallback[2][f][s], "without fragile: ") != NULL;
            cr_assert(named == broken);
            if (broken) cr_assert(eq(dbl, rows->mean[2][f][s][0], rows->mean[0][f][s][0]));
            const bool refused = rows->status[3][f][s] != ALM_OK;
            cr_assert(refused == broken); /* wild fails with it */
            n_broken += broken;
            n_refused += refused;
        }
    cr_assert(n_broken > 0 && n_refused < FOLDS * SERIES);
    free(rows);
}

Test(members, the_time_of_a_member_is_told_once)
{
    static const char *const specs[] = {"naive", "a=average:of=naive+(lstm:hidden=8,lookback=8,epochs=30)",
                                        "b=median:of=(lstm:hidden=8,lookback=8,epochs=30)"};
    struct rows *rows = run(specs, 3, 1, 1);
    cr_assert(rows->seconds[1] > 5 * rows->seconds[2]);
    free(rows);
}
