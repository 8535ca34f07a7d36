/* The forecaster `lstm`: windows of one or many series train one network. */
#include "forecast/lstm_window.h"
#include "forecast/types.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, ROWS = 32, MOST_VALIDATION = 4096 };

/* The names of enum values follow their order in nn/ and window/. */
static const struct alm_option options[] = {
    {.name = "hidden",
     .help = "units per layer: the size of h and c",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "32",
     .minimum = 1,
     .maximum = 4096},
    {.name = "layers",
     .help = "stacked layers",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 16},
    {.name = "lookback",
     .help = "values a window sees; default: the most of 24, 1.25 horizons and two seasons, but at most 512 "
             "(seasons of more than 96 do not count)",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 100000},
    {.name = "segment",
     .help = "values that make one time step; must divide lookback",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 10000},
    {.name = "labels",
     .help = "which time steps answer and are counted by the loss",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "all|last"},
    {.name = "loss",
     .help = "what training makes small",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "mae",
     .choices = "mse|mae|huber|quantile"},
    {.name = "levels",
     .help = "quantile levels of loss=quantile, rising",
     .kind = ALM_OPTION_NUMBERS,
     .fallback = "0.025+0.1+0.25+0.5+0.75+0.9+0.975",
     .minimum = 0.001,
     .maximum = 0.999},
    {.name = "scale",
     .help = "how a window is scaled: less its last value or its mean, by its standard deviation; season: "
             "by its mean seasonal difference, to go with residual=season",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "last",
     .choices = "none|last|standard|season"},
    {.name = "residual",
     .help = "season: answers are added to the value one season before",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|season"},
    {.name = "epochs",
     .help = "most epochs",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "20",
     .minimum = 1,
     .maximum = 100000},
    {.name = "steps",
     .help = "most Adam steps in an epoch; 0: once through all windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "100",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "batch",
     .help = "windows per Adam step",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "32",
     .minimum = 1,
     .maximum = 100000},
    {.name = "rate",
     .help = "step size of Adam",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.002",
     .minimum = 0,
     .maximum = 1e6},
    {.name = "schedule",
     .help = "how the step size goes on after the warm-up",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "cosine",
     .choices = "constant|cosine"},
    {.name = "warmup",
     .help = "Adam steps over which the step size rises",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "20",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "clip",
     .help = "largest global norm of the gradient; 0: any",
     .kind = ALM_OPTION_REAL,
     .fallback = "1",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "validation",
     .help =
         "share of each series, at its end, that is not trained on but decides which epoch is kept; 0: none",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.1",
     .minimum = 0,
     .maximum = 0.5},
    {.name = "patience",
     .help = "stop after this many epochs without a better validation loss; 0: never",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "5",
     .minimum = 0,
     .maximum = 100000},
    {.name = "stride",
     .help = "values between neighbouring training windows",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 100000},
    {0},
};

struct lstm {
    const struct alm_config *config;
    uint64_t seed;
    struct alm_lstm_plan plan; /* lookback and horizon are 0 until fitted */
    struct alm_loss loss;
    struct alm_network *network; /* NULL until fitted */
    size_t epochs, best_epoch;
    double validation_loss; /* NaN without validation */
};

/* ---- life ---- */

static enum alm_status check_levels(const struct alm_loss *loss, struct alm_error *error)
{
    bool rising = true;
    for (size_t i = 1; i < loss->n_levels; i++)
        rising = rising && loss->levels[i - 1] < loss->levels[i];
    if (loss->n_levels == 0 || loss->n_levels > ALM_LOSS_MAX_LEVELS || !rising)
        return alm_fail(error, ALM_USAGE, "lstm: levels must be 1 to %d numbers that rise",
                        ALM_LOSS_MAX_LEVELS);
    return ALM_OK;
}

static enum alm_status read_options(struct lstm *lstm, struct alm_error *error)
{
    const struct alm_config *c = lstm->config;
    lstm->plan = (struct alm_lstm_plan){
        .segment = alm_config_size(c, "segment"),
        .labels = (enum alm_labels)alm_config_choice(c, "labels"),
        .scale = (enum alm_scaler_kind)alm_config_choice(c, "scale"),
        .seasonal = alm_config_choice(c, "residual") == 1,
    };
    lstm->loss = (struct alm_loss){
        .kind = (enum alm_loss_kind)alm_config_choice(c, "loss"), .delta = 1, .n_levels = 1};
    if (alm_config_has(c, "lookback") && alm_config_size(c, "lookback") % lstm->plan.segment != 0)
        return alm_fail(error, ALM_USAGE, "lstm: segment=%zu does not divide lookback=%zu",
                        lstm->plan.segment, alm_config_size(c, "lookback"));
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return ALM_OK;
    lstm->loss.levels = alm_config_numbers(c, "levels", &lstm->loss.n_levels);
    return check_levels(&lstm->loss, error);
}

static void lstm_free(void *self)
{
    struct lstm *lstm = self;
    if (lstm != NULL) alm_network_free(lstm->network);
    free(lstm);
}

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    struct lstm *lstm = NULL;
    *self = NULL;
    ALM_TRY(ALM_NEW(&lstm, 1, error));
    lstm->config = config;
    lstm->seed = seed;
    lstm->validation_loss = (double)NAN;
    const enum alm_status status = read_options(lstm, error);
    if (status == ALM_OK)
        *self = lstm;
    else
        lstm_free(lstm);
    return status;
}

