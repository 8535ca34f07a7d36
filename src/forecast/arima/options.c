#include "forecast/arima/options.h"

#include <stdlib.h>
#include <string.h>

const struct alm_option alm_arima_option_table[] = {
    {.name = "order",
     .help = "p/d/q: autoregressive terms, differences, moving average terms; default: searched",
     .kind = ALM_OPTION_TEXT},
    {.name = "seasonal",
     .help = "P/D/Q or P/D/Q/m: the same for seasons of m bars; default: searched, with order none",
     .kind = ALM_OPTION_TEXT},
    {.name = "season",
     .help = "season length in bars, 1 for none; default: the series' own",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 1e6},
    {.name = "constant",
     .help = "a mean (without differences) or drift (with one): 1 or 0; auto: searched, with order a mean "
             "but no drift",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "auto",
     .choices = "auto|0|1"},
    {.name = "method",
     .help =
         "css: least conditional sum of squares; ml: largest exact likelihood; css-ml: the larger of ml and "
         "of ml from where css ends",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "css-ml",
     .choices = "css-ml|ml|css"},
    {.name = "criterion",
     .help = "what a search makes least",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "aicc",
     .choices = "aicc|aic|bic"},
    {.name = "d",
     .help = "differences of a search; default: as many as KPSS asks for, up to 2",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 0,
     .maximum = 2},
    {.name = "D",
     .help = "seasonal differences of a search; default: 1 where seasonal strength is above 0.64",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 0,
     .maximum = 1},
    {.name = "max_p",
     .help = "most autoregressive terms of a search",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "5",
     .minimum = 0,
     .maximum = 20},
    {.name = "max_q",
     .help = "most moving average terms of a search",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "5",
     .minimum = 0,
     .maximum = 20},
    {.name = "max_P",
     .help = "most seasonal autoregressive terms of a search",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "2",
     .minimum = 0,
     .maximum = 5},
    {.name = "max_Q",
     .help = "most seasonal moving average terms of a search",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "2",
     .minimum = 0,
     .maximum = 5},
    {.name = "stepwise",
     .help =
         "1: a search goes on from the best model so far; 0: it tries all models of at most max_order terms",
     .kind = ALM_OPTION_FLAG,
     .fallback = "1"},
    {.name = "max_order",
     .help = "most terms of a search without steps",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "5",
     .minimum = 0,
     .maximum = 50,
     .needs = "stepwise=0"},
    {.name = "max_models",
     .help = "most models that steps try",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "94",
     .minimum = 5,
     .maximum = 10000,
     .needs = "stepwise=1"},
    {.name = "approximation",
     .help = "1: a search compares conditional sums of squares, and only its best model is fitted by method; "
             "auto: "
             "for more than 5000 values",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "auto",
     .choices = "auto|0|1"},
    {0},
};

/* Reads numbers joined with `/`: how many there are, 0 when text is something else. */
static size_t read_orders(size_t *out, size_t most, const char *text)
{
    size_t n = 0;
    for (;;) {
        char *end;
        if (n == most || *text < '0' || *text > '9') return 0;
        const unsigned long long value = strtoull(text, &end, 10);
        if (value > 1000000) return 0;
        out[n++] = (size_t)value;
        if (*end == '\0') return n;
        if (*end != '/') return 0;
        text = end + 1;
    }
}

static enum alm_status read_order(struct alm_arima_options *out, const struct alm_config *config,
                                  struct alm_error *error)
{
    size_t order[4] = {0}, seasonal[4] = {0}, n = 0;
    if (alm_config_has(config, "order") && read_orders(order, 3, alm_config_text(config, "order")) != 3)
        return alm_fail(error, ALM_USAGE, "arima: order=%s: p/d/q is expected, as in order=1/1/1",
                        alm_config_text(config, "order"));
    if (alm_config_has(config, "seasonal")) {
        n = read_orders(seasonal, 4, alm_config_text(config, "seasonal"));
        if (n < 3)
            return alm_fail(error, ALM_USAGE,
                            "arima: seasonal=%s: P/D/Q or P/D/Q/m is expected, as in seasonal=0/1/1/24",
                            alm_config_text(config, "seasonal"));
    }
    if (n == 4 && (seasonal[3] < 2 || (out->season != 0 && out->season != seasonal[3])))
        return alm_fail(error, ALM_USAGE, "arima: a season of %zu bars %s", seasonal[3],
                        seasonal[3] < 2 ? "is none" : "contradicts season=");
    if (n == 4) out->season = seasonal[3];
    out->order = (struct alm_arima_order){.p = order[0],
                                          .d = order[1],
                                          .q = order[2],
                                          .P = seasonal[0],
                                          .D = seasonal[1],
                                          .Q = seasonal[2],
                                          .season = 1};
    const size_t differences = order[1] + seasonal[1];
    if (alm_arima_order_too_large(&out->order))
        return alm_fail(error, ALM_USAGE, "arima: at most %d terms of a kind and %d differences are possible",
                        ALM_ARIMA_ORDER, ALM_ARIMA_DIFFERENCES);
    if (differences > 1 && out->limits.constant == ALM_ARIMA_WITH)
        return alm_fail(error, ALM_USAGE,
                        "arima: a constant with %zu differences would be a curve; use constant=0",
                        differences);
    return ALM_OK;
}

/* Options of a search that stand beside an order have no effect. */
static enum alm_status check_searched(const struct alm_config *config, struct alm_error *error)
{
    static const char *const searched[] = {"criterion",    "d",     "D",        "max_p",     "max_q",
                                           "max_P",        "max_Q", "stepwise", "max_order", "max_models",
                                           "approximation"};
    for (size_t i = 0; i < sizeof searched / sizeof *searched; i++)
        if (alm_config_given(config, searched[i]))
            return alm_fail(error, ALM_USAGE,
                            "arima: %s is for a search, but order or seasonal fix the model", searched[i]);
    return ALM_OK;
}

static struct alm_arima_limits read_limits(const struct alm_config *config)
{
    return (struct alm_arima_limits){
        .max_p = alm_config_size(config, "max_p"),
        .max_q = alm_config_size(config, "max_q"),
        .max_P = alm_config_size(config, "max_P"),
        .max_Q = alm_config_size(config, "max_Q"),
        .max_order = alm_config_size(config, "max_order"),
        .max_models = alm_config_size(config, "max_models"),
        .stepwise = alm_config_flag(config, "stepwise"),
        .criterion = (enum alm_arima_criterion)alm_config_choice(config, "criterion"),
        .constant = (enum alm_arima_constant)alm_config_choice(config, "constant"),
        .method = (enum alm_arima_method)alm_config_choice(config, "method"),
    };
}

enum alm_status alm_arima_options_read(struct alm_arima_options *out, const struct alm_config *config,
                                       struct alm_error *error)
{
    *out = (struct alm_arima_options){
        .fixed = alm_config_has(config, "order") || alm_config_has(config, "seasonal"),
        .season = alm_config_has(config, "season") ? alm_config_size(config, "season") : 0,
        .has_d = alm_config_has(config, "d"),
        .has_D = alm_config_has(config, "D"),
        .d = 2,
        .D = 1,
        .limits = read_limits(config)};
    out->approximation = (enum alm_arima_approximation)alm_config_choice(config, "approximation");
    if (out->has_d) out->d = alm_config_size(config, "d");
    if (out->has_D) out->D = alm_config_size(config, "D");
    ALM_TRY(read_order(out, config, error));
    return out->fixed ? check_searched(config, error) : ALM_OK;
}
