#include "backtest/audit.h"

#include "backtest/check.h"
#include "backtest/control.h"

#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct alm_backtest_settings usual(size_t refit, size_t gap)
{
    static const double levels[] = {0.1, 0.9};
    return (struct alm_backtest_settings){
        .split = {.horizon = 3, .folds = 5, .step = 4, .refit = refit, .gap = {.bars = gap}},
        .level = levels,
        .n_levels = 2,
        .conformal_folds = 5,
        .find = find_type};
}

static void run(struct alm_audit *audit, const struct alm_plan *plan)
{
    const struct alm_backtest_control control = {.jobs = 2};
    struct alm_error error = {0};
    cr_assert(eq(int, alm_audit_run(audit, plan, &control, &error), ALM_OK), "%s", error.text);
    cr_assert(eq(sz, audit->n_tasks, plan->n_tasks));
}

/* Specs that are small enough for a test, or that need options. */
static const char *spec_of(const char *name)
{
    static const char *const specs[][2] = {{"arima", "arima:max_p=1,max_q=1,max_P=1,max_Q=1"},
                                           {"es-lstm", "es-lstm:hidden=3,epochs=2,ensemble=1"},
                                           {"lstm", "lstm:hidden=3,lookback=8,epochs=2"},
                                           {"majority", "majority:bins=quantile:4"},
                                           {"persistence", "persistence:bins=quantile:4"}};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        if (strcmp(specs[i][0], name) == 0) return specs[i][1];
    return name;
}

Test(audit, no_forecaster_of_the_registry_looks_ahead)
{
    const char *specs[64];
    size_t n = 0;
    struct alm_series **series = make_series(2, 150, 0.05);
    for (; alm_forecaster_types[n] != NULL && n < 64; n++)
        specs[n] = spec_of(alm_forecaster_types[n]->name);
    for (size_t refit = 0; refit < 3; refit++) {
        const struct alm_backtest_settings settings = usual(refit, refit);
        struct alm_plan *plan = make_plan(&settings, series, 2, specs, n);
        struct alm_audit audit;
        run(&audit, plan);
        cr_assert(eq(sz, audit.n_leaks, 0));
        cr_assert(eq(sz, audit.n_forecasts, plan->n_tasks * 2));
        alm_audit_clear(&audit);
        alm_plan_free(plan);
    }
    free_series(series, 2);
}

/* Gives each series one past and one future covariate, and one bar of the latter after its end. */
static void add_covariates(struct alm_series **series, size_t n)
{
    for (size_t s = 0; s < n; s++) {
        struct alm_covariates **c = &series[s]->covariates;
        cr_assert(eq(int, alm_covariates_create(c, series[s]->n, 1, 1, 1, 0, NULL), ALM_OK));
        for (size_t k = 0; k < 2; k++)
            for (size_t i = 0; i < alm_covariate_length(*c, k); i++)
                (*c)->y[k][i] = sin((double)(i * (k + 2) + s));
    }
}

Test(audit, covariates_behind_what_is_known_do_not_reach_the_lstm)
{
    static const char *const specs[] = {"lstm:hidden=3,lookback=8,epochs=2",
                                        "lstm:hidden=3,lookback=8,epochs=2,decoder=recursive,skip=ridge"};
    struct alm_series **series = make_series(2, 150, 0.05);
    add_covariates(series, 2);
    for (size_t refit = 0; refit < 3; refit++) {
        const struct alm_backtest_settings settings = usual(refit, refit);
        struct alm_plan *plan = make_plan(&settings, series, 2, specs, 2);
        struct alm_audit audit;
        run(&audit, plan);
        cr_assert(eq(sz, audit.n_leaks, 0));
        cr_assert(eq(sz, audit.n_forecasts, plan->n_tasks * 2));
        alm_audit_clear(&audit);
        alm_plan_free(plan);
    }
    free_series(series, 2);
}

/* Whether every poison found forecaster 1 (naive is added before it) and nothing else. */
static void expect_leaks(const char *spec, size_t refit, size_t gap)
{
    struct alm_series **series = make_series(1, FULL_LENGTH, 0);
    add_covariates(series, 1);
    const struct alm_backtest_settings settings = usual(refit, gap);
    struct alm_plan *plan = make_plan(&settings, series, 1, &spec, 1);
    struct alm_audit audit;
    size_t found[ALM_POISON_COUNT] = {0};
    run(&audit, plan);
    for (size_t i = 0; i < audit.n_kept; i++) {
        cr_assert(eq(sz, audit.leak[i].forecaster, 1));
        cr_assert(eq(sz, audit.leak[i].step, 1));
        cr_assert(ne(dbl, audit.leak[i].clean, audit.leak[i].poisoned));
        found[audit.leak[i].poison]++;
    }
    cr_assert(eq(sz, found[ALM_POISON_NAN], plan->n_folds), "%s", spec);
    cr_assert(eq(sz, found[ALM_POISON_HUGE], plan->n_folds), "%s", spec);
    cr_assert(eq(sz, audit.n_kept, audit.n_leaks));
    alm_audit_clear(&audit);
    alm_plan_free(plan);
    free_series(series, 1);
}

