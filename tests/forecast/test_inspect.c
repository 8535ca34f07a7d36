/* Inspections show what forecasting used, and their derivatives hold by differences of forecasts. */
#include "support.h"

#include "forecast/inspection.h"
#include "forecast/lstm/state.h"
#include "forecast/wrapper.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 260, HORIZON = 4 };
#define SMALL "lstm:hidden=6,lookback=21,epochs=3,rate=0.01"

struct subject {
    struct sample sample;
    struct alm_history_series series;
    struct alm_history history;
    struct alm_forecaster *forecaster;
    struct alm_series_outcome outcome;
};

static void subject_init(struct subject *s, const char *spec)
{
    s->sample = sample_create(N, 5);
    s->series = history_of(&s->sample, N);
    s->history = (struct alm_history){1, &s->series, HORIZON};
    s->forecaster = make_forecaster(spec, 1, 0);
    fit_on(s->forecaster, &s->history, &s->outcome);
}

static void subject_clear(struct subject *s)
{
    alm_forecaster_free(s->forecaster);
    sample_free(&s->sample);
}

static struct alm_inspection *inspect(const struct subject *s, size_t step)
{
    const struct alm_inspection_request request = {.step = step};
    struct alm_inspection *in;
    struct alm_error error = {0};
    cr_assert(eq(int, alm_inspection_create(&in, s->forecaster, &s->history, &request, &error), ALM_OK), "%s",
              error.text);
    return in;
}

static double forecast_of(struct subject *s, size_t step)
{
    struct alm_forecast *f = forecast_on(s->forecaster, &s->history, &s->outcome);
    const struct alm_class_forecast *classes = &f->classes[0];
    double sum = 0;
    size_t likeliest = 0;
    for (size_t k = 1; k < classes->n; k++)
        if (classes->probability[k] > classes->probability[likeliest]) likeliest = k;
    if (classes->n > 0) {
        sum = classes->probability[likeliest];
        alm_forecast_free(f);
        return sum;
    }
    for (size_t h = 0; h < HORIZON; h++)
        if (step == 0 || step == h + 1) sum += f->mean[h] / (step == 0 ? HORIZON : 1);
    alm_forecast_free(f);
    return sum;
}

Test(inspect, the_last_h_through_the_head_is_the_forecast)
{
    struct subject s;
    subject_init(&s, SMALL ",scale=none,layers=2");
    struct alm_inspection *in = inspect(&s, 0);
    struct alm_forecast *f = forecast_on(s.forecaster, &s.history, &s.outcome);
    const struct alm_network *network = ((struct alm_lstm_state *)s.forecaster->self[0])->networks[0];
    const float *w = network->parameters + alm_tensor_find(network, "head.W")->offset,
                *b = network->parameters + alm_tensor_find(network, "head.b")->offset,
                *h = in->cell[1].part[ALM_PART_H] + (in->steps - 1) * in->hidden;
    cr_assert(eq(sz, in->steps, 21));
    cr_assert(eq(sz, in->layers, 2));
    cr_assert(eq(sz, in->hidden, 6));
    for (size_t k = 0; k < HORIZON; k++) {
        double answer = b[k];
        for (size_t unit = 0; unit < in->hidden; unit++)
            answer += (double)h[unit] * (double)w[unit * HORIZON + k];
        cr_assert(epsilon_eq(dbl, answer, f->mean[k], 1e-5));
        cr_assert(epsilon_eq(dbl, in->forecast[k], f->mean[k], 1e-6));
    }
    alm_forecast_free(f);
    alm_inspection_free(in);
    subject_clear(&s);
}

static void check_cell(const struct alm_inspection *in, const struct alm_inspected_cell *cell)
{
    float *const *part = cell->part;
    const float *memory = in->cell[in->layers - 1].part[ALM_PART_C] + (in->steps - 1) * in->hidden;
    for (size_t k = 0; k < cell->steps * in->hidden; k++) {
        const double before = cell->decoder    ? memory[k % in->hidden]
                              : k < in->hidden ? 0
                                               : part[ALM_PART_C][k - in->hidden];
        const double c = part[ALM_PART_F][k] * before + part[ALM_PART_I][k] * part[ALM_PART_G][k];
        const double h = part[ALM_PART_O][k] * (in->slstm && !cell->decoder ? c : tanh(c));
        cr_assert(epsilon_eq(dbl, part[ALM_PART_C][k], c, 1e-5));
        cr_assert(epsilon_eq(dbl, part[ALM_PART_H][k], h, 1e-5));
    }
}

