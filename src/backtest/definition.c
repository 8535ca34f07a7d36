/* The metrics of a run as data: code, unit and definition of each. */
#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* %s in a definition is the season length. e = actual - forecast. */
static const struct {
    const char *code, *unit, *definition;
    enum alm_metric_kind kind;
} fixed[] = {
    {"me", "value", "mean of e over all scored values, pooled", ALM_METRIC_ME},
    {"mae", "value", "mean of |e| over all scored values, pooled", ALM_METRIC_MAE},
    {"mdae", "value",
     "median of |e| over all scored values, pooled (of an even number the mean of the middle two)",
     ALM_METRIC_MDAE},
    {"rmse", "value", "square root of the mean of e^2 over all scored values, pooled", ALM_METRIC_RMSE},
    {"mape", "percent",
     "mean of 100 |e / y| over the scored values of a series, then over series; actuals of 0 are left out",
     ALM_METRIC_MAPE},
    {"smape", "percent",
     "mean of 200 |e| / (|y| + |f|) (range 0 to 200; 0 where both are 0) over the scored values of a series, "
     "then over series",
     ALM_METRIC_SMAPE},
    {"wape", "percent",
     "100 * sum of |e| / sum of |y| over all scored values, pooled; not defined where all actuals are 0",
     ALM_METRIC_WAPE},
    {"mase", "ratio",
     "mean of |e| / scale over the scored values of a series, then over series; scale: mean absolute "
     "seasonal difference of "
     "all bars up to the origin, %s; values whose scale is 0 or missing are left out",
     ALM_METRIC_MASE},
    {"rmsse", "ratio",
     "square root of the mean of e^2 / scale over the scored values of a series, then mean over series; "
     "scale: mean squared "
     "seasonal difference of all bars up to the origin, %s; values whose scale is 0 or missing are left out",
     ALM_METRIC_RMSSE},
    {"r2", "ratio",
     "1 - sum of e^2 / sum of (y - mean of y)^2 over the scored values of a series (y in levels), then mean "
     "over series; "
     "series whose scored actuals are constant are left out",
     ALM_METRIC_R2},
    {"r2_diff", "ratio",
     "1 - sum of e^2 / sum of (d - mean of d)^2, d = y - last, last: the last value up to the origin, over "
     "the scored "
     "values of a series whose last is known, then mean over series; series whose d are constant are left "
     "out",
     ALM_METRIC_R2_DIFF},
    {"theil_u2", "ratio",
     "square root of (sum of e^2 / sum of (y - last)^2), last: the last value up to the origin, over the "
     "scored values "
     "of a series whose last is known, then mean over series; 1 is a forecast of no change; series that do "
     "not move "
     "are left out",
     ALM_METRIC_THEIL_U2},
    {"direction", "ratio",
     "share of scored values with (f - last) (y - last) > 0, last: the last value up to the origin; a "
     "forecast of no "
     "change counts as half, actuals that did not change are left out; pooled",
     ALM_METRIC_DIRECTION},
    {"qlike", "ratio",
     "mean of x / h - ln(x / h) - 1, h: forecast variance of a step's own log return or value, x: squared "
     "distance of "
     "that return or value from its forecast; x = 0, unknown returns and h = 0 are left out; pooled",
     ALM_METRIC_QLIKE},
};

static const char owa[] = "(smape / smape of naive2 + mase / mase of naive2) / 2, each as defined here and "
                          "over the same series and step, as "
                          "in the M4 competition; not defined where naive2 makes no error";

static const struct {
    const char *code, *unit, *definition;
    enum alm_metric_kind kind;
} of_all_levels[] = {
    {"crps", "value",
     "twice the mean pinball loss over the run's quantile levels (an approximation of the CRPS), mean over "
     "all scored "
     "values, pooled",
     ALM_METRIC_CRPS},
    {"pinball", "value", "mean pinball loss over the run's quantile levels and all scored values, pooled",
     ALM_METRIC_PINBALL},
};

static const struct {
    const char *code, *definition;
    enum alm_metric_kind kind;
} of_all_intervals[] = {
    {"wis",
     "weighted interval score: (|y - median| / 2 + sum over the run's K central intervals of a / 2 * "
     "interval score) / "
     "(K + 1/2), a = 1 - nominal coverage (without the median: / K); mean over all scored values, pooled",
     ALM_METRIC_WIS},
    {"wis_dispersion", "part of wis that is the intervals' width, pooled", ALM_METRIC_WIS_DISPERSION},
    {"wis_under", "part of wis that is actuals above intervals and median, pooled", ALM_METRIC_WIS_UNDER},
    {"wis_over", "part of wis that is actuals below intervals and median, pooled", ALM_METRIC_WIS_OVER},
};