/* ---- sizes ---- */

static size_t lookback_of(const struct lstm *lstm, size_t season, size_t horizon)
{
    if (alm_config_has(lstm->config, "lookback")) return alm_config_size(lstm->config, "lookback");
    size_t n = 24;
    if (horizon + horizon / 4 > n) n = horizon + horizon / 4;
    if (season <= 96 && 2 * season > n) n = 2 * season;
    if (n > 512) n = 512;
    if (lstm->plan.seasonal && n < season) n = season;
    return (n + lstm->plan.segment - 1) / lstm->plan.segment * lstm->plan.segment;
}

/* Room for a window, a second horizon to validate on, and some windows more to learn from. */
static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    return lookback_of(self, season_length, horizon) + 2 * horizon + 16;
}

/* Bars at the end of a series of n that are kept for validation: none if too few would be left. */
static size_t tail_of(const struct lstm *lstm, size_t n)
{
    const double share = alm_config_real(lstm->config, "validation");
    const size_t horizon = lstm->plan.horizon, wanted = (size_t)(share * (double)n);
    const size_t tail = share > 0 && wanted < horizon ? horizon : wanted;
    return n >= lstm->plan.lookback + horizon + tail ? tail : 0;
}

/* ---- fit ---- */

/* What one fit needs beside the network. */
struct fitting {
    struct alm_span *train, *tail; /* [n_series] */
    size_t *season;
    struct alm_lstm_samples samples, validation;
    const struct alm_fit_hooks *hooks;
};

static enum alm_status pass_epoch(void *context, const struct alm_train_epoch *epoch, struct alm_error *error)
{
    const struct alm_fit_hooks *hooks = context;
    const struct alm_epoch out = {epoch->epoch, epoch->train_loss, epoch->validation_loss,
                                  epoch->learning_rate, epoch->gradient_norm};
    return hooks->epoch(hooks->context, &out, error);
}

/* Training windows end before a series' tail; those of the tail have their targets within it. */
static enum alm_status cut_windows(struct fitting *f, const struct lstm *lstm,
                                   const struct alm_history *history, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &lstm->plan;
    struct alm_window_shape shape = {plan->lookback, plan->horizon, alm_config_size(lstm->config, "stride")};
    size_t bars = 0;
    ALM_TRY(ALM_NEW(&f->train, history->n_series, error));
    ALM_TRY(ALM_NEW(&f->tail, history->n_series, error));
    ALM_TRY(ALM_NEW(&f->season, history->n_series, error));
    for (size_t i = 0; i < history->n_series; i++) {
        const struct alm_span y = history->series[i].target;
        const size_t tail = tail_of(lstm, y.n);
        f->season[i] = history->series[i].season_length;
        f->train[i] = alm_span_prefix(y, y.n - tail);
        f->tail[i] = alm_span_suffix(y, tail == 0 ? 0 : tail + plan->lookback);
        bars += tail;
    }
    ALM_TRY(alm_window_set_create(&f->samples.windows, f->train, history->n_series, &shape, error));
    if (bars / MOST_VALIDATION >= shape.stride) shape.stride = bars / MOST_VALIDATION + 1;
    return alm_window_set_create(&f->validation.windows, f->tail, history->n_series, &shape, error);
}