Test(inspect, parts_hold_the_equations_from_step_to_step)
{
    const char *const specs[] = {SMALL, SMALL ",layers=2,forget=learned+zero,forget_rate=0+0.3",
                                 SMALL ",cell=slstm", SMALL ",decoder=segment,answer=2,layers=2",
                                 SMALL ",cell=slstm,decoder=segment,answer=1"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct subject s;
        subject_init(&s, specs[i]);
        struct alm_inspection *in = inspect(&s, 0);
        for (size_t layer = 0; layer < in->n_cells; layer++)
            check_cell(in, &in->cell[layer]);
        alm_inspection_free(in);
        subject_clear(&s);
    }
}

/* Moves each value of the window and forecasts again. */
static void check_influence(const char *spec, size_t step)
{
    struct subject s;
    subject_init(&s, spec);
    struct alm_inspection *in = inspect(&s, step);
    double largest = 0;
    for (size_t i = 0; i < in->lookback; i++)
        largest = fmax(largest, fabs(in->influence[i]));
    for (size_t i = 0; i < in->lookback; i++) {
        double *y = &s.sample.y[N - in->lookback + i];
        const double kept = *y, nudge = 0.02;
        if (isnan(kept)) {
            cr_assert(isnan(in->influence[i]));
            continue;
        }
        *y = kept + nudge;
        const double above = forecast_of(&s, step);
        *y = kept - nudge;
        const double slope = (above - forecast_of(&s, step)) / (2 * nudge);
        *y = kept;
        cr_assert(fabs(slope - in->influence[i]) < 2e-3 * largest + 5e-4, "%s, value %zu: %g, not %g", spec,
                  i, in->influence[i], slope);
        cr_assert(in->influence_size[i] >= fabs(in->influence[i]) - 1e-12);
    }
    alm_inspection_free(in);
    subject_clear(&s);
}

Test(inspect, influences_equal_differences_of_forecasts_whatever_the_scale)
{
    check_influence(SMALL ",scale=none", 0);
    check_influence(SMALL ",scale=last", 0);
    check_influence(SMALL ",scale=standard,layers=2", 2);
    check_influence(SMALL ",scale=season,residual=season", 0);
    check_influence(SMALL ",scale=revin,deseason=1", 0);
    check_influence(SMALL ",scale=robust,arcsinh=1", HORIZON);
}

Test(inspect, influences_equal_differences_of_forecasts_whatever_the_network)
{
    check_influence(SMALL ",skip=ridge", 0);
    check_influence(SMALL ",state=carry", 0);
    check_influence(SMALL ",labels=all", 0);
    check_influence(SMALL ",segment=7,scale_input=1", 1);
    check_influence(SMALL ",cell=slstm,loss=quantile,crossing=monotone", 0);
    check_influence(SMALL ",peephole=1,loss=quantile,levels=0.1+0.3+0.6+0.9", 0);
    check_influence(SMALL ",decoder=segment,answer=2,loss=student", 3);
}

/* The mean forecast of the first of two series that are shown together. */
static double joint_forecast(struct alm_forecaster *forecaster, const struct alm_history *history)
{
    struct alm_series_outcome outcome[2] = {{0}, {0}};
    struct alm_forecast *f = forecast_on(forecaster, history, outcome);
    double sum = 0;
    for (size_t h = 0; h < HORIZON; h++)
        sum += f->mean[h] / HORIZON;
    alm_forecast_free(f);
    return sum;
}

