#include "nn/gemm.h"

#include <cblas.h>
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

void alm_gemm(alm_real *c, const alm_real *a, enum alm_gemm_form form_a, const alm_real *b,
              enum alm_gemm_form form_b, bool add, size_t m, size_t n, size_t k)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    const bool concurrent = alm_gemm_is_concurrent();
    if (!concurrent) pthread_mutex_lock(&turn);
    product(c, a, form_a, b, form_b, add, m, n, k);
    if (!concurrent) pthread_mutex_unlock(&turn);
}
