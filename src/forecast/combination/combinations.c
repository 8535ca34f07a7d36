/* The combinations of forecasts: their rules and options. */
#include "base/order.h"
#include "forecast/combination/combination.h"
#include "forecast/types.h"

#define OF                                                                                                   \
    {                                                                                                        \
        .name = "of",                                                                                        \
        .help = "members: any specs, combinations too; one with options stands in parentheses, a label may " \
                "stand before it: of=naive+(deep=lstm:hidden=64)",                                           \
        .kind = ALM_OPTION_SPECS, .fallback = "naive+seasonal-naive+ses"                                     \
    }

#define LEARNING(steps)                                                                                      \
    {.name = "groups",                                                                                       \
     .help = "weights of their own for that many groups of steps that follow each other",                    \
     .kind = ALM_OPTION_INTEGER,                                                                             \
     .fallback = steps,                                                                                      \
     .minimum = 1,                                                                                           \
     .maximum = 1000},                                                                                       \
    {                                                                                                        \
        .name = "pool",                                                                                      \
        .help = "weights for each series by itself, or the same ones for all, from all their errors, each "  \
                "series' divided by their size",                                                             \
        .kind = ALM_OPTION_CHOICE, .fallback = "series", .choices = "series|all"                             \
    }

/* ---- rules ---- */

static double weighted_mean(double *value, const double *weight, size_t n, const struct alm_config *config)
{
    double sum = 0;
    (void)config;
    for (size_t i = 0; i < n; i++)
        sum += weight[i] * value[i];
    return sum;
}

/* Mean of the sorted values but for cut ones at each end. */
static double middle_mean(double *value, size_t n, size_t cut)
{
    double sum = 0;
    alm_sort_numbers(value, n);
    for (size_t i = cut; i < n - cut; i++)
        sum += value[i] / (double)(n - 2 * cut);
    return sum;
}

static double median(double *value, const double *weight, size_t n, const struct alm_config *config)
{
    (void)weight, (void)config;
    return middle_mean(value, n, (n - 1) / 2);
}

static double trimmed_mean(double *value, const double *weight, size_t n, const struct alm_config *config)
{
    (void)weight;
    const size_t cut = (size_t)(alm_config_real(config, "share") * (double)n);
    return middle_mean(value, n, 2 * cut < n ? cut : (n - 1) / 2);
}

static const struct alm_combination_rule rule_average = {weighted_mean, NULL}, rule_median = {median, NULL},
                                         rule_trimmed = {trimmed_mean, NULL},
                                         rule_inverse = {weighted_mean, alm_weigh_inverse},
                                         rule_stack = {weighted_mean, alm_weigh_stack},
                                         rule_best = {weighted_mean, alm_weigh_best},
                                         rule_hedge = {weighted_mean, alm_weigh_hedge};

/* ---- options ---- */

static const struct alm_option plain_options[] = {OF, {0}};

static const struct alm_option trimmed_options[] = {
    OF,
    {.name = "share",
     .help = "share of the members that is left out at each end, rounded down",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.2",
     .minimum = 0,
     .maximum = 0.5},
    {0},
};

static const struct alm_option inverse_options[] = {
    OF,
    LEARNING("3"),
    {.name = "power",
     .help = "of the inverse of the mean squared error; 0.5 is the inverse of its root",
     .kind = ALM_OPTION_REAL,
     .fallback = "1",
     .minimum = 0,
     .maximum = 20},
    {0},
};

static const struct alm_option stack_options[] = {
    OF,
    LEARNING("3"),
    {.name = "shrink",
     .help = "draws the weights to equal ones: 0 not at all, 1 wholly",
     .kind = ALM_OPTION_REAL,
     .fallback = "0",
     .minimum = 0,
     .maximum = 1},
    {0},
};

static const struct alm_option best_options[] = {OF, LEARNING("1"), {0}};