static void check_joint(const char *spec)
{
    struct sample sample[2] = {sample_create(N, 5), sample_create(N, 6)};
    struct alm_history_series series[2];
    struct alm_series_outcome outcome[2] = {{0}, {0}};
    const struct alm_history history = {2, series, HORIZON};
    const struct alm_inspection_request request = {.series = "first"};
    struct alm_inspection *in;
    struct alm_error error = {0};
    for (size_t i = 0; i < 2; i++)
        series[i] = history_of(&sample[i], N);
    for (size_t i = 0; i < N; i++)
        sample[1].y[i] = 3 * sample[1].y[i] + 40;
    series[0].name = "first";
    series[1].name = "another";
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 0);
    fit_on(forecaster, &history, outcome);
    cr_assert(alm_inspection_is_joint(forecaster));
    cr_assert(eq(int, alm_inspection_create(&in, forecaster, &history, &request, &error), ALM_OK), "%s",
              error.text);
    cr_assert(eq(sz, in->n_others, 1));
    cr_assert(eq(str, in->other[0].series, "another"));
    cr_assert(eq(sz, in->n_windows, 32));
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < in->lookback; i++) {
            double *y = &sample[s].y[N - in->lookback + i];
            const double kept = *y, nudge = 0.02,
                         found = (s == 0 ? in->influence : in->other[0].influence)[i];
            *y = kept + nudge;
            const double above = joint_forecast(forecaster, &history);
            *y = kept - nudge;
            const double slope = (above - joint_forecast(forecaster, &history)) / (2 * nudge);
            *y = kept;
            cr_assert(fabs(slope - found) < 2e-3, "%s, series %zu, value %zu: %g, not %g", spec, s, i, found,
                      slope);
        }
    alm_inspection_free(in);
    alm_forecaster_free(forecaster);
    for (size_t i = 0; i < 2; i++)
        sample_free(&sample[i]);
}

Test(inspect, influences_of_series_shown_together_equal_differences_of_forecasts)
{
    check_joint(SMALL ",channels=joint,scale=none");
    check_joint(SMALL ",channels=joint,scale=standard,layers=2,scale_input=1");
    check_joint(SMALL ",channels=joint,skip=zero,segment=7,decoder=segment,answer=2");
    check_joint(SMALL ",channels=joint,deseason=1,scale=revin,missing=mask");
}

Test(inspect, influences_on_classes_equal_differences_of_their_probability)
{
    check_influence(SMALL ",target=direction", 1);
    check_influence(SMALL ",bins=quantile:3,scale=standard", 1);
}

Test(inspect, labels_have_influence_however_many_there_are)
{
    static const char *label[70];
    struct subject s;
    double most = 0;
    s.sample = sample_create(N, 5);
    for (size_t i = 0; i < N; i++)
        s.sample.y[i] = (double)((7 * i + i / 9) % 70);
    s.series = history_of(&s.sample, N);
    s.series.n_labels = 70;
    s.series.label = label;
    s.history = (struct alm_history){1, &s.series, HORIZON};
    s.forecaster = make_forecaster(SMALL, 1, 0);
    fit_on(s.forecaster, &s.history, &s.outcome);
    struct alm_inspection *in = inspect(&s, 0);
    cr_assert(in->classes && in->labels && in->forecast == NULL);
    for (size_t i = 0; i < in->lookback; i++) {
        cr_assert(isfinite(in->influence[i]));
        most = fmax(most, in->influence_size[i]);
    }
    cr_assert(most > 0);
    alm_inspection_free(in);
    subject_clear(&s);
}

Test(inspect, influences_of_missing_values_are_missing)
{
    struct subject s;
    subject_init(&s, SMALL ",missing=mask");
    s.sample.y[N - 5] = (double)NAN;
    struct alm_inspection *in = inspect(&s, 0);
    for (size_t i = 0; i < in->lookback; i++)
        cr_assert(eq(int, isnan(in->influence[i]) != 0, i == in->lookback - 5));
    alm_inspection_free(in);
    subject_clear(&s);
}

