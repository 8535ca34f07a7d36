/* The one interface of all forecasters, and the checked wrapper through which everybody else uses them.
 *
 * A forecaster is handed a history: everything up to one origin and nothing after it. It cannot look ahead
 * because what lies ahead is not in what it is given. forecast() takes the history again, so one fit walks
 * forward over later origins, and it never changes the forecaster's state. */
#ifndef ALM_FORECAST_FORECASTER_H
#define ALM_FORECAST_FORECASTER_H

#include "base/bytes.h"
#include "base/hooks.h"
#include "base/option.h"
#include "base/status.h"
#include "forecast/combination/members.h"
#include "series/calendar.h"
#include "series/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- what goes in ---- */

/* One series up to the origin. */
struct alm_history_series {
    const char *name; /* for messages, and to derive random streams */
    struct alm_span target;
    struct alm_calendar calendar;
    size_t season_length;          /* bars; >= 1 */
    const struct alm_span *past;   /* [n_past] covariates known to the origin; aligned with target */
    const struct alm_span *future; /* [n_future] covariates known to origin + horizon */
    size_t n_past, n_future;
    const double *statics; /* [n_statics] numbers that belong to the series as a whole; NaN = unknown */
    size_t n_statics;
    /* A categorical series has labels, and its values are their numbers; else 0 and NULL. They outlive every
     * forecast that is made. */
    size_t n_labels;
    const char *const *label; /* [n_labels]; one may be NULL */
};

struct alm_history {
    size_t n_series;
    const struct alm_history_series *series; /* [n_series] */
    size_t horizon;                          /* steps to forecast; >= 1 */
};

/* ---- what comes out ---- */

enum alm_class_kind {
    ALM_CLASSES_NONE,
    ALM_CLASSES_LABELS,    /* of a categorical series */
    ALM_CLASSES_DIRECTION, /* down, flat, up from the last value */
    ALM_CLASSES_QUANTILE_BINS,
    ALM_CLASSES_UNIFORM_BINS,
};

/* Probabilities of classes for one series. n is 0 when there are none. */
struct alm_class_forecast {
    enum alm_class_kind kind;
    size_t n;
    double *edge;        /* [n - 1] rising: class k holds what is above edge k - 1 and at or below edge k */
    double *probability; /* [horizon][n]; those of a step add up to 1 */
    const char *const *label; /* [n] of a categorical series, whose they are; else NULL */
};

/* Whose variance a forecaster knows: that of the value of a step, or of its log return, the difference of its
 * logarithm to the one before. */
enum alm_variance_kind { ALM_VARIANCE_NONE, ALM_VARIANCE_VALUE, ALM_VARIANCE_LOG_RETURN };

/* Filled by the forecaster; arrays belong to the caller (alm_forecast_create makes them). A series has a
 * mean, or classes (then its mean is NaN). */
struct alm_forecast {
    size_t n_series, horizon, n_levels;
    const double *level;                /* [n_levels] rising, each in (0, 1) */
    double *mean;                       /* [n_series][horizon] point forecasts */
    double *quantile;                   /* [n_series][horizon][n_levels]; rising with their level */
    bool *has_quantiles;                /* [n_series] whether the series' quantiles were filled */
    char (*fallback)[200];              /* [n_series] what stood in for something that could not be done */
    struct alm_class_forecast *classes; /* [n_series] made by alm_forecast_set_classes */
    /* Of forecasters of how far values move: the expected variance of each step's own value or log return,
     * not of the way from the origin. */
    double *variance;                      /* [n_series][horizon] NaN where none (as created) */
    enum alm_variance_kind *variance_kind; /* [n_series] */
};

/* levels is copied. Release with alm_forecast_free. */
enum alm_status alm_forecast_create(struct alm_forecast **out, size_t n_series, size_t horizon,
                                    const double *levels, size_t n_levels, struct alm_error *error);
void alm_forecast_free(struct alm_forecast *forecast);

/* Makes room for n classes of one series, whose mean becomes NaN. edge and probability are 0. */
enum alm_status alm_forecast_set_classes(struct alm_forecast *forecast, size_t series,
                                         enum alm_class_kind kind, size_t n, struct alm_error *error);
