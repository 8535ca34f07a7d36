/* Classes: their edges and names, and the forecasters that count them. */
#include "support.h"

#include "forecast/classes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct alm_class_rule rule_of(const char *options)
{
    const struct alm_forecaster_type *type = alm_forecaster_type_find("majority");
    struct alm_config *config;
    struct alm_class_rule rule;
    cr_assert(eq(int, alm_config_create(&config, type->options, options, "majority", NULL), ALM_OK));
    cr_assert(eq(int, alm_class_rule_read(&rule, config, "majority", NULL), ALM_OK));
    alm_config_free(config);
    return rule;
}

Test(classes, a_class_ends_with_its_upper_edge)
{
    const double edge[] = {1, 2, 2, 5};
    cr_assert(eq(sz, alm_class_of(-9, edge, 5), 0));
    cr_assert(eq(sz, alm_class_of(1, edge, 5), 0));
    cr_assert(eq(sz, alm_class_of(1.5, edge, 5), 1));
    cr_assert(eq(sz, alm_class_of(2, edge, 5), 1));
    cr_assert(eq(sz, alm_class_of(2.1, edge, 5), 3));
    cr_assert(eq(sz, alm_class_of(9, edge, 5), 4));
}

Test(classes, a_value_within_the_threshold_of_the_last_is_flat)
{
    const struct alm_class_rule rule = rule_of("target=direction,threshold=0.5");
    double edge[2];
    cr_assert(eq(int, alm_class_edges(edge, &rule, (struct alm_span){0}, NULL), ALM_OK));
    alm_class_edges_at(edge, &rule, edge, 10);
    const double values[] = {9.4999, 9.5, 10, 10.5, 10.5001};
    const size_t expected[] = {0, 1, 1, 1, 2};
    for (size_t i = 0; i < 5; i++)
        cr_assert(eq(sz, alm_class_of(values[i], edge, 3), expected[i]));
}

Test(classes, bins_are_those_of_the_values_or_equally_wide)
{
    double y[] = {4, 1, NAN, 3, 2, 9}, edge[3];
    const struct alm_span span = {.y = y, .n = 6};
    struct alm_class_rule rule = rule_of("bins=quantile:4");
    cr_assert(eq(int, alm_class_edges(edge, &rule, span, NULL), ALM_OK));
    cr_assert(edge[0] == 2 && edge[1] == 3 && edge[2] == 4);
    rule = rule_of("bins=uniform:4");
    cr_assert(eq(int, alm_class_edges(edge, &rule, span, NULL), ALM_OK));
    cr_assert(edge[0] == 3 && edge[1] == 5 && edge[2] == 7);
}

Test(classes, options_that_make_no_sense_are_refused)
{
    static const char *const bad[] = {
        "majority:bins=quantile", "majority:bins=quantile:1", "majority:bins=quantile:2x",
        "majority:bins=even:4",   "majority:threshold=1",     "majority:target=direction,bins=uniform:3"};
    const struct alm_forecaster_settings settings = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alm_forecaster *f;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_forecaster_create(&f, bad[i], &settings, &error), ALM_USAGE), "%s", bad[i]);
        cr_assert(error.text[0] != '\0');
    }
}

/* 0 0 1 0 0 1 … of labels a and b. */
static struct sample pattern(size_t n)
{
    struct sample s = sample_create(n, 1);
    for (size_t i = 0; i < n; i++)
        s.y[i] = i % 3 == 2 ? 1 : 0;
    return s;
}

static const char *const labels[] = {"a", "b", "never"};

static struct alm_history_series labelled(const struct sample *s, size_t n)
{
    struct alm_history_series series = history_of(s, n);
    series.n_labels = 3;
    series.label = labels;
    return series;
}

Test(classes, majority_gives_the_shares_of_the_history)
{
    struct sample s = pattern(90);
    struct alm_forecast *f = fitted_forecast("majority", labelled(&s, 90), 2);
    const struct alm_class_forecast *c = &f->classes[0];
    struct alm_text text = {0};
    cr_assert(eq(sz, c->n, 3));
    cr_assert(isnan(f->mean[0]) && !f->has_quantiles[0]);
    for (size_t h = 0; h < 2; h++) {
        cr_assert(epsilon_eq(dbl, c->probability[h * 3], 61.0 / 93, 1e-12));
        cr_assert(epsilon_eq(dbl, c->probability[h * 3 + 1], 31.0 / 93, 1e-12));
        cr_assert(epsilon_eq(dbl, c->probability[h * 3 + 2], 1.0 / 93, 1e-12));
    }
    alm_class_write_name(&text, c, 1);
    cr_assert(eq(str, text.data, "b"));
    alm_text_clear(&text);
    alm_forecast_free(f);
    sample_free(&s);
}

Test(classes, persistence_gives_how_often_classes_stayed)
{
    struct sample s = pattern(90); /* the last value is a b */
    struct alm_forecast *f = fitted_forecast("persistence", labelled(&s, 90), 3);
    const double *p = f->classes[0].probability;
    cr_assert(epsilon_eq(dbl, p[1], 31.0 / 91, 1e-12));         /* 30 of 89 pairs of neighbours are equal */
    cr_assert(epsilon_eq(dbl, p[3 * 2 + 1], 88.0 / 89, 1e-12)); /* after three bars all are */
    cr_assert(epsilon_eq(dbl, p[0] / p[2], 61, 1e-9));          /* the others share the rest as ever */
    alm_forecast_free(f);
    sample_free(&s);
}

Test(classes, directions_are_counted_over_each_horizon)
{
    struct sample s = sample_create(100, 1);
    for (size_t i = 0; i < 100; i++)
        s.y[i] = (double)(i % 4); /* up three times, then down by three; the same after four */
    struct alm_forecast *f = fitted_forecast("majority:target=direction", history_of(&s, 100), 4);
    const double *p = f->classes[0].probability;
    cr_assert(epsilon_eq(dbl, p[0], 25.0 / 102, 1e-12));
    cr_assert(epsilon_eq(dbl, p[2], 76.0 / 102, 1e-12));
    cr_assert(epsilon_eq(dbl, p[3 * 3 + 1], 97.0 / 99, 1e-12));
    alm_forecast_free(f);
    sample_free(&s);
}

Test(classes, numbers_and_labels_are_not_mixed_up)
{
    static const struct {
        const char *spec;
        bool labels;
        const char *says;
    } cases[] = {{"majority", false, "target=direction or bins"},
                 {"majority:bins=quantile:3", true, "are for numbers"},
                 {"naive", true, "forecasts numbers"}};
    struct sample s = pattern(90);
    for (size_t i = 0; i < 3; i++) {
        const struct alm_history_series series = cases[i].labels ? labelled(&s, 90) : history_of(&s, 90);
        const struct alm_history history = {1, &series, 2};
        struct alm_forecaster *forecaster = make_forecaster(cases[i].spec, 1, 4);
        struct alm_series_outcome outcome;
        fit_on(forecaster, &history, &outcome);
        cr_assert(eq(int, outcome.status, ALM_DATA));
        cr_assert(strstr(outcome.reason, cases[i].says) != NULL, "%s", outcome.reason);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}