static const struct alm_option hedge_options[] = {
    OF,
    LEARNING("1"),
    {.name = "rate",
     .help = "how fast weight moves; default: sqrt(8 log(members) / folds)",
     .kind = ALM_OPTION_REAL,
     .minimum = 0,
     .maximum = 1000},
    {0},
};

/* ---- types ---- */

/* What all combinations have. */
#define COMMON                                                                                               \
    .traits = ALM_TRAIT_COMBINATION | ALM_TRAIT_GLOBAL | ALM_TRAIT_QUANTILES | ALM_TRAIT_MISSING,            \
    .create = alm_combination_create, .minimum_history = alm_combination_minimum_history,                    \
    .save = alm_combination_save, .load = alm_combination_load, .free = alm_combination_free,                \
    .describe = alm_combination_describe

#define FPP "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 13.4"

const struct alm_forecaster_type alm_average = {
    .name = "average",
    .summary = "the mean of its members' forecasts",
    .use = "Hard to beat when the members differ and none is far worse than the others.",
    .reference = "Bates & Granger (1969), Operational Research Quarterly 20; " FPP
                 "; quantiles level by level: Lichtendahl, Grushka-Cockayne & Winkler (2013), Management "
                 "Science 59",
    .options = plain_options,
    .rule = &rule_average,
    COMMON,
};

const struct alm_forecaster_type alm_median = {
    .name = "median",
    .summary = "the median of its members' forecasts",
    .use = "Like average, but one member that goes astray does no harm. Needs three members or more.",
    .reference = "Petropoulos & Svetunkov (2020), International Journal of Forecasting 36; " FPP,
    .options = plain_options,
    .rule = &rule_median,
    COMMON,
};

const struct alm_forecaster_type alm_trimmed = {
    .name = "trimmed",
    .summary = "the mean of its members' forecasts without the largest and smallest ones",
    .use = "Between average and median, for five members or more.",
    .reference = "Jose & Winkler (2008), International Journal of Forecasting 24",
    .options = trimmed_options,
    .rule = &rule_trimmed,
    COMMON,
};

const struct alm_forecaster_type alm_inverse_error = {
    .name = "inverse-error",
    .summary = "a mean weighted by the inverse of the members' squared errors in inner folds",
    .use = "When members differ in accuracy, and the history is too short to learn weights one by one.",
    .reference =
        "Bates & Granger (1969), Operational Research Quarterly 20; Stock & Watson (2004), Journal of "
        "Forecasting 23",
    .options = inverse_options,
    .rule = &rule_inverse,
    COMMON,
};

const struct alm_forecaster_type alm_stack = {
    .name = "stack",
    .summary = "a mean with the weights that would have been best in inner folds",
    .use = "When members make errors of opposite sign; with few folds pool=all or shrink keep it from "
           "chasing noise.",
    .reference =
        "Wolpert (1992), Neural Networks 5; Breiman (1996), Machine Learning 24; weights that are not "
        "negative and add up to 1: Granger & Ramanathan (1984), Journal of Forecasting 3",
    .options = stack_options,
    .rule = &rule_stack,
    COMMON,
};

const struct alm_forecaster_type alm_best = {
    .name = "best",
    .summary = "the member that had the least squared error in inner folds",
    .use = "To choose a forecaster for each series by past errors, never by the points that are scored.",
    .reference = "Fildes (1989), Management Science 35",
    .options = best_options,
    .rule = &rule_best,
    COMMON,
};

const struct alm_forecaster_type alm_hedge = {
    .name = "hedge",
    .summary = "a mean whose weights follow the members' losses from inner fold to inner fold",
    .use = "When the best member changes with time; the regret against the best one is bounded.",
    .reference = "Vovk (1990), COLT; Freund & Schapire (1997), Journal of Computer and System Sciences 55; "
                 "Cesa-Bianchi & Lugosi (2006), Prediction, Learning, and Games, section 2.2",
    .options = hedge_options,
    .rule = &rule_hedge,
    COMMON,
};