/* Frees what it points to (not the labels); safe on {0}. */
void alm_class_forecast_clear(struct alm_class_forecast *forecast);
/* Appends the name of class k: the label, down, flat or up, or a range of values. */
void alm_class_write_name(struct alm_text *out, const struct alm_class_forecast *forecast, size_t k);

/* ---- what a fit may call ---- */

/* One epoch of training. Losses are NaN where there is none. */
struct alm_epoch {
    size_t epoch; /* from 1 */
    double train_loss, validation_loss, learning_rate, gradient_norm;
};

/* Where trainings that take long keep how far they are, so that a fit that was interrupted, called again with
 * the same arguments, goes on and ends with the same bits. A call of alm_forecaster_fit has one or more fits
 * (of each series, of the inner folds), and a fit has one or more trainings (of the members of an ensemble);
 * both are numbered the same way every time. */
struct alm_checkpoints {
    void *context;
    /* Keeps a state in place of the last one of the same training. */
    enum alm_status (*save)(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                            struct alm_error *error);
    /* Appends the state that is kept of a training, or nothing. */
    enum alm_status (*load)(void *context, size_t fit, size_t training, struct alm_bytes *state,
                            struct alm_error *error);
};

/* Fits that alm_forecaster_fit makes of a series, or of all with a global forecaster: that of the history,
 * and that of its inner folds. */
enum { ALM_FITS = 2 };

struct alm_fit_hooks {
    const struct alm_cancel *cancel;     /* may be NULL */
    const struct alm_progress *progress; /* may be NULL */
    void *context;                       /* for epoch */
    enum alm_status (*epoch)(void *context, const struct alm_epoch *epoch,
                             struct alm_error *error); /* may be NULL */
    size_t threads;          /* most threads that a fit uses; 0 is 1. The bits do not depend on it */
    double (*seconds)(void); /* alm_clock_wall, or NULL: then no time limit holds */
    const struct alm_checkpoints *checkpoints; /* may be NULL */
    size_t fit; /* which fit this is: the caller's first number, to which the wrapper adds up to ALM_FITS - 1
                   a series */
    /* Fitted members of the combination that is fitted; NULL: the wrapper fits members of its own. */
    const struct alm_members *members;
};

/* ---- what a forecaster is ---- */

enum alm_trait {
    ALM_TRAIT_GLOBAL =
        1u << 0, /* one fit over many series; without it the wrapper fits each series by itself */
    ALM_TRAIT_QUANTILES =
        1u << 1, /* fills quantiles itself (may depend on options: then it leaves has_quantiles false) */
    ALM_TRAIT_MISSING = 1u << 2,      /* takes NaN; without it the wrapper fills causally first */
    ALM_TRAIT_SCALE = 1u << 3,        /* scaling the data by a > 0 scales the forecast by a */
    ALM_TRAIT_SHIFT = 1u << 4,        /* adding b to the data adds b to the forecast */
    ALM_TRAIT_RANDOM = 1u << 5,       /* the seed matters */
    ALM_TRAIT_CLASSES = 1u << 6,      /* can forecast classes, and takes categorical series */
    ALM_TRAIT_CLASSES_ONLY = 1u << 7, /* needs a categorical series, target=direction or bins */
    ALM_TRAIT_COMBINATION = 1u << 8,  /* is made of other forecasters, which its options name */
};

/* Constant, one per forecaster. self is the forecaster's own state. A forecaster without ALM_TRAIT_GLOBAL
 * always gets a history of one series. fit and forecast are only called with at least minimum_history values
 * per series. */
struct alm_forecaster_type {
    const char *name;                 /* stable id: command line, database, reports */
    const char *summary;              /* one line: what it forecasts */
    const char *use;                  /* one or two sentences: when to use it */
    const char *reference;            /* the paper or book section it follows */
    const struct alm_option *options; /* ends with a NULL name; NULL = none */
    unsigned traits;                  /* enum alm_trait */
    /* An option of which a fit may have more than the one whose checkpoints it goes on from, to the bits of a
     * fit with that much from its start. `lasting` is an option that must then be given, as the most that
     * there will be. NULL: none. */
    const char *budget, *lasting;

