#include "forecast/arima/search.h"

#include "base/memory.h"
#include "forecast/arima/unit_root.h"

#include <math.h>
#include <stdlib.h>

enum { DIRECTIONS = 17 };
static const double least_root = 1.01;

struct candidate {
    struct alm_arima_order order;
    double criterion; /* infinite when it was refused */
    double rough;     /* of conditional least squares, which were a step of the fit */
};

struct search {
    const struct alm_arima_series *series;
    const struct alm_arima_limits *limits;
    const struct alm_cancel *cancel;
    enum alm_arima_method method;
    const struct search *before; /* whose rough criteria are those of this search; or NULL */
    struct candidate *tried;
    size_t n, capacity;
    struct alm_arima_fit best;
    double criterion; /* of best */
};

static const struct candidate *find_tried(const struct search *s, const struct alm_arima_order *order)
{
    for (size_t i = 0; i < s->n; i++)
        if (alm_arima_order_equal(&s->tried[i].order, order)) return &s->tried[i];
    return NULL;
}

static bool is_within(const struct search *s, const struct alm_arima_order *o)
{
    const struct alm_arima_limits *l = s->limits;
    return o->p <= l->max_p && o->q <= l->max_q && o->P <= l->max_P && o->Q <= l->max_Q;
}

/* The criterion of a fit, infinite when it is near to being not stationary or not invertible. */
static double criterion_of(const struct search *s, const struct alm_arima_fit *fit)
{
    const bool sound = fit->exists && alm_arima_least_root(&fit->model) >= least_root;
    return sound ? alm_arima_criterion(fit, s->limits->criterion) : (double)INFINITY;
}

