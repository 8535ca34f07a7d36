/* Names and attributes of stored series. */
#include "base/text.h"
#include "store/series_table.h"
#include "store/store.h"
#include "workbench/workbench.h"

#include <string.h>

enum alm_status alm_series_rename(struct alm_workbench *workbench, const char *name, const char *new_name,
                                  struct alm_error *error)
{
    return alm_series_table_rename(workbench->store, name, new_name, error);
}

enum alm_status alm_series_drop(size_t *n, struct alm_workbench *workbench, const char *pattern,
                                struct alm_error *error)
{
    struct alm_series_row *rows;
    *n = 0;
    ALM_TRY(alm_series_table_match(&rows, n, workbench->store, pattern, error));
    const enum alm_status status = alm_series_table_drop(workbench->store, rows, *n, error);
    alm_series_rows_free(rows, *n);
    return status;
}

static enum alm_status read_setting(struct alm_series_row *set, const char *key, const char *value,
                                    struct alm_error *error)
{
    long long season;
    if (strcmp(key, "unit") == 0) {
        set->unit = (char *)value;
    } else if (strcmp(key, "kind") == 0) {
        if (strcmp(value, "numeric") != 0 && strcmp(value, "price") != 0)
            return alm_fail(error, ALM_USAGE, "kind=%s: expected numeric or price", value);
        set->kind = (char *)value;
    } else if (strcmp(key, "season") == 0) {
        if (!alm_text_to_integer(&season, value) || season < 1)
            return alm_fail(error, ALM_USAGE, "season=%s: expected a whole number of bars, at least 1",
                            value);
        set->season_length = (size_t)season;
    } else {
        return alm_fail(error, ALM_USAGE, "a series has no setting \"%s\"; there are kind, unit and season",
                        key);
    }
    return ALM_OK;
}

enum alm_status alm_series_set(struct alm_workbench *workbench, const char *name, const char *key,
                               const char *value, struct alm_error *error)
{
    struct alm_series_row row = {0}, set = {0};
    ALM_TRY(read_setting(&set, key, value, error));
    ALM_TRY(alm_series_table_find(&row, workbench->store, name, error));
    const enum alm_status status = alm_series_table_set(workbench->store, row.series_id, &set, error);
    alm_series_row_clear(&row);
    return status;
}
