#include "forecast/classes.h"

#include "base/memory.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rules ---- */

static enum alm_status read_bins(struct alm_class_rule *out, const char *text, const char *what,
                                 struct alm_error *error)
{
    const char *colon = strchr(text, ':');
    char *end = NULL;
    const unsigned long n = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
    const size_t length = colon == NULL ? strlen(text) : (size_t)(colon - text);
    const bool quantile = length == strlen("quantile") && strncmp(text, "quantile", length) == 0;
    const bool uniform = length == strlen("uniform") && strncmp(text, "uniform", length) == 0;
    if ((!quantile && !uniform) || end == NULL || *end != '\0' || n < 2 || n > ALM_CLASSES_MOST)
        return alm_fail(error, ALM_USAGE, "%s: bins=%s: expected quantile:N or uniform:N, N from 2 to %d",
                        what, text, ALM_CLASSES_MOST);
    out->kind = quantile ? ALM_CLASSES_QUANTILE_BINS : ALM_CLASSES_UNIFORM_BINS;
    out->n = (size_t)n;
    return ALM_OK;
}

enum alm_status alm_class_rule_read(struct alm_class_rule *out, const struct alm_config *config,
                                    const char *what, struct alm_error *error)
{
    const bool direction = alm_config_choice(config, "target") == 1, bins = alm_config_has(config, "bins");
    *out = (struct alm_class_rule){0};
    if (direction && bins)
        return alm_fail(error, ALM_USAGE, "%s: target=direction and bins do not go together", what);
    if (bins) return read_bins(out, alm_config_text(config, "bins"), what, error);
    if (direction)
        *out = (struct alm_class_rule){ALM_CLASSES_DIRECTION, 3, alm_config_real(config, "threshold")};
    return ALM_OK;
}

enum alm_status alm_class_rule_for(struct alm_class_rule *out, const struct alm_class_rule *options,
                                   const struct alm_history_series *series, const char *what,
                                   struct alm_error *error)
{
    *out = *options;
    if (series->n_labels == 0 && options->kind == ALM_CLASSES_NONE)
        return alm_fail(error, ALM_DATA, "%s forecasts classes: %s needs target=direction or bins=quantile:N",
                        what, series->name);
    if (series->n_labels == 0) return ALM_OK;
    if (options->kind != ALM_CLASSES_NONE)
        return alm_fail(error, ALM_DATA,
                        "%s: the labels of %s are its classes; target and bins are for numbers", what,
                        series->name);
    if (series->n_labels > ALM_CLASSES_MOST)
        return alm_fail(error, ALM_DATA, "%s: %s has %zu labels; at most %d can be forecast", what,
                        series->name, series->n_labels, ALM_CLASSES_MOST);
    *out = (struct alm_class_rule){ALM_CLASSES_LABELS, series->n_labels, 0};
    return ALM_OK;
}

void alm_class_options_write(struct alm_text *out, const struct alm_forecaster *forecaster)
{
    const struct alm_config *config = alm_forecaster_config(forecaster);
    if ((alm_forecaster_type_of(forecaster)->traits & ALM_TRAIT_CLASSES) == 0) return;
    if (alm_config_has(config, "bins")) alm_text_printf(out, "bins=%s", alm_config_text(config, "bins"));
    if (alm_config_choice(config, "target") != 1) return;
    alm_text_append(out, "target=direction");
    if (!(alm_config_real(config, "threshold") > 0)) return;
    alm_text_append(out, ",threshold=");
    alm_text_append_number(out, alm_config_real(config, "threshold"));
}

bool alm_class_forecasts(const struct alm_forecaster *forecaster)
{
    struct alm_text options = {0};
    alm_class_options_write(&options, forecaster);
    const bool has = options.length > 0;
    alm_text_clear(&options);
    return has || (alm_forecaster_type_of(forecaster)->traits & ALM_TRAIT_CLASSES_ONLY) != 0;
}

void alm_class_rival_write(struct alm_text *out, const struct alm_forecaster *forecaster, bool categorical)
{
    struct alm_text options = {0};
    alm_class_options_write(&options, forecaster);
    if (options.length > 0)
        alm_text_printf(out, "majority:%s", alm_text_string(&options));
    else
        alm_text_append(out, categorical ? "majority" : "naive");
    if (options.failed) out->failed = true;
    alm_text_clear(&options);
}

/* ---- edges ---- */

static enum alm_status bin_edges(double *edge, const struct alm_class_rule *rule, struct alm_span y,
                                 struct alm_error *error)
{
    double *sorted;
    size_t n = 0;
    ALM_TRY(ALM_NEW(&sorted, y.n, error));
    for (size_t i = 0; i < y.n; i++)
        if (!isnan(y.y[i])) sorted[n++] = y.y[i];
    alm_sort_numbers(sorted, n);
    for (size_t k = 0; n > 0 && k + 1 < rule->n; k++) {
        const double share = (double)(k + 1) / (double)rule->n;
        edge[k] = rule->kind == ALM_CLASSES_QUANTILE_BINS ? alm_sorted_quantile(sorted, n, share)
                                                          : sorted[0] + share * (sorted[n - 1] - sorted[0]);
    }
    free(sorted);
    return n > 0 ? ALM_OK : alm_fail(error, ALM_DATA, "bins need values");
}

