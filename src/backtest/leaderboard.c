/* Ranks and the comparison with naive. */
#include "backtest/evaluation.h"
#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Fewest series for a test over series. */
#define SERIES_MINIMUM 20

/* The losses of one forecaster and of naive, paired: only where both have one. */
struct pairs {
    double *by_fold;          /* [n_folds] mean difference of each fold that has one, in order */
    double *by_series;        /* [n_series] sum of differences */
    size_t *count;            /* [n_series] of so many */
    size_t n_folds, n_series; /* with any */
    double loss, naive_loss;  /* sums over folds */
};

static enum alm_status pairs_init(struct pairs *pairs, const struct alm_evaluation *e,
                                  struct alm_error *error)
{
    *pairs = (struct pairs){0};
    ALM_TRY(ALM_NEW(&pairs->by_fold, e->n_folds, error));
    ALM_TRY(ALM_NEW(&pairs->by_series, e->n_series, error));
    return ALM_NEW(&pairs->count, e->n_series, error);
}

static void pairs_clear(struct pairs *pairs)
{
    free(pairs->by_fold);
    free(pairs->by_series);
    free(pairs->count);
}

static void add_fold(struct pairs *pairs, const struct alm_evaluation *e, size_t forecaster, size_t fold)
{
    const double *own = &e->loss[(forecaster * e->n_folds + fold) * e->n_series];
    const double *naive = &e->loss[(e->naive * e->n_folds + fold) * e->n_series];
    const double *scale = &e->scale[fold * e->n_series];
    double sum = 0, naive_sum = 0;
    const bool of_classes = alm_evaluation_is_of_classes(e, forecaster);
    size_t n = 0;
    if (of_classes != alm_evaluation_is_of_classes(e, e->naive)) return;
    for (size_t s = 0; s < e->n_series; s++) {
        const double by = e->n_series > 1 && !of_classes ? scale[s] : 1;
        if (isnan(own[s]) || isnan(naive[s]) || !(by > 0)) continue;
        sum += own[s] / by;
        naive_sum += naive[s] / by;
        pairs->n_series += pairs->count[s] == 0;
        pairs->by_series[s] += own[s] / by - naive[s] / by;
        pairs->count[s]++;
        n++;
    }
    if (n == 0) return;
    pairs->by_fold[pairs->n_folds++] = (sum - naive_sum) / (double)n;
    pairs->loss += sum / (double)n;
    pairs->naive_loss += naive_sum / (double)n;
}

/* Wilcoxon over the mean difference of each series; by_series is used up. */
static enum alm_status test_series(struct alm_test *out, struct pairs *pairs, size_t n_series,
                                   struct alm_error *error)
{
    size_t n = 0;
    for (size_t s = 0; s < n_series; s++)
        if (pairs->count[s] > 0) pairs->by_series[n++] = pairs->by_series[s] / (double)pairs->count[s];
    return alm_wilcoxon_test(out, pairs->by_series, n, error);
}

static enum alm_status compare(struct alm_leader *leader, const struct alm_evaluation *e,
                               struct alm_error *error)
{
    struct pairs pairs;
    enum alm_status status = pairs_init(&pairs, e, error);
    for (size_t fold = 0; status == ALM_OK && fold < e->n_folds; fold++)
        add_fold(&pairs, e, leader->forecaster, fold);
    leader->h = (e->horizon - 1) / e->step + 1;
    leader->n_origins = pairs.n_folds;
    leader->n_series = pairs.n_series;
    leader->skill = pairs.naive_loss > 0 ? 1 - pairs.loss / pairs.naive_loss : (double)NAN;
    leader->test = (struct alm_test){.statistic = NAN, .p_better = NAN, .p_two_sided = NAN};
    if (status == ALM_OK && leader->forecaster != e->naive) {
        if (pairs.n_folds >= alm_dm_minimum(leader->h))
            leader->test = alm_dm_test(pairs.by_fold, pairs.n_folds, leader->h);
        else if (pairs.n_series >= SERIES_MINIMUM)
            status = test_series(&leader->test, &pairs, e->n_series, error);
    }
    pairs_clear(&pairs);
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

enum alm_status alm_evaluation_leaderboard(const struct alm_evaluation *evaluation, struct alm_leader *out,
                                           struct alm_error *error)
{
    struct place *place;
    enum alm_status status = ALM_OK;
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
