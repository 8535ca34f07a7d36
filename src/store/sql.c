#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *query)
{
    return strcmp(name, ((const struct alm_sql_query *)query)->name);
}

const struct alm_sql_query *alm_sql_find(const char *name)
{
    return bsearch(name, alm_sql_queries, alm_sql_n_queries, sizeof *alm_sql_queries, compare_name);
}