Test(audit, a_forecaster_that_reads_past_its_end_is_caught)
{
    expect_leaks("peek", 1, 0);
    expect_leaks("peek", 0, 0);
}

Test(audit, covariates_that_are_read_past_their_end_are_caught)
{
    expect_leaks("peek-past", 1, 0);
    expect_leaks("peek-future", 1, 0);
    expect_leaks("peek-future", 0, 0);
}

Test(audit, a_fit_that_reads_past_its_end_is_caught_also_inside_the_gap)
{
    expect_leaks("peek-fit", 1, 0);
    expect_leaks("peek-fit", 1, 3);
    expect_leaks("peek-fit", 2, 3);
}

Test(audit, a_scaler_fitted_on_the_whole_series_is_caught)
{
    expect_leaks("whole", 1, 0);
    expect_leaks("whole", 0, 2);
}

Test(audit, a_centred_moving_average_is_caught)
{
    expect_leaks("centred", 1, 0);
    expect_leaks("centred", 0, 0);
}

Test(audit, values_in_reverse_order_are_caught_where_missing_ones_are)
{
    struct alm_series **series = make_series(1, FULL_LENGTH, 0);
    const struct alm_backtest_settings settings = usual(1, 0);
    const char *const specs[] = {"peek"};
    struct alm_plan *plan = make_plan(&settings, series, 1, specs, 1);
    struct alm_audit audit;
    run(&audit, plan);
    const struct alm_leak_summary none = alm_audit_summary(&audit, 0), leaks = alm_audit_summary(&audit, 1);
    cr_assert(eq(sz, none.n, 0));
    cr_assert(eq(sz, leaks.n, audit.n_leaks));
    cr_assert(eq(sz, leaks.n_folds, plan->n_folds));
    cr_assert(leaks.by[ALM_POISON_NAN] && leaks.by[ALM_POISON_HUGE] && leaks.by[ALM_POISON_REVERSED]);
    alm_audit_clear(&audit);
    alm_plan_free(plan);
    free_series(series, 1);
}

Test(audit, a_leak_is_said_in_one_sentence)
{
    struct alm_series **series = make_series(1, FULL_LENGTH, 0);
    const struct alm_backtest_settings settings = usual(1, 0);
    const char *const specs[] = {"peek"};
    struct alm_plan *plan = make_plan(&settings, series, 1, specs, 1);
    struct alm_text text = {0};
    const struct alm_leak leak = {.forecaster = 1,
                                  .origin_ts = 99,
                                  .poison = ALM_POISON_HUGE,
                                  .step = 2,
                                  .clean = 1.5,
                                  .poisoned = NAN};
    alm_leak_write(&text, plan, &leak);
    cr_assert(
        eq(str, text.data,
           "peek looks ahead: s0, origin 99, step 2: 1.5 became no forecast when later values were huge"));
    alm_text_clear(&text);
    alm_plan_free(plan);
    free_series(series, 1);
}

Test(audit, permuted_changes_keep_the_ends_and_the_changes)
{
    double y[] = {1, 2, NAN, 5, 9, 4};
    cr_assert(eq(int, alm_permute_changes(y, 6, 5, NULL), ALM_OK));
    cr_assert(fabs(y[0] - 1) < 1e-12 && fabs(y[5] - 4) < 1e-12 && isnan(y[2]));
}

Test(audit, where_nothing_can_be_foretold_no_forecaster_leads_but_one_that_peeks)
{
    static const char *const specs[] = {"ets", "ar", "peek"};
    struct alm_series **series = make_series(1, 300, 0);
    struct alm_backtest_settings settings = usual(1, 0);
    settings.split = (struct alm_split){.horizon = 1, .folds = 60, .step = 1, .refit = 0};
    settings.conformal_folds = 0;
    struct alm_plan *plan = make_plan(&settings, series, 1, specs, 3);
    const struct alm_backtest_control control = {.jobs = 2};
    struct alm_leader leaders[4];
    bool made;
    cr_assert(eq(int, alm_control_run(leaders, &made, plan, &control, NULL), ALM_OK));
    cr_assert(made);
    for (size_t f = 1; f < 4; f++) {
        struct alm_finding finding;
        alm_check_controlled(&finding, plan, &leaders[f]);
        cr_assert(eq(int, finding.verdict, f == 3 ? ALM_CHECK_FAIL : ALM_CHECK_PASS), "%s",
                  alm_text_string(&finding.evidence));
        alm_text_clear(&finding.evidence);
    }
    alm_plan_free(plan);
    free_series(series, 1);
}