    /* Makes an unfitted forecaster. config stays valid as long as it lives. */
    enum alm_status (*create)(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error);
    /* Fewest values (after causal filling) of a series that fit can use for this season length and horizon.
     */
    size_t (*minimum_history)(const void *self, size_t season_length, size_t horizon);
    /* Whether it takes NaN although it has no ALM_TRAIT_MISSING, because its options say so. May be NULL: no.
     */
    bool (*takes_missing)(const void *self);
    /* Whether each series is fitted by itself although it has ALM_TRAIT_GLOBAL, because its options say so.
     * May be NULL: no. */
    bool (*is_local)(const struct alm_config *config);
    /* Learns from history. May be NULL: nothing to learn. */
    enum alm_status (*fit)(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error);
    /* Fills out for the history's series and horizon. Pure: same arguments, same bits. */
    enum alm_status (*forecast)(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error);
    /* Writes and restores the fitted state (without the config, which is stored as the spec). */
    enum alm_status (*save)(const void *self, struct alm_bytes *out, struct alm_error *error);
    enum alm_status (*load)(void *self, struct alm_bytes_reader *in, struct alm_error *error);
    void (*free)(void *self); /* NULL-safe */
    /* Appends what was learnt, as `name=value` lines for people ("alpha=0.83"). May be NULL. */
    void (*describe)(const void *self, struct alm_text *out);
    /* How forecasts of the members that the option `of` names are combined (combination.h): then fit and
     * forecast are NULL, and the type is GLOBAL. NULL for all other forecasters. */
    const struct alm_combination_rule *rule;
};

/* ---- the registry ---- */

extern const struct alm_forecaster_type *const alm_forecaster_types[];        /* ends with NULL */
const struct alm_forecaster_type *alm_forecaster_type_find(const char *name); /* NULL if unknown */

/* Options that a type has beside its own: transforms of the series (transform_options.h). Ends with a NULL
 * name; NULL: none, for combinations, whose members have them, and for forecasters of classes alone. */
const struct alm_option *alm_forecaster_common_options(const struct alm_forecaster_type *type);
/* The option of that name, of its own or common; NULL: none. */
const struct alm_option *alm_forecaster_option_find(const struct alm_forecaster_type *type, const char *name);
/* A config of all its options. */
enum alm_status alm_forecaster_config_create(struct alm_config **out, const struct alm_forecaster_type *type,
                                             const char *text, struct alm_error *error);

/* ---- the wrapper: the only door for the engine and the workbench ---- */

struct alm_forecaster;

/* What happened to one series of a history. */
struct alm_series_outcome {
    enum alm_status status; /* ALM_OK, or why there is no forecast */
    char reason[200];       /* empty when ALM_OK */
    size_t n_train;         /* values the fit saw (after causal filling), 0 before fit */
    size_t filled;          /* missing values that were filled causally */
    char fallback[200];     /* what stood in for something that could not be done; empty when nothing did */
};

/* What to do with missing values for a forecaster without ALM_TRAIT_MISSING. */
enum alm_missing_policy { ALM_MISSING_FILL, ALM_MISSING_REFUSE };

struct alm_forecaster_settings {
    uint64_t seed;
    const char
        *seed_spec; /* random streams are those of this spec (borrowed); NULL: of the forecaster's own */
    enum alm_missing_policy missing;
    /* Conformal quantiles for forecasters that give none: number of inner folds, raised to what the outermost
     * level takes (19 for 0.025 and 0.975); 0 = none. They cost one more fit, on the first part of the
     * history; a history too short for them leaves the series without quantiles. */
    size_t conformal_folds;
    /* Keep the forecasts from inner folds (alm_forecaster_inner); they are made for it if they are not made
     * for intervals. Forecasts do not depend on it. */
    bool inner;
    /* Where names are looked up; NULL: the registry. Tests give the engine forecasters of their own with it.
     */
    const struct alm_forecaster_type *(*find)(const char *name);
};

/* Makes the forecaster that spec names (`name[:options]`, a label is ignored). ALM_USAGE with a suggestion
 * for an unknown name or a bad option, and for an option that would have no effect with the others. */
enum alm_status alm_forecaster_create(struct alm_forecaster **out, const char *spec,
                                      const struct alm_forecaster_settings *settings,
                                      struct alm_error *error);
