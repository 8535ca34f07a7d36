#include "cli/commands.h"

#include "base/numeric.h"
#include "nn/gemm.h"
#include "nn/kernel/kernel.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    (void)error;
    printf("almanac %s\n", ALM_VERSION);
    if (!call->verbose) return ALM_OK;
    const char *blas = alm_gemm_library();
    if (strncmp(blas, "OpenBLAS ", 9) == 0) blas += 9;
    printf("SQLite   %s\n", alm_store_version());
    printf("GSL      %s\n", alm_numeric_version());
    printf("OpenBLAS %s\n", blas);
    printf("kernel   %s, products for %s%s\n", alm_nn_kernel_name(), alm_gemm_core(),
           alm_gemm_is_concurrent() ? "" : ", one at a time");
    return ALM_OK;
}

const struct alm_command alm_command_version = {
    .name = "version",
    .group = "Help",
    .summary = "the version of almanac and, with -v, of what it is built on",
    .run = run,
};