static enum alm_status make_network(struct lstm *lstm, struct alm_error *error)
{
    const struct alm_network_shape shape = {
        .inputs = lstm->plan.segment,
        .hidden = alm_config_size(lstm->config, "hidden"),
        .layers = alm_config_size(lstm->config, "layers"),
        .horizon = lstm->plan.horizon,
        .levels = lstm->loss.n_levels,
        .labels = lstm->plan.labels,
    };
    struct alm_random *random;
    ALM_TRY(alm_network_create(&lstm->network, &shape, error));
    ALM_TRY(alm_random_create(&random, alm_random_key(lstm->seed, "weights", 0), error));
    const enum alm_status status = alm_network_init(lstm->network, random, error);
    alm_random_free(random);
    return status;
}

static enum alm_status train(struct lstm *lstm, struct fitting *f, struct alm_error *error)
{
    const struct alm_config *c = lstm->config;
    const struct alm_trainer_settings settings = {
        .steps = lstm->plan.lookback / lstm->plan.segment,
        .batch = alm_config_size(c, "batch"),
        .epochs = alm_config_size(c, "epochs"),
        .epoch_steps = alm_config_size(c, "steps"),
        .patience = alm_config_size(c, "patience"),
        .warmup = alm_config_size(c, "warmup"),
        .schedule = (enum alm_schedule)alm_config_choice(c, "schedule"),
        .rate = alm_config_real(c, "rate"),
        .clip = alm_config_real(c, "clip"),
        .keep_best = true,
    };
    f->samples.plan = f->validation.plan = lstm->plan;
    f->samples.season = f->validation.season = f->season;
    f->samples.shuffled = true;
    f->samples.key = alm_random_key(lstm->seed, "order", 0);
    const struct alm_batch_source samples = {&f->samples, alm_window_set_count(f->samples.windows),
                                             alm_lstm_fill};
    const struct alm_batch_source tail = {&f->validation, alm_window_set_count(f->validation.windows),
                                          alm_lstm_fill};
    struct alm_trainer_hooks hooks = {0};
    if (f->hooks != NULL) {
        hooks = (struct alm_trainer_hooks){f->hooks->cancel, f->hooks->progress, (void *)(uintptr_t)f->hooks,
                                           f->hooks->epoch == NULL ? NULL : pass_epoch};
    }
    struct alm_train_result result;
    if (samples.n == 0) return alm_fail(error, ALM_DATA, "lstm: no window of the history is whole");
    ALM_TRY(alm_trainer_run(&result, lstm->network, &lstm->loss, &samples, tail.n == 0 ? NULL : &tail,
                            &settings, &hooks, error));
    lstm->epochs = result.epochs;
    lstm->best_epoch = result.best_epoch;
    lstm->validation_loss = result.validation_loss;
    return ALM_OK;
}

static void set_sizes(struct lstm *lstm, const struct alm_history *history)
{
    lstm->plan.horizon = history->horizon;
    lstm->plan.lookback = 0;
    for (size_t i = 0; i < history->n_series; i++) {
        const size_t n = lookback_of(lstm, history->series[i].season_length, history->horizon);
        if (n > lstm->plan.lookback) lstm->plan.lookback = n;
    }
}

static enum alm_status check_seasons(const struct lstm *lstm, const struct alm_history *history,
                                     struct alm_error *error)
{
    for (size_t i = 0; lstm->plan.seasonal && i < history->n_series; i++)
        if (history->series[i].season_length > lstm->plan.lookback)
            return alm_fail(error, ALM_DATA,
                            "lstm: residual=season needs a lookback of at least one season (%zu) for %s",
                            history->series[i].season_length, history->series[i].name);
    return ALM_OK;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    struct lstm *lstm = self;
    struct fitting f = {.hooks = hooks};
    alm_network_free(lstm->network);
    lstm->network = NULL;
    set_sizes(lstm, history);
    ALM_TRY(check_seasons(lstm, history, error));
    enum alm_status status = make_network(lstm, error);
    if (status == ALM_OK) status = cut_windows(&f, lstm, history, error);
    if (status == ALM_OK) status = train(lstm, &f, error);
    alm_window_set_free(f.samples.windows);
    alm_window_set_free(f.validation.windows);
    free(f.train);
    free(f.tail);
    free(f.season);
    return status;
}

/* ---- forecast ---- */

