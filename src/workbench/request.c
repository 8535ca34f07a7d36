#include "workbench/request.h"

#include "base/memory.h"
#include "series/timestamp.h"
#include "series/zone.h"

#include <stdlib.h>
#include <string.h>

/* A count written in full, at least minimum. */
static bool read_count(size_t *out, const char *text, long long minimum)
{
    long long value;
    if (!alm_text_to_integer(&value, text) || value < minimum) return false;
    *out = (size_t)value;
    return true;
}

enum alm_status alm_request_scheme(struct alm_split *split, const char *text, struct alm_error *error)
{
    split->scheme = ALM_SCHEME_EXPANDING;
    split->window = (struct alm_extent){0};
    if (text == NULL || strcmp(text, "expanding") == 0) return ALM_OK;
    split->scheme = ALM_SCHEME_SLIDING;
    if (strcmp(text, "sliding") == 0) return ALM_OK;
    if (strncmp(text, "sliding:", 8) == 0 &&
        alm_extent_parse(&split->window, text + 8, "--scheme", NULL) == ALM_OK &&
        (alm_extent_is_time(split->window) || split->window.bars >= 2))
        return ALM_OK;
    return alm_fail(error, ALM_USAGE,
                    "--scheme %s: expected expanding, sliding or sliding:N, with N at least 2 bars or a time "
                    "such as 90D or 2Y",
                    text);
}

enum alm_status alm_request_refit(struct alm_split *split, const char *text, struct alm_error *error)
{
    split->refit = 1;
    if (text == NULL || strcmp(text, "every") == 0) return ALM_OK;
    split->refit = 0;
    if (strcmp(text, "once") == 0 || read_count(&split->refit, text, 1)) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "--refit %s: expected every, once or a number of folds", text);
}

enum alm_status alm_request_missing(enum alm_missing_policy *out, const char *text, struct alm_error *error)
{
    *out = ALM_MISSING_FILL;
    if (text == NULL || strcmp(text, "fill") == 0) return ALM_OK;
    *out = ALM_MISSING_REFUSE;
    if (strcmp(text, "refuse") == 0) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "--missing %s: expected fill or refuse", text);
}

/* From what the clocks of a zone show; in an hour that they show twice, the first time. */
static enum alm_status from_zone(int64_t *ts, const char *time_zone, struct alm_error *error)
{
    struct alm_zone *zone;
    int64_t after;
    ALM_TRY(alm_zone_create(&zone, time_zone, error));
    alm_zone_moments(ts, &after, zone, *ts);
    alm_zone_free(zone);
    return ALM_OK;
}

enum alm_status alm_request_time(int64_t *out, const char *text, bool index, const char *time_zone,
                                 const char *option, struct alm_error *error)
{
    long long count;
    bool zoned;
    if (index) {
        if (!alm_text_to_integer(&count, text))
            return alm_fail(error, ALM_USAGE, "%s %s: the series has no clock; expected a whole number",
                            option, text);
        *out = count;
        return ALM_OK;
    }
    if (!alm_ts_parse_iso(out, &zoned, text, strlen(text)))
        return alm_fail(error, ALM_USAGE, "%s %s: expected a time such as 2024-05-01 or 2024-05-01T12:00:00Z",
                        option, text);
    return zoned ? ALM_OK : from_zone(out, time_zone, error);
}

enum alm_status alm_request_levels(double **out, size_t *n, const double *intervals, size_t n_intervals,
                                   struct alm_error *error)
{
    static const double usual[] = {80, 95};
    if (n_intervals == 0) {
        intervals = usual;
        n_intervals = 2;
    }
    ALM_TRY(ALM_NEW(out, 2 * n_intervals + 1, error));
    const enum alm_status status = alm_levels_of_intervals(*out, n, intervals, n_intervals, error);
    if (status != ALM_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}

void alm_request_write_scheme(struct alm_text *out, const struct alm_split *split)
{
    if (split->scheme == ALM_SCHEME_EXPANDING)
        alm_text_append(out, "expanding");
    else
        alm_text_append(out, "sliding");
    if (split->scheme == ALM_SCHEME_EXPANDING || alm_extent_is_none(split->window)) return;
    alm_text_append(out, ":");
    alm_extent_write(out, split->window);
}

void alm_request_write_refit(struct alm_text *out, const struct alm_split *split)
{
    if (split->refit == 0)
        alm_text_append(out, "once");
    else if (split->refit == 1)
        alm_text_append(out, "every");
    else
        alm_text_printf(out, "%zu", split->refit);
}
