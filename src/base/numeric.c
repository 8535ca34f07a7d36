#include "base/numeric.h"

#include <gsl/gsl_errno.h>

void alm_numeric_init(void)
{
    gsl_set_error_handler_off();
}
