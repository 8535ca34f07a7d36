/* What an evaluation makes of rows without keeping them, against the same from all rows at once. */
#include "backtest/comparison.h"
#include "backtest/evaluation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { FORECASTERS = 2, MOST_SERIES = 3, MOST_HORIZON = 700 };

/* Rows that can be had again: errors are numbers of the row, many of them alike where `alike`. */
struct rows {
    size_t n_series, n_folds, horizon;
    bool alike;
    size_t readings;
};

static double error_of(const struct rows *rows, size_t forecaster, size_t fold, size_t series, size_t step)
{
    uint64_t x = (forecaster * 1000 + series) * 100000000 + fold * rows->horizon + step;
    x = (x + 1) * UINT64_C(0x9E3779B97F4A7C15); /* the mixing of SplitMix64 */
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    const double value = (double)((x ^ (x >> 31)) >> 11) / 0x1p53 * 8 - 4;
    return rows->alike ? round(value) : value;
}

static enum alm_status each(void *context, bool quantiles, const struct alm_sink *sink,
                            struct alm_error *error)
{
    struct rows *rows = context;
    static double actual[MOST_HORIZON], forecast[MOST_SERIES][MOST_HORIZON];
    struct alm_series_result series[MOST_SERIES];
    rows->readings++;
    cr_assert(not(quantiles));
    for (size_t task = 0; task < rows->n_folds * FORECASTERS; task++) {
        const size_t f = task % FORECASTERS, fold = task / FORECASTERS;
        for (size_t s = 0; s < rows->n_series; s++) {
            for (size_t h = 0; h < rows->horizon; h++)
                forecast[s][h] = error_of(rows, f, fold, s, h);
            series[s] = (struct alm_series_result){.series = s,
                                                   .has_origin = true,
                                                   .mase_scale = 2,
                                                   .rmsse_scale = 2,
                                                   .last = 0.25,
                                                   .actual = actual,
                                                   .forecast = forecast[s]};
        }
        const struct alm_task_result result = {.task = task,
                                               .forecaster = f,
                                               .fold = fold,
                                               .n_series = rows->n_series,
                                               .horizon = rows->horizon,
                                               .series = series};
        ALM_TRY(sink->deliver(sink->context, &result, error));
    }
    return ALM_OK;
}

static enum alm_status add_task(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    return alm_evaluation_add_task(context, result, error);
}

static struct alm_evaluation *evaluate(struct rows *rows)
{
    const size_t season[MOST_SERIES] = {1, 1, 1};
    const struct alm_evaluation_settings settings = {.n_forecasters = FORECASTERS,
                                                     .n_series = rows->n_series,
                                                     .n_folds = rows->n_folds,
                                                     .horizon = rows->horizon,
                                                     .step = 1,
                                                     .season = season};
    struct alm_evaluation *evaluation;
    cr_assert(eq(int, alm_evaluation_create(&evaluation, &settings, NULL), ALM_OK));
    const struct alm_sink sink = {evaluation, add_task};
    cr_assert(eq(int, each(rows, false, &sink, NULL), ALM_OK));
    return evaluation;
}

/* The median of the errors of some series and steps, [first, last) and [from, to). */
static double median_of(const struct rows *rows, size_t forecaster, size_t first, size_t last, size_t from,
                        size_t to)
{
    double *size = calloc(rows->n_folds * (last - first) * (to - from), sizeof *size);
    size_t n = 0;
    for (size_t fold = 0; fold < rows->n_folds; fold++)
        for (size_t s = first; s < last; s++)
            for (size_t h = from; h < to; h++)
                size[n++] = fabs(error_of(rows, forecaster, fold, s, h));
    const double median = gsl_stats_median(size, 1, n);
    free(size);
    return median;
}

static void expect_medians(struct rows *rows)
{
    struct alm_evaluation *evaluation = evaluate(rows);
    const struct alm_task_source source = {rows, each};
    size_t n;
    cr_assert(isnan(alm_evaluation_find(evaluation, 0, ALM_ALL, ALM_ALL, "mdae", &n)));
    rows->readings = 0;
    cr_assert(eq(int, alm_evaluation_find_medians(evaluation, &source, NULL), ALM_OK));
    for (size_t f = 0; f < FORECASTERS; f++) {
        cr_assert(eq(dbl, alm_evaluation_find(evaluation, f, ALM_ALL, ALM_ALL, "mdae", &n),
                     median_of(rows, f, 0, rows->n_series, 0, rows->horizon)));
        cr_assert(eq(sz, n, rows->n_series * rows->n_folds * rows->horizon));
        cr_assert(eq(dbl, alm_evaluation_find(evaluation, f, ALM_ALL, rows->horizon, "mdae", &n),
                     median_of(rows, f, 0, rows->n_series, rows->horizon - 1, rows->horizon)));
        cr_assert(eq(dbl, alm_evaluation_find(evaluation, f, 1, ALM_ALL, "mdae", &n),
                     median_of(rows, f, 1, 2, 0, rows->horizon)));
    }
    alm_evaluation_free(evaluation);
}

