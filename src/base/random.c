#include "base/random.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <limits.h>
#include <string.h>

/* The finaliser of SplitMix64 (Steele, Lea & Flood 2014): every input bit changes about half of the output
 * bits. */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t alm_random_key(uint64_t key, const char *text, uint64_t number)
{
    key = mix(key ^ mix(number));
    for (const char *p = text; p != NULL && *p != '\0'; p++)
        key = mix(key ^ (unsigned char)*p);
    return key;
}

enum alm_status alm_random_create(struct alm_random **out, uint64_t key, struct alm_error *error)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    *out = (struct alm_random *)rng;
    if (rng == NULL) return alm_fail(error, ALM_NOMEM, "out of memory for a random stream");
    gsl_rng_set(rng, (unsigned long)(mix(key) >> 32));
    return ALM_OK;
}

void alm_random_free(struct alm_random *random)
{
    if (random != NULL) gsl_rng_free((gsl_rng *)random);
}

double alm_random_uniform(struct alm_random *random)
{
    return gsl_rng_uniform((gsl_rng *)random);
}

double alm_random_normal(struct alm_random *random)
{
    return gsl_ran_gaussian_ziggurat((gsl_rng *)random, 1.0);
}

size_t alm_random_below(struct alm_random *random, size_t n)
{
    return (size_t)gsl_rng_uniform_int((gsl_rng *)random, n);
}

void alm_random_shuffle(struct alm_random *random, size_t *indices, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = alm_random_below(random, i), spare = indices[i - 1];
        indices[i - 1] = indices[j];
        indices[j] = spare;
    }
}

void alm_random_save(const struct alm_random *random, struct alm_bytes *out)
{
    const gsl_rng *rng = (const gsl_rng *)random;
    alm_bytes_put_u64(out, gsl_rng_size(rng));
    alm_bytes_put(out, gsl_rng_state(rng), gsl_rng_size(rng));
}

enum alm_status alm_random_load(struct alm_random *random, struct alm_bytes_reader *in,
                                struct alm_error *error)
{
    gsl_rng *rng = (gsl_rng *)random;
    const uint64_t n = alm_bytes_get_u64(in);
    const void *state = n == gsl_rng_size(rng) ? alm_bytes_get(in, (size_t)n) : NULL;
    if (state == NULL) return alm_fail(error, ALM_PARSE, "the saved random stream is damaged");
    memcpy(gsl_rng_state(rng), state, (size_t)n);
    return ALM_OK;
}
