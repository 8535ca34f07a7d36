#include "base/digest.h"

void alm_digest_init(struct alm_digest *digest)
{
    sha256_init(&digest->state);
}

void alm_digest_update(struct alm_digest *digest, const void *data, size_t n)
{
    sha256_update(&digest->state, n, data);
}

void alm_digest_finish(struct alm_digest *digest, char out[ALM_DIGEST_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char raw[SHA256_DIGEST_SIZE];
    sha256_digest(&digest->state, sizeof raw, raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        out[2 * i] = hex[raw[i] >> 4];
        out[2 * i + 1] = hex[raw[i] & 15];
    }
    out[2 * sizeof raw] = '\0';
}

void alm_digest_of(char out[ALM_DIGEST_SIZE], const void *data, size_t n)
{
    struct alm_digest digest;
    alm_digest_init(&digest);
    alm_digest_update(&digest, data, n);
    alm_digest_finish(&digest, out);
}
