#include "window/split.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#define MAXIMUM 80

struct sample {
    double y[MAXIMUM];
    int64_t ts[MAXIMUM];
    struct alm_span span;
};

static void make(struct sample *sample, size_t n, double missing, struct alm_random *random)
{
    for (size_t i = 0; i < n; i++) {
        sample->y[i] = random != NULL && alm_random_uniform(random) < missing ? NAN : (double)i;
        sample->ts[i] = (int64_t)(100 + 10 * i);
    }
    sample->span = (struct alm_span){sample->y, sample->ts, n};
}

Test(split, the_last_origin_lies_a_horizon_before_the_end)
{
    struct sample sample;
    struct alm_origin origin[3];
    const struct alm_split split = {.horizon = 5, .folds = 3, .step = 2, .refit = 1};
    make(&sample, 20, 0, NULL);
    alm_split_origins(origin, 3, &split, sample.span, NULL, NULL);
    const size_t expected[3] = {10, 12, 14};
    for (size_t f = 0; f < 3; f++) {
        cr_assert(eq(int, origin[f].status, ALM_OK));
        cr_assert(eq(sz, origin[f].bar, expected[f]));
        cr_assert(eq(sz, origin[f].first, 0));
        cr_assert(eq(sz, origin[f].train_end, expected[f] + 1));
    }
}

Test(split, a_first_origin_is_the_last_bar_at_or_before_it)
{
    struct sample sample;
    struct alm_origin origin[4];
    struct alm_split split = {.horizon = 2, .step = 3, .has_first_origin = true, .first_origin = 159};
    make(&sample, 12, 0, NULL);
    cr_assert(eq(sz, alm_split_folds(&split, sample.span), 2)); /* bars 5 and 8; 11 has nothing after it */
    alm_split_origins(origin, 4, &split, sample.span, NULL, NULL);
    cr_assert(eq(sz, origin[0].bar, 5));
    cr_assert(eq(sz, origin[1].bar, 8));
    cr_assert(eq(int, origin[2].status, ALM_DATA));
    cr_assert(eq(int, origin[3].status, ALM_DATA));
    split.first_origin = 99;
    cr_assert(eq(sz, alm_split_folds(&split, sample.span), 0));
    alm_split_origins(origin, 1, &split, sample.span, NULL, NULL);
    cr_assert(strstr(origin[0].reason, "begins after") != NULL);
}

Test(split, origins_move_back_to_present_bars_and_duplicates_are_dropped)
{
    struct sample sample;
    struct alm_origin origin[4];
    const struct alm_split split = {.horizon = 1, .folds = 4, .step = 1};
    make(&sample, 10, 0, NULL);
    sample.y[6] = sample.y[7] = NAN;
    alm_split_origins(origin, 4, &split, sample.span, NULL, NULL); /* nominal 5 6 7 8 */
    cr_assert(eq(sz, origin[0].bar, 5));
    cr_assert(eq(int, origin[1].status, ALM_DATA));
    cr_assert(eq(int, origin[2].status, ALM_DATA));
    cr_assert(eq(sz, origin[3].bar, 8));
}

Test(split, a_short_series_has_no_early_folds)
{
    struct sample sample;
    struct alm_origin origin[5];
    const struct alm_split split = {.horizon = 3, .folds = 5, .step = 2};
    make(&sample, 8, 0, NULL);
    alm_split_origins(origin, 5, &split, sample.span, NULL, NULL); /* nominal -4 -2 0 2 4 */
    cr_assert(eq(int, origin[0].status, ALM_DATA));
    cr_assert(eq(int, origin[1].status, ALM_DATA));
    cr_assert(strstr(origin[0].reason, "8 bars") != NULL && strstr(origin[0].reason, "need 12") != NULL, "%s",
              origin[0].reason);
    cr_assert(eq(sz, origin[2].bar, 0));
    cr_assert(eq(sz, origin[4].bar, 4));
}

Test(split, huge_numbers_do_not_overflow)
{
    struct sample sample;
    struct alm_origin origin[2];
    struct alm_split split = {.horizon = SIZE_MAX, .folds = 2, .step = SIZE_MAX};
    make(&sample, 8, 0, NULL);
    alm_split_origins(origin, 2, &split, sample.span, NULL, NULL);
    cr_assert(eq(int, origin[0].status, ALM_DATA));
    cr_assert(eq(int, origin[1].status, ALM_DATA));
    split.has_first_origin = true;
    split.first_origin = 140;
    alm_split_origins(origin, 2, &split, sample.span, NULL, NULL);
    cr_assert(eq(int, origin[1].status, ALM_DATA));
    split.gap.bars = SIZE_MAX;
    split.horizon = 1;
    alm_split_origins(origin, 1, &split, sample.span, NULL, NULL);
    cr_assert(eq(int, origin[0].status, ALM_DATA));
}