Test(inspect, gradients_of_tensors_equal_differences_of_the_loss)
{
    struct subject s;
    subject_init(&s, SMALL ",loss=mse,weight=owa,step_weight=0.5");
    struct alm_inspection *in = inspect(&s, 0);
    const struct alm_network *network = ((struct alm_lstm_state *)s.forecaster->self[0])->networks[0];
    const struct alm_tensor *b = alm_tensor_find(network, "head.b");
    double squares = 0;
    for (size_t k = 0; k < HORIZON; k++) {
        float *at = &network->parameters[b->offset + k];
        const float kept = *at;
        *at = kept + 0.01f;
        struct alm_inspection *above = inspect(&s, 1);
        *at = kept - 0.01f;
        struct alm_inspection *below = inspect(&s, 1);
        *at = kept;
        squares += pow((above->loss - below->loss) / 0.02, 2);
        alm_inspection_free(above);
        alm_inspection_free(below);
    }
    const struct alm_inspected_tensor *tensor = in->tensor;
    while (strcmp(tensor->name, "head.b") != 0)
        tensor++;
    cr_assert(eq(sz, in->n_windows, 32));
    cr_assert(epsilon_eq(dbl, tensor->gradient, sqrt(squares), 1e-3 * sqrt(squares) + 1e-5));
    alm_inspection_free(in);
    subject_clear(&s);
}

Test(inspect, the_slstm_is_measured_from_where_it_has_a_memory)
{
    struct subject s;
    subject_init(&s, SMALL ",cell=slstm");
    struct alm_inspection *in = inspect(&s, 0);
    cr_assert(eq(sz, in->cell[0].first, 1));
    for (size_t unit = 0; unit < in->hidden; unit++)
        cr_assert(in->cell[0].half_life[unit] > 0 && isfinite(in->cell[0].half_life[unit]));
    alm_inspection_free(in);
    subject_clear(&s);
}

Test(inspect, half_life_and_saturation_are_what_they_are_said_to_be)
{
    enum { STEPS = 20, UNITS = 4 };
    static float part[ALM_PARTS][STEPS * UNITS];
    double half_life[UNITS], quartile[3];
    struct alm_inspected_cell cell = {.steps = STEPS, .half_life = half_life};
    const struct alm_saturation *saturation = cell.saturation;
    const float f[UNITS] = {0.5f, 1, 0.93303299153680741f, 0}, g[UNITS] = {-0.95f, 0.95f, 0, 0.85f};
    for (size_t k = 0; k < ALM_PARTS; k++)
        cell.part[k] = part[k];
    for (size_t k = 0; k < STEPS * UNITS; k++) {
        part[ALM_PART_F][k] = f[k % UNITS];
        part[ALM_PART_G][k] = g[k % UNITS];
    }
    alm_inspection_measure(&cell, UNITS);
    cr_assert(epsilon_eq(dbl, half_life[0], 1, 1e-6));
    cr_assert(isinf(half_life[1]) && half_life[3] == 0);
    cr_assert(epsilon_eq(dbl, half_life[2], 10, 1e-4));
    cr_assert(epsilon_eq(dbl, saturation[ALM_PART_F].closed, 0.25, 1e-12));
    cr_assert(epsilon_eq(dbl, saturation[ALM_PART_F].open, 0.5, 1e-12));
    cr_assert(epsilon_eq(dbl, saturation[ALM_PART_G].closed, 0.25, 1e-12));
    cr_assert(epsilon_eq(dbl, saturation[ALM_PART_G].open, 0.25, 1e-12));
    alm_quartiles(quartile, half_life, UNITS);
    cr_assert(epsilon_eq(dbl, quartile[0], 0.75, 1e-6));
    cr_assert(epsilon_eq(dbl, quartile[1], 5.5, 1e-4));
    cr_assert(isinf(quartile[2]));
}

Test(inspect, what_it_cannot_look_into_is_said)
{
    struct subject s;
    struct alm_inspection *in;
    struct alm_error error = {0};
    const struct alm_inspection_request step = {.step = HORIZON + 1}, network = {.network = 1}, none = {0};
    subject_init(&s, SMALL);
    cr_assert(eq(int, alm_inspection_create(&in, s.forecaster, &s.history, &step, &error), ALM_USAGE));
    cr_assert(eq(int, alm_inspection_create(&in, s.forecaster, &s.history, &network, &error), ALM_USAGE));
    s.series.target.n = 10;
    cr_assert(eq(int, alm_inspection_create(&in, s.forecaster, &s.history, &none, &error), ALM_DATA), "%s",
              error.text);
    cr_assert(in == NULL);
    subject_clear(&s);
    subject_init(&s, "ses");
    cr_assert(eq(int, alm_inspection_create(&in, s.forecaster, &s.history, &none, &error), ALM_USAGE));
    subject_clear(&s);
}
