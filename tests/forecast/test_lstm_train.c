/* The training of the forecaster `lstm`: its options, and going on after an interruption. */
#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

enum { N = 160, HORIZON = 3, FITS = 2, TRAININGS = 2 };
#define SMALL "hidden=4,lookback=14,epochs=6,steps=8,batch=16"
#define BRIEF "hidden=4,lookback=14,epochs=1,steps=8,batch=16"
#define WIDE "hidden=4,lookback=14,epochs=6,steps=8,batch=100"

/* What the workbench would keep, in memory, and when the fit is cancelled. */
struct keeper {
    struct alm_bytes state[FITS * TRAININGS];
    size_t saves, stop_at, epochs; /* cancel is set with this save */
    struct alm_cancel cancel;
};

static enum alm_status save_state(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                                  struct alm_error *error)
{
    struct keeper *keeper = context;
    (void)error;
    cr_assert(fit < FITS && training < TRAININGS);
    alm_bytes_clear(&keeper->state[fit * TRAININGS + training]);
    alm_bytes_put(&keeper->state[fit * TRAININGS + training], state->data, state->length);
    if (++keeper->saves == keeper->stop_at) alm_cancel_request(&keeper->cancel, 2);
    return ALM_OK;
}

static enum alm_status load_state(void *context, size_t fit, size_t training, struct alm_bytes *state,
                                  struct alm_error *error)
{
    struct keeper *keeper = context;
    (void)error;
    cr_assert(fit < FITS && training < TRAININGS);
    alm_bytes_put(state, keeper->state[fit * TRAININGS + training].data,
                  keeper->state[fit * TRAININGS + training].length);
    return ALM_OK;
}

static enum alm_status count_epoch(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    (void)epoch, (void)error;
    ((struct keeper *)context)->epochs++;
    return ALM_OK;
}

static double no_time(void)
{
    return 0;
}

static double hours(void)
{
    static double now;
    return now += 3600;
}

static enum alm_status fit(struct alm_bytes *out, struct alm_text *described, const char *spec,
                           struct keeper *keeper, size_t threads, double (*seconds)(void))
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    const struct alm_checkpoints checkpoints = {keeper, save_state, load_state};
    const struct alm_fit_hooks hooks = {
        .cancel = &keeper->cancel,
        .context = keeper,
        .epoch = count_epoch,
        .threads = threads,
        .seconds = seconds,
        .checkpoints = &checkpoints,
    };
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 5);
    keeper->epochs = 0;
    const enum alm_status status =
        alm_forecaster_fit(forecaster, &history, support_levels, SUPPORT_LEVELS, &hooks, &outcome, NULL);
    if (status == ALM_OK) {
        cr_assert(eq(int, outcome.status, ALM_OK), "%s", outcome.reason);
        cr_assert(eq(int, alm_forecaster_save(forecaster, out, NULL), ALM_OK));
        if (described != NULL) alm_forecaster_describe(forecaster, 0, described);
    }
    alm_forecaster_free(forecaster);
    sample_free(&s);
    return status;
}

static void clear_keeper(struct keeper *keeper)
{
    for (size_t i = 0; i < FITS * TRAININGS; i++)
        alm_bytes_clear(&keeper->state[i]);
}

static bool same_bytes(const struct alm_bytes *a, const struct alm_bytes *b)
{
    return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

Test(lstm_train, an_interrupted_fit_goes_on_to_the_same_bits_also_in_its_inner_folds)
{
    for (size_t every = 1; every <= 14; every++) {
        struct alm_bytes whole = {0}, broken = {0};
        struct keeper one = {0}, other = {0};
        size_t runs = 1;
        cr_assert(eq(int, fit(&whole, NULL, "lstm:" SMALL, &one, 1, no_time), ALM_OK));
        cr_assert(one.state[0].length > 0 && one.state[TRAININGS].length > 0);
        other.stop_at = every;
        while (fit(&broken, NULL, "lstm:" SMALL, &other, 1 + runs % 3, no_time) != ALM_OK) {
            alm_cancel_request(&other.cancel, 0);
            other.stop_at = other.saves + every + 1;
            runs++;
            cr_assert(runs < 100);
        }
        cr_assert(every > 12 || runs > 1);
        cr_assert(same_bytes(&whole, &broken), "every %zu", every);
        cr_assert(eq(sz, one.epochs, other.epochs));
        alm_bytes_clear(&whole);
        alm_bytes_clear(&broken);
        clear_keeper(&one);
        clear_keeper(&other);
    }
}

Test(lstm_train, an_interrupted_fit_goes_on_with_the_states_it_carried)
{
    const char *const spec = "lstm:" SMALL ",state=carry,seeds=2,dropout_recurrent=0.2";
    struct alm_bytes whole = {0}, broken = {0};
    struct keeper one = {0}, other = {.stop_at = 2};
    size_t runs = 1;
    cr_assert(eq(int, fit(&whole, NULL, spec, &one, 1, no_time), ALM_OK));
    while (fit(&broken, NULL, spec, &other, 1 + runs % 2, no_time) != ALM_OK) {
        alm_cancel_request(&other.cancel, 0);
        other.stop_at = other.saves + 3;
        runs++;
        cr_assert(runs < 100);
    }
    cr_assert(runs > 2 && same_bytes(&whole, &broken));
    alm_bytes_clear(&whole);
    alm_bytes_clear(&broken);
    clear_keeper(&one);
    clear_keeper(&other);
}

/* Whether a change of a value `back` bars before the end, further back than the window, reaches the forecast.
 */
static bool reaches(const char *spec, size_t back)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 0);
    fit_on(forecaster, &history, &outcome);
    struct alm_forecast *before = forecast_on(forecaster, &history, &outcome);
    s.y[N - back] += 5;
    struct alm_forecast *after = forecast_on(forecaster, &history, &outcome);
    const bool differs = !same_forecast(before, after);
    alm_forecast_free(before);
    alm_forecast_free(after);
    alm_forecaster_free(forecaster);
    sample_free(&s);
    return differs;
}

