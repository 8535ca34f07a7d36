/* Stored series into memory, as the engine wants them: every bar of their calendar, cut at a time. */
#ifndef ALM_WORKBENCH_LOAD_H
#define ALM_WORKBENCH_LOAD_H

#include "base/digest.h"
#include "base/status.h"
#include "series/series.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_loaded {
    size_t n;
    struct alm_series **series; /* [n], in the order of the patterns */
    char *covariates;           /* a member of the run's spec, see workbench/covariates.h; NULL: none */
};

/* Loads the series that match patterns (GLOB). season > 0 takes the place of their own season length. Series
 * without values are refused by name. ALM_NOTFOUND with a suggestion when a pattern matches
 * nothing. Release with alm_loaded_clear in any case. */
enum alm_status alm_load_series(struct alm_loaded *out, struct alm_store *store, const char *const *patterns,
                                size_t n_patterns, size_t season, struct alm_error *error);
/* One series by its exact name, up to and including until (INT64_MAX: all), appended to out. */
enum alm_status alm_load_one(struct alm_loaded *out, struct alm_store *store, const char *name, int64_t until,
                             size_t season, struct alm_error *error);
void alm_loaded_clear(struct alm_loaded *loaded);

/* Whether series counts bars instead of having a clock. */
static inline bool alm_series_is_index(const struct alm_series *series)
{
    return series->calendar.frequency.unit == ALM_FREQUENCY_INDEX;
}

/* Number of bars of series at or before until. */
size_t alm_series_bars_until(const struct alm_series *series, int64_t until);

/* SHA-256 over name, frequency, season length, and every bar of every series: equal digests, equal data. */
void alm_loaded_digest(char out[ALM_DIGEST_SIZE], const struct alm_loaded *loaded);

#endif
