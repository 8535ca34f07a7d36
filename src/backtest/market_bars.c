#include "backtest/market_bars.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Prices in time order. Stretches that no origin joins are told apart. */
struct path {
    size_t n;
    int64_t *time;
    double *price;
    size_t *stretch;   /* [n] */
    size_t *execution; /* [folds] index of the bar where a fold's decision is executed; NOWHERE */
};

static const size_t NOWHERE = (size_t)-1;

static void clear_path(struct path *path)
{
    free(path->time);
    free(path->price);
    free(path->stretch);
    free(path->execution);
}

static enum alm_status make_path(struct path *path, const struct alm_market_folds *folds,
                                 struct alm_error *error)
{
    size_t cells;
    if (!alm_multiply(&cells, folds->n, folds->horizon)) return alm_fail(error, ALM_NOMEM, "too many bars");
    ALM_TRY(ALM_NEW(&path->time, cells, error));
    ALM_TRY(ALM_NEW(&path->price, cells, error));
    ALM_TRY(ALM_NEW(&path->stretch, cells, error));
    return ALM_NEW(&path->execution, folds->n, error);
}

/* Adds the bars of a fold that are new. */
static void add_bars(struct path *path, size_t stretch, const int64_t *time, const double *price,
                     size_t horizon)
{
    for (size_t i = 0; i < horizon; i++) {
        if (isnan(price[i]) || (path->n > 0 && time[i] <= path->time[path->n - 1])) continue;
        path->time[path->n] = time[i];
        path->price[path->n] = price[i];
        path->stretch[path->n++] = stretch;
    }
}

static void fill_path(struct path *path, const struct alm_market_folds *folds)
{
    size_t stretch = 0, at = 0;
    for (size_t f = 0; f < folds->n; f++) {
        const int64_t *time = &folds->time[f * folds->horizon];
        path->execution[f] = NOWHERE;
        if (!folds->known[f]) continue;
        if (path->n > 0 && folds->origin[f] > path->time[path->n - 1]) stretch++;
        add_bars(path, stretch, time, &folds->price[f * folds->horizon], folds->horizon);
        while (at < path->n && path->time[at] < time[0])
            at++;
        if (at < path->n) path->execution[f] = at;
    }
}

/* The fold after f whose decision is executed, n: none. */
static size_t next_executed(const struct path *path, size_t f, size_t n)
{
    while (++f < n && path->execution[f] == NOWHERE)
        continue;
    return f;
}

/* The bar up to which the decision of a fold is held. */
static size_t end_of(const struct path *path, size_t f, size_t n)
{
    const size_t start = path->execution[f], next = next_executed(path, f, n);
    if (next < n && path->stretch[path->execution[next]] == path->stretch[start])
        return path->execution[next];
    size_t end = start;
    while (end + 1 < path->n && path->stretch[end + 1] == path->stretch[start])
        end++;
    return end;
}

static void hold(struct alm_market_bars *out, const struct path *path, size_t f, size_t end)
{
    struct alm_money_bars *bars = &out->bars;
    const size_t start = path->execution[f];
    const bool opens = bars->n == 0 || path->time[start] != out->last;
    if (end == start) return;
    if (bars->n == 0) out->first = path->time[start];
    for (size_t k = start + 1; k <= end; k++) {
        bars->change[bars->n] = path->price[k] / path->price[k - 1] - 1;
        bars->decision[bars->n] = out->n_decisions;
        bars->opens[bars->n++] = opens && k == start + 1;
    }
    out->held += path->time[end] - path->time[start];
    out->last = path->time[end];
    out->fold[out->n_decisions++] = f;
}

static enum alm_status make_bars(struct alm_market_bars *out, const struct path *path, size_t n_folds,
                                 struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&out->bars.change, path->n, error));
    ALM_TRY(ALM_NEW(&out->bars.decision, path->n, error));
    ALM_TRY(ALM_NEW(&out->bars.opens, path->n, error));
    ALM_TRY(ALM_NEW(&out->fold, n_folds, error));
    for (size_t f = 0; f < n_folds; f++)
        if (path->execution[f] != NOWHERE) hold(out, path, f, end_of(path, f, n_folds));
    return ALM_OK;
}

enum alm_status alm_market_bars_make(struct alm_market_bars *out, const struct alm_market_folds *folds,
                                     struct alm_error *error)
{
    struct path path = {0};
    enum alm_status status = make_path(&path, folds, error);
    if (status == ALM_OK) {
        fill_path(&path, folds);
        status = make_bars(out, &path, folds->n, error);
    }
    clear_path(&path);
    return status;
}

void alm_market_bars_clear(struct alm_market_bars *bars)
{
    free(bars->bars.change);
    free(bars->bars.decision);
    free(bars->bars.opens);
    free(bars->fold);
    *bars = (struct alm_market_bars){0};
}
