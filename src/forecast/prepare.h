/* What the wrapper hands to a forecaster: a history without leading and, where they are not taken, without
 * missing values, and long enough. */
#ifndef ALM_FORECAST_PREPARE_H
#define ALM_FORECAST_PREPARE_H

#include "forecast/forecaster.h"
#include "forecast/transformed.h"

struct alm_prepared {
    struct alm_history_series series; /* as the forecaster sees it */
    struct alm_span actual;           /* the same bars, missing values still NaN */
    size_t filled;                    /* missing values that were filled; 0 when they are left in */
    double *values;                   /* owned: filled values, NULL when nothing had to be filled */
    struct alm_span *covariates;      /* owned: past and future, cut like the target */
};

/* Prepares one series for a forecaster of maker with state self (it is not transformed here). When the series
 * cannot be used, outcome gets status and reason and ALM_OK is returned; other statuses are for lack of
 * memory. Release with alm_prepared_clear in any case. in must stay valid as long as out. */
enum alm_status alm_prepare(struct alm_prepared *out, const struct alm_history_series *in,
                            const struct alm_maker *maker, const void *self, enum alm_missing_policy missing,
                            size_t horizon, struct alm_series_outcome *outcome, struct alm_error *error);
void alm_prepared_clear(struct alm_prepared *prepared);

/* Writes status and reason into outcome. */
void alm_outcome_fail(struct alm_series_outcome *outcome, enum alm_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds to what stood in for something that could not be done (outcome->fallback), as far as there is room. */
void alm_outcome_note(struct alm_series_outcome *outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether status concerns one series only (its data, its numbers) and not the whole work. */
bool alm_status_is_of_series(enum alm_status status);

#endif
