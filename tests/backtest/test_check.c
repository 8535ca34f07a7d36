/* Each pitfall is planted and must be seen; where there is none, nothing may be. */
#include "backtest/check.h"

#include "base/random.h"
#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 700, HORIZON_MOST = 10 };

/* How a case is made. Of two forecasters the first is naive, the second is planted. */
struct scene {
    double (*value)(size_t bar, double before, double normal);
    double (*forecast)(const double *y, size_t bar, size_t step, double normal);
    double width; /* half the 80 % interval, at step s times sqrt(s); 0: as the autoregression's */
    size_t horizon, step, folds, season, refit;
    size_t first_origin; /* 0: the folds end with the series */
    size_t fail_every;   /* one of so many windows has no forecast; 0: none */
    bool late;           /* the fits see more than the origin */
    bool lose_tasks;     /* half the tasks are missing */
    const struct alm_leader *leader;
    const char *const *tried; /* ends with NULL */
    const double *seed_mae;   /* [3] or NULL */
    const char *spec;
    uint64_t seed;
};

struct verdicts {
    struct alm_text of_run, own; /* `name=verdict ` */
    size_t n_bad;                /* warn or fail, of the planted forecaster or the run */
};

static double autoregression(size_t bar, double before, double normal)
{
    return bar == 0 ? 50 : 50 + 0.6 * (before - 50) + normal;
}

static double walk(size_t bar, double before, double normal)
{
    return bar == 0 ? 1000 : before + normal;
}

static double upward(size_t bar, double before, double normal)
{
    return bar == 0 ? 1000 : before + normal + 0.3;
}

static double steep(size_t bar, double before, double normal)
{
    (void)before;
    return (double)(bar * 10) + normal;
}

static double waves(size_t bar, double before, double normal)
{
    (void)before;
    return 50 + 10 * sin((double)bar * 2 * M_PI / 12) + 0.5 * normal;
}

static double restless(size_t bar, double before, double normal)
{
    return autoregression(bar, before, bar < 650 ? normal : 3 * normal);
}

static double split(size_t bar, double before, double normal)
{
    return bar == 300  ? before / 2
           : bar > 300 ? autoregression(bar, before + 25, normal) - 25
                       : autoregression(bar, before, normal);
}

static double best(const double *y, size_t bar, size_t step, double normal)
{
    (void)normal;
    return 50 + pow(0.6, (double)step) * (y[bar] - 50);
}

static double copy(const double *y, size_t bar, size_t step, double normal)
{
    (void)step;
    return y[bar] + 0.3 * normal;
}

static double up(const double *y, size_t bar, size_t step, double normal)
{
    (void)normal;
    return y[bar] + 0.1 * (double)step;
}

static double half_season(const double *y, size_t bar, size_t step, double normal)
{
    (void)normal;
    return (y[bar] + y[bar + step - 12]) / 2;
}

static double constant(const double *y, size_t bar, size_t step, double normal)
{
    (void)y, (void)bar, (void)step, (void)normal;
    return 50;
}

static double runaway(const double *y, size_t bar, size_t step, double normal)
{
    return y[bar] + normal * pow(5, (double)step);
}

static struct alm_series *make(const struct scene *scene, struct alm_random *random)
{
    static int64_t ts[BARS];
    static double y[BARS];
    struct alm_series *series;
    for (size_t i = 0; i < BARS; i++) {
        ts[i] = (int64_t)i;
        y[i] = scene->value(i, i == 0 ? 0 : y[i - 1], alm_random_normal(random));
    }
    const struct alm_frequency frequency = {ALM_FREQUENCY_INDEX, 1};
    cr_assert(eq(int,
                 alm_series_create(&series, "s", frequency, "UTC", scene->season == 0 ? 1 : scene->season, ts,
                                   y, BARS, NULL),
                 ALM_OK));
    return series;
}

