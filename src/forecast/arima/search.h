/* The stepwise search for an ARIMA model of Hyndman & Khandakar (2008), Journal of Statistical Software
 * 27(3). */
#ifndef ALM_FORECAST_ARIMA_SEARCH_H
#define ALM_FORECAST_ARIMA_SEARCH_H

#include "base/hooks.h"
#include "forecast/arima/fit.h"

enum alm_arima_constant { ALM_ARIMA_MAYBE, ALM_ARIMA_WITHOUT, ALM_ARIMA_WITH };

struct alm_arima_limits {
    size_t max_p, max_q, max_P, max_Q;
    size_t max_order;  /* p + q + P + Q, of a search without steps */
    size_t max_models; /* that steps may fit */
    bool stepwise;
    bool approximate; /* search by conditional least squares and fit only the best by method */
    enum alm_arima_criterion criterion;
    enum alm_arima_constant constant; /* only d + D <= 1 can have one */
    enum alm_arima_method method;
};

/* The model with the least criterion among those whose roots are 1.01 or more in size. Starts from
 * (2,d,2)(1,D,1), (0,d,0)(0,D,0) with and without constant, (1,d,0)(1,D,0) and (0,d,1)(0,D,1), within the
 * limits; steps change P, Q, p and q by 1, one or both of a pair, and the constant, and the first that is
 * better is taken. ALM_INTERRUPTED when cancel says so. */
enum alm_status alm_arima_search(struct alm_arima_fit *out, const struct alm_arima_series *series,
                                 const struct alm_arima_limits *limits, const struct alm_cancel *cancel,
                                 struct alm_error *error);

#endif