void alm_forecaster_free(struct alm_forecaster *forecaster);

const struct alm_forecaster_type *alm_forecaster_type_of(const struct alm_forecaster *forecaster);
const struct alm_config *alm_forecaster_config(const struct alm_forecaster *forecaster);
/* Whether one fit goes over all series. */
bool alm_forecaster_is_global(const struct alm_forecaster *forecaster);
/* Appends the canonical spec: `name[:options that differ from their defaults]`. */
void alm_forecaster_write_spec(const struct alm_forecaster *forecaster, struct alm_text *out);

/* Fits over history. outcome is [history->n_series]: a series that cannot be fitted (too short, refused,
 * failed) has its reason there and the others go on; a global forecaster fits over those that are long
 * enough. Returns ALM_OK when at least one series was fitted or every failure is in outcome; ALM_INTERRUPTED,
 * ALM_NOMEM and the like otherwise. levels are the quantile levels that will be asked for (conformal
 * residuals are collected here, from inner folds of the history). */
enum alm_status alm_forecaster_fit(struct alm_forecaster *forecaster, const struct alm_history *history,
                                   const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                                   struct alm_series_outcome *outcome, struct alm_error *error);

/* Forecasts for the same series (same order and number) as were fitted; their histories may have grown. Every
 * value is checked to be finite: one that is not makes the series' outcome ALM_NUMERIC. outcome[i].filled
 * counts the missing values of this history. Series that have no fit get the outcome of the fit; rows of a
 * series without a forecast are NaN, and quantiles that cross are put in order. A global forecaster may
 * forecast series it was not fitted on: those have no conformal quantiles. ALM_USAGE before a fit, ALM_SHAPE
 * when out or the number of series does not fit. */
enum alm_status alm_forecaster_forecast(const struct alm_forecaster *forecaster,
                                        const struct alm_history *history, struct alm_forecast *out,
                                        struct alm_series_outcome *outcome, struct alm_error *error);

/* ---- members of a combination ---- */

size_t alm_forecaster_members(const struct alm_forecaster *forecaster); /* 0 for what is no combination */
/* The canonical spec of a member, without its label; owned by the forecaster. */
const char *alm_forecaster_member_spec(const struct alm_forecaster *forecaster, size_t member);
/* Whether fitting it takes the members' inner records. */
bool alm_forecaster_learns(const struct alm_forecaster *forecaster);
/* What was kept of a fitted series' inner folds (settings.inner); NULL when nothing was. Owned by the
 * forecaster. */
const struct alm_inner_record *alm_forecaster_inner(const struct alm_forecaster *forecaster, size_t series);
/* alm_forecaster_forecast for a combination that was fitted with members of its caller's. */
enum alm_status alm_forecaster_combine(const struct alm_forecaster *forecaster,
                                       const struct alm_members *members, const struct alm_history *history,
                                       struct alm_forecast *out, struct alm_series_outcome *outcome,
                                       struct alm_error *error);
/* Fewest values that some series of this season length must have to be forecast. */
size_t alm_forecaster_minimum_history(const struct alm_forecaster *forecaster, size_t season_length,
                                      size_t horizon);

/* The whole fitted forecaster as a blob with a versioned header, and back. The blob holds its canonical spec.
 */
enum alm_status alm_forecaster_save(const struct alm_forecaster *forecaster, struct alm_bytes *out,
                                    struct alm_error *error);
enum alm_status alm_forecaster_load(struct alm_forecaster **out, const void *data, size_t n,
                                    struct alm_error *error);

/* The same as a part of other bytes, its length before it, for forecasters that hold others; the second one
 * puts what is read in place of *forecaster. */
enum alm_status alm_forecaster_save_part(const struct alm_forecaster *forecaster, struct alm_bytes *out,
                                         struct alm_error *error);
enum alm_status alm_forecaster_load_part(struct alm_forecaster **forecaster, struct alm_bytes_reader *in,
                                         struct alm_error *error);

/* Appends what was learnt for series index (0 for a global forecaster). */
void alm_forecaster_describe(const struct alm_forecaster *forecaster, size_t series, struct alm_text *out);

#endif