Test(split, settings_that_make_no_sense_are_refused)
{
    const struct alm_split bad[] = {
        {.horizon = 0, .folds = 1, .step = 1},
        {.horizon = 1, .folds = 0, .step = 1},
        {.horizon = 1, .folds = 1, .step = 0},
        {.horizon = 1, .folds = 1, .step = 1, .scheme = ALM_SCHEME_SLIDING, .window = {.bars = 1}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alm_error error = {0};
        cr_assert(eq(int, alm_split_check(&bad[i], &error), ALM_USAGE));
        cr_assert(error.text[0] != '\0');
    }
}

Test(split, folds_that_share_a_fit_form_groups)
{
    struct alm_split split = {.refit = 1};
    cr_assert(eq(sz, alm_split_group_first(&split, 7), 7));
    cr_assert(eq(sz, alm_split_group_end(&split, 7, 10), 8));
    split.refit = 3;
    cr_assert(eq(sz, alm_split_group_first(&split, 7), 6));
    cr_assert(eq(sz, alm_split_group_end(&split, 7, 10), 9));
    cr_assert(eq(sz, alm_split_group_end(&split, 9, 10), 10));
    split.refit = 0;
    cr_assert(eq(sz, alm_split_group_first(&split, 7), 0));
    cr_assert(eq(sz, alm_split_group_end(&split, 7, 10), 10));
}

/* ---- against brute force ---- */

/* The rule, said again in the most literal way: the last present bar at or before where fold stands. */
static bool brute_bar(long *bar, const struct sample *sample, const struct alm_split *split, size_t folds,
                      size_t fold)
{
    const long n = (long)sample->span.n, horizon = (long)split->horizon, step = (long)split->step;
    long at = n - 1 - horizon;
    for (size_t f = folds - 1; f > fold; f--)
        at -= step;
    if (split->has_first_origin) {
        at = -1;
        for (long i = 0; i < n; i++)
            if (sample->ts[i] <= split->first_origin) at = i;
        if (at < 0) return false;
        for (size_t f = 0; f < fold; f++)
            at += step;
    }
    if (at < 0 || at + horizon > n - 1) return false;
    while (at >= 0 && isnan(sample->y[at]))
        at--;
    *bar = at;
    return at >= 0;
}

static void compare(const struct sample *sample, const struct alm_split *split)
{
    struct alm_origin origin[MAXIMUM];
    const size_t folds = alm_split_folds(split, sample->span);
    long previous = -1, window = (long)split->window.bars;
    alm_split_origins(origin, folds, split, sample->span, NULL, NULL);
    for (size_t f = 0; f < folds; f++) {
        long bar;
        const bool has = brute_bar(&bar, sample, split, folds, f) && bar != previous;
        if (has) previous = bar;
        const long end = has ? bar + 1 - (long)split->gap.bars : 0;
        if (!has || end <= 0) {
            cr_assert(eq(int, origin[f].status, ALM_DATA));
            cr_assert(origin[f].reason[0] != '\0');
            continue;
        }
        if (window == 0) window = end;
        long first = split->scheme == ALM_SCHEME_SLIDING ? end - window : 0;
        if (first < 0) first = 0;
        cr_assert(eq(int, origin[f].status, ALM_OK));
        cr_assert(eq(sz, origin[f].bar, (size_t)bar));
        cr_assert(eq(sz, origin[f].train_end, (size_t)end));
        cr_assert(eq(sz, origin[f].first, (size_t)first));
        cr_assert(origin[f].bar + split->horizon < sample->span.n);
        cr_assert_not(isnan(sample->y[origin[f].bar]));
    }
}

Test(split, agrees_with_brute_force_on_random_settings)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 7, NULL), ALM_OK));
    for (size_t trial = 0; trial < 3000; trial++) {
        struct sample sample;
        make(&sample, 1 + alm_random_below(random, MAXIMUM), alm_random_below(random, 3) * 0.3, random);
        struct alm_split split = {.horizon = 1 + alm_random_below(random, 9),
                                  .folds = 1 + alm_random_below(random, 20),
                                  .step = 1 + alm_random_below(random, 6),
                                  .gap = {.bars = alm_random_below(random, 4)},
                                  .scheme = alm_random_below(random, 2) ? ALM_SCHEME_SLIDING
                                                                        : ALM_SCHEME_EXPANDING};
        if (alm_random_below(random, 2)) split.window.bars = 2 + alm_random_below(random, 30);
        if (alm_random_below(random, 2)) {
            split.has_first_origin = true;
            split.first_origin = (int64_t)(90 + alm_random_below(random, 10 * MAXIMUM));
            if (alm_random_below(random, 2)) split.folds = 0;
        }
        cr_assert(eq(int, alm_split_check(&split, NULL), ALM_OK));
        compare(&sample, &split);
    }
    alm_random_free(random);
}