Test(evaluation_rows, medians_of_few_errors_are_found_in_one_reading)
{
    for (size_t folds = 1; folds < 8; folds++) {
        struct rows rows = {.n_series = 3, .n_folds = folds, .horizon = 3};
        expect_medians(&rows);
        cr_assert(eq(sz, rows.readings, 1));
    }
}

Test(evaluation_rows, medians_of_many_errors_are_found_in_several)
{
    for (int alike = 0; alike < 2; alike++) {
        struct rows rows = {.n_series = 2, .n_folds = 300, .horizon = 700, .alike = alike == 1};
        expect_medians(&rows);
        cr_assert(rows.readings > 1 && rows.readings < 8, "%zu", rows.readings);
    }
}

/* So many steps and folds that not all of them are looked at in one reading. */
Test(evaluation_rows, tests_by_step_do_not_depend_on_how_often_rows_are_read)
{
    struct rows few = {.n_series = 1, .n_folds = 40, .horizon = 2},
                many = {.n_series = 1, .n_folds = 450, .horizon = 700};
    for (struct rows *rows = &few; rows != NULL; rows = rows == &few ? &many : NULL) {
        struct alm_evaluation *evaluation = evaluate(rows);
        struct alm_comparisons found = {0};
        const struct alm_task_source source = {rows, each};
        rows->readings = 0;
        cr_assert(eq(int, alm_evaluation_compare(&found, evaluation, &source, NULL), ALM_OK));
        cr_assert(rows == &few ? rows->readings == 1 : rows->readings > 1);
        size_t steps = 0;
        for (size_t i = 0; i < found.n; i++) {
            const struct alm_comparison *row = &found.row[i];
            double d = 0;
            if (row->step == ALM_ALL || row->n != rows->n_folds) continue;
            if (row->forecaster != 1 || row->other != 0) continue;
            for (size_t fold = 0; fold < rows->n_folds; fold++)
                d += fabs(error_of(rows, 1, fold, 0, row->step - 1)) -
                     fabs(error_of(rows, 0, fold, 0, row->step - 1));
            cr_assert(fabs(row->estimate - d / (double)rows->n_folds) < 1e-12);
            steps++;
        }
        cr_assert(steps >= (rows == &few ? 2 : 140));
        free(found.row);
        alm_evaluation_free(evaluation);
    }
}

static void add(struct alm_evaluation *evaluation, size_t forecaster, size_t fold, double error)
{
    const double actual[] = {0};
    const struct alm_series_result row = {.has_origin = true,
                                          .status = isnan(error) ? ALM_NUMERIC : ALM_OK,
                                          .mase_scale = 1,
                                          .actual = actual,
                                          .forecast = isnan(error) ? NULL : &error};
    cr_assert(eq(int, alm_evaluation_add(evaluation, forecaster, fold, &row, NULL), ALM_OK));
}

static enum alm_status no_rows(void *context, bool quantiles, const struct alm_sink *sink,
                               struct alm_error *error)
{
    (void)context, (void)quantiles, (void)sink, (void)error;
    return ALM_OK;
}

Test(evaluation_rows, what_all_have_in_common_begins_with_the_last_that_made_a_forecast)
{
    enum { FOLDS = 30, LATE = 10 };
    const size_t season[] = {1};
    const struct alm_evaluation_settings settings = {
        .n_forecasters = 3, .n_series = 1, .n_folds = FOLDS, .horizon = 1, .step = 1, .season = season};
    struct alm_evaluation *evaluation;
    struct alm_comparisons found = {0};
    cr_assert(eq(int, alm_evaluation_create(&evaluation, &settings, NULL), ALM_OK));
    for (size_t fold = 0; fold < FOLDS; fold++) {
        add(evaluation, 0, fold, 1 + (double)(fold % 3));
        add(evaluation, 1, fold, fold < LATE ? (double)NAN : 1 + (double)(fold % 4));
        add(evaluation, 2, fold, NAN); /* never */
    }
    const struct alm_task_source source = {NULL, no_rows};
    cr_assert(eq(int, alm_evaluation_compare(&found, evaluation, &source, NULL), ALM_OK));
    size_t sets = 0;
    for (size_t i = 0; i < found.n; i++) {
        if (found.row[i].test[0] != 'm') continue; /* mcs */
        cr_assert(eq(sz, found.row[i].n, FOLDS - LATE));
        sets++;
    }
    cr_assert(eq(sz, sets, 2));
    cr_assert(eq(int,
                 alm_evaluation_add(evaluation, 0, 3,
                                    &(struct alm_series_result){
                                        .has_origin = true, .actual = &(double){1}, .forecast = &(double){1}},
                                    NULL),
                 ALM_INTERNAL));
    free(found.row);
    alm_evaluation_free(evaluation);
}
