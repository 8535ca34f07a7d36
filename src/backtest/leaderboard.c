/* Ranks and the comparison with naive. */
#include "backtest/evaluation.h"
#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Fewest series for a test over series. */
#define SERIES_MINIMUM 20

/* Diebold-Mariano over origins, with too few of them Wilcoxon over series; d has room for both. */
static enum alm_status test(struct alm_leader *leader, double *d, const struct alm_fold_losses *losses,
                            size_t naive, struct alm_error *error)
{
    leader->n_series = alm_fold_losses_by_series(d, losses, leader->forecaster, naive);
    if (leader->forecaster == naive) return ALM_OK;
    if (leader->n_origins < alm_dm_minimum(leader->h))
        return leader->n_series < SERIES_MINIMUM
                   ? ALM_OK
                   : alm_wilcoxon_test(&leader->test, d, leader->n_series, error);
    alm_fold_losses_by_fold(d, losses, leader->forecaster, naive);
    leader->test = alm_dm_test(d, leader->n_origins, leader->h);
    return ALM_OK;
}

static enum alm_status compare(struct alm_leader *leader, const struct alm_evaluation *e,
                               struct alm_error *error)
{
    const struct alm_fold_losses *losses = e->losses;
    const double own = losses->own_sum[leader->forecaster], naive = losses->rival_sum[leader->forecaster];
    double *d;
    ALM_TRY(ALM_NEW(&d, e->n_folds + e->n_series, error));
    leader->h = (e->horizon - 1) / e->step + 1;
    leader->n_origins = alm_fold_losses_by_fold(d, losses, leader->forecaster, e->naive);
    leader->skill = naive > 0 ? 1 - own / naive : (double)NAN;
    leader->test = (struct alm_test){.statistic = NAN, .p_better = NAN, .p_two_sided = NAN};
    const enum alm_status status = test(leader, d, losses, e->naive, error);
    free(d);
    return status;
}

static void fill_metrics(struct alm_leader *leader, const struct alm_evaluation *e)
{
    const struct {
        double *value;
        const char *code;
    } columns[] = {
        {&leader->mae, "mae"},
        {&leader->rmse, "rmse"},
        {&leader->smape, "smape"},
        {&leader->mase, "mase"},
        {&leader->rmsse, "rmsse"},
        {&leader->coverage_80, "coverage_80"},
        {&leader->coverage_95, "coverage_95"},
        {&leader->crps, "crps"},
        {&leader->log_loss, "log_loss"},
        {&leader->brier, "brier"},
        {&leader->accuracy, "accuracy"},
        {&leader->balanced_accuracy, "balanced_accuracy"},
    };
    size_t n;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        *columns[i].value = alm_evaluation_find(e, leader->forecaster, ALM_ALL, ALM_ALL, columns[i].code, &n);
}

struct place {
    bool other; /* forecasts something else than naive does */
    bool incomplete;
    double loss; /* INFINITY when there is none */
    struct alm_leader leader;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->other != y->other) return x->other ? 1 : -1;
    if (x->incomplete != y->incomplete) return x->incomplete ? 1 : -1;
    if (x->loss != y->loss) return x->loss < y->loss ? -1 : 1;
    return x->leader.forecaster < y->leader.forecaster ? -1 : 1; /* ties keep the order of the run */
}

static enum alm_status fill(struct place *place, const struct alm_evaluation *e, size_t forecaster,
                            struct alm_error *error)
{
    struct alm_leader *leader = &place->leader;
    const struct alm_forecaster_total *total = &e->total[forecaster];
    *leader = (struct alm_leader){.forecaster = forecaster,
                                  .n_rows = total->n_rows,
                                  .n_failed = total->n_failed,
                                  .fit_seconds = total->fit_seconds};
    fill_metrics(leader, e);
    const bool of_classes = alm_evaluation_is_of_classes(e, forecaster);
    const double loss = of_classes ? leader->log_loss : e->n_series > 1 ? leader->mase : leader->mae;
    place->other = of_classes != alm_evaluation_is_of_classes(e, e->naive) && total->n_rows > 0;
    place->loss = isnan(loss) ? (double)INFINITY : loss;
    place->incomplete = total->n_failed > 0;
    return compare(leader, e, error);
}

enum alm_status alm_evaluation_leaderboard(struct alm_evaluation *evaluation, struct alm_leader *out,
                                           struct alm_error *error)
{
    struct place *place;
    enum alm_status status = ALM_OK;
    alm_fold_losses_close(evaluation->losses);
    ALM_TRY(ALM_NEW(&place, evaluation->n_forecasters, error));
    for (size_t i = 0; status == ALM_OK && i < evaluation->n_forecasters; i++)
        status = fill(&place[i], evaluation, i, error);
    if (status == ALM_OK) {
        qsort(place, evaluation->n_forecasters, sizeof *place, compare_places);
        for (size_t i = 0; i < evaluation->n_forecasters; i++) {
            out[i] = place[i].leader;
            out[i].rank = i + 1;
        }
    }
    free(place);
    return status;
}
