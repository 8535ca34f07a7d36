/* What every forecaster of the registry must do, whatever it forecasts. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "support.h"

enum { N = 160, HORIZON = 6, SERIES = 3 };

/* Specs that are small enough for a test; others run with their defaults. */
static const char *spec_of(const struct alm_forecaster_type *type)
{
    static const char *const small[][2] = {{"es-lstm", "es-lstm:hidden=4,epochs=3,ensemble=1"},
                                           {"lstm", "lstm:hidden=4,lookback=14,epochs=3"},
                                           {"majority", "majority:bins=quantile:4"},
                                           {"persistence", "persistence:target=direction,threshold=0.5"}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (strcmp(small[i][0], type->name) == 0) return small[i][1];
    return type->name;
}

#define FOR_EACH_TYPE(type)                                                                                  \
    for (const struct alm_forecaster_type *const *at = alm_forecaster_types, *type = *at; *at != NULL;       \
         type = *++at)

static void assert_sound(const struct alm_forecast *f, const char *spec)
{
    for (size_t i = 0; i < f->n_series; i++)
        for (size_t h = 0; f->classes[i].n > 0 && h < f->horizon; h++) {
            double sum = 0;
            for (size_t k = 0; k < f->classes[i].n; k++) {
                const double p = f->classes[i].probability[h * f->classes[i].n + k];
                cr_assert(p >= 0 && p <= 1, "%s, step %zu", spec, h + 1);
                sum += p;
            }
            cr_assert(fabs(sum - 1) < 1e-9, "%s, step %zu", spec, h + 1);
        }
    for (size_t i = 0; i < f->n_series * f->horizon; i++) {
        if (f->classes[i / f->horizon].n > 0) continue;
        cr_assert(isfinite(f->mean[i]), "%s, step %zu", spec, i + 1);
        if (!f->has_quantiles[i / f->horizon]) continue;
        for (size_t q = 0; q < f->n_levels; q++) {
            const double *at = &f->quantile[i * f->n_levels + q];
            cr_assert(isfinite(*at), "%s, step %zu", spec, i + 1);
            cr_assert(q == 0 || at[-1] <= at[0], "%s, step %zu: quantiles fall", spec, i + 1);
        }
    }
}

Test(conformance, forecasts_are_finite_with_rising_quantiles_at_every_horizon)
{
    struct sample s = sample_create(N, 1);
    FOR_EACH_TYPE(type)
    {
        for (size_t horizon = 1; horizon <= 20; horizon += 19) {
            struct alm_forecast *f = fitted_forecast(spec_of(type), history_of(&s, N), horizon);
            assert_sound(f, type->name);
            cr_assert(f->has_quantiles[0] || f->classes[0].n > 0, "%s has no quantiles", type->name);
            alm_forecast_free(f);
        }
    }
    sample_free(&s);
}

static enum alm_status condition_is_known(void *context, const char *text, struct alm_error *error)
{
    const struct alm_option *o = context;
    text += strspn(text, " ");
    for (; o->name != NULL; o++)
        if (strlen(o->name) == strcspn(text, "=>") && strncmp(o->name, text, strlen(o->name)) == 0)
            return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s", text);
}

Test(conformance, what_an_option_needs_is_another_option_of_the_table)
{
    FOR_EACH_TYPE(type)
    {
        for (const struct alm_option *o = type->options; o != NULL && o->name != NULL; o++) {
            struct alm_error error = {0};
            if (o->needs == NULL) continue;
            cr_assert(alm_list_each(o->needs, ',', (void *)type->options, condition_is_known, &error) ==
                          ALM_OK,
                      "%s: %s needs %s", type->name, o->name, error.text);
        }
    }
}

Test(conformance, a_forecast_is_pure_and_repeatable)
{
    struct sample s = sample_create(N, 2);
    const struct alm_history_series before = history_of(&s, N - 20), after = history_of(&s, N);
    const struct alm_history early = {1, &before, HORIZON}, late = {1, &after, HORIZON};
    FOR_EACH_TYPE(type)
    {
        struct alm_forecaster *forecaster = make_forecaster(spec_of(type), 3, 4);
        struct alm_series_outcome outcome;
        struct alm_bytes state[2] = {{0}, {0}};
        fit_on(forecaster, &early, &outcome);
        cr_assert(alm_forecaster_save(forecaster, &state[0], NULL) == ALM_OK);
        struct alm_forecast *first = forecast_on(forecaster, &early, &outcome);
        struct alm_forecast *later = forecast_on(forecaster, &late, &outcome);
        struct alm_forecast *again = forecast_on(forecaster, &early, &outcome);
        assert_sound(later, type->name);
        cr_assert(same_forecast(first, again), "%s", type->name);
        cr_assert(alm_forecaster_save(forecaster, &state[1], NULL) == ALM_OK);
        cr_assert(state[0].length == state[1].length &&
                      memcmp(state[0].data, state[1].data, state[0].length) == 0,
                  "%s: forecasting changed its state", type->name);
        for (int i = 0; i < 2; i++)
            alm_bytes_clear(&state[i]);
        alm_forecast_free(first);
        alm_forecast_free(later);
        alm_forecast_free(again);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

Test(conformance, the_same_seed_gives_the_same_bits_and_another_one_only_where_seeds_matter)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    FOR_EACH_TYPE(type)
    {
        struct alm_forecast *f[4];
        struct alm_series_outcome outcome;
        for (size_t i = 0; i < 3; i++) {
            struct alm_forecaster *forecaster = make_forecaster(spec_of(type), i == 2 ? 8 : 7, 4);
            fit_on(forecaster, &history, &outcome);
            f[i] = forecast_on(forecaster, &history, &outcome);
            if (i == 1) { /* a second fit forgets the first */
                fit_on(forecaster, &history, &outcome);
                f[3] = forecast_on(forecaster, &history, &outcome);
            }
            alm_forecaster_free(forecaster);
        }
        const bool random = (type->traits & ALM_TRAIT_RANDOM) != 0;
        cr_assert(same_forecast(f[0], f[1]), "%s: same seed", type->name);
        cr_assert(same_forecast(f[0], f[3]), "%s: second fit", type->name);
        cr_assert(same_forecast(f[0], f[2]) != random, "%s: other seed", type->name);
        for (size_t i = 0; i < 4; i++)
            alm_forecast_free(f[i]);
    }
    sample_free(&s);
}

Test(conformance, refuses_a_history_that_is_too_short_and_says_what_is_needed)
{
    struct sample s = sample_create(N, 4);
    FOR_EACH_TYPE(type)
    {
        void *self;
        struct alm_forecaster *forecaster = make_forecaster(spec_of(type), 1, 4);
        cr_assert(type->create(&self, alm_forecaster_config(forecaster), 1, NULL) == ALM_OK);
        const size_t needed = type->minimum_history(self, 7, HORIZON);
        type->free(self);
        cr_assert(needed >= 1 && needed < N, "%s needs %zu", type->name, needed);
        for (size_t n = needed < 3 ? 0 : needed - 3; n < needed + 3; n++) {
            const struct alm_history_series series = history_of(&s, n);
            const struct alm_history history = {1, &series, HORIZON};
            struct alm_series_outcome outcome;
            char number[32];
            fit_on(forecaster, &history, &outcome);
            struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
            cr_assert(eq(int, outcome.status, n < needed ? ALM_DATA : ALM_OK), "%s with %zu of %zu: %s",
                      type->name, n, needed, outcome.reason);
            snprintf(number, sizeof number, "at least %zu", needed);
            if (n < needed) cr_assert(strstr(outcome.reason, number) != NULL, "%s", outcome.reason);
            if (n < needed)
                cr_assert(isnan(f->mean[0]) && !f->has_quantiles[0]);
            else
                assert_sound(f, type->name);
            alm_forecast_free(f);
        }
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

Test(conformance, leaves_what_it_is_given_untouched)
{
    FOR_EACH_TYPE(type)
    {
        struct sample s = sample_create(N, 5), copy = sample_create(N, 5);
        s.y[40] = copy.y[40] = (double)NAN;
        alm_forecast_free(fitted_forecast(spec_of(type), history_of(&s, N), HORIZON));
        cr_assert(memcmp(s.y, copy.y, N * sizeof *s.y) == 0, "%s", type->name);
        cr_assert(memcmp(s.ts, copy.ts, N * sizeof *s.ts) == 0, "%s", type->name);
        sample_free(&s);
        sample_free(&copy);
    }
}

static void assert_affine(const struct alm_forecast *plain, const struct alm_forecast *moved, double a,
                          double b, double tolerance, const char *name)
{
    cr_assert(plain->has_quantiles[0] == moved->has_quantiles[0]);
    for (size_t i = 0; i < plain->horizon; i++) {
        const double expected = a * plain->mean[i] + b;
        cr_assert(fabs(moved->mean[i] - expected) <= tolerance * (fabs(a) * 100 + fabs(b)),
                  "%s, step %zu: %.17g, expected %.17g", name, i + 1, moved->mean[i], expected);
    }
    for (size_t i = 0; plain->has_quantiles[0] && i < plain->horizon * plain->n_levels; i++) {
        const double expected = a * plain->quantile[i] + b;
        cr_assert(fabs(moved->quantile[i] - expected) <= tolerance * (fabs(a) * 100 + fabs(b)),
                  "%s, quantile %zu: %.17g, expected %.17g", name, i, moved->quantile[i], expected);
    }
}

Test(conformance, scale_and_shift_of_the_data_are_those_of_the_forecast_where_declared)
{
    static const struct {
        double a, b;
    } cases[] = {{1024, 0}, {1e-6, 0}, {3, 0}, {1, -1000}, {1, 250}};
    struct sample s = sample_create(N, 6), moved = sample_create(N, 6);
    FOR_EACH_TYPE(type)
    {
        /* single precision and training make rounding errors grow */
        const double tolerance = (type->traits & ALM_TRAIT_RANDOM) != 0 ? 2e-3 : 1e-8;
        struct alm_forecast *plain = fitted_forecast(spec_of(type), history_of(&s, N), HORIZON);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            const unsigned needed = cases[c].b != 0 ? ALM_TRAIT_SHIFT : ALM_TRAIT_SCALE;
            if ((type->traits & needed) == 0) continue;
            for (size_t i = 0; i < N; i++)
                moved.y[i] = cases[c].a * s.y[i] + cases[c].b;
            struct alm_forecast *f = fitted_forecast(spec_of(type), history_of(&moved, N), HORIZON);
            assert_affine(plain, f, cases[c].a, cases[c].b, tolerance, type->name);
            alm_forecast_free(f);
        }
        alm_forecast_free(plain);
    }
    sample_free(&s);
    sample_free(&moved);
}

Test(conformance, never_looks_behind_the_end_of_its_history)
{
    enum { ORIGIN = N - 30 };
    FOR_EACH_TYPE(type)
    {
        struct sample s = sample_create(N, 7);
        struct alm_forecast *clean = fitted_forecast(spec_of(type), history_of(&s, ORIGIN), HORIZON);
        for (int poison = 0; poison < 3; poison++) {
            for (size_t i = ORIGIN; i < N; i++)
                s.y[i] = poison == 0 ? (double)NAN : poison == 1 ? 1e30 : s.y[(i * 7) % ORIGIN];
            struct alm_forecast *f = fitted_forecast(spec_of(type), history_of(&s, ORIGIN), HORIZON);
            cr_assert(same_forecast(clean, f), "%s, poison %d", type->name, poison);
            alm_forecast_free(f);
        }
        alm_forecast_free(clean);
        sample_free(&s);
    }
}

/* Changes a sample; the forecast must then be sound, or refused with a reason. */
static void assert_survives(const char *what, void (*change)(struct sample *))
{
    FOR_EACH_TYPE(type)
    {
        struct sample s = sample_create(N, 8);
        change(&s);
        const struct alm_history_series series = history_of(&s, N);
        const struct alm_history history = {1, &series, HORIZON};
        struct alm_forecaster *forecaster = make_forecaster(spec_of(type), 1, 4);
        struct alm_series_outcome outcome;
        fit_on(forecaster, &history, &outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
        if (outcome.status == ALM_OK)
            assert_sound(f, type->name);
        else
            cr_assert(outcome.reason[0] != '\0', "%s, %s: no reason", type->name, what);
        alm_forecast_free(f);
        alm_forecaster_free(forecaster);
        sample_free(&s);
    }
}

static void make_constant(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->y[i] = 3;
}

static void make_zero(struct sample *s)
{
    memset(s->y, 0, s->n * sizeof *s->y);
}

static void drop_one(struct sample *s)
{
    s->y[50] = (double)NAN;
}

static void drop_ends(struct sample *s)
{
    s->y[0] = s->y[1] = s->y[s->n - 1] = (double)NAN;
}

static void drop_half(struct sample *s)
{
    for (size_t i = 0; i < s->n; i += 2)
        s->y[i] = (double)NAN;
}

static void drop_all(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->y[i] = (double)NAN;
}

static void make_huge(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->y[i] *= 1e15;
}

static void make_tiny(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->y[i] *= 1e-15;
}

static void make_largest(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->y[i] = i % 2 == 0 ? 1.7e308 : -1.7e308;
}

static void make_jump(struct sample *s)
{
    for (size_t i = s->n / 2; i < s->n; i++)
        s->y[i] += 1e9;
}

Test(conformance, survives_odd_data)
{
    assert_survives("constant", make_constant);
    assert_survives("zero", make_zero);
    assert_survives("one missing", drop_one);
    assert_survives("missing ends", drop_ends);
    assert_survives("every other one missing", drop_half);
    assert_survives("all missing", drop_all);
    assert_survives("huge", make_huge);
    assert_survives("tiny", make_tiny);
    assert_survives("largest", make_largest);
    assert_survives("a jump", make_jump);
}

Test(conformance, ordinary_oddities_are_not_refused)
{
    static void (*const changes[])(struct sample *) = {make_constant, drop_one,  drop_ends,
                                                       drop_half,     make_huge, make_tiny};
    FOR_EACH_TYPE(type)
    {
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            struct sample s = sample_create(N, 8);
            changes[i](&s);
            alm_forecast_free(fitted_forecast(spec_of(type), history_of(&s, N), HORIZON));
            sample_free(&s);
        }
    }
}

Test(conformance, a_constant_series_is_forecast_as_itself)
{
    FOR_EACH_TYPE(type)
    {
        struct sample s = sample_create(N, 8);
        make_constant(&s);
        struct alm_forecast *f = fitted_forecast(spec_of(type), history_of(&s, N), HORIZON);
        const double tolerance = (type->traits & ALM_TRAIT_RANDOM) != 0 ? 0.5 : 1e-12;
        for (size_t i = 0; f->classes[0].n == 0 && i < HORIZON; i++)
            cr_assert(fabs(f->mean[i] - 3) <= tolerance, "%s: %g", type->name, f->mean[i]);
        alm_forecast_free(f);
        sample_free(&s);
    }
}

Test(conformance, comes_back_from_a_blob_bit_by_bit)
{
    struct sample s = sample_create(N, 9), short_one = sample_create(N, 10);
    const struct alm_history_series series[] = {history_of(&s, N), history_of(&short_one, 0)};
    const struct alm_history history = {2, series, HORIZON};
    FOR_EACH_TYPE(type)
    {
        struct alm_forecaster *forecaster = make_forecaster(spec_of(type), 3, 4), *loaded;
        struct alm_series_outcome outcome[2], loaded_outcome[2];
        struct alm_bytes blob = {0}, again = {0};
        struct alm_error error = {0};
        fit_on(forecaster, &history, outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
        cr_assert(alm_forecaster_save(forecaster, &blob, &error) == ALM_OK, "%s", error.text);
        cr_assert(alm_forecaster_load(&loaded, blob.data, blob.length, &error) == ALM_OK, "%s", error.text);
        struct alm_forecast *g = forecast_on(loaded, &history, loaded_outcome);
        cr_assert(same_forecast(f, g), "%s", type->name);
        for (int i = 0; i < 2; i++) {
            cr_assert(outcome[i].status == loaded_outcome[i].status);
            cr_assert(eq(str, outcome[i].reason, loaded_outcome[i].reason));
            cr_assert(eq(sz, outcome[i].n_train, loaded_outcome[i].n_train));
        }
        cr_assert(alm_forecaster_save(loaded, &again, &error) == ALM_OK);
        cr_assert(blob.length == again.length && memcmp(blob.data, again.data, blob.length) == 0);
        alm_bytes_clear(&blob);
        alm_bytes_clear(&again);
        alm_forecast_free(f);
        alm_forecast_free(g);
        alm_forecaster_free(forecaster);
        alm_forecaster_free(loaded);
    }
    sample_free(&s);
    sample_free(&short_one);
}

Test(conformance, damaged_blobs_are_refused)
{
    struct sample s = sample_create(N, 9);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    FOR_EACH_TYPE(type)
    {
        struct alm_forecaster *forecaster = make_forecaster(spec_of(type), 3, 4), *loaded;
        struct alm_series_outcome outcome;
        struct alm_bytes blob = {0};
        fit_on(forecaster, &history, &outcome);
        cr_assert(alm_forecaster_save(forecaster, &blob, NULL) == ALM_OK);
        const size_t stride = blob.length / 500 + 1;
        for (size_t i = 0; i < blob.length; i += stride) {
            cr_assert(alm_forecaster_load(&loaded, blob.data, i, NULL) != ALM_OK, "%s, cut at %zu",
                      type->name, i);
            cr_assert(loaded == NULL);
            blob.data[i] ^= 0x10;
            cr_assert(alm_forecaster_load(&loaded, blob.data, blob.length, NULL) != ALM_OK, "%s, byte %zu",
                      type->name, i);
            blob.data[i] ^= 0x10;
        }
        alm_bytes_clear(&blob);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

Test(conformance, several_series_at_once_are_each_as_if_alone_unless_global)
{
    struct sample s[SERIES];
    struct alm_history_series series[SERIES];
    static const char *const names[SERIES] = {"a", "b", "c"};
    static const size_t lengths[SERIES] = {N, 90, 120};
    for (size_t i = 0; i < SERIES; i++) {
        s[i] = sample_create(N, 20 + i);
        series[i] = history_of(&s[i], lengths[i]);
        series[i].name = names[i];
    }
    s[1].y[30] = (double)NAN;
    const struct alm_history all = {SERIES, series, HORIZON};
    FOR_EACH_TYPE(type)
    {
        struct alm_forecaster *forecaster = make_forecaster(spec_of(type), 5, 4);
        struct alm_series_outcome outcome[SERIES];
        fit_on(forecaster, &all, outcome);
        struct alm_forecast *together = forecast_on(forecaster, &all, outcome);
        assert_sound(together, type->name);
        for (size_t i = 0; (type->traits & ALM_TRAIT_GLOBAL) == 0 && i < SERIES; i++) {
            struct alm_forecaster *single = make_forecaster(spec_of(type), 5, 4);
            const struct alm_history one = {1, &series[i], HORIZON};
            struct alm_series_outcome own;
            fit_on(single, &one, &own);
            struct alm_forecast *alone = forecast_on(single, &one, &own);
            cr_assert(memcmp(alone->mean, together->mean + i * HORIZON, HORIZON * sizeof(double)) == 0,
                      "%s, %s", type->name, names[i]);
            cr_assert(memcmp(alone->quantile, together->quantile + i * HORIZON * SUPPORT_LEVELS,
                             HORIZON * SUPPORT_LEVELS * sizeof(double)) == 0);
            cr_assert(own.filled == outcome[i].filled && own.n_train == outcome[i].n_train);
            alm_forecast_free(alone);
            alm_forecaster_free(single);
        }
        alm_forecast_free(together);
        alm_forecaster_free(forecaster);
    }
    for (size_t i = 0; i < SERIES; i++)
        sample_free(&s[i]);
}

Test(conformance, everything_is_described)
{
    FOR_EACH_TYPE(type)
    {
        struct alm_text text = {0};
        struct alm_forecaster *forecaster = make_forecaster(type->name, 0, 0);
        cr_assert(strlen(type->summary) > 5 && strlen(type->use) > 5 && strlen(type->reference) > 5, "%s",
                  type->name);
        for (const struct alm_option *o = type->options; o != NULL && o->name != NULL; o++)
            cr_assert(o->help != NULL && strlen(o->help) > 5, "%s:%s", type->name, o->name);
        alm_forecaster_write_spec(forecaster, &text);
        cr_assert(eq(str, text.data, (char *)type->name));
        cr_assert(alm_forecaster_type_find(type->name) == type);
        alm_text_clear(&text);
        alm_forecaster_free(forecaster);
    }
}
