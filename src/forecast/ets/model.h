/* Exponential smoothing in state space form: a level, which may have a slope and seasonal states, each
 * corrected by a share of the error of every step (Hyndman, Koehler, Ord & Snyder 2008, Forecasting with
 * Exponential Smoothing, chapters 2 and 5). With l, b, s the states before a step and f the forecast of one
 * step:
 *
 *     q = l + phi b        (l without a slope; phi is 1 unless damped)
 *     season none:            f = q      l' = q + alpha (y - f)        b' = phi b + beta (y - f)
 *     season additive:        f = q + s  likewise                      s' = s + gamma (y - f)
 *     season multiplicative:  f = q s    l' = q + alpha (y - f) / s    b' = phi b + beta (y - f) / s
 *                                        s' = s + gamma (y - f) / q
 *
 * The error is y - f, or (y - f) / f where it is multiplicative: the states of the two are the same, their
 * likelihoods are not. Of the thirty models of that book these are fifteen: slopes that multiply explode, and
 * an additive error divides by seasons near zero. */
#ifndef ALM_FORECAST_ETS_MODEL_H
#define ALM_FORECAST_ETS_MODEL_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_ets_trend { ALM_ETS_NO_TREND, ALM_ETS_TREND, ALM_ETS_DAMPED };
enum alm_ets_season { ALM_ETS_NO_SEASON, ALM_ETS_ADDITIVE, ALM_ETS_MULTIPLICATIVE };

struct alm_ets_model {
    bool relative; /* multiplicative error: takes positive data alone */
    enum alm_ets_trend trend;
    enum alm_ets_season season;
    size_t m; /* season length in bars; 1 without a season */
};

/* The fifteen: X(trend, season, relative). */
#define ALM_ETS_MODELS(X)                                                                                    \
    X(ALM_ETS_NO_TREND, ALM_ETS_NO_SEASON, false)                                                            \
    X(ALM_ETS_TREND, ALM_ETS_NO_SEASON, false)                                                               \
    X(ALM_ETS_DAMPED, ALM_ETS_NO_SEASON, false)                                                              \
    X(ALM_ETS_NO_TREND, ALM_ETS_ADDITIVE, false)                                                             \
    X(ALM_ETS_TREND, ALM_ETS_ADDITIVE, false)                                                                \
    X(ALM_ETS_DAMPED, ALM_ETS_ADDITIVE, false)                                                               \
    ALM_ETS_RELATIVE_MODELS(X)
#define ALM_ETS_RELATIVE_MODELS(X)                                                                           \
    X(ALM_ETS_NO_TREND, ALM_ETS_NO_SEASON, true)                                                             \
    X(ALM_ETS_TREND, ALM_ETS_NO_SEASON, true)                                                                \
    X(ALM_ETS_DAMPED, ALM_ETS_NO_SEASON, true)                                                               \
    X(ALM_ETS_NO_TREND, ALM_ETS_ADDITIVE, true)                                                              \
    X(ALM_ETS_TREND, ALM_ETS_ADDITIVE, true)                                                                 \
    X(ALM_ETS_DAMPED, ALM_ETS_ADDITIVE, true)                                                                \
    X(ALM_ETS_NO_TREND, ALM_ETS_MULTIPLICATIVE, true)                                                        \
    X(ALM_ETS_TREND, ALM_ETS_MULTIPLICATIVE, true)                                                           \
    X(ALM_ETS_DAMPED, ALM_ETS_MULTIPLICATIVE, true)

/* A constant that says which one. */
#define ALM_ETS_CODE(trend, season, relative) (((trend)*3 + (season)) * 2 + (relative))

/* Appends the model in the letters of error, trend and season: "AAdN". */
void alm_ets_model_write(const struct alm_ets_model *model, struct alm_text *out);

/* Numbers that are estimated when nothing is given: smoothing parameters and first states (the last seasonal
 * one follows from the others). */
size_t alm_ets_model_size(const struct alm_ets_model *model);

/* How the states follow the errors. beta, gamma and phi count only in a model that has them. */
struct alm_ets_weights {
    double alpha, beta, gamma, phi;
};

/* season[t % m] is what step t uses, t = 0 for the first value. */
struct alm_ets_state {
    double level, slope;
    double *season; /* [m]; NULL without a season */
};

/* What the likelihood is made of. */
struct alm_ets_sums {
    double squares; /* of the errors, relative ones where the model's are */
    double logs;    /* of |f|, where errors are relative; else 0 */
};

/* Goes over y [n] from state, which becomes the state after it (season keeps its places: t = n is next).
 * fitted [n] may be NULL. False when the states leave where the model is defined (a forecast or a season that
 * is not positive under multiplication) or overflow. */
bool alm_ets_filter(struct alm_ets_sums *sums, double *fitted, struct alm_ets_state *state,
                    const struct alm_ets_model *model, const struct alm_ets_weights *weights, const double *y,
                    size_t n);

/* -2 log likelihood without its constants, n log(sum e^2) + 2 sum log |f| (section 5.1 of the book; R's
 * forecast prints it times -1/2). */
double alm_ets_likelihood(const struct alm_ets_sums *sums, size_t n);

/* Whether old values lose their influence on forecasts, for weights with 0 <= beta <= alpha <= 1 and 0 <=
 * gamma <= 1 - alpha: there it is in doubt for a season with a slope alone, and the roots of the polynomial
 * in chapter 10 of the book decide, which must lie within 1.00001. Found without the roots, by the recursion
 * of Schur and Cohn. scratch is [m + 2]. */
bool alm_ets_admissible(const struct alm_ets_model *model, const struct alm_ets_weights *weights,
                        double *scratch);

#endif
