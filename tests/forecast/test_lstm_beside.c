/* What the forecaster lstm learns from beside a series: covariates, and other series as joint channels. */
#include "support.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 400, HORIZON = 7 };

/* ---- the series' vectors ---- */

/* Every other value is the one before it in one series, and less that in the other. */
static struct sample follower(double sign, uint64_t key)
{
    struct sample s = sample_create(N + 1, key);
    struct alm_random *random;
    cr_assert(alm_random_create(&random, key, NULL) == ALM_OK);
    for (size_t i = 0; i <= N; i++)
        s.y[i] = i % 2 == 0 ? alm_random_uniform(random) - 0.5 : sign * s.y[i - 1];
    s.y[N - 1] = sign * (s.y[N - 2] = 0.5); /* far from the middle, where either sign would do */
    alm_random_free(random);
    return s;
}

static double follower_error(const char *spec, size_t n_series)
{
    struct sample s[2] = {follower(1, 1), follower(-1, 2)};
    struct alm_history_series series[2] = {history_of(&s[0], N - 1), history_of(&s[1], N - 1)};
    struct alm_series_outcome outcome[2];
    const struct alm_history history = {n_series, series, 1};
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 0), *loaded;
    struct alm_bytes bytes = {0};
    series[0].name = "same", series[1].name = "other";
    fit_on(forecaster, &history, outcome);
    if (outcome[0].status != ALM_OK) {
        cr_assert(strstr(outcome[0].reason, "two series or more") != NULL, "%s", outcome[0].reason);
        alm_forecaster_free(forecaster);
        sample_free(&s[0]);
        sample_free(&s[1]);
        return (double)NAN;
    }
    cr_assert(alm_forecaster_save(forecaster, &bytes, NULL) == ALM_OK);
    cr_assert(alm_forecaster_load(&loaded, bytes.data, bytes.length, NULL) == ALM_OK);
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome),
                        *g = forecast_on(loaded, &history, outcome);
    cr_assert(same_forecast(f, g));
    const double error = fabs(f->mean[0] - s[0].y[N - 1]) + fabs(f->mean[1] - s[1].y[N - 1]);
    alm_forecast_free(f);
    alm_forecast_free(g);
    alm_forecaster_free(forecaster);
    alm_forecaster_free(loaded);
    alm_bytes_clear(&bytes);
    for (size_t i = 0; i < 2; i++)
        sample_free(&s[i]);
    return error;
}

#define FOLLOWER "lstm:hidden=12,lookback=1,scale=none,epochs=40,patience=0,rate=0.02,loss=mse"

Test(lstm_beside, a_learnt_vector_tells_series_apart_and_one_series_needs_none)
{
    const double with = follower_error(FOLLOWER ",embedding=2", 2), without = follower_error(FOLLOWER, 2);
    cr_assert(with < 0.7 && without > 0.9, "%g with, %g without", with, without);
    cr_assert(isnan(follower_error(FOLLOWER ",embedding=2", 1)));
}

/* ---- covariates ---- */

/* y follows a covariate that nothing in y foretells. */
struct driven {
    struct sample y, x;
    struct alm_span span;
    double statics[1];
    struct alm_history_series series;
};

static void make_driven(struct driven *d, bool future, size_t lead)
{
    struct alm_random *random;
    d->y = sample_create(N + HORIZON, 1);
    d->x = sample_create(N + HORIZON, 1);
    cr_assert(alm_random_create(&random, 9, NULL) == ALM_OK);
    for (size_t i = 0; i < N + HORIZON; i++)
        d->x.y[i] = alm_random_uniform(random) < 0.5 ? 0 : 1;
    for (size_t i = 0; i < N + HORIZON; i++)
        d->y.y[i] = 20 + 5 * d->x.y[i < lead ? 0 : i - lead];
    alm_random_free(random);
    d->span = (struct alm_span){d->x.y, d->x.ts, future ? N + HORIZON : N};
    d->series = history_of(&d->y, N);
    if (future)
        d->series.future = &d->span, d->series.n_future = 1;
    else
        d->series.past = &d->span, d->series.n_past = 1;
    d->statics[0] = 4;
    d->series.statics = d->statics;
    d->series.n_statics = 1;
}

static void clear_driven(struct driven *d)
{
    sample_free(&d->y);
    sample_free(&d->x);
}

static double driven_error(const struct driven *d, const char *spec)
{
    struct alm_forecast *f = fitted_forecast(spec, d->series, HORIZON);
    double sum = 0;
    for (size_t h = 0; h < HORIZON; h++)
        sum += fabs(f->mean[h] - d->y.y[N + h]) / HORIZON;
    alm_forecast_free(f);
    return sum;
}

#define DRIVEN "lstm:hidden=16,epochs=30,rate=0.01,lookback=14,scale=standard,loss=mse"

Test(lstm_beside, known_futures_and_pasts_tell_what_the_series_does_not)
{
    struct driven d;
    make_driven(&d, true, 0);
    cr_assert(driven_error(&d, DRIVEN) < 0.7, "future: %g", driven_error(&d, DRIVEN));
    cr_assert(driven_error(&d, DRIVEN ",decoder=recursive") < 0.7);
    cr_assert(driven_error(&d, DRIVEN ",decoder=segment,answer=1") < 0.7);
    d.series.n_future = 0;
    cr_assert(driven_error(&d, DRIVEN) > 1.5, "the series alone: %g", driven_error(&d, DRIVEN));
    clear_driven(&d);
    make_driven(&d, false, HORIZON); /* what the covariate was a horizon ago */
    cr_assert(driven_error(&d, DRIVEN) < 0.7, "past: %g", driven_error(&d, DRIVEN));
    clear_driven(&d);
}

