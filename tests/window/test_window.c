#include "window/window.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

enum { SERIES = 5, LONGEST = 60 };

struct sample {
    double y[SERIES][LONGEST];
    struct alm_span span[SERIES];
};

/* Series of several lengths with gaps; value i of series s is 1000 s + i. */
static void make(struct sample *sample, struct alm_random *random)
{
    for (size_t s = 0; s < SERIES; s++) {
        for (size_t i = 0; i < LONGEST; i++)
            sample->y[s][i] = alm_random_uniform(random) < 0.08 ? (double)NAN : (double)(1000 * s + i);
        sample->span[s] = (struct alm_span){sample->y[s], NULL, alm_random_below(random, LONGEST + 1)};
    }
}

static bool whole(const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(y[i])) return false;
    return true;
}

Test(window, a_set_holds_exactly_the_windows_that_brute_force_finds)
{
    struct alm_random *random;
    struct sample sample;
    cr_assert(eq(int, alm_random_create(&random, 5, NULL), ALM_OK));
    for (size_t trial = 0; trial < 400; trial++) {
        const struct alm_window_shape shape = {1 + alm_random_below(random, 12),
                                               1 + alm_random_below(random, 6),
                                               1 + alm_random_below(random, 4), false};
        const size_t length = shape.lookback + shape.horizon;
        struct alm_window_set *set;
        size_t found = 0;
        make(&sample, random);
        cr_assert(eq(int, alm_window_set_create(&set, sample.span, SERIES, &shape, NULL), ALM_OK));
        for (size_t s = 0; s < SERIES; s++)
            for (size_t start = 0; start + length <= sample.span[s].n; start++) {
                if ((sample.span[s].n - length - start) % shape.stride != 0) continue;
                if (!whole(sample.y[s] + start, length)) continue;
                cr_assert_lt(found, alm_window_set_count(set));
                const struct alm_window window = alm_window_set_at(set, found++);
                cr_assert(eq(sz, window.series, s));
                cr_assert(eq(sz, window.origin, start + shape.lookback - 1));
                cr_assert(window.y == sample.y[s] + start);
            }
        cr_assert(eq(sz, found, alm_window_set_count(set)));
        alm_window_set_free(set);
    }
    alm_random_free(random);
}

Test(window, inputs_never_lie_beyond_the_origin_nor_targets_beyond_the_span)
{
    struct alm_random *random;
    struct sample sample;
    struct alm_window_set *set;
    const struct alm_window_shape shape = {7, 3, 1, false};
    cr_assert(eq(int, alm_random_create(&random, 6, NULL), ALM_OK));
    make(&sample, random);
    cr_assert(eq(int, alm_window_set_create(&set, sample.span, SERIES, &shape, NULL), ALM_OK));
    for (size_t i = 0; i < alm_window_set_count(set); i++) {
        const struct alm_window w = alm_window_set_at(set, i);
        cr_assert(w.y + shape.lookback - 1 == sample.y[w.series] + w.origin);
        cr_assert(w.origin + shape.horizon < sample.span[w.series].n);
    }
    alm_window_set_free(set);
    alm_random_free(random);
}

Test(window, refuses_shapes_with_a_zero)
{
    struct alm_window_set *set;
    const struct alm_window_shape shapes[] = {{0, 1, 1, false}, {1, 0, 1, false}, {1, 1, 0, false}};
    for (size_t i = 0; i < 3; i++)
        cr_assert(eq(int, alm_window_set_create(&set, NULL, 0, &shapes[i], NULL), ALM_USAGE));
}

Test(window, a_permutation_visits_everything_once_and_depends_on_its_key)
{
    const size_t sizes[] = {1, 2, 3, 4, 5, 16, 17, 100, 1000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const size_t n = sizes[k];
        size_t *seen = calloc(n, sizeof *seen), moved = 0, same = 0;
        for (size_t i = 0; i < n; i++) {
            const size_t p = alm_permuted(i, n, 42);
            cr_assert_lt(p, n);
            seen[p]++;
            moved += p != i;
            same += p == alm_permuted(i, n, 43);
        }
        for (size_t i = 0; i < n; i++)
            cr_assert(eq(sz, seen[i], 1));
        if (n >= 100)
            cr_assert(moved > n * 9 / 10 && same < n / 10, "n=%zu moved=%zu same=%zu", n, moved, same);
        free(seen);
    }
}

Test(window, may_be_allowed_to_have_missing_values)
{
    const double y[] = {1, NAN, 3, 4, NAN, 6, 7, 8};
    const int64_t ts[8] = {0};
    const struct alm_span span = {y, ts, 8};
    struct alm_window_set *set;
    for (int missing = 0; missing < 2; missing++) {
        const struct alm_window_shape shape = {2, 1, 1, missing};
        cr_assert(eq(int, alm_window_set_create(&set, &span, 1, &shape, NULL), ALM_OK));
        cr_assert(eq(sz, alm_window_set_count(set), missing ? 6 : 1));
        alm_window_set_free(set);
    }
}
