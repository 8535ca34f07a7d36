#include "forecast/ets/series.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* A seasonal index that decomposition gives a model to start from is at least that. */
static const double least_index = 0.01;

/* The mean of m values around t, of m + 1 with half weights at the ends if m is even. */
static double moving_average(const double *y, size_t t, size_t m)
{
    const size_t half = m / 2;
    double sum = 0;
    for (size_t k = t - half; k <= t + half; k++)
        sum += y[k];
    if (m % 2 == 0) sum -= (y[t - half] + y[t + half]) / 2;
    return sum / (double)m;
}

/* index [m] = means by place of what the moving average leaves, moved or scaled to sum to 0 or m. */
static enum alm_status decompose(double *index, const double *y, size_t n, size_t m, bool ratio,
                                 struct alm_error *error)
{
    size_t *count;
    double sum = 0;
    ALM_TRY(ALM_NEW(&count, m, error));
    for (size_t t = m / 2; t + m / 2 < n; t++) {
        const double trend = moving_average(y, t, m);
        index[t % m] += ratio ? y[t] / trend : y[t] - trend;
        count[t % m]++;
    }
    for (size_t j = 0; j < m; j++) {
        index[j] = count[j] == 0 ? ratio : index[j] / (double)count[j];
        if (ratio) index[j] = fmax(index[j], least_index);
        sum += index[j];
    }
    for (size_t j = 0; j < m; j++)
        index[j] = ratio ? index[j] * (double)m / sum : index[j] - sum / (double)m;
    free(count);
    return ALM_OK;
}

static enum alm_status find_seasons(struct alm_ets_series *s, struct alm_error *error)
{
    if (s->m == 1) return ALM_OK;
    ALM_TRY(ALM_NEW(&s->additive, s->m, error));
    ALM_TRY(decompose(s->additive, s->scaled, s->n, s->m, false, error));
    if (!s->positive) return ALM_OK;
    ALM_TRY(ALM_NEW(&s->multiplicative, s->m, error));
    return decompose(s->multiplicative, s->scaled, s->n, s->m, true, error);
}

enum alm_status alm_ets_series_init(struct alm_ets_series *out, const double *y, size_t n, size_t m,
                                    struct alm_error *error)
{
    double largest = 0;
    *out =
        (struct alm_ets_series){.n = n, .m = m < 2 || n / m < 2 ? 1 : m, .positive = true, .constant = true};
    for (size_t t = 0; t < n; t++)
        largest = fmax(largest, fabs(y[t]));
    frexp(largest, &out->exponent);
    enum alm_status status = ALM_NEW(&out->scaled, n, error);
    if (status == ALM_OK) status = ALM_NEW(&out->centred, n, error);
    for (size_t t = 0; status == ALM_OK && t < n; t++) {
        out->scaled[t] = ldexp(y[t], -out->exponent);
        out->centred[t] = out->scaled[t] - out->scaled[0];
        out->positive = out->positive && out->scaled[t] > 0;
        out->constant = out->constant && out->centred[t] == 0;
    }
    if (status == ALM_OK) status = find_seasons(out, error);
    if (status != ALM_OK) alm_ets_series_clear(out);
    return status;
}

void alm_ets_series_clear(struct alm_ets_series *series)
{
    free(series->scaled);
    free(series->centred);
    free(series->additive);
    free(series->multiplicative);
    *series = (struct alm_ets_series){0};
}

const double *alm_ets_series_values(const struct alm_ets_series *series, const struct alm_ets_model *model)
{
    return model->relative ? series->scaled : series->centred;
}

/* The line through the first values without their season: level stands one step before the first. */
static void fit_line(double *level, double *slope, const double *y, size_t n, enum alm_ets_season season,
                     const double *index, size_t m)
{
    double mean = 0, product = 0, squares = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t t = 0; t < n; t++) {
            const double v = season == ALM_ETS_NO_SEASON  ? y[t]
                             : season == ALM_ETS_ADDITIVE ? y[t] - index[t % m]
                                                          : y[t] / index[t % m];
            const double x = (double)t - (double)(n - 1) / 2;
            if (pass == 0) {
                mean += v / (double)n;
            } else {
                product += x * (v - mean);
                squares += x * x;
            }
        }
    *slope = n > 1 ? product / squares : 0;
    *level = mean - *slope * (double)(n + 1) / 2;
}

void alm_ets_series_guess(struct alm_ets_state *state, const struct alm_ets_series *series,
                          const struct alm_ets_model *model)
{
    const size_t wanted = 2 * model->m > 10 ? 2 * model->m : 10, n = series->n < wanted ? series->n : wanted;
    const double *index = model->season == ALM_ETS_ADDITIVE ? series->additive : series->multiplicative;
    fit_line(&state->level, &state->slope, alm_ets_series_values(series, model), n, model->season, index,
             model->m);
    if (model->trend == ALM_ETS_NO_TREND) {
        state->level += state->slope * (double)(n + 1) / 2; /* the mean */
        state->slope = 0;
    }
    for (size_t j = 0; model->season != ALM_ETS_NO_SEASON && j < model->m; j++)
        state->season[j] = index[j];
}

static void scale_states(struct alm_ets_state *state, const struct alm_ets_model *model, int exponent)
{
    state->level = ldexp(state->level, exponent);
    state->slope = ldexp(state->slope, exponent);
    for (size_t j = 0; model->season == ALM_ETS_ADDITIVE && j < model->m; j++)
        state->season[j] = ldexp(state->season[j], exponent);
}

void alm_ets_series_enter(struct alm_ets_state *state, const struct alm_ets_series *series,
                          const struct alm_ets_model *model)
{
    scale_states(state, model, -series->exponent);
    if (!model->relative) state->level -= series->scaled[0];
}

void alm_ets_series_leave(struct alm_ets_state *state, const struct alm_ets_series *series,
                          const struct alm_ets_model *model)
{
    if (!model->relative) state->level += series->scaled[0];
    scale_states(state, model, series->exponent);
}
