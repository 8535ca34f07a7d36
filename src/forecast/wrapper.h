/* Inside of struct alm_forecaster; for the wrapper's own files only. */
#ifndef ALM_FORECAST_WRAPPER_H
#define ALM_FORECAST_WRAPPER_H

#include "forecast/conformal.h"
#include "forecast/forecaster.h"
#include "forecast/transformed.h"

/* What a fit left for one series. */
struct alm_fitted {
    char *name;
    struct alm_series_outcome outcome;
    struct alm_conformal conformal; /* empty when the forecaster gives quantiles or there are none */
    struct alm_inner_record inner;  /* kept when the settings ask for it */
    struct alm_transform_fit transform;
};

/* One member of a combination. */
struct alm_member {
    char *label;                       /* NULL: none was stated */
    char *spec;                        /* canonical */
    struct alm_forecaster *forecaster; /* fitted unless somebody else fits the members */
};

struct alm_forecaster {
    const struct alm_forecaster_type *type;
    struct alm_config *config;
    struct alm_transform_choice choice;
    struct alm_forecaster_settings settings;
    size_t n_series;
    struct alm_fitted *fitted; /* [n_series] */
    size_t n_self;             /* 0 before a fit, then 1 for a global forecaster, else n_series */
    void **self;               /* [n_self] NULL where the fit failed */
    size_t n_members;          /* 0: no combination */
    struct alm_member *member; /* [n_members] */
};

static inline struct alm_maker alm_forecaster_maker(const struct alm_forecaster *f)
{
    return (struct alm_maker){f->type, f->config, f->choice};
}

/* As alm_forecaster_create, for a spec that a model was stored with: options without effect are taken, as an
 * earlier version may have taken them. */
enum alm_status alm_forecaster_create_stored(struct alm_forecaster **out, const char *spec,
                                             const struct alm_forecaster_settings *settings,
                                             struct alm_error *error);

/* Makes room for a fit over n_series, dropping an earlier one. */
enum alm_status alm_forecaster_reset(struct alm_forecaster *f, size_t n_series, struct alm_error *error);
void alm_forecaster_drop_fit(struct alm_forecaster *f);

/* What the fit left for series index of a history; NULL when the fit did not see it. */
const struct alm_fitted *alm_forecaster_fitted(const struct alm_forecaster *f,
                                               const struct alm_history *history, size_t index);

/* Puts the quantiles of a row in order and sees that everything in it is finite; else the row becomes NaN and
 * the outcome says where. */
void alm_forecast_check_row(struct alm_forecast *out, size_t index, struct alm_series_outcome *outcome);
/* A row without a forecast: NaN, so that nobody takes zeros for one. */
void alm_forecast_blank_row(struct alm_forecast *out, size_t index);

/* ---- inner_record.c ---- */

enum alm_status alm_inner_record_init(struct alm_inner_record *out, size_t folds, size_t horizon,
                                      size_t first, size_t stride, struct alm_error *error);
void alm_inner_record_clear(struct alm_inner_record *record);

/* ---- members.c ---- */

/* Reads the members out of the option `of` and writes it in canonical form. */
enum alm_status alm_members_create(struct alm_forecaster *f, struct alm_error *error);
void alm_members_free(struct alm_forecaster *f);
/* Fits the combination's own members. */
enum alm_status alm_members_fit(struct alm_forecaster *f, const struct alm_history *history,
                                const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                                struct alm_error *error);
/* The combination's own members as others see them. */
struct alm_members alm_members_own(const struct alm_forecaster *f);
/* How many numbers alm_fit_hooks.fit goes through in a fit over n series. */
size_t alm_forecaster_fits(const struct alm_forecaster *f, size_t n_series);

/* ---- combination.c ---- */

/* alm_forecaster_fit of a combination. */
enum alm_status alm_combination_fit(struct alm_forecaster *f, const struct alm_history *history,
                                    const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                                    struct alm_series_outcome *outcome, struct alm_error *error);

#endif
