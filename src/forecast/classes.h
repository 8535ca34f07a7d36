/* Classes: what a value belongs to when a forecast is a probability for each of several classes. They are the
 * labels of a categorical series, the directions down, flat and up, or bins of the values. */
#ifndef ALM_FORECAST_CLASSES_H
#define ALM_FORECAST_CLASSES_H

#include "forecast/forecaster.h"

/* Which classes the options of a forecaster, or its series, make. */
struct alm_class_rule {
    enum alm_class_kind kind;
    size_t n;         /* classes; 0 when there are none */
    double threshold; /* of direction, in units of the series */
};

/* Most classes of a forecast. */
enum { ALM_CLASSES_MOST = 4096 };

/* The options that class forecasters share, for their tables. */
#define ALM_CLASS_OPTIONS                                                                                    \
    {.name = "target",                                                                                       \
     .help =                                                                                                 \
         "what is forecast; direction: whether the value goes down, stays (within threshold of the last "    \
         "value) or goes up, as probabilities",                                                              \
     .kind = ALM_OPTION_CHOICE,                                                                              \
     .fallback = "value",                                                                                    \
     .choices = "value|direction"},                                                                          \
        {.name = "threshold",                                                                                \
         .help = "change up to which a value is flat, in units of the series",                               \
         .kind = ALM_OPTION_REAL,                                                                            \
         .fallback = "0",                                                                                    \
         .minimum = 0,                                                                                       \
         .maximum = 1e300,                                                                                   \
         .needs = "target=direction"},                                                                       \
        {.name = "bins",                                                                                     \
         .help = "probabilities for bins of the values: quantile:20 (each with as many values of the "       \
                 "history) or uniform:20 (equally wide)",                                                    \
         .kind = ALM_OPTION_TEXT},

/* What these options say; kind NONE without any. what names the owner in messages. ALM_USAGE for bins that
 * cannot be read or together with target=direction. */
enum alm_status alm_class_rule_read(struct alm_class_rule *out, const struct alm_config *config,
                                    const char *what, struct alm_error *error);

/* Appends these options as given (`bins=quantile:20`), nothing when there are none. */
void alm_class_options_write(struct alm_text *out, const struct alm_forecaster *forecaster);

/* Whether its options, or what it is, make it forecast classes of a series of numbers. */
bool alm_class_forecasts(const struct alm_forecaster *forecaster);

/* Appends the spec of the forecaster that this one is measured against: naive or, where it forecasts classes
 * (categorical: of labels), majority with the same classes. */
void alm_class_rival_write(struct alm_text *out, const struct alm_forecaster *forecaster, bool categorical);

/* The rule for one series: its labels when it is categorical, else that of the options. ALM_DATA when both or
 * none make classes. */
enum alm_status alm_class_rule_for(struct alm_class_rule *out, const struct alm_class_rule *options,
                                   const struct alm_history_series *series, const char *what,
                                   struct alm_error *error);

/* The edges [rule->n - 1] by what the fit may see, y (NaN = missing). Those of direction are relative to the
 * last value. Quantiles by linear interpolation of the sorted values (Hyndman & Fan 1996, definition 7). */
enum alm_status alm_class_edges(double *edge, const struct alm_class_rule *rule, struct alm_span y,
                                struct alm_error *error);

/* The edges at an origin whose last value is `last`. out may be edge. */
void alm_class_edges_at(double *out, const struct alm_class_rule *rule, const double *edge, double last);

/* The class of value (not NaN): the number of edges [n - 1] below it. */
size_t alm_class_of(double value, const double *edge, size_t n);

/* How often classes occurred, and stayed, `lag` bars later (with direction: what they were over lag bars).
 * count [n] is added to, and *stayed of *pairs: values whose class is that of the value lag bars before.
 * scratch [n - 1]. */
void alm_class_count(double *count, double *stayed, double *pairs, const struct alm_class_rule *rule,
                     const double *edge, struct alm_span y, size_t lag, double *scratch);

#endif
