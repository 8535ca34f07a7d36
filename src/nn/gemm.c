#include "nn/gemm.h"

#include <cblas.h>
#include <f77blas.h>
#include <pthread.h>

static void set_threads(void)
{
    openblas_set_num_threads(1);
}

void alm_gemm_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_threads);
}

const char *alm_gemm_core(void)
{
    return openblas_get_corename();
}

const char *alm_gemm_library(void)
{
    return openblas_get_config();
}

bool alm_gemm_is_concurrent(void)
{
    return openblas_get_parallel() == OPENBLAS_THREAD;
}

static void product(alm_real *c, const alm_real *a, enum alm_gemm_form form_a, const alm_real *b,
                    enum alm_gemm_form form_b, bool add, size_t m, size_t n, size_t k)
{
    const enum CBLAS_TRANSPOSE ta = form_a == ALM_TRANSPOSED ? CblasTrans : CblasNoTrans;
    const enum CBLAS_TRANSPOSE tb = form_b == ALM_TRANSPOSED ? CblasTrans : CblasNoTrans;
    const blasint rows = (blasint)m, columns = (blasint)n, inner = (blasint)k;
    const blasint lda = form_a == ALM_TRANSPOSED ? rows : inner,
                  ldb = form_b == ALM_TRANSPOSED ? inner : columns;
#ifdef ALM_REAL_DOUBLE
    cblas_dgemm(CblasRowMajor, ta, tb, rows, columns, inner, 1, a, lda, b, ldb, add ? 1 : 0, c, columns);
#else
    cblas_sgemm(CblasRowMajor, ta, tb, rows, columns, inner, 1, a, lda, b, ldb, add ? 1 : 0, c, columns);
#endif
}

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void begin(void)
{
    if (!alm_gemm_is_concurrent()) pthread_mutex_lock(&turn);
}

static void end(void)
{
    if (!alm_gemm_is_concurrent()) pthread_mutex_unlock(&turn);
}

void alm_gemm(alm_real *c, const alm_real *a, enum alm_gemm_form form_a, const alm_real *b,
              enum alm_gemm_form form_b, bool add, size_t m, size_t n, size_t k)
{
    begin();
    product(c, a, form_a, b, form_b, add, m, n, k);
    end();
}

/* ---- double precision ---- */

void alm_double_product_add(double *c, const double *a, const double *b, size_t m, size_t n, size_t k)
{
    begin();
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)k, 1, a, (blasint)m,
                b, (blasint)n, 1, c, (blasint)n);
    end();
}

void alm_double_square_add(double *c, const double *a, size_t n, size_t k)
{
    begin();
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (blasint)n, (blasint)k, 1, a, (blasint)n, 1, c,
                (blasint)n);
    end();
}

void alm_double_symmetric_product(double *c, const double *a, const double *b, size_t n, size_t m)
{
    begin();
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasLower, (blasint)n, (blasint)m, 1, a, (blasint)n, b, (blasint)m,
                0, c, (blasint)m);
    end();
}

bool alm_double_cholesky(double *a, size_t n)
{
    char triangle = 'U'; /* by columns, as LAPACK reads it, the lower triangle by rows is the upper one */
    blasint size = (blasint)n, info = 0;
    begin();
    BLASFUNC(dpotrf)(&triangle, &size, a, &size, &info);
    end();
    return info == 0;
}

void alm_double_cholesky_solve(double *b, const double *l, size_t n, size_t m)
{
    begin();
    for (int transposed = 0; transposed < 2; transposed++)
        cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans,
                    CblasNonUnit, (blasint)n, (blasint)m, 1, l, (blasint)n, b, (blasint)m);
    end();
}
