/* Inside of struct alm_forecaster; for forecaster.c and blob.c only. */
#ifndef ALM_FORECAST_WRAPPER_H
#define ALM_FORECAST_WRAPPER_H

#include "forecast/conformal.h"
#include "forecast/forecaster.h"

/* What a fit left for one series. */
struct alm_fitted {
    char *name;
    struct alm_series_outcome outcome;
    struct alm_conformal conformal; /* empty when the forecaster gives quantiles or there are none */
};

struct alm_forecaster {
    const struct alm_forecaster_type *type;
    struct alm_config *config;
    struct alm_forecaster_settings settings;
    size_t n_series;
    struct alm_fitted *fitted; /* [n_series] */
    size_t n_self;             /* 0 before a fit, then 1 for a global forecaster, else n_series */
    void **self;               /* [n_self] NULL where the fit failed */
};

static inline bool alm_forecaster_is_global(const struct alm_forecaster *f)
{
    return (f->type->traits & ALM_TRAIT_GLOBAL) != 0;
}

/* As alm_forecaster_create, for a spec that a model was stored with: options without effect are taken, as an
 * earlier version may have taken them. */
enum alm_status alm_forecaster_create_stored(struct alm_forecaster **out, const char *spec,
                                             const struct alm_forecaster_settings *settings,
                                             struct alm_error *error);

/* Makes room for a fit over n_series, dropping an earlier one. */
enum alm_status alm_forecaster_reset(struct alm_forecaster *f, size_t n_series, struct alm_error *error);

#endif
