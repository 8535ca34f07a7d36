/* The workbench handle, for the use cases of this room. */
#ifndef ALM_WORKBENCH_WORKBENCH_H
#define ALM_WORKBENCH_WORKBENCH_H

#include "almanac.h"

struct alm_store;

struct alm_workbench {
    struct alm_store *store;
    struct alm_store *reader;            /* for SQL of users; NULL until first used */
    const struct alm_cancel *cancel;     /* may be NULL */
    const struct alm_progress *progress; /* may be NULL */
};

#endif
