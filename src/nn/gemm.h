/* Matrix products and the Cholesky factor: the one door to OpenBLAS. */
#ifndef ALM_NN_GEMM_H
#define ALM_NN_GEMM_H

#include "nn/real.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether a factor is used as it lies in memory or transposed. */
enum alm_gemm_form { ALM_AS_IS, ALM_TRANSPOSED };

/* c[m][n] = a[m][k] b[k][n] + (add ? c : 0), all row-major and without gaps between rows. A factor marked
 * ALM_TRANSPOSED lies in memory as its transpose (a as [k][m], b as [n][k]). Sizes must fit int (see
 * alm_network_create). Runs on the calling thread only. */
void alm_gemm(alm_real *c, const alm_real *a, enum alm_gemm_form form_a, const alm_real *b,
              enum alm_gemm_form form_b, bool add, size_t m, size_t n, size_t k);

/* The same in double precision whatever alm_real is, for normal equations. Of symmetric matrices only the
 * lower triangle is read and written. */
/* c[m][n] += a[k][m]^T b[k][n]. */
void alm_double_product_add(double *c, const double *a, const double *b, size_t m, size_t n, size_t k);
/* c[n][n] += a[k][n]^T a, symmetric. */
void alm_double_square_add(double *c, const double *a, size_t n, size_t k);
/* c[n][m] = a[n][n] b[n][m], a symmetric. */
void alm_double_symmetric_product(double *c, const double *a, const double *b, size_t n, size_t m);
/* a[n][n] = L L^T, L in place of the lower triangle. False when a is not positive definite. */
bool alm_double_cholesky(double *a, size_t n);
/* b[n][m] = (L L^T)^-1 b. */
void alm_double_cholesky_solve(double *b, const double *l, size_t n, size_t m);

/* Puts OpenBLAS on one thread; to be called before the first product. Any number of calls from any thread. */
void alm_gemm_init(void);

/* The CPU family whose products OpenBLAS chose, e.g. "SkylakeX": results differ in their last bits between
 * families. */
const char *alm_gemm_core(void);

/* The build of OpenBLAS that is loaded, e.g. "OpenBLAS 0.3.21 DYNAMIC_ARCH …". */
const char *alm_gemm_library(void);

/* Whether products may run on several threads at once. Debian's serial OpenBLAS 0.3.21 picks its packing
 * buffer without a lock, so concurrent products can overwrite each other: there alm_gemm takes turns. */
bool alm_gemm_is_concurrent(void);

#endif