static const struct {
    const char *code, *unit, *definition;
    enum alm_metric_kind kind;
} of_interval[] = {
    {"coverage", "ratio",
     "share of scored actuals between the %.6g and the %.6g quantile, both included; nominal %.6g; "
     "pooled",
     ALM_METRIC_COVERAGE},
    {"width", "value", "mean distance from the %.6g to the %.6g quantile (nominal coverage %.6g), pooled",
     ALM_METRIC_WIDTH},
    {"winkler", "value",
     "mean interval score: distance from the %.6g to the %.6g quantile, and how far the actual lies outside "
     "times "
     "2 / (1 - %.6g); pooled",
     ALM_METRIC_WINKLER},
    {"msis", "ratio",
     "interval score (winkler) of the %.6g and the %.6g quantile (nominal coverage %.6g) / scale of mase, "
     "mean over the "
     "scored values of a series, then over series; values whose scale is 0 or missing are left out",
     ALM_METRIC_MSIS},
};

static const struct {
    const char *code, *definition;
    enum alm_metric_kind kind;
} of_classes[] = {
    {"log_loss",
     "mean of -ln p of the class that occurred over all scored values, pooled; p is taken as at least 1e-15",
     ALM_METRIC_LOG_LOSS},
    {"brier",
     "mean over all scored values of the sum over classes of (p - o)^2, o = 1 for the class that occurred, "
     "else 0 (range 0 to 2), pooled",
     ALM_METRIC_BRIER},
    {"accuracy", "share of scored values whose most probable class (the first of equals) occurred, pooled",
     ALM_METRIC_ACCURACY},
    {"balanced_accuracy",
     "share of the values of a class for which it was the most probable one, mean over the classes of a "
     "series that occurred, then over series",
     ALM_METRIC_BALANCED_ACCURACY},
};

static enum alm_status add(struct alm_evaluation *evaluation, enum alm_metric_kind kind, size_t index,
                           const char *unit, struct alm_text *definition, struct alm_error *error)
{
    struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
    ALM_TRY(alm_text_check(definition, error));
    ALM_TRY(alm_copy_text(&metric->definition, alm_text_string(definition), error));
    metric->unit = unit;
    evaluation->rule[evaluation->n_metrics++] = (struct alm_metric_rule){kind, index};
    alm_text_reset(definition);
    return ALM_OK;
}

static enum alm_status add_fixed(struct alm_evaluation *evaluation, const char *season, struct alm_text *text,
                                 struct alm_error *error)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        const char *blank = strstr(fixed[i].definition, "%s");
        struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
        snprintf(metric->code, sizeof metric->code, "%s", fixed[i].code);
        if (blank == NULL) {
            alm_text_append(text, fixed[i].definition);
        } else {
            alm_text_append_bytes(text, fixed[i].definition, (size_t)(blank - fixed[i].definition));
            alm_text_append(text, season);
            alm_text_append(text, blank + 2);
        }
        ALM_TRY(add(evaluation, fixed[i].kind, 0, fixed[i].unit, text, error));
    }
    return ALM_OK;
}

static enum alm_status add_interval(struct alm_evaluation *evaluation, size_t i, struct alm_text *text,
                                    struct alm_error *error)
{
    const struct alm_quantiles *quantiles = &evaluation->quantiles;
    const double low = quantiles->level[quantiles->low[i]], high = quantiles->level[quantiles->high[i]];
    for (size_t k = 0; k < sizeof of_interval / sizeof *of_interval; k++) {
        struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
        snprintf(metric->code, sizeof metric->code, "%s_%.6g", of_interval[k].code, 100 * (high - low));
        alm_text_printf(text, of_interval[k].definition, low, high, high - low);
        ALM_TRY(add(evaluation, of_interval[k].kind, i, of_interval[k].unit, text, error));
    }
    return ALM_OK;
}

