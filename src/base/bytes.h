/* A byte string that is written and read field by field, little-endian: the form of model blobs and
 * checkpoints. */
#ifndef ALM_BASE_BYTES_H
#define ALM_BASE_BYTES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start from {0}. A failed allocation sets failed and later puts do nothing: check once. Release with
 * alm_bytes_clear. */
struct alm_bytes {
    unsigned char *data;
    size_t length, capacity;
    bool failed;
};

void alm_bytes_put(struct alm_bytes *bytes, const void *data, size_t n);
void alm_bytes_put_u32(struct alm_bytes *bytes, uint32_t value);
void alm_bytes_put_u64(struct alm_bytes *bytes, uint64_t value);
void alm_bytes_put_f64(struct alm_bytes *bytes, double value);
void alm_bytes_put_f32s(struct alm_bytes *bytes, const float *values, size_t n);
void alm_bytes_put_f64s(struct alm_bytes *bytes, const double *values, size_t n);
/* A length and the bytes of a string (NULL is stored as an empty one). */
void alm_bytes_put_text(struct alm_bytes *bytes, const char *text);
enum alm_status alm_bytes_check(const struct alm_bytes *bytes, struct alm_error *error);
void alm_bytes_clear(struct alm_bytes *bytes);

/* Reads what the puts wrote. Reading past the end sets failed and gives zeros; check once. */
struct alm_bytes_reader {
    const unsigned char *data;
    size_t length, offset;
    bool failed;
};

uint32_t alm_bytes_get_u32(struct alm_bytes_reader *reader);
uint64_t alm_bytes_get_u64(struct alm_bytes_reader *reader);
double alm_bytes_get_f64(struct alm_bytes_reader *reader);
void alm_bytes_get_f32s(struct alm_bytes_reader *reader, float *values, size_t n);
void alm_bytes_get_f64s(struct alm_bytes_reader *reader, double *values, size_t n);
/* The next n bytes in place, or NULL when they are not there. */
const void *alm_bytes_get(struct alm_bytes_reader *reader, size_t n);
/* A new string at *out, to be freed by the caller; a length past the end of the data sets failed. */
enum alm_status alm_bytes_get_text(struct alm_bytes_reader *reader, char **out, struct alm_error *error);
/* ALM_OK when all reads succeeded and nothing is left over. */
enum alm_status alm_bytes_reader_end(const struct alm_bytes_reader *reader, struct alm_error *error);

#endif
