/* What the options of the arima forecaster say. */
#ifndef ALM_FORECAST_ARIMA_OPTIONS_H
#define ALM_FORECAST_ARIMA_OPTIONS_H

#include "base/option.h"
#include "forecast/arima/search.h"

extern const struct alm_option alm_arima_option_table[];

enum alm_arima_approximation { ALM_ARIMA_APPROXIMATE_LONG, ALM_ARIMA_EXACT, ALM_ARIMA_APPROXIMATE };

struct alm_arima_options {
    bool fixed;                   /* order or seasonal were given: no search */
    struct alm_arima_order order; /* of a fixed model; season 0 = the series' own */
    size_t season;                /* 0 = the series' own */
    bool has_d, has_D;            /* whether a search's differences are given */
    size_t d, D;                  /* or the most that may be chosen */
    enum alm_arima_approximation approximation;
    struct alm_arima_limits limits; /* of a search; method and constant also of a fixed model */
};

/* ALM_USAGE for orders that cannot be read, are too large or contradict each other. */
enum alm_status alm_arima_options_read(struct alm_arima_options *out, const struct alm_config *config,
                                       struct alm_error *error);

#endif
