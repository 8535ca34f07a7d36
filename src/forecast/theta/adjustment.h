/* A series without its season, as theta and naive2 see it: options that say how it is taken out, and normal
 * forecasts of the rest with the season put back. */
#ifndef ALM_FORECAST_ADJUSTMENT_H
#define ALM_FORECAST_ADJUSTMENT_H

#include "forecast/forecaster.h"
#include "forecast/theta/decomposition.h"

/* The rows of an option table that alm_adjusted_init reads. */
#define ALM_ADJUSTMENT_OPTIONS                                                                               \
    {.name = "season",                                                                                       \
     .help = "season length in bars; default: the series' own",                                              \
     .kind = ALM_OPTION_INTEGER,                                                                             \
     .minimum = 1,                                                                                           \
     .maximum = 1e6},                                                                                        \
        {.name = "test",                                                                                     \
         .help =                                                                                             \
             "acf: the season is taken out where its autocorrelation is significant (90 %); none: always",   \
         .kind = ALM_OPTION_CHOICE,                                                                          \
         .fallback = "acf",                                                                                  \
         .choices = "acf|none"},                                                                             \
    {                                                                                                        \
        .name = "decomposition",                                                                             \
        .help = "how: multiplicative, additive, none, or auto: multiplicative where all values and indices " \
                "are above 0",                                                                               \
        .kind = ALM_OPTION_CHOICE, .fallback = "auto", .choices = "auto|multiplicative|additive|none"        \
    }

/* Start from alm_adjusted_init. */
struct alm_adjusted {
    double *y; /* [n] without the season */
    size_t n;
    struct alm_adjustment season;
};

/* Takes the season of a series without NaN out. Fewer than three seasons have none to take. ALM_DATA when a
 * multiplicative decomposition is asked for and values are not above 0. */
enum alm_status alm_adjusted_init(struct alm_adjusted *out, const struct alm_config *config,
                                  const struct alm_history_series *series, struct alm_error *error);
void alm_adjusted_clear(struct alm_adjusted *adjusted);

/* Writes step (from 0) of out's only series: mean and normal quantiles of what is without season, with it put
 * back. */
void alm_adjusted_put(struct alm_forecast *out, size_t step, const struct alm_adjusted *adjusted, double mean,
                      double sd);

#endif