enum alm_status alm_class_edges(double *edge, const struct alm_class_rule *rule, struct alm_span y,
                                struct alm_error *error)
{
    switch (rule->kind) {
    case ALM_CLASSES_NONE:
        break;
    case ALM_CLASSES_LABELS:
        for (size_t k = 0; k + 1 < rule->n; k++)
            edge[k] = (double)k + 0.5;
        break;
    case ALM_CLASSES_DIRECTION:
        edge[0] = -rule->threshold;
        edge[1] = rule->threshold;
        break;
    case ALM_CLASSES_QUANTILE_BINS:
    case ALM_CLASSES_UNIFORM_BINS:
        return bin_edges(edge, rule, y, error);
    }
    return ALM_OK;
}

void alm_class_edges_at(double *out, const struct alm_class_rule *rule, const double *edge, double last)
{
    if (rule->kind != ALM_CLASSES_DIRECTION) {
        if (out != edge && rule->n > 1) memcpy(out, edge, (rule->n - 1) * sizeof *out);
        return;
    }
    /* a class ends with its upper edge, and a value of last - threshold is still flat */
    out[0] = nextafter(last + edge[0], -INFINITY);
    out[1] = last + edge[1];
}

size_t alm_class_of(double value, const double *edge, size_t n)
{
    size_t low = 0, high = n - 1; /* edges [0, low) are below value, [high, n - 1) are not */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (edge[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- counting ---- */

/* The class of bar t (seen from lag bars before); n when it has none. */
static size_t class_at(const struct alm_class_rule *rule, const double *edge, struct alm_span y, size_t t,
                       size_t lag, double *scratch)
{
    if (isnan(y.y[t])) return rule->n;
    if (rule->kind != ALM_CLASSES_DIRECTION) return alm_class_of(y.y[t], edge, rule->n);
    if (t < lag || isnan(y.y[t - lag])) return rule->n;
    alm_class_edges_at(scratch, rule, edge, y.y[t - lag]);
    return alm_class_of(y.y[t], scratch, rule->n);
}

void alm_class_count(double *count, double *stayed, double *pairs, const struct alm_class_rule *rule,
                     const double *edge, struct alm_span y, size_t lag, double *scratch)
{
    for (size_t t = 0; t < y.n; t++) {
        const size_t now = class_at(rule, edge, y, t, lag, scratch);
        if (now == rule->n) continue;
        count[now]++;
        const size_t then = t < lag ? rule->n : class_at(rule, edge, y, t - lag, lag, scratch);
        if (then == rule->n) continue;
        ++*pairs;
        if (then == now) ++*stayed;
    }
}

/* ---- forecasts of classes ---- */

enum alm_status alm_forecast_set_classes(struct alm_forecast *forecast, size_t series,
                                         enum alm_class_kind kind, size_t n, struct alm_error *error)
{
    struct alm_class_forecast *out = &forecast->classes[series];
    size_t values;
    alm_class_forecast_clear(out);
    if (!alm_multiply(&values, forecast->horizon, n))
        return alm_fail(error, ALM_NOMEM, "%zu classes are too many", n);
    ALM_TRY(ALM_NEW(&out->edge, n, error));
    ALM_TRY(ALM_NEW(&out->probability, values, error));
    out->kind = kind;
    out->n = n;
    for (size_t h = 0; h < forecast->horizon; h++)
        forecast->mean[series * forecast->horizon + h] = (double)NAN;
    forecast->has_quantiles[series] = false;
    return ALM_OK;
}

void alm_class_forecast_clear(struct alm_class_forecast *forecast)
{
    free(forecast->edge);
    free(forecast->probability);
    *forecast = (struct alm_class_forecast){0};
}

void alm_class_write_name(struct alm_text *out, const struct alm_class_forecast *forecast, size_t k)
{
    static const char *const directions[] = {"down", "flat", "up"};
    if (forecast->kind == ALM_CLASSES_DIRECTION && k < 3)
        alm_text_append(out, directions[k]);
    else if (forecast->kind == ALM_CLASSES_LABELS && forecast->label != NULL && forecast->label[k] != NULL)
        alm_text_append(out, forecast->label[k]);
    else if (forecast->kind == ALM_CLASSES_LABELS)
        alm_text_printf(out, "%zu", k);
    else if (k == 0)
        alm_text_printf(out, "<= %.6g", forecast->edge[0]);
    else if (k + 1 == forecast->n)
        alm_text_printf(out, "> %.6g", forecast->edge[k - 1]);
    else
        alm_text_printf(out, "%.6g to %.6g", forecast->edge[k - 1], forecast->edge[k]);
}
