/* Classes as the forecaster `lstm` has them: labels are shown as one-hot inputs, and every answer is one
 * number a class, from which softmax makes probabilities. */
#ifndef ALM_FORECAST_LSTM_CLASSES_H
#define ALM_FORECAST_LSTM_CLASSES_H

#include "forecast/classes.h"

/* What a plan knows of classes. */
struct alm_lstm_classes {
    struct alm_class_rule options, rule; /* rule.n is 0 where numbers are forecast */
    size_t n_series;                     /* of bins: the series that were fitted, sorted by name; else 1 */
    char **name;                         /* [n_series] of bins; else NULL */
    double *edge;                        /* [n_series][rule.n - 1] */
};

/* Forgets what a fit learnt. */
void alm_lstm_classes_clear(struct alm_lstm_classes *classes);

/* The rule and edges for a history; rule.n is 0 when its series are numbers and the options ask for none.
 * ALM_DATA when its series differ in their labels. */
enum alm_status alm_lstm_classes_learn(struct alm_lstm_classes *classes, const struct alm_history *history,
                                       struct alm_error *error);

/* The edges of a series; NULL for one that the bins were not made for. */
const double *alm_lstm_classes_find(const struct alm_lstm_classes *classes, const char *name);

/* Values that one label takes as input: 0 when the series are numbers. */
static inline size_t alm_lstm_one_hot(const struct alm_lstm_classes *classes)
{
    return classes->rule.kind == ALM_CLASSES_LABELS ? classes->rule.n : 0;
}

void alm_lstm_classes_save(const struct alm_lstm_classes *classes, struct alm_bytes *out);
enum alm_status alm_lstm_classes_load(struct alm_lstm_classes *classes, struct alm_bytes_reader *in,
                                      struct alm_error *error);

#endif