Test(lstm_train, a_carried_state_remembers_what_is_beyond_the_window)
{
    cr_assert(not(reaches("lstm:" SMALL, 20)));
    cr_assert(reaches("lstm:" SMALL, 3));
    cr_assert(reaches("lstm:" SMALL ",state=carry", 20));
    cr_assert(reaches("lstm:" SMALL ",state=carry,labels=all", 40));
}

Test(lstm_train, any_number_of_threads_gives_the_same_bits)
{
    struct alm_bytes out[3] = {0};
    const size_t threads[] = {1, 2, 4};
    for (size_t i = 0; i < 3; i++) {
        struct keeper keeper = {0};
        cr_assert(eq(int, fit(&out[i], NULL, "lstm:" WIDE, &keeper, threads[i], no_time), ALM_OK));
        clear_keeper(&keeper);
        cr_assert(same_bytes(&out[0], &out[i]));
    }
    for (size_t i = 0; i < 3; i++)
        alm_bytes_clear(&out[i]);
}

Test(lstm_train, every_option_of_training_matters)
{
    const char *const specs[] = {
        "",
        ",optimiser=adamw,decay=1",
        ",optimiser=adam,decay=1",
        ",optimiser=sgd",
        ",optimiser=sgd,momentum=0",
        ",optimiser=sgd,nesterov=1",
        ",optimiser=rmsprop",
        ",optimiser=rmsprop,momentum=0.5",
        ",schedule=constant",
        ",schedule=step,fall_epochs=1",
        ",schedule=step,fall_epochs=2",
        ",schedule=step,fall_epochs=2,fall=0.1",
        ",accumulate=3",
        ",state=carry",
        ",state=carry,labels=all",
    };
    enum { SPECS = sizeof specs / sizeof *specs };
    struct alm_bytes out[SPECS] = {0};
    for (size_t i = 0; i < SPECS; i++) {
        struct keeper keeper = {0};
        char spec[200];
        snprintf(spec, sizeof spec, "lstm:" SMALL "%s", specs[i]);
        cr_assert(eq(int, fit(&out[i], NULL, spec, &keeper, 1, no_time), ALM_OK), "%s", spec);
        clear_keeper(&keeper);
        /* the specs have different lengths or bytes, but so must the weights, which come before the digest */
        const size_t tail = 400;
        for (size_t k = 0; k < i; k++)
            cr_assert(memcmp(out[i].data + out[i].length - tail, out[k].data + out[k].length - tail, 300) !=
                          0,
                      "%s is %s", specs[i], specs[k]);
    }
    for (size_t i = 0; i < SPECS; i++)
        alm_bytes_clear(&out[i]);
}

/* The blob of a fit on three series, the last value of series `changed` being another (-1: none is). */
static void fit_three(struct alm_bytes *out, int changed, enum alm_status expected, size_t n_series)
{
    struct sample s[3];
    struct alm_history_series series[3];
    struct alm_series_outcome outcome[3];
    const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        s[i] = sample_create(N, i + 1);
        if ((int)i == changed) s[i].y[N - 1] += 10;
        series[i] = history_of(&s[i], N);
        series[i].name = names[i];
    }
    const struct alm_history history = {n_series, series, HORIZON};
    struct alm_forecaster *forecaster =
        make_forecaster("lstm:" BRIEF ",validate=series,validation=0.34", 1, 0);
    fit_on(forecaster, &history, outcome);
    cr_assert(eq(int, outcome[0].status, expected), "%s", outcome[0].reason);
    if (expected == ALM_OK) cr_assert(eq(int, alm_forecaster_save(forecaster, out, NULL), ALM_OK));
    alm_forecaster_free(forecaster);
    for (size_t i = 0; i < 3; i++)
        sample_free(&s[i]);
}

