/* How the libraries are linked: GSL brings a slow BLAS of its own (libgslcblas), which must not win over
 * OpenBLAS. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_vector.h>

/* OpenBLAS's own header cannot stand beside GSL's: both declare the same enumerations. */
char *openblas_get_config(void);

/* The path of the library that name is found in first, as every other library finds it too. */
static const char *library_of(const char *name)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);
    Dl_info info;
    cr_assert(symbol != NULL, "%s is not loaded", name);
    cr_assert(dladdr(symbol, &info) != 0 && info.dli_fname != NULL);
    return info.dli_fname;
}

Test(blas, products_come_from_openblas_and_not_from_gsl)
{
    cr_assert(openblas_get_config() != NULL);
    const char *home = library_of("openblas_get_config");
    cr_assert(eq(str, (char *)library_of("cblas_sgemm"), (char *)home));
    cr_assert(eq(str, (char *)library_of("cblas_dgemm"), (char *)home));
    cr_assert(eq(str, (char *)library_of("cblas_ddot"), (char *)home));
}

Test(blas, gsl_computes_with_openblas)
{
    double a[] = {1, 2, 3}, b[] = {4, 5, 6}, c[] = {1, 0}, product = 0;
    gsl_vector_view x = gsl_vector_view_array(a, 3), y = gsl_vector_view_array(b, 3);
    cr_assert(eq(int, gsl_blas_ddot(&x.vector, &y.vector, &product), 0));
    cr_assert(eq(dbl, product, 32));
    /* and this program's own reference keeps OpenBLAS among its libraries */
    cr_assert(eq(dbl, cblas_ddot(2, c, 1, c, 1), 1));
}
