/* Weights from the errors of inner folds. */
#include "forecast/combination/learn.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* One call of learning: the members that have records, and the series where all of them do. */
struct task {
    const struct alm_learning *learning;
    size_t from, to, before;
    size_t n;                        /* members that have records */
    size_t member[ALM_MEMBERS_MOST]; /* [n] which they are */
    double *scale;                   /* [to - from] of a series' errors; 0: it is left out */
    double *error;                   /* room for all points */
    size_t *fold;
};

static const struct alm_inner_record *record_of(const struct task *t, size_t series, size_t k)
{
    return t->learning->record[series * t->learning->n_members + t->member[k]];
}

static void find_members(struct task *t)
{
    for (size_t k = 0; k < t->learning->n_members; k++)
        for (size_t s = t->from; s < t->to; s++)
            if (t->learning->record[s * t->learning->n_members + k] != NULL) {
                t->member[t->n++] = k;
                break;
            }
}

/* Whether all members have a record of the series. */
static bool is_complete(const struct task *t, size_t series)
{
    for (size_t k = 0; k < t->n; k++)
        if (record_of(t, series, k) == NULL) return false;
    return true;
}

/* Writes the errors at one point; false where an actual or a forecast is missing. */
static bool point_errors(double *out, const struct task *t, size_t series, size_t fold, size_t step)
{
    for (size_t k = 0; k < t->n; k++) {
        const struct alm_inner_record *r = record_of(t, series, k);
        if (fold >= r->folds || step >= r->horizon) return false;
        out[k] = r->actual[fold * r->horizon + step] - r->mean[fold * r->horizon + step];
        if (!isfinite(out[k])) return false;
    }
    return true;
}

/* Whether all steps of the fold were known at the origin of fold before. */
static bool is_known(const struct task *t, const struct alm_inner_record *r, size_t fold)
{
    return t->before == SIZE_MAX || fold * r->stride + r->horizon <= t->before * r->stride;
}

/* Root of the mean square of all errors of a series; 1 when it stands alone. */
static double scale_of(const struct task *t, size_t series)
{
    double e[ALM_MEMBERS_MOST], sum = 0;
    size_t n = 0;
    if (!is_complete(t, series)) return 0;
    if (t->to - t->from == 1) return 1;
    const struct alm_inner_record *r = record_of(t, series, 0);
    for (size_t j = 0; j < r->folds && is_known(t, r, j); j++)
        for (size_t h = 0; h < r->horizon; h++)
            for (size_t k = 0; point_errors(e, t, series, j, h) && k < t->n; k++, n++)
                sum += e[k] * e[k];
    return n == 0 || !isfinite(sum) ? 0 : sqrt(sum / (double)n);
}

/* The errors of one group of steps, oldest fold first; returns how many points there are. */
static size_t gather(const struct task *t, size_t group, size_t most_folds)
{
    const struct alm_combination *c = t->learning->combination;
    size_t n = 0;
    for (size_t j = 0; j < most_folds; j++)
        for (size_t s = t->from; s < t->to; s++) {
            if (!(t->scale[s - t->from] > 0)) continue;
            const struct alm_inner_record *r = record_of(t, s, 0);
            if (j >= r->folds || !is_known(t, r, j)) continue;
            for (size_t h = 0; h < r->horizon; h++) {
                double *e = &t->error[n * t->n];
                if (alm_combination_group(c, h) != group || !point_errors(e, t, s, j, h)) continue;
                for (size_t k = 0; k < t->n; k++)
                    e[k] /= t->scale[s - t->from];
                t->fold[n++] = j;
            }
        }
    return n;
}

static double divide_by_largest(double *e, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(e[i]));
    for (size_t i = 0; largest > 0 && i < n; i++)
        e[i] /= largest;
    return largest;
}

static enum alm_status learn_group(double *weight, bool *learnt, const struct task *t, size_t group,
                                   size_t most_folds, struct alm_error *error)
{
    double w[ALM_MEMBERS_MOST];
    const struct alm_member_errors errors = {t->n, gather(t, group, most_folds), t->error, t->fold};
    for (size_t k = 0; k < t->n; k++)
        w[k] = 1 / (double)t->n;
    if (errors.n_points > 0) *learnt = true;
    if (errors.n_points > 0 && divide_by_largest(t->error, errors.n_points * t->n) > 0)
        ALM_TRY(t->learning->rule->weigh(w, &errors, t->learning->combination->config, error));
    for (size_t k = 0; k < t->n; k++)
        weight[t->member[k]] = w[k];
    return ALM_OK;
}

static enum alm_status learn(double *weight, bool *learnt, struct task *t, struct alm_error *error)
{
    const struct alm_combination *c = t->learning->combination;
    size_t n_points = 0, n_errors, most_folds = 0;
    ALM_TRY(ALM_NEW(&t->scale, t->to - t->from, error));
    for (size_t s = t->from; s < t->to; s++) {
        t->scale[s - t->from] = scale_of(t, s);
        if (!(t->scale[s - t->from] > 0)) continue;
        const struct alm_inner_record *r = record_of(t, s, 0);
        if (r->folds > most_folds) most_folds = r->folds;
        n_points += r->folds * r->horizon;
    }
    if (!alm_multiply(&n_errors, n_points, t->n))
        return alm_fail(error, ALM_NOMEM, "the errors of %zu members do not fit into memory", t->n);
    ALM_TRY(ALM_NEW(&t->error, n_errors, error));
    ALM_TRY(ALM_NEW(&t->fold, n_points, error));
    for (size_t g = 0; g < c->groups; g++)
        ALM_TRY(learn_group(weight + g * c->n_members, learnt, t, g, most_folds, error));
    return ALM_OK;
}

enum alm_status alm_combination_learn(double *weight, bool *learnt, const struct alm_learning *learning,
                                      size_t from, size_t to, size_t before, struct alm_error *error)
{
    const struct alm_combination *c = learning->combination;
    struct task t = {.learning = learning, .from = from, .to = to, .before = before};
    *learnt = false;
    find_members(&t);
    for (size_t i = 0; i < c->groups * c->n_members; i++)
        weight[i] = t.n == 0 ? 1 / (double)c->n_members : 0;
    if (t.n == 0) return ALM_OK;
    const enum alm_status status = learn(weight, learnt, &t, error);
    free(t.scale);
    free(t.error);
    free(t.fold);
    return status;
}