/* The planted forecaster's (or naive's) task of a fold. */
static void add_fold(struct alm_check_facts *facts, struct alm_evaluation *evaluation,
                     const struct scene *scene, const struct alm_plan *plan, size_t forecaster, size_t fold,
                     struct alm_random *random)
{
    const struct alm_series *series = plan->series[0];
    const struct alm_origin *origin = alm_plan_origin(plan, 0, fold);
    double forecast[HORIZON_MOST], quantile[HORIZON_MOST][2];
    for (size_t s = 1; s <= scene->horizon; s++) {
        const double normal = alm_random_normal(random),
                     f = forecaster == 0 ? series->y[origin->bar]
                                         : scene->forecast(series->y, origin->bar, s, normal);
        const double width =
            scene->width > 0 ? scene->width : 1.2816 * sqrt((1 - pow(0.36, (double)s)) / (1 - 0.36));
        forecast[s - 1] = f;
        quantile[s - 1][0] = f - width;
        quantile[s - 1][1] = f + width;
    }
    const bool fails = forecaster == 1 && scene->fail_every > 0 && fold % scene->fail_every == 0;
    const struct alm_series_result row = {.has_origin = true,
                                          .status = fails ? ALM_NUMERIC : ALM_OK,
                                          .origin_ts = series->ts[origin->bar],
                                          .train_last = series->ts[origin->bar + (scene->late ? 1 : 0)],
                                          .mase_scale = 1,
                                          .rmsse_scale = 1,
                                          .actual = series->y + origin->bar + 1,
                                          .forecast = fails ? NULL : forecast,
                                          .quantile = fails ? NULL : &quantile[0][0]};
    const struct alm_task_result result = {.forecaster = forecaster,
                                           .fold = fold,
                                           .n_series = 1,
                                           .horizon = scene->horizon,
                                           .n_levels = 2,
                                           .series = &row};
    if (scene->lose_tasks && forecaster == 1 && fold % 2 == 0) return;
    alm_check_facts_add(facts, &result);
    cr_assert(eq(int, alm_evaluation_add_task(evaluation, &result, NULL), ALM_OK));
}

static enum alm_status note(void *context, const struct alm_finding *finding, struct alm_error *error)
{
    (void)error;
    struct verdicts *verdicts = context;
    cr_assert(finding->evidence.length > 0, "%s", finding->check->name);
    if (finding->forecaster == 0) return ALM_OK;
    alm_text_printf(finding->forecaster == ALM_ALL ? &verdicts->of_run : &verdicts->own, "%s=%s ",
                    finding->check->name, alm_check_verdict_name(finding->verdict));
    verdicts->n_bad += finding->verdict == ALM_CHECK_WARN || finding->verdict == ALM_CHECK_FAIL;
    return ALM_OK;
}

static void judge(struct verdicts *out, const struct scene *scene, const struct alm_plan *plan,
                  struct alm_random *random)
{
    struct alm_check_facts *facts;
    struct alm_evaluation *evaluation;
    struct alm_leader leaders[2];
    cr_assert(eq(int, alm_check_facts_create(&facts, plan, NULL), ALM_OK));
    cr_assert(eq(int, alm_evaluation_create_for(&evaluation, plan, false, NULL), ALM_OK));
    for (size_t fold = 0; fold < plan->n_folds; fold++)
        for (size_t f = 0; f < 2; f++)
            add_fold(facts, evaluation, scene, plan, f, fold, random);
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leaders, NULL), ALM_OK));
    for (size_t i = 0; scene->leader != NULL && i < 2; i++)
        if (leaders[i].forecaster == 1) leaders[i] = *scene->leader;
    alm_check_facts_lead(facts, leaders);
    for (size_t i = 0; scene->tried != NULL && scene->tried[i] != NULL; i++)
        alm_check_facts_add_tried(facts, scene->tried[i]);
    for (size_t i = 0; scene->seed_mae != NULL && i < 3; i++)
        alm_check_facts_add_seed(facts, 1, scene->seed_mae[i]);
    *out = (struct verdicts){0};
    cr_assert(eq(int, alm_check_run(facts, out, note, NULL), ALM_OK));
    alm_evaluation_free(evaluation);
    alm_check_facts_free(facts);
}

