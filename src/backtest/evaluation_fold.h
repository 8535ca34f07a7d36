/* Losses of the leaderboard by origin and by series. Only the fold under way is kept row by row: when its
 * last row is in, its losses are compared, and what is left of a fold is a number a pair of forecasters and
 * one a forecaster. Not for other rooms. */
#ifndef ALM_BACKTEST_EVALUATION_FOLD_H
#define ALM_BACKTEST_EVALUATION_FOLD_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* A loss is the mean absolute error over the steps, over several series by the MASE scale; of classes the
 * mean log loss. Pairs are those of forecasters one < other, and of naive with itself. "All" are those that
 * forecast numbers, or classes, as naive does. */
struct alm_fold_losses {
    size_t n_forecasters, n_series, n_folds, naive;

    size_t fold, next; /* under way (ALM_ALL: none); the least that may come */
    double *loss;      /* [n_forecasters][n_series] of the fold under way; NaN: none */
    bool *known;       /* [n_forecasters] has made a forecast */
    bool *counted;     /* [n_forecasters] has made one in the folds that are closed */
    bool *of_classes;  /* [n_forecasters] it was one of classes */

    double *difference;          /* [n_pairs][n_folds] mean over the series that both have; NaN: none */
    double *series_difference;   /* [n_pairs][n_series] sum over folds */
    size_t *series_count;        /* [n_pairs][n_series] of so many */
    double *own_sum, *rival_sum; /* [n_forecasters] over folds: mean losses where naive has one, too */
    double *common;              /* [n_common][n_forecasters] mean over the series that all have */
    size_t n_common;             /* folds with any such series */
    double *common_of_series;    /* [n_series][n_forecasters] sum over folds */
    size_t *common_series_count; /* [n_series] of so many */
};

enum alm_status alm_fold_losses_create(struct alm_fold_losses **out, size_t n_forecasters, size_t n_series,
                                       size_t n_folds, size_t naive, struct alm_error *error);
void alm_fold_losses_free(struct alm_fold_losses *losses);

/* Adds a loss (NaN: a forecast without any actual), scaled already. Folds must not fall: ALM_INTERNAL. */
enum alm_status alm_fold_losses_add(struct alm_fold_losses *losses, size_t forecaster, size_t fold,
                                    size_t series, double loss, bool of_classes, struct alm_error *error);
/* Closes the fold under way: before anything is read. */
void alm_fold_losses_close(struct alm_fold_losses *losses);

/* Mean differences one - other of each fold, or of each series, that has any, in order; d is [n_folds] or
 * [n_series]. Returns how many. None between numbers and classes. */
size_t alm_fold_losses_by_fold(double *d, const struct alm_fold_losses *losses, size_t one, size_t other);
size_t alm_fold_losses_by_series(double *d, const struct alm_fold_losses *losses, size_t one, size_t other);

#endif