static enum alm_status fit_model(struct candidate *out, struct search *s, double ceiling,
                                 struct alm_error *error)
{
    const struct alm_arima_aim aim = {s->method, s->limits->criterion, ceiling, least_root};
    struct alm_arima_fit fit, rough;
    if (alm_cancelled(s->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
    ALM_TRY(alm_arima_fit(&fit, &rough, s->series, &out->order, &aim, error));
    out->criterion = criterion_of(s, &fit);
    out->rough = criterion_of(s, &rough);
    if (out->criterion < s->criterion) s->best = fit;
    return ALM_OK;
}

/* The criterion of a model, which is fitted if it was not before, and kept if it is the best so far. One that
 * would be above ceiling need not be right. */
static enum alm_status try_model(double *criterion, struct search *s, const struct alm_arima_order *order,
                                 double ceiling, struct alm_error *error)
{
    struct candidate new = {.order = *order};
    const struct candidate *tried = find_tried(s, order);
    *criterion = tried != NULL ? tried->criterion : (double)INFINITY;
    if (!is_within(s, order) || tried != NULL) return ALM_OK;
    const struct candidate *known = s->before == NULL ? NULL : find_tried(s->before, order);
    if (known == NULL)
        ALM_TRY(fit_model(&new, s, ceiling, error));
    else
        new.criterion = known->rough;
    if (new.criterion < s->criterion) {
        s->best.model.order = *order;
        s->criterion = new.criterion;
    }
    ALM_TRY(alm_grow((void **)&s->tried, &s->capacity, s->n + 1, sizeof *s->tried, error));
    s->tried[s->n++] = new;
    *criterion = new.criterion;
    return ALM_OK;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static struct alm_arima_order order_of(const struct search *s, size_t p, size_t q, size_t P, size_t Q,
                                       bool constant)
{
    const struct alm_arima_limits *l = s->limits;
    return (struct alm_arima_order){.p = least(p, l->max_p),
                                    .d = s->series->d,
                                    .q = least(q, l->max_q),
                                    .P = least(P, l->max_P),
                                    .D = s->series->D,
                                    .Q = least(Q, l->max_Q),
                                    .season = s->series->season,
                                    .constant = constant};
}

static bool may_have_constant(const struct search *s)
{
    return s->limits->constant != ALM_ARIMA_WITHOUT && s->series->d + s->series->D <= 1;
}

static bool may_have_none(const struct search *s)
{
    return s->limits->constant != ALM_ARIMA_WITH || s->series->d + s->series->D > 1;
}

/* The models that a search starts from; the longest ones are left out of very short series. */
static enum alm_status try_starts(struct search *s, struct alm_error *error)
{
    const size_t most = s->series->n < 10 ? 1 : 2, seasonal = s->series->n < 10 ? 0 : 1;
    const bool constant = may_have_constant(s);
    const struct alm_arima_order starts[] = {
        order_of(s, most, most, seasonal, seasonal, constant), order_of(s, 0, 0, 0, 0, constant),
        order_of(s, 1, 0, 1, 0, constant), order_of(s, 0, 1, 0, 1, constant), order_of(s, 0, 0, 0, 0, false)};
    double criterion;
    for (size_t i = 0; i < sizeof starts / sizeof *starts - (may_have_none(s) ? 0 : 1); i++)
        ALM_TRY(try_model(&criterion, s, &starts[i], s->criterion, error));
    return ALM_OK;
}

/* The order that lies in one of the directions of a step; one that would be negative becomes too large. */
static struct alm_arima_order stepped(const struct alm_arima_order *from, size_t direction)
{
    static const int change[8][2] = {{-1, 0}, {0, -1}, {1, 0}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}};
    struct alm_arima_order o = *from;
    if (direction == DIRECTIONS - 1) {
        o.constant = !o.constant;
        return o;
    }
    const int *by = change[direction % 8];
    size_t *ar = direction < 8 ? &o.P : &o.p, *ma = direction < 8 ? &o.Q : &o.q;
    *ar += (size_t)by[0];
    *ma += (size_t)by[1];
    return o;
}

/* From the model at, takes the first step that is better, until there is none or max_models more were fitted.
 */
static enum alm_status climb(struct search *s, struct candidate at, struct alm_error *error)
{
    const size_t most = s->n + s->limits->max_models;
    size_t direction = 0;
    while (direction < DIRECTIONS && s->n < most) {
        struct candidate next = {.order = stepped(&at.order, direction++)};
        if (next.order.constant ? !may_have_constant(s) : !may_have_none(s)) continue;
        ALM_TRY(try_model(&next.criterion, s, &next.order, at.criterion, error));
        if (!(next.criterion < at.criterion)) continue;
        at = next;
        direction = 0;
    }
    return ALM_OK;
}

/* From the best of the starting models. */
static enum alm_status climb_from_starts(struct search *s, struct alm_error *error)
{
    ALM_TRY(try_starts(s, error));
    return climb(s, (struct candidate){.order = s->best.model.order, .criterion = s->criterion}, error);
}

static enum alm_status try_all(struct search *s, struct alm_error *error)
{
    const struct alm_arima_limits *l = s->limits;
    for (size_t i = 0; i < (l->max_p + 1) * (l->max_q + 1) * (l->max_P + 1) * (l->max_Q + 1) * 2; i++) {
        size_t rest = i / 2;
        const size_t p = rest % (l->max_p + 1), q = (rest /= l->max_p + 1) % (l->max_q + 1),
                     P = (rest /= l->max_q + 1) % (l->max_P + 1), Q = rest / (l->max_P + 1);
        const bool constant = i % 2 == 1;
        const struct alm_arima_order order = order_of(s, p, q, P, Q, constant);
        double criterion;
        if (p + q + P + Q > l->max_order || (constant ? !may_have_constant(s) : !may_have_none(s))) continue;
        ALM_TRY(try_model(&criterion, s, &order, s->criterion, error));
    }
    return ALM_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = ((const struct candidate *)a)->criterion, y = ((const struct candidate *)b)->criterion;
    return (x > y) - (x < y);
}

/* Fits the candidates of an approximate search, best first, until one is sound, and has s know it. */
static enum alm_status refit(struct search *s, struct search *approximate, struct alm_error *error)
{
    double criterion = (double)INFINITY;
    qsort(approximate->tried, approximate->n, sizeof *approximate->tried, compare);
    for (size_t i = 0; i < approximate->n && !isfinite(criterion); i++)
        if (isfinite(approximate->tried[i].criterion))
            ALM_TRY(try_model(&criterion, s, &approximate->tried[i].order, (double)INFINITY, error));
    return ALM_OK;
}

static void search_init(struct search *s, const struct search *like, enum alm_arima_method method)
{
    *s = (struct search){.series = like->series,
                         .limits = like->limits,
                         .cancel = like->cancel,
                         .method = method,
                         .criterion = (double)INFINITY};
    s->best.model.order = order_of(s, 0, 0, 0, 0, may_have_constant(s));
}

/* Goes on from where a search by conditional least squares ends. It takes another way, as such sums of
 * squares have other local minima than the likelihood. */
static enum alm_status follow_approximation(struct search *s, struct alm_error *error)
{
    struct search approximate;
    search_init(&approximate, s, ALM_ARIMA_CSS);
    if (s->method == ALM_ARIMA_CSS_ML) approximate.before = s;
    const size_t before = s->n;
    enum alm_status status =
        s->limits->stepwise ? climb_from_starts(&approximate, error) : try_all(&approximate, error);
    if (status == ALM_OK) status = refit(s, &approximate, error);
    if (status == ALM_OK && !s->limits->approximate && s->n > before)
        status = climb(s, s->tried[s->n - 1], error);
    free(approximate.tried);
    return status;
}

/* Takes a model whatever it is worth. */
static enum alm_status fit_plainly(struct search *s, const struct alm_arima_order *order,
                                   struct alm_error *error)
{
    const struct alm_arima_aim aim = {.method = s->method, .ceiling = (double)INFINITY};
    return alm_arima_fit(&s->best, NULL, s->series, order, &aim, error);
}

static enum alm_status run(struct search *s, struct alm_error *error)
{
    if (alm_is_constant(s->series->z, s->series->n_z, 1)) /* values are scaled to 1 */
        return fit_plainly(s, &s->best.model.order, error);
    if (!s->limits->stepwise && !s->limits->approximate) {
        ALM_TRY(try_all(s, error));
    } else {
        if (!s->limits->approximate) ALM_TRY(climb_from_starts(s, error));
        ALM_TRY(follow_approximation(s, error));
    }
    if (isfinite(s->criterion)) return ALM_OK;
    /* too few values for a criterion: differences alone */
    const bool mean = may_have_constant(s) && s->series->d + s->series->D == 0;
    const struct alm_arima_order plain = order_of(s, 0, 0, 0, 0, mean);
    return fit_plainly(s, &plain, error);
}

enum alm_status alm_arima_search(struct alm_arima_fit *out, const struct alm_arima_series *series,
                                 const struct alm_arima_limits *limits, const struct alm_cancel *cancel,
                                 struct alm_error *error)
{
    const struct search like = {.series = series, .limits = limits, .cancel = cancel};
    struct search search;
    search_init(&search, &like, limits->method);
    const enum alm_status status = run(&search, error);
    *out = search.best;
    free(search.tried);
    return status;
}
