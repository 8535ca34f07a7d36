/* The charts of a report: each appends one <figure> with its legend and caption, or a sentence that says why
 * there is nothing to draw. */
#ifndef ALM_REPORT_CHART_H
#define ALM_REPORT_CHART_H

#include "base/status.h"
#include "base/text.h"
#include "report/facts.h"

#include <stddef.h>

/* Actuals and forecasts of the series in row `row` of facts->series: the last origins whose forecasts do not
 * overlap, intervals of the first forecaster shown, and below it the whole series. */
enum alm_status alm_chart_series(struct alm_text *out, struct alm_store *store, const struct alm_facts *facts,
                                 size_t row, struct alm_error *error);

/* Probabilities of classes for the series in row `row`, and what occurred: by the best forecaster, at the
 * last bars, each as it was seen from the latest origin. */
enum alm_status alm_chart_classes(struct alm_text *out, struct alm_store *store,
                                  const struct alm_facts *facts, size_t row, struct alm_error *error);

/* Error by step of the horizon (two at least), one line per forecaster. */
enum alm_status alm_chart_error(struct alm_text *out, const struct alm_facts *facts, struct alm_error *error);

/* Loss by epoch, training and validation, one chart per forecaster that was trained. */
enum alm_status alm_chart_training(struct alm_text *out, const struct alm_facts *facts,
                                   struct alm_error *error);

/* Time per epoch, and training and validation loss, against the lookback of a search's trials of the first
 * rung; nothing where lookback was not searched or nothing was trained by epochs. */
void alm_chart_lookback(struct alm_text *out, const struct alm_facts *facts);

/* Nominal quantile level against the share of actuals below it; probabilities of classes against the share of
 * times that the class occurred. */
void alm_chart_coverage(struct alm_text *out, const struct alm_facts *facts);
void alm_chart_reliability(struct alm_text *out, const struct alm_facts *facts);

#endif
