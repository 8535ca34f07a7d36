#include "backtest/search.h"
#include "backtest/trial.h"

#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void parse(struct alm_search_space *space, const char *text)
{
    struct alm_error error = {0};
    cr_assert(alm_search_space_parse(space, text, find_type, &error) == ALM_OK, "%s", error.text);
}

static void refuse(const char *text, const char *part)
{
    struct alm_search_space space;
    struct alm_error error = {0};
    cr_assert(alm_search_space_parse(&space, text, find_type, &error) == ALM_USAGE, "%s was taken", text);
    cr_assert(strstr(error.text, part) != NULL, "%s: %s", text, error.text);
    alm_search_space_clear(&space);
}

static double number(const char *text)
{
    double out = NAN;
    alm_text_to_number(&out, text, strlen(text));
    return out;
}

Test(search, a_spec_says_what_is_searched_and_what_is_not)
{
    struct alm_search_space space;
    parse(&space, "x=lstm:lookback=24..336:log,hidden=32+64+128,loss=quantile+mae,rate=0.001..0.1,epochs=7,"
                  "levels=0.1+0.9,batch=16..64:16");
    cr_assert(eq(sz, space.n_dimensions, 5));
    cr_assert(eq(sz, space.n_fixed, 2));
    cr_assert(eq(str, space.fixed[1].value, "0.1+0.9"));
    cr_assert(space.dimension[0].kind == ALM_DIMENSION_INTEGER && space.dimension[0].log);
    cr_assert(eq(sz, space.dimension[1].n_values, 3));
    cr_assert(eq(str, space.dimension[2].value[1], "mae"));
    cr_assert(space.dimension[3].kind == ALM_DIMENSION_REAL && !space.dimension[3].log);
    cr_assert(eq(dbl, space.dimension[4].step, 16));
    cr_assert(alm_search_space_has(&space, "loss"));
    cr_assert_not(alm_search_space_has(&space, "epochs"));
    alm_search_space_clear(&space);
    parse(&space, "lstm:levels=(0.1+0.9)+(0.25+0.75),loss=quantile");
    cr_assert(eq(sz, space.dimension[0].n_values, 2));
    cr_assert(eq(str, space.dimension[0].value[1], "0.25+0.75"));
    alm_search_space_clear(&space);
    parse(&space, "naive");
    cr_assert(eq(sz, space.n_dimensions, 0));
    alm_search_space_clear(&space);
}

Test(search, what_cannot_be_searched_is_said)
{
    refuse("lstn:hidden=1..2", "lstm");
    refuse("lstm:hiden=1..2", "hidden");
    refuse("lstm:hidden=0..2", "within");
    refuse("lstm:hidden=2..2", "rise");
    refuse("lstm:hidden=1..8:lag", "a..b:log");
    refuse("lstm:hidden=1..8:1.5", "whole");
    refuse("lstm:hidden=1.5..8", "whole");
    refuse("lstm:rate=0..1:log", "above 0");
    refuse("lstm:loss=mse+mea", "mse|mae");
    refuse("lstm:loss=mse+mse", "twice");
    refuse("lstm:hidden=4+8,hidden=3", "given twice");
    refuse("lstm:hidden", "key=value");
    refuse("naive:hidden=1+2", "no option");
}

/* The values of a trial, joined; to be freed. */
static char *draw(const struct alm_search_space *space, uint64_t seed, size_t trial, size_t attempt)
{
    char *values[8] = {0}, *out;
    struct alm_text text = {0};
    cr_assert(alm_search_draw(values, space, seed, trial, attempt, NULL) == ALM_OK);
    for (size_t i = 0; i < space->n_dimensions; i++) {
        alm_text_printf(&text, "%s ", values[i]);
        free(values[i]);
    }
    out = strdup(alm_text_string(&text));
    alm_text_clear(&text);
    return out;
}

