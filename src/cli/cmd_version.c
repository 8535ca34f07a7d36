#include "cli/commands.h"

#include <stdio.h>

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    (void)call;
    (void)error;
    printf("almanac %s\n", ALM_VERSION);
    return ALM_OK;
}

const struct alm_command alm_command_version = {
    .name = "version",
    .group = "Help",
    .summary = "the version of almanac and, with -v, of what it is built on",
    .run = run,
};