static enum alm_status add_intervals(struct alm_evaluation *evaluation, struct alm_text *text,
                                     struct alm_error *error)
{
    const size_t n = evaluation->quantiles.n_intervals;
    for (size_t i = 0; n > 0 && i < sizeof of_all_intervals / sizeof *of_all_intervals; i++) {
        struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
        snprintf(metric->code, sizeof metric->code, "%s", of_all_intervals[i].code);
        alm_text_append(text, of_all_intervals[i].definition);
        ALM_TRY(add(evaluation, of_all_intervals[i].kind, 0, "value", text, error));
    }
    for (size_t i = 0; i < n; i++)
        ALM_TRY(add_interval(evaluation, i, text, error));
    return ALM_OK;
}

static enum alm_status add_levels(struct alm_evaluation *evaluation, struct alm_text *text,
                                  struct alm_error *error)
{
    for (size_t i = 0; i < evaluation->quantiles.n_levels; i++) {
        const double level = evaluation->quantiles.level[i];
        struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
        snprintf(metric[0].code, sizeof metric->code, "coverage_q%.6g", level);
        snprintf(metric[1].code, sizeof metric->code, "pinball_q%.6g", level);
        alm_text_printf(text, "share of scored actuals at or below the %.6g quantile; nominal %.6g; pooled",
                        level, level);
        ALM_TRY(add(evaluation, ALM_METRIC_COVERAGE_QUANTILE, i, "ratio", text, error));
        alm_text_printf(text, "mean pinball loss of the %.6g quantile, pooled", level);
        ALM_TRY(add(evaluation, ALM_METRIC_PINBALL_QUANTILE, i, "value", text, error));
    }
    return ALM_OK;
}

/* What the definitions say about the season length. */
static void write_season(char *out, size_t size, const size_t *season, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (season[i] == season[0]) continue;
        snprintf(out, size, "lag the season length of each series");
        return;
    }
    snprintf(out, size, "lag %zu (the season length)", n == 0 ? (size_t)1 : season[0]);
}

static enum alm_status add_quantiles(struct alm_evaluation *evaluation, struct alm_text *text,
                                     struct alm_error *error)
{
    for (size_t i = 0; i < sizeof of_all_levels / sizeof *of_all_levels; i++) {
        struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
        snprintf(metric->code, sizeof metric->code, "%s", of_all_levels[i].code);
        alm_text_append(text, of_all_levels[i].definition);
        ALM_TRY(add(evaluation, of_all_levels[i].kind, 0, of_all_levels[i].unit, text, error));
    }
    ALM_TRY(add_intervals(evaluation, text, error));
    return add_levels(evaluation, text, error);
}

static enum alm_status add_all(struct alm_evaluation *evaluation, const char *season, struct alm_text *text,
                               struct alm_error *error)
{
    ALM_TRY(add_fixed(evaluation, season, text, error));
    if (evaluation->has_naive2) {
        snprintf(evaluation->metric[evaluation->n_metrics].code, sizeof evaluation->metric->code, "owa");
        alm_text_append(text, owa);
        ALM_TRY(add(evaluation, ALM_METRIC_OWA, 0, "ratio", text, error));
    }
    if (evaluation->quantiles.n_levels > 0) ALM_TRY(add_quantiles(evaluation, text, error));
    for (size_t i = 0; i < sizeof of_classes / sizeof *of_classes; i++) {
        struct alm_metric *metric = &evaluation->metric[evaluation->n_metrics];
        snprintf(metric->code, sizeof metric->code, "%s", of_classes[i].code);
        alm_text_append(text, of_classes[i].definition);
        ALM_TRY(add(evaluation, of_classes[i].kind, 0, "ratio", text, error));
    }
    return ALM_OK;
}

enum alm_status alm_evaluation_define(struct alm_evaluation *evaluation, const size_t *season,
                                      struct alm_error *error)
{
    const size_t most = sizeof fixed / sizeof *fixed + 1 + sizeof of_all_levels / sizeof *of_all_levels +
                        sizeof of_all_intervals / sizeof *of_all_intervals +
                        sizeof of_interval / sizeof *of_interval * evaluation->quantiles.n_intervals +
                        2 * evaluation->quantiles.n_levels + sizeof of_classes / sizeof *of_classes;
    char lag[64];
    struct alm_text text = {0};
    write_season(lag, sizeof lag, season, evaluation->n_series);
    ALM_TRY(ALM_NEW(&evaluation->metric, most, error));
    ALM_TRY(ALM_NEW(&evaluation->rule, most, error));
    const enum alm_status status = add_all(evaluation, lag, &text, error);
    alm_text_clear(&text);
    return status;
}