Test(search, a_draw_depends_on_seed_trial_and_attempt_alone)
{
    struct alm_search_space space;
    parse(&space, "lstm:lookback=24..336:log,rate=0.0001..0.1:log,loss=mse+mae");
    char *late = draw(&space, 1, 9, 0), *again, *other;
    for (size_t i = 0; i < 9; i++)
        free(draw(&space, 1, i, 0));
    again = draw(&space, 1, 9, 0);
    cr_assert(eq(str, late, again));
    const uint64_t seed[] = {2, 1, 1};
    const size_t trial[] = {9, 8, 9}, attempt[] = {0, 0, 1};
    for (size_t i = 0; i < 3; i++) {
        other = draw(&space, seed[i], trial[i], attempt[i]);
        cr_assert(strcmp(late, other) != 0);
        free(other);
    }
    free(late);
    free(again);
    alm_search_space_clear(&space);
}

Test(search, draws_fill_their_ranges_and_stay_in_them)
{
    enum { N = 2000 };
    struct alm_search_space space;
    size_t low = 0, first = 0, integers[3] = {0}, steps[3] = {0};
    parse(&space, "lstm:lookback=10..1000:log,rate=0.001..0.1,hidden=5..7,batch=8..24:8,loss=mse+mae");
    for (size_t i = 0; i < N; i++) {
        char *values[8];
        cr_assert(alm_search_draw(values, &space, 3, i, 0, NULL) == ALM_OK);
        const double lookback = number(values[0]), rate = number(values[1]);
        cr_assert(lookback >= 10 && lookback <= 1000 && lookback == floor(lookback));
        cr_assert(rate >= 0.001 && rate <= 0.1);
        low += lookback < 100;
        integers[(size_t)number(values[2]) - 5]++;
        steps[(size_t)number(values[3]) / 8 - 1]++;
        first += strcmp(values[4], "mse") == 0;
        for (size_t j = 0; j < space.n_dimensions; j++)
            free(values[j]);
    }
    /* five standard deviations of a binomial are below 0.06 N */
    cr_assert(fabs((double)low / N - 0.5) < 0.06);
    cr_assert(fabs((double)first / N - 0.5) < 0.06);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(fabs((double)integers[i] / N - 1.0 / 3) < 0.06);
        cr_assert(fabs((double)steps[i] / N - 1.0 / 3) < 0.06);
    }
    alm_search_space_clear(&space);
}

Test(search, configurations_differ_and_go_together)
{
    struct alm_search_space space;
    struct alm_configuration *list, *more;
    size_t n, n_more;
    parse(&space, "lstm:lookback=24+36+48,segment=24+1,hidden=4");
    /* 36 is no multiple of 24: five of six points are left */
    cr_assert(alm_search_configurations(&list, &n, &space, 1, 20, find_type, NULL) == ALM_OK);
    cr_assert(eq(sz, n, 5));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert(strcmp(list[i].spec, list[j].spec) != 0);
    cr_assert(alm_search_configurations(&more, &n_more, &space, 1, 2, find_type, NULL) == ALM_OK);
    cr_assert(eq(str, more[1].spec, list[1].spec)); /* more trials only add to the fewer */
    alm_configurations_free(more, n_more, &space);
    alm_configurations_free(list, n, &space);
    alm_search_space_clear(&space);
    struct alm_error error = {0};
    parse(&space, "lstm:lookback=25+26,segment=24");
    cr_assert(alm_search_configurations(&list, &n, &space, 1, 4, find_type, &error) == ALM_USAGE);
    cr_assert(strstr(error.text, "segment") != NULL);
    alm_search_space_clear(&space);
}

Test(search, options_without_effect_are_left_out_of_a_configuration)
{
    struct alm_search_space space;
    struct alm_configuration *list;
    size_t n;
    parse(&space, "lstm:loss=quantile+mae,levels=(0.1+0.9)+(0.2+0.8),skip=ridge+none,ridge=0.1..1,hidden=4");
    cr_assert(alm_search_configurations(&list, &n, &space, 1, 20, find_type, NULL) == ALM_OK);
    size_t with = 0;
    for (size_t i = 0; i < n; i++) {
        const bool quantile = strcmp(list[i].value[0], "quantile") == 0,
                   ridge = strcmp(list[i].value[2], "ridge") == 0;
        cr_assert(quantile == (list[i].value[1] != NULL), "%s", list[i].spec);
        cr_assert(quantile == (strstr(list[i].spec, "levels=") != NULL), "%s", list[i].spec);
        cr_assert(ridge == (list[i].value[3] != NULL), "%s", list[i].spec);
        cr_assert(ridge == (strstr(list[i].spec, ",ridge=") != NULL), "%s", list[i].spec);
        with += quantile && ridge;
    }
    cr_assert(with > 2 && with < n);
    alm_configurations_free(list, n, &space);
    alm_search_space_clear(&space);
    refuse("lstm:ridge=0.1..1", "it needs skip=ridge");
    refuse("lstm:ridge=0.1..1,skip=none+zero", "it needs skip=ridge");
    refuse("lstm:dropout_layer=0.1,layers=1", "it needs layers>1");
    parse(&space, "lstm:dropout_layer=0.1,layers=1..2");
    alm_search_space_clear(&space);
    parse(&space, "lstm:forget=(zero)+(one),forget_rate=0..0.5");
    cr_assert(eq(sz, space.n_dimensions, 2));
    alm_search_space_clear(&space);
}

