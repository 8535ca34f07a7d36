#include "base/numeric.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>

void alm_numeric_init(void)
{
    gsl_set_error_handler_off();
}

const char *alm_numeric_version(void)
{
    return gsl_version;
}