/* Fills what the scene leaves open: three steps, 100 windows. */
static struct verdicts play(struct scene scene)
{
    static const double levels[] = {0.1, 0.9};
    struct alm_random *random;
    struct verdicts verdicts;
    if (scene.value == NULL) scene.value = autoregression;
    if (scene.forecast == NULL) scene.forecast = best;
    if (scene.horizon == 0) scene.horizon = 3;
    if (scene.step == 0) scene.step = scene.horizon;
    if (scene.folds == 0) scene.folds = 100;
    cr_assert(eq(int, alm_random_create(&random, scene.seed + 7, NULL), ALM_OK));
    struct alm_series *series = make(&scene, random);
    const struct alm_backtest_settings settings = {.split = {.horizon = scene.horizon,
                                                             .folds = scene.folds,
                                                             .step = scene.step,
                                                             .refit = 1,
                                                             .has_first_origin = scene.first_origin > 0,
                                                             .first_origin = (int64_t)scene.first_origin},
                                                   .level = levels,
                                                   .n_levels = 2};
    const char *const specs[] = {"naive", scene.spec == NULL ? "ar" : scene.spec};
    struct alm_plan *plan = make_plan(&settings, &series, 1, specs, 2);
    judge(&verdicts, &scene, plan, random);
    alm_plan_free(plan);
    alm_series_free(series);
    alm_random_free(random);
    return verdicts;
}

/* Whether the scene has that verdict, `name=verdict `, and at most so many others that warn or fail. */
static void expect(struct scene scene, const char *verdict, size_t others)
{
    struct verdicts v = play(scene);
    const char *own = alm_text_string(&v.own), *of_run = alm_text_string(&v.of_run);
    cr_assert(strstr(own, verdict) != NULL || strstr(of_run, verdict) != NULL, "no %s among %s%s", verdict,
              own, of_run);
    cr_assert(v.n_bad <= 1 + others, "%s and more: %s%s", verdict, own, of_run);
    alm_text_clear(&v.own);
    alm_text_clear(&v.of_run);
}

Test(check, nothing_is_seen_where_nothing_is_wrong)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct verdicts v = play((struct scene){.seed = seed});
        cr_assert(eq(sz, v.n_bad, 0), "seed %d: %s%s", (int)seed, alm_text_string(&v.own),
                  alm_text_string(&v.of_run));
        cr_assert(strstr(alm_text_string(&v.own), "chance=pass") != NULL);
        alm_text_clear(&v.own);
        alm_text_clear(&v.of_run);
    }
}

/* The verdict in 18 of 20 cases at least: what adds nothing may seem to by chance. */
static void expect_mostly(struct scene scene, const char *verdict)
{
    size_t seen = 0;
    for (scene.seed = 0; scene.seed < 20; scene.seed++) {
        struct verdicts v = play(scene);
        seen += strstr(alm_text_string(&v.own), verdict) != NULL;
        alm_text_clear(&v.own);
        alm_text_clear(&v.of_run);
    }
    cr_assert(ge(sz, seen, 18), "%s %zu times", verdict, seen);
}

Test(check, a_copy_of_the_last_value_is_seen)
{
    const struct scene scene = {.value = walk, .forecast = copy, .width = 2.2};
    expect_mostly(scene, "lagged-copy=warn ");
    expect_mostly(scene, "levels-only=warn ");
}

Test(check, a_lead_that_the_season_ago_has_too_is_seen)
{
    expect((struct scene){.value = waves, .forecast = half_season, .season = 12, .width = 8},
           "baseline=warn ", 1);
}

static const struct alm_leader narrow = {
    .forecaster = 1, .rank = 1, .mae = 0.98, .skill = 0.02, .test = {.p_better = 0.3}, .n_origins = 100};
static const struct alm_leader lucky = {
    .forecaster = 1, .rank = 1, .mae = 0.9, .skill = 0.1, .test = {.p_better = 0.03}, .n_origins = 100};
static const struct alm_leader untested = {
    .forecaster = 1, .rank = 1, .mae = 0.9, .skill = 0.1, .test = {.p_better = NAN}, .n_origins = 5};

Test(check, a_lead_by_chance_is_seen)
{
    expect((struct scene){.leader = &narrow}, "chance=warn ", 0);
    expect((struct scene){.leader = &lucky}, "chance=pass ", 0);
    expect((struct scene){.leader = &untested}, "chance=skip ", 0);
}

Test(check, the_best_of_many_is_held_against_their_number)
{
    static const char *const tried[] = {"ar", "ar:order=2", "ets", "naive", NULL};
    expect((struct scene){.leader = &lucky}, "selection=pass ", 0);
    expect((struct scene){.leader = &lucky, .tried = tried}, "selection=warn ", 0);
}

Test(check, a_lead_that_depends_on_the_seed_is_seen)
{
    static const double apart[] = {1.3, 0.7, 1.1}, near[] = {0.9, 0.91, 0.9};
    const char *spec = "lstm:hidden=3,lookback=8,epochs=2";
    expect((struct scene){.leader = &lucky, .spec = spec}, "seeds=skip ", 0);
    expect((struct scene){.leader = &lucky, .spec = spec, .seed_mae = near}, "seeds=pass ", 0);
    expect((struct scene){.leader = &lucky, .spec = spec, .seed_mae = apart}, "seeds=warn ", 0);
}

