#include "workbench/workbench.h"

#include "base/memory.h"
#include "base/numeric.h"
#include "store/store.h"

#include <stdlib.h>

const char *alm_version(void)
{
    return ALM_VERSION;
}

enum alm_status alm_workbench_open(struct alm_workbench **out, const struct alm_workbench_options *options,
                                   struct alm_error *error)
{
    struct alm_workbench *workbench;
    *out = NULL;
    alm_numeric_init();
    ALM_TRY(ALM_NEW(&workbench, 1, error));
    *workbench = (struct alm_workbench){.cancel = options->cancel, .progress = options->progress};
    const struct alm_store_settings settings = {
        .mode = options->create ? ALM_STORE_CREATE : ALM_STORE_WRITE,
        .fast = options->fast,
    };
    const enum alm_status status = alm_store_open(&workbench->store, options->path, &settings, error);
    if (status != ALM_OK) {
        free(workbench);
        return status;
    }
    *out = workbench;
    return ALM_OK;
}

void alm_workbench_close(struct alm_workbench *workbench)
{
    if (workbench == NULL) return;
    alm_store_close(workbench->reader);
    alm_store_close(workbench->store);
    free(workbench);
}

bool alm_workbench_discard(struct alm_workbench *workbench)
{
    if (workbench == NULL) return false;
    alm_store_close(workbench->reader);
    const bool removed = alm_store_discard(workbench->store);
    free(workbench);
    return removed;
}

enum alm_status alm_database_backup(struct alm_workbench *workbench, const char *path,
                                    struct alm_error *error)
{
    return alm_store_backup(workbench->store, path, workbench->progress, workbench->cancel, error);
}

enum alm_status alm_database_check(struct alm_workbench *workbench, struct alm_error *error)
{
    return alm_store_check(workbench->store, error);
}

enum alm_status alm_database_vacuum(struct alm_workbench *workbench, struct alm_error *error)
{
    return alm_store_vacuum(workbench->store, error);
}