/* The value at `level` of quantiles that were learnt at rising levels, linear between them; NaN beyond the
 * outermost. */
static double interpolate(const double *values, const struct alm_loss *loss, double level)
{
    const size_t n = loss->n_levels;
    const double slack = 1e-9;
    if (level < loss->levels[0] - slack || level > loss->levels[n - 1] + slack) return (double)NAN;
    for (size_t i = 0; i + 1 < n; i++) {
        if (level > loss->levels[i + 1] + slack) continue;
        const double share = (level - loss->levels[i]) / (loss->levels[i + 1] - loss->levels[i]);
        return values[i] + fmin(fmax(share, 0), 1) * (values[i + 1] - values[i]);
    }
    return values[n - 1];
}

/* With loss=quantile the point forecast is the median, or the level nearest to it. */
static double middle(const double *values, const struct alm_loss *loss)
{
    const double median = loss->n_levels == 1 ? values[0] : interpolate(values, loss, 0.5);
    if (!isnan(median)) return median;
    return loss->levels[0] > 0.5 ? values[0] : values[loss->n_levels - 1];
}

/* Writes step h of series i from its outputs (in the window's units, sorted in place). */
static void put_step(struct alm_forecast *out, size_t i, size_t h, const struct lstm *lstm, double *outputs,
                     double base, double scale)
{
    alm_quantiles_sort(outputs, 1, lstm->loss.n_levels);
    out->mean[i * out->horizon + h] = base + scale * middle(outputs, &lstm->loss);
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return;
    double *quantile = out->quantile + (i * out->horizon + h) * out->n_levels;
    for (size_t q = 0; q < out->n_levels; q++) {
        quantile[q] = base + scale * interpolate(outputs, &lstm->loss, out->level[q]);
        if (isnan(quantile[q])) out->has_quantiles[i] = false;
    }
}

static void put_series(struct alm_forecast *out, size_t i, const struct lstm *lstm, const alm_real *answer,
                       const double *y, size_t season, struct alm_scaler scaler)
{
    double outputs[ALM_LOSS_MAX_LEVELS];
    const size_t levels = lstm->loss.n_levels;
    out->has_quantiles[i] = lstm->loss.kind == ALM_LOSS_QUANTILE && out->n_levels > 0;
    for (size_t h = 0; h < out->horizon; h++) {
        for (size_t q = 0; q < levels; q++)
            outputs[q] = (double)answer[h * levels + q];
        const double base = alm_lstm_base(&lstm->plan, y, lstm->plan.lookback, h, season, scaler);
        put_step(out, i, h, lstm, outputs, base, scaler.scale);
    }
}

/* Forecasts series first .. first + rows in one pass. A history shorter than the lookback (another series'
 * season may have made that longer) gives NaN, which the wrapper reports. */
