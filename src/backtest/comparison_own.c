/* Tests of each forecaster by itself and by step: directions, and whether a straight line would correct it.
 */
#include "backtest/comparison_impl.h"

#include "backtest/mincer_zarnowitz.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Changes from the last value, where forecast and actual are known, in order of origins. */
struct changes {
    double *forecast, *actual; /* [n] */
    size_t *fold;              /* [n] */
    size_t n;
};

static enum alm_status allocate(struct changes *c, const struct alm_evaluation *e, struct alm_error *error)
{
    const size_t most = e->n_folds * e->n_series;
    *c = (struct changes){0};
    ALM_TRY(ALM_NEW(&c->forecast, most, error));
    ALM_TRY(ALM_NEW(&c->actual, most, error));
    return ALM_NEW(&c->fold, most, error);
}

static void clear(struct changes *c)
{
    free(c->forecast);
    free(c->actual);
    free(c->fold);
}

/* Over several series the changes are in units of the MASE scale. step from 1. */
static void gather(struct changes *c, const struct alm_evaluation *e, size_t forecaster, size_t step)
{
    c->n = 0;
    for (size_t i = 0; i < e->n_folds * e->n_series; i++) {
        const size_t fold = i / e->n_series, s = i % e->n_series;
        const double by = e->n_series > 1 ? e->scale[i] : 1;
        const double forecast = alm_evaluation_forecast(e, forecaster, fold, s)[step - 1] - e->last[i],
                     actual = e->actual[i * e->horizon + step - 1] - e->last[i];
        if (isnan(forecast) || isnan(actual) || !(by > 0)) continue;
        c->forecast[c->n] = forecast / by;
        c->actual[c->n] = actual / by;
        c->fold[c->n++] = fold;
    }
}

static enum alm_status test_direction(struct alm_comparisons *out, const struct changes *c, size_t forecaster,
                                      size_t step, struct alm_error *error)
{
    struct alm_comparison row = alm_comparison_blank;
    size_t n = 0, hits = 0, forecasts_up = 0, actuals_up = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (c->forecast[i] == 0 || c->actual[i] == 0) continue;
        hits += (c->forecast[i] > 0) == (c->actual[i] > 0);
        forecasts_up += c->forecast[i] > 0;
        actuals_up += c->actual[i] > 0;
        n++;
    }
    const struct alm_test test = alm_direction_test(hits, forecasts_up, actuals_up, n);
    if (test.name == NULL) return ALM_OK;
    row.test = test.name;
    row.forecaster = forecaster;
    row.step = step;
    row.statistic = test.statistic;
    row.p = test.p_two_sided;
    row.p_better = test.p_better;
    row.estimate = (double)hits / (double)n;
    row.n = n;
    return alm_comparisons_add(out, &row, error);
}

enum alm_status alm_compare_directions(struct alm_comparisons *out, const struct alm_evaluation *e,
                                       struct alm_error *error)
{
    const size_t first = out->n;
    struct changes c;
    enum alm_status status = allocate(&c, e, error);
    for (size_t step = 1; step <= e->horizon && step <= e->step; step++) {
        for (size_t i = 0; status == ALM_OK && i < e->n_forecasters; i++) {
            gather(&c, e, i, step);
            status = test_direction(out, &c, i, step, error);
        }
    }
    clear(&c);
    return status == ALM_OK ? alm_comparisons_correct(out, first, error) : status;
}

/* One coefficient with its interval; the joint test stands with the slope. */
static enum alm_status add_coefficient(struct alm_comparisons *out, struct alm_comparison row,
                                       const char *test, double value, double reach, struct alm_error *error)
{
    row.test = test;
    row.estimate = value;
    row.low = value - reach;
    row.high = value + reach;
    return alm_comparisons_add(out, &row, error);
}

static enum alm_status add_line(struct alm_comparisons *out, const struct alm_mincer_zarnowitz *fit,
                                size_t forecaster, size_t step, struct alm_error *error)
{
    struct alm_comparison row = alm_comparison_blank;
    if (isnan(fit->p)) return ALM_OK;
    row.forecaster = forecaster;
    row.step = step;
    row.n = fit->n;
    ALM_TRY(add_coefficient(out, row, "mincer-zarnowitz-intercept", fit->intercept,
                            alm_mincer_zarnowitz_reach(fit, fit->intercept_error), error));
    row.statistic = fit->statistic;
    row.p = fit->p;
    return add_coefficient(out, row, "mincer-zarnowitz", fit->slope,
                           alm_mincer_zarnowitz_reach(fit, fit->slope_error), error);
}

enum alm_status alm_compare_regressions(struct alm_comparisons *out, const struct alm_evaluation *e,
                                        struct alm_error *error)
{
    const size_t first = out->n;
    struct changes c;
    enum alm_status status = allocate(&c, e, error);
    for (size_t step = 1; step <= e->horizon; step++) {
        for (size_t i = 0; status == ALM_OK && i < e->n_forecasters; i++) {
            gather(&c, e, i, step);
            const struct alm_mincer_zarnowitz fit =
                alm_mincer_zarnowitz_fit(c.forecast, c.actual, c.fold, c.n, alm_comparison_overlap(e, step));
            status = add_line(out, &fit, i, step, error);
        }
    }
    clear(&c);
    return status == ALM_OK ? alm_comparisons_correct(out, first, error) : status;
}
