/* Random streams. A stream is made from a key, and a key from a seed and what the stream is for (spec,
 * series, fold): never from the order of work or the thread, so that results do not depend on either. */
#ifndef ALM_BASE_RANDOM_H
#define ALM_BASE_RANDOM_H

#include "base/bytes.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct alm_random; /* one stream; not shared between threads */

/* Mixes more into a key: text may be NULL, number any value. Start from the user's seed. */
uint64_t alm_random_key(uint64_t key, const char *text, uint64_t number);

/* A stream (Mersenne Twister MT19937 of GSL; Matsumoto & Nishimura 1998). Release with alm_random_free, which
 * accepts NULL. */
enum alm_status alm_random_create(struct alm_random **out, uint64_t key, struct alm_error *error);
void alm_random_free(struct alm_random *random);

/* Uniform on [0, 1). */
double alm_random_uniform(struct alm_random *random);
/* Standard normal. */
double alm_random_normal(struct alm_random *random);
/* Uniform on 0 .. n - 1; n > 0. */
size_t alm_random_below(struct alm_random *random, size_t n);
/* Shuffles n indices in place (Fisher-Yates). */
void alm_random_shuffle(struct alm_random *random, size_t *indices, size_t n);

/* Writes and restores a stream's exact state, for checkpoints. */
void alm_random_save(const struct alm_random *random, struct alm_bytes *out);
enum alm_status alm_random_load(struct alm_random *random, struct alm_bytes_reader *in,
                                struct alm_error *error);

#endif