static void forecast_rows(struct alm_forecast *out, const struct lstm *lstm,
                          const struct alm_history *history, struct alm_tape *tape, alm_real *x, size_t first,
                          size_t rows)
{
    struct alm_scaler scaler[ROWS];
    const size_t lookback = lstm->plan.lookback, steps = lookback / lstm->plan.segment;
    const struct alm_history_series *series = history->series + first;
    memset(x, 0, lookback * rows * sizeof *x);
    for (size_t row = 0; row < rows; row++)
        if (series[row].target.n >= lookback)
            scaler[row] =
                alm_lstm_encode(x, rows, row, &lstm->plan, alm_span_suffix(series[row].target, lookback).y,
                                series[row].season_length);
    const size_t outputs = lstm->plan.horizon * lstm->loss.n_levels;
    const alm_real *answer = alm_network_forward(tape, lstm->network, x, steps, rows);
    if (lstm->plan.labels == ALM_LABELS_ALL) answer += (steps - 1) * rows * outputs;
    for (size_t row = 0; row < rows; row++) {
        const struct alm_span y = series[row].target;
        const size_t season = series[row].season_length;
        if (y.n >= lookback && !(lstm->plan.seasonal && season > lookback))
            put_series(out, first + row, lstm, answer + row * outputs, alm_span_suffix(y, lookback).y, season,
                       scaler[row]);
        else
            for (size_t h = 0; h < out->horizon; h++)
                out->mean[(first + row) * out->horizon + h] = (double)NAN;
    }
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct lstm *lstm = self;
    const size_t rows = history->n_series < ROWS ? history->n_series : ROWS, lookback = lstm->plan.lookback;
    struct alm_tape *tape = NULL;
    alm_real *x = NULL;
    if (lstm->network == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to forecast before it was fitted");
    if (history->horizon > lstm->plan.horizon)
        return alm_fail(error, ALM_DATA,
                        "this lstm was trained for a horizon of %zu and cannot forecast %zu steps",
                        lstm->plan.horizon, history->horizon);
    enum alm_status status =
        alm_tape_create(&tape, lstm->network, lookback / lstm->plan.segment, rows, error);
    if (status == ALM_OK) status = ALM_NEW(&x, lookback * rows, error);
    const unsigned before = alm_denormals_flush();
    for (size_t first = 0; status == ALM_OK && first < history->n_series; first += rows) {
        const size_t left = history->n_series - first;
        forecast_rows(out, lstm, history, tape, x, first, left < rows ? left : rows);
    }
    alm_denormals_restore(before);
    alm_tape_free(tape);
    free(x);
    return status;
}

/* ---- save and load ---- */

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct lstm *lstm = self;
    if (lstm->network == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to save before it was fitted");
    alm_bytes_put_u32(out, VERSION);
    alm_bytes_put_u64(out, lstm->plan.lookback);
    alm_bytes_put_u64(out, lstm->epochs);
    alm_bytes_put_u64(out, lstm->best_epoch);
    alm_bytes_put_f64(out, lstm->validation_loss);
    alm_network_save(lstm->network, out);
    return alm_bytes_check(out, error);
}

/* Whether the loaded network is one that the options make. */
static bool fits(const struct lstm *lstm)
{
    const struct alm_network_shape *s = &lstm->network->shape;
    const size_t lookback = lstm->plan.lookback;
    if (alm_config_has(lstm->config, "lookback") && lookback != alm_config_size(lstm->config, "lookback"))
        return false;
    return lookback > 0 && lookback <= 1000000 && lookback % lstm->plan.segment == 0 &&
           s->inputs == lstm->plan.segment && s->hidden == alm_config_size(lstm->config, "hidden") &&
           s->layers == alm_config_size(lstm->config, "layers") && s->levels == lstm->loss.n_levels &&
           s->labels == lstm->plan.labels;
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct lstm *lstm = self;
    const uint32_t version = alm_bytes_get_u32(in);
    if (in->failed || version != VERSION)
        return alm_fail(error, ALM_PARSE, "the stored lstm is damaged or of another version");
    lstm->plan.lookback = alm_bytes_get_u64(in);
    lstm->epochs = alm_bytes_get_u64(in);
    lstm->best_epoch = alm_bytes_get_u64(in);
    lstm->validation_loss = alm_bytes_get_f64(in);
    alm_network_free(lstm->network);
    ALM_TRY(alm_network_load(&lstm->network, in, error));
    lstm->plan.horizon = lstm->network->shape.horizon;
    if (!fits(lstm)) return alm_fail(error, ALM_PARSE, "the stored lstm does not fit its spec");
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct lstm *lstm = self;
    if (lstm->network == NULL) return;
    alm_text_printf(out, "lookback=%zu\nparameters=%zu\nepochs=%zu\n", lstm->plan.lookback,
                    lstm->network->n_parameters, lstm->epochs);
    if (lstm->best_epoch > 0) alm_text_printf(out, "best_epoch=%zu\n", lstm->best_epoch);
    if (isnan(lstm->validation_loss)) return;
    alm_text_append(out, "validation_loss=");
    alm_text_append_number(out, lstm->validation_loss);
    alm_text_append(out, "\n");
}

const struct alm_forecaster_type alm_lstm = {
    .name = "lstm",
    .summary = "a long short-term memory network, trained on windows of one or many series",
    .use = "For many series that behave alike, or one long one. With residual=season it learns only what the "
           "season "
           "before does not tell. Prices one step ahead: expect naive's errors.",
    .reference = "Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9(8); forget "
                 "gate: Gers, "
                 "Schmidhuber & Cummins (2000)",
    .options = options,
    /* scale and shift hold but for scale=none */
    .traits = ALM_TRAIT_GLOBAL | ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT | ALM_TRAIT_RANDOM,
    .create = create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = save,
    .load = load,
    .free = lstm_free,
    .describe = describe,
};