Test(search, a_budget_takes_the_place_of_an_option)
{
    struct alm_search_space space;
    char *values[2] = {"8", NULL}, *spec;
    struct alm_search_budget budget = {"epochs", 3, 27};
    parse(&space, "lstm:epochs=27,hidden=4..8,lookback=30");
    cr_assert(alm_search_write_spec(&spec, &space, values, &budget, find_type, NULL) == ALM_OK);
    cr_assert(eq(str, spec, "lstm:hidden=8,lookback=30,epochs=3,schedule_epochs=27"));
    free(spec);
    budget.amount = 27; /* the configuration itself */
    cr_assert(alm_search_write_spec(&spec, &space, values, &budget, find_type, NULL) == ALM_OK);
    cr_assert(eq(str, spec, "lstm:hidden=8,lookback=30,epochs=27"));
    free(spec);
    budget = (struct alm_search_budget){"steps", 3, 27};
    cr_assert(alm_search_write_spec(&spec, &space, values, &budget, find_type, NULL) == ALM_OK);
    cr_assert(eq(str, spec, "lstm:hidden=8,lookback=30,epochs=27,steps=3"));
    free(spec);
    cr_assert(alm_search_write_spec(&spec, &space, values, NULL, find_type, NULL) == ALM_OK);
    cr_assert(eq(str, spec, "lstm:hidden=8,lookback=30,epochs=27"));
    free(spec);
    alm_search_space_clear(&space);
}

Test(search, halving_gives_the_better_part_of_each_rung_more)
{
    struct alm_rung rung[ALM_SEARCH_MAX_RUNGS];
    cr_assert(eq(sz, alm_search_rungs(rung, ALM_SEARCH_RANDOM, 20, 30, 3), 1));
    cr_assert(rung[0].first == 0 && rung[0].n == 20 && rung[0].budget == 30);
    cr_assert(eq(sz, alm_search_rungs(rung, ALM_SEARCH_HALVING, 27, 81, 3), 4));
    const size_t n[] = {27, 9, 3, 1}, budget[] = {3, 9, 27, 81}, first[] = {0, 27, 36, 39};
    for (size_t i = 0; i < 4; i++)
        cr_assert(rung[i].n == n[i] && rung[i].budget == budget[i] && rung[i].first == first[i]);
    cr_assert(eq(sz, alm_search_rungs(rung, ALM_SEARCH_HALVING, 100, 4, 3), 2)); /* 1.33 and 4 folds */
    cr_assert(rung[0].budget == 1 && rung[1].budget == 4 && rung[1].n == 33);
    cr_assert(eq(sz, alm_search_rungs(rung, ALM_SEARCH_HALVING, 1, 1, 2), 1));
}

Test(search, the_best_go_on_and_ties_go_by_number)
{
    const size_t number_of[] = {2, 4, 5, 7, 8};
    const double loss[] = {3, 1, NAN, 1, 2};
    size_t out[5];
    cr_assert(eq(sz, alm_search_promote(out, 1, number_of, loss, 5), 1));
    cr_assert(eq(sz, out[0], 4));
    cr_assert(eq(sz, alm_search_promote(out, 3, number_of, loss, 5), 3));
    cr_assert(out[0] == 4 && out[1] == 7 && out[2] == 8);
    cr_assert(eq(sz, alm_search_promote(out, 5, number_of, loss, 5), 4)); /* the failed one never */
}

