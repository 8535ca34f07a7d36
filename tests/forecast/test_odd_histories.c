/* Every forecaster over histories that are odd: a sound forecast, with quantiles or the reason why there are
 * none, or a refusal with its reason; never a NaN. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { N = 90, HORIZON = 4 };

static const char *spec_of(const struct alm_forecaster_type *type)
{
    static const char *const small[][2] = {
        {"es-lstm", "es-lstm:hidden=3,epochs=1,ensemble=1"},
        {"lstm", "lstm:hidden=3,lookback=14,epochs=1"},
        {"majority", "majority:bins=quantile:4"},
        {"persistence", "persistence:target=direction,threshold=0.5"},
        {"arima", "arima:order=1/1/1"},
        {"stack", "stack:of=naive+(ses:log=1)+drift+(seasonal-naive:difference=1)"},
        {"residual", "residual:base=seasonal-naive,model=(ses:asinh=1)"}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (strcmp(small[i][0], type->name) == 0) return small[i][1];
    return type->name;
}

static void keep(double *y, size_t n)
{
    (void)y, (void)n;
}
static void make_constant(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = -7;
}
static void make_zero(double *y, size_t n)
{
    memset(y, 0, n * sizeof *y);
}
static void make_negative(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = -y[i];
}
static void cross_zero(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] -= 100;
}
static void make_rare(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = i % 9 == 4 ? 2 : 0;
}
static void drop_half(double *y, size_t n)
{
    for (size_t i = 0; i < n; i += 2)
        y[i] = (double)NAN;
}
static void drop_most(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i % 10 != 3) y[i] = (double)NAN;
}
static void drop_all(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (double)NAN;
}
static void make_huge(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= 1e150;
}
static void make_largest(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = i % 2 == 0 ? 1.7e308 : -1.7e308;
}
static void make_tiny(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= 1e-150;
}
static void make_denormal(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= 1e-320;
}
static void make_jump(double *y, size_t n)
{
    for (size_t i = n / 2; i < n; i++)
        y[i] += 1e200;
}
static void one_differs(double *y, size_t n)
{
    make_constant(y, n);
    y[n / 2] = 1e6;
}

static const struct {
    const char *name;
    void (*change)(double *y, size_t n);
} oddities[] = {
    {"plain", keep},
    {"constant", make_constant},
    {"zero", make_zero},
    {"negative", make_negative},
    {"crossing zero", cross_zero},
    {"rare", make_rare},
    {"half missing", drop_half},
    {"most missing", drop_most},
    {"all missing", drop_all},
    {"huge", make_huge},
    {"largest", make_largest},
    {"tiny", make_tiny},
    {"denormal", make_denormal},
    {"a jump", make_jump},
    {"one differs", one_differs},
};
enum { ODDITIES = sizeof oddities / sizeof *oddities };

static void assert_row(const struct alm_forecast *f, const struct alm_series_outcome *o, const char *what)
{
    cr_assert(isfinite(f->mean[0]) || f->classes[0].n > 0, "%s", what);
    for (size_t h = 0; f->classes[0].n == 0 && h < HORIZON; h++) {
        cr_assert(isfinite(f->mean[h]), "%s, step %zu", what, h + 1);
        for (size_t q = 0; f->has_quantiles[0] && q < SUPPORT_LEVELS; q++) {
            const double *at = &f->quantile[h * SUPPORT_LEVELS + q];
            cr_assert(isfinite(*at), "%s, step %zu", what, h + 1);
            cr_assert(q == 0 || at[-1] <= *at, "%s, step %zu: quantiles fall", what, h + 1);
        }
    }
    if (!f->has_quantiles[0] && f->classes[0].n == 0)
        cr_assert(o->fallback[0] != '\0', "%s: no quantiles and no word on it", what);
}

static void check(const char *spec, size_t oddity, size_t n)
{
    struct sample s = sample_create(N, 8);
    char what[300];
    snprintf(what, sizeof what, "%s, %s, %zu values", spec, oddities[oddity].name, n);
    oddities[oddity].change(s.y, n);
    const struct alm_history_series series = history_of(&s, n);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 4);
    struct alm_series_outcome outcome;
    fit_on(forecaster, &history, &outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
    if (outcome.status == ALM_OK)
        assert_row(f, &outcome, what);
    else
        cr_assert(outcome.reason[0] != '\0' && isnan(f->mean[0]) && !f->has_quantiles[0], "%s", what);
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

Test(odd_histories, every_forecaster_answers_or_says_why_not)
{
    static const size_t lengths[] = {1, 2, 3, 5, 8, 15, 24, N};
    for (size_t t = 0; alm_forecaster_types[t] != NULL; t++)
        for (size_t i = 0; i < ODDITIES; i++)
            for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
                check(spec_of(alm_forecaster_types[t]), i, lengths[k]);
}

Test(odd_histories, so_does_every_transform)
{
    static const char *const specs[] = {"naive:log=1",
                                        "ses:boxcox=auto",
                                        "drift:boxcox=-0.5",
                                        "ses:asinh=1",
                                        "mean:returns=1",
                                        "ses:seasonal_difference=1,difference=1",
                                        "drift:normalise=standard",
                                        "mean:normalise=robust",
                                        "ses:normalise=last",
                                        "drift:normalise=season,asinh=1",
                                        "ses:log=1,bias=1",
                                        "lstm:hidden=3,lookback=8,epochs=1,asinh=1,normalise=standard"};
    for (size_t t = 0; t < sizeof specs / sizeof *specs; t++)
        for (size_t i = 0; i < ODDITIES; i++)
            for (size_t n = 1; n <= N; n = n < 10 ? n + 1 : n * 3)
                check(specs[t], i, n < N ? n : N);
}
