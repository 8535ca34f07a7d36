#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct alm_random *stream(uint64_t key)
{
    struct alm_random *random = NULL;
    cr_assert(alm_random_create(&random, key, NULL) == ALM_OK);
    return random;
}

Test(random, the_same_key_gives_the_same_stream_and_another_key_another)
{
    struct alm_random *a = stream(1), *b = stream(1), *c = stream(2);
    size_t same = 0;
    for (size_t i = 0; i < 1000; i++) {
        const double value = alm_random_uniform(a);
        cr_assert(value == alm_random_uniform(b));
        same += value == alm_random_uniform(c);
    }
    cr_assert(lt(sz, same, 3));
    alm_random_free(a);
    alm_random_free(b);
    alm_random_free(c);
    alm_random_free(NULL);
}

Test(random, keys_depend_on_every_part)
{
    const uint64_t key = alm_random_key(1, "series", 2);
    cr_assert(eq(u64, key, alm_random_key(1, "series", 2)));
    cr_assert(ne(u64, key, alm_random_key(2, "series", 2)));
    cr_assert(ne(u64, key, alm_random_key(1, "serief", 2)));
    cr_assert(ne(u64, key, alm_random_key(1, "series", 3)));
    cr_assert(ne(u64, alm_random_key(1, "ab", 0), alm_random_key(1, "ba", 0)));
    cr_assert(ne(u64, alm_random_key(1, NULL, 1), alm_random_key(1, NULL, 0)));
}

/* Bounds are four standard errors wide; the seed is fixed, so the test does not depend on luck. */
Test(random, uniform_and_normal_have_their_moments)
{
    enum { N = 100000 };
    struct alm_random *random = stream(7);
    double uniform = 0, normal = 0, square = 0;
    for (size_t i = 0; i < N; i++) {
        const double u = alm_random_uniform(random), z = alm_random_normal(random);
        cr_assert(u >= 0 && u < 1);
        uniform += u / N;
        normal += z / N;
        square += z * z / N;
    }
    cr_assert(lt(dbl, fabs(uniform - 0.5), 4 * sqrt(1.0 / 12 / N)));
    cr_assert(lt(dbl, fabs(normal), 4 / sqrt(N)));
    cr_assert(lt(dbl, fabs(square - 1), 4 * sqrt(2.0 / N)));
    alm_random_free(random);
}

Test(random, a_shuffle_is_a_permutation_and_below_stays_below)
{
    enum { N = 257 };
    struct alm_random *random = stream(3);
    size_t indices[N], moved = 0;
    bool seen[N] = {false};
    for (size_t i = 0; i < N; i++)
        indices[i] = i;
    alm_random_shuffle(random, indices, N);
    for (size_t i = 0; i < N; i++) {
        cr_assert(indices[i] < N && !seen[indices[i]]);
        seen[indices[i]] = true;
        moved += indices[i] != i;
    }
    cr_assert(gt(sz, moved, N / 2));
    for (size_t n = 1; n < 50; n++)
        cr_assert(lt(sz, alm_random_below(random, n), n));
    alm_random_shuffle(random, indices, 0);
    alm_random_free(random);
}

Test(random, a_saved_stream_goes_on_where_it_was)
{
    struct alm_random *random = stream(11), *other = stream(12);
    struct alm_bytes bytes = {0};
    for (size_t i = 0; i < 700; i++)
        alm_random_uniform(random);
    alm_random_save(random, &bytes);
    struct alm_bytes_reader in = {.data = bytes.data, .length = bytes.length};
    cr_assert(alm_random_load(other, &in, NULL) == ALM_OK);
    cr_assert(alm_bytes_reader_end(&in, NULL) == ALM_OK);
    for (size_t i = 0; i < 700; i++)
        cr_assert(alm_random_normal(random) == alm_random_normal(other));
    in = (struct alm_bytes_reader){.data = bytes.data, .length = bytes.length - 1};
    cr_assert(alm_random_load(other, &in, NULL) == ALM_PARSE);
    alm_bytes_clear(&bytes);
    alm_random_free(random);
    alm_random_free(other);
}
