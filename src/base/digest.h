/* SHA-256, so that a stored digest can be checked with sha256sum. */
#ifndef ALM_BASE_DIGEST_H
#define ALM_BASE_DIGEST_H

#include "base/status.h"

#include <nettle/sha2.h>
#include <stddef.h>

struct alm_digest {
    struct sha256_ctx state;
};

/* 64 hexadecimal digits and the terminator. */
#define ALM_DIGEST_SIZE 65

void alm_digest_init(struct alm_digest *digest);
void alm_digest_update(struct alm_digest *digest, const void *data, size_t n);
/* Ends the computation; digest must be initialised again before further use. */
void alm_digest_finish(struct alm_digest *digest, char out[ALM_DIGEST_SIZE]);
/* The digest of n bytes at once. */
void alm_digest_of(char out[ALM_DIGEST_SIZE], const void *data, size_t n);

#endif