Test(lstm_train, a_series_that_is_held_out_is_not_learnt_from)
{
    struct alm_bytes plain = {0}, other = {0};
    size_t unlike = 0;
    fit_three(&plain, -1, ALM_OK, 3);
    for (int changed = 0; changed < 3; changed++) {
        size_t differing = 0;
        fit_three(&other, changed, ALM_OK, 3);
        cr_assert(eq(sz, plain.length, other.length));
        /* with one epoch the validation loss decides nothing; it and the digest differ, the weights do not */
        for (size_t i = 0; i < plain.length; i++)
            differing += plain.data[i] != other.data[i];
        unlike += differing > 100;
        alm_bytes_clear(&other);
    }
    cr_assert(eq(sz, unlike, 2));
    alm_bytes_clear(&plain);
    fit_three(&plain, -1, ALM_DATA, 1);
}

Test(lstm_train, a_time_limit_ends_it_and_is_told)
{
    struct alm_bytes out = {0};
    struct alm_text text = {0};
    struct keeper keeper = {0};
    cr_assert(eq(int, fit(&out, &text, "lstm:" SMALL ",time_limit=5000", &keeper, 1, hours), ALM_OK));
    cr_assert(eq(sz, keeper.epochs, 1));
    cr_assert(strstr(alm_text_string(&text), "timed_out=1") != NULL, "%s", alm_text_string(&text));
    alm_text_clear(&text);
    alm_bytes_clear(&out);
    clear_keeper(&keeper);
}

/* Fits and says how it ended; text gets the reason, or what was learnt. */
static enum alm_status attempt(const char *spec, struct alm_text *text)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 0);
    fit_on(forecaster, &history, &outcome);
    alm_text_append(text, outcome.reason);
    alm_forecaster_describe(forecaster, 0, text);
    alm_forecaster_free(forecaster);
    sample_free(&s);
    return outcome.status;
}

Test(lstm_train, divergence_and_a_retry_are_told)
{
#define WILD "lstm:" SMALL ",optimiser=sgd,momentum=0,clip=0,warmup=0,loss=mse,schedule=constant,rate=4"
    struct alm_text text = {0};
    cr_assert(eq(int, attempt(WILD, &text), ALM_DIVERGED), "%s", alm_text_string(&text));
    cr_assert(strstr(alm_text_string(&text), "in epoch 2: loss") != NULL, "%s", alm_text_string(&text));
    cr_assert(strstr(alm_text_string(&text), "gradient norm") != NULL, "%s", alm_text_string(&text));
    alm_text_clear(&text);
    /* losses that are huge but finite are no success */
    static const char *const finite[] = {"",
                                         ",loss=quantile",
                                         ",loss=gaussian",
                                         ",loss=huber",
                                         ",bins=quantile:4",
                                         ",epochs=1,steps=3",
                                         ",validation=0,epochs=1"};
    for (size_t i = 0; i < sizeof finite / sizeof *finite; i++) {
        char spec[200];
        snprintf(spec, sizeof spec, "lstm:hidden=4,lookback=8,optimiser=sgd,clip=0,rate=1e6%s", finite[i]);
        cr_expect(eq(int, attempt(spec, &text), ALM_DIVERGED), "%s: %s", spec, alm_text_string(&text));
        alm_text_clear(&text);
    }
    /* rough starts, and units that are large, are none */
    static const char *const rough[] = {"rate=0.3",
                                        "rate=1,loss=mse,warmup=0",
                                        "rate=0.3,loss=gaussian",
                                        "scale=none,loss=mse",
                                        "optimiser=sgd,rate=0.5,clip=0",
                                        "rate=0.3,loss=student,warmup=0,clip=0"};
    for (size_t i = 0; i < sizeof rough / sizeof *rough; i++) {
        char spec[200];
        snprintf(spec, sizeof spec, "lstm:hidden=4,lookback=8,%s", rough[i]);
        cr_expect(eq(int, attempt(spec, &text), ALM_OK), "%s: %s", spec, alm_text_string(&text));
        alm_text_clear(&text);
    }
    cr_assert(eq(int, attempt(WILD ",retry=1", &text), ALM_OK), "%s", alm_text_string(&text));
    cr_assert(strstr(alm_text_string(&text), "diverged=epoch 2, gradient norm") != NULL, "%s",
              alm_text_string(&text));
    alm_text_clear(&text);
}