Test(check, directions_right_by_majority_alone_are_seen)
{
    expect((struct scene){.value = upward, .forecast = up, .width = 2.2}, "direction=warn ", 3);
}

Test(check, intervals_that_do_not_cover_are_seen)
{
    expect((struct scene){.width = 0.8}, "coverage=warn ", 0);
    expect((struct scene){.width = 4}, "coverage=warn ", 0);
    expect((struct scene){.width = 0.05}, "coverage=fail ", 0);
    expect((struct scene){.width = 0.05, .folds = 10}, "coverage=skip ", 0);
}

Test(check, a_recursion_that_runs_away_or_goes_flat_is_seen)
{
    expect((struct scene){.forecast = runaway}, "explosion=fail ", 3);
    expect(
        (struct scene){
            .value = waves, .forecast = constant, .season = 12, .width = 13, .horizon = 6, .step = 3},
        "flat=warn ", 2);
}

Test(check, a_fit_that_sees_more_than_the_origin_is_seen)
{
    expect((struct scene){.late = true}, "future=fail ", 0);
}

Test(check, windows_that_were_dropped_are_seen)
{
    expect((struct scene){.fail_every = 5}, "dropped-windows=warn ", 0);
    expect((struct scene){.fail_every = 1}, "dropped-windows=fail ", 0);
    expect((struct scene){.lose_tasks = true}, "dropped-windows=fail ", 0);
}

Test(check, a_tail_that_is_not_tested_is_seen)
{
    expect((struct scene){.first_origin = 300}, "tail=warn ", 0);
}

Test(check, windows_that_overlap_too_much_are_seen)
{
    expect((struct scene){.horizon = 10, .step = 1, .folds = 20}, "overlap=warn ", 1);
    expect((struct scene){.horizon = 6, .step = 2}, "overlap=pass ", 0);
}

Test(check, values_beyond_those_of_the_fits_are_seen)
{
    expect((struct scene){.value = steep, .forecast = up, .width = 13}, "range=warn ", 9);
}

Test(check, two_halves_that_are_not_alike_are_seen)
{
    expect((struct scene){.value = restless, .folds = 33}, "regime=warn ", 2);
}

Test(check, a_split_is_seen)
{
    expect((struct scene){.value = split, .folds = 60}, "jumps=warn ", 9);
}

Test(check, what_an_audit_found_is_a_finding)
{
    struct alm_series **series = make_series(1, FULL_LENGTH, 0);
    const struct alm_backtest_settings settings = {
        .split = {.horizon = 3, .folds = 2, .step = 3, .refit = 1}};
    const char *const specs[] = {"naive", "drift"};
    struct alm_plan *plan = make_plan(&settings, series, 1, specs, 2);
    struct alm_leak leak = {.forecaster = 1, .origin_ts = 99, .step = 1, .clean = 1, .poisoned = 1e30};
    const struct alm_audit audit = {.n_leaks = 1, .n_kept = 1, .leak = &leak};
    struct alm_finding finding;
    alm_check_audited(&finding, plan, &audit, 0);
    cr_assert(eq(int, finding.verdict, ALM_CHECK_PASS));
    alm_text_clear(&finding.evidence);
    alm_check_audited(&finding, plan, &audit, 1);
    cr_assert(eq(int, finding.verdict, ALM_CHECK_FAIL));
    cr_assert(strstr(alm_text_string(&finding.evidence), "drift looks ahead") != NULL);
    cr_assert(strstr(alm_text_string(&finding.evidence), "1 difference in 1 fold (nan)") != NULL);
    alm_text_clear(&finding.evidence);
    alm_plan_free(plan);
    free_series(series, 1);
}

Test(check, every_check_has_a_name_of_its_own_and_a_meaning)
{
    for (size_t i = 0; alm_checks[i].name != NULL; i++) {
        cr_assert(alm_checks[i].meaning[0] != '\0' && alm_checks[i].judge != NULL);
        for (size_t j = 0; j < i; j++)
            cr_assert(strcmp(alm_checks[i].name, alm_checks[j].name) != 0);
    }
}