Test(search, sensitivity_finds_the_option_that_matters)
{
    struct alm_search_space space;
    struct alm_sensitivity s;
    const char *lookback[24], *kind[24];
    char text[24][8];
    double loss[24];
    parse(&space, "lstm:lookback=1..100,loss=mse+mae");
    for (size_t i = 0; i < 24; i++) {
        snprintf(text[i], sizeof text[i], "%zu", (i * 7) % 24 + 1);
        lookback[i] = text[i];
        kind[i] = i % 2 == 0 ? "mse" : "mae";
        loss[i] = i % 2 == 0 ? 2 : 1;
    }
    cr_assert(alm_search_sensitivity(&s, &space.dimension[1], kind, loss, 24, NULL) == ALM_OK);
    cr_assert(eq(sz, s.n_groups, 2));
    cr_assert(eq(dbl, s.share, 1));
    cr_assert(isnan(s.rank_correlation));
    for (size_t i = 0; i < 24; i++)
        loss[i] = exp(0.1 * number(lookback[i]));
    cr_assert(alm_search_sensitivity(&s, &space.dimension[0], lookback, loss, 24, NULL) == ALM_OK);
    cr_assert(eq(sz, s.n_groups, 4));
    /* log loss 1 .. 24 in four groups of six: within 4 * 17.5, total 1150 */
    cr_assert(epsilon_eq(dbl, s.share, 1 - (70.0 / 20) / (1150.0 / 23), 1e-12));
    cr_assert(epsilon_eq(dbl, s.rank_correlation, 1, 1e-12));
    loss[3] = 0;
    loss[5] = NAN;
    cr_assert(alm_search_sensitivity(&s, &space.dimension[1], kind, loss, 24, NULL) == ALM_OK);
    cr_assert(eq(sz, s.n, 22));
    cr_assert(alm_search_sensitivity(&s, &space.dimension[1], kind, loss, 1, NULL) == ALM_OK);
    cr_assert(isnan(s.share));
    alm_search_space_clear(&space);
}

static const struct alm_backtest_settings usual = {.split = {.horizon = 3, .folds = 4, .step = 2, .refit = 1},
                                                   .find = find_type};

static void try_spec(struct alm_trial_result *out, struct alm_series **series, size_t n, const char *spec,
                     const char *metric)
{
    struct alm_error error = {0};
    const struct alm_trial_request request = {.settings = &usual,
                                              .series = (const struct alm_series *const *)series,
                                              .n_series = n,
                                              .spec = spec,
                                              .metric = metric,
                                              .jobs = 1};
    cr_assert(alm_trial_run(out, &request, &error) == ALM_OK, "%s", error.text);
}

Test(search, a_trial_has_its_loss_beside_that_of_naive)
{
    struct alm_series **series = make_series(2, 60, 0);
    struct alm_trial_result naive, drift;
    try_spec(&naive, series, 2, "naive", "mae");
    cr_assert(naive.status == ALM_OK && naive.loss > 0);
    cr_assert(eq(dbl, naive.loss, naive.naive_loss));
    try_spec(&drift, series, 2, "drift", "mae");
    cr_assert(eq(dbl, drift.naive_loss, naive.loss));
    cr_assert(drift.loss != naive.loss);
    cr_assert(drift.n_epochs == 0 && isnan(drift.gap));
    try_spec(&drift, series, 2, "pool", "mase");
    cr_assert(eq(sz, drift.n_epochs, 8)); /* two in each of four folds */
    cr_assert(isnan(drift.gap) || drift.gap == drift.validation_loss - drift.train_loss);
    free_series(series, 2);
}

Test(search, a_trial_that_fails_says_why_and_has_no_loss)
{
    struct alm_series **series = make_series(2, 44, 0);
    struct alm_trial_result out;
    try_spec(&out, series, 2, "hungry", "mae"); /* the second series is too short in some fold */
    cr_assert(out.status != ALM_OK && isnan(out.loss));
    cr_assert(out.reason[0] != '\0');
    try_spec(&out, series, 2, "lstm:lookback=40000", "mae");
    cr_assert(out.status == ALM_DATA && isnan(out.loss));
    free_series(series, 2);
}