Test(lstm_beside, covariates_behind_what_is_known_are_not_looked_at)
{
    static const char *const specs[] = {DRIVEN, DRIVEN ",decoder=recursive",
                                        DRIVEN ",decoder=segment,answer=1"};
    for (size_t i = 0; i < 3; i++)
        for (int future = 0; future < 2; future++) {
            struct driven a, b;
            make_driven(&a, future, HORIZON);
            make_driven(&b, future, HORIZON);
            const size_t known = future ? N + HORIZON : N;
            for (size_t k = known; k < N + HORIZON; k++)
                b.x.y[k] = 1e30;
            struct alm_forecast *f = fitted_forecast(specs[i], a.series, HORIZON),
                                *g = fitted_forecast(specs[i], b.series, HORIZON);
            cr_assert(same_forecast(f, g));
            alm_forecast_free(f);
            alm_forecast_free(g);
            clear_driven(&a);
            clear_driven(&b);
        }
}

Test(lstm_beside, other_covariates_than_those_trained_with_are_refused)
{
    struct driven d;
    struct alm_series_outcome outcome;
    make_driven(&d, true, 0);
    struct alm_history history = {1, &d.series, HORIZON};
    struct alm_forecaster *forecaster = make_forecaster("lstm:hidden=4,epochs=1,lookback=14", 1, 0);
    fit_on(forecaster, &history, &outcome);
    d.series.n_future = 0;
    struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
    cr_assert(outcome.status == ALM_DATA && strstr(outcome.reason, "covariates") != NULL, "%s",
              outcome.reason);
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    clear_driven(&d);
}

/* ---- joint channels ---- */

/* a is noise, b is what a was a horizon ago: only together do they tell b. */
static void make_pair(struct sample s[2], struct alm_history_series series[2])
{
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 11, NULL) == ALM_OK);
    for (size_t k = 0; k < 2; k++)
        s[k] = sample_create(N + HORIZON, 1);
    for (size_t i = 0; i < N + HORIZON; i++) {
        s[0].y[i] = alm_random_normal(random);
        s[1].y[i] = 3 * (i < HORIZON ? 0 : s[0].y[i - HORIZON]);
    }
    alm_random_free(random);
    for (size_t k = 0; k < 2; k++) {
        series[k] = history_of(&s[k], N);
        series[k].name = k == 0 ? "z" : "a"; /* the order of names is not that of series */
    }
}

static double joint_error(const char *spec, bool shorter)
{
    struct sample s[2];
    struct alm_history_series series[2];
    struct alm_series_outcome outcome[2];
    make_pair(s, series);
    if (shorter) series[1].target = alm_span_suffix(series[1].target, N - 100);
    const struct alm_history history = {2, series, HORIZON};
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 4), *loaded;
    struct alm_bytes bytes = {0};
    fit_on(forecaster, &history, outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_OK && outcome[1].status == ALM_OK, "%s", outcome[1].reason);
    cr_assert(f->has_quantiles[0] && f->has_quantiles[1], "%s", spec);
    cr_assert(alm_forecaster_save(forecaster, &bytes, NULL) == ALM_OK);
    cr_assert(alm_forecaster_load(&loaded, bytes.data, bytes.length, NULL) == ALM_OK);
    struct alm_forecast *g = forecast_on(loaded, &history, outcome);
    cr_assert(same_forecast(f, g));
    double sum = 0;
    for (size_t h = 0; h < HORIZON; h++)
        sum += fabs(f->mean[HORIZON + h] - s[1].y[N + h]) / HORIZON;
    alm_forecast_free(f);
    alm_forecast_free(g);
    alm_forecaster_free(forecaster);
    alm_forecaster_free(loaded);
    alm_bytes_clear(&bytes);
    for (size_t k = 0; k < 2; k++)
        sample_free(&s[k]);
    return sum;
}

#define PAIR "lstm:hidden=24,epochs=60,patience=0,rate=0.01,lookback=14,segment=7,scale=none,loss=mse"

Test(lstm_beside, joint_channels_tell_of_each_other)
{
    const double alone = joint_error(PAIR, false);
    for (int shorter = 0; shorter < 2; shorter++) {
        cr_assert(joint_error(PAIR ",channels=joint", shorter) < alone / 2, "%g, alone %g",
                  joint_error(PAIR ",channels=joint", shorter), alone);
        cr_assert(joint_error(PAIR ",channels=joint,skip=ridge,ridge=1e-4", shorter) < alone / 2);
        cr_assert(joint_error(PAIR ",channels=joint,decoder=segment,answer=7,calendar=cyclic", shorter) <
                  alone / 2);
    }
}

Test(lstm_beside, joint_channels_must_share_their_times_and_come_together)
{
    struct sample s[2];
    struct alm_history_series series[2];
    struct alm_series_outcome outcome[2];
    make_pair(s, series);
    struct alm_history history = {2, series, HORIZON};
    struct alm_forecaster *forecaster =
        make_forecaster("lstm:hidden=4,epochs=1,lookback=14,channels=joint", 1, 0);
    fit_on(forecaster, &history, outcome);
    history.n_series = 1;
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_DATA && strstr(outcome[0].reason, "together") != NULL);
    alm_forecast_free(f);
    s[1].ts[N - 3]--;
    history.n_series = 2;
    s[1].ts[N - 4]--;
    fit_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_DATA && strstr(outcome[0].reason, "same times") != NULL);
    alm_forecaster_free(forecaster);
    for (size_t k = 0; k < 2; k++)
        sample_free(&s[k]);
}
