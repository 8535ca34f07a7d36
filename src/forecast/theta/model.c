#include "forecast/theta/model.h"

#include "base/memory.h"
#include "forecast/fitting/minimise.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_ERROR = 3, GRID = 20 };

void alm_theta_line(double *intercept, double *slope, const double *y, size_t n)
{
    const double middle = ((double)n - 1) / 2;
    double sum = 0, product = 0, squares = 0;
    for (size_t t = 0; t < n; t++) {
        const double x = (double)t - middle;
        sum += y[t];
        product += x * y[t];
        squares += x * x;
    }
    *slope = product / squares;
    *intercept = sum / (double)n - *slope * (middle + 1);
}

void alm_theta_begin(struct alm_theta_state *state, const struct alm_theta *model, double intercept,
                     double slope)
{
    *state = (struct alm_theta_state){.level = model->level, .power = 1};
    if (model->dynamic) return;
    state->intercept = intercept;
    state->slope = slope;
}

/* g_t */
static double line_at(const struct alm_theta_state *s, double alpha)
{
    return s->intercept * s->power + s->slope * (1 - s->power * (1 - alpha)) / alpha;
}

double alm_theta_next(const struct alm_theta_state *state, const struct alm_theta *model)
{
    return state->level + (1 - 1 / model->theta) * line_at(state, model->alpha);
}

/* A and B after one more value, from those before: the line through the first t + 1 values. */
static void move_line(struct alm_theta_state *s, double value)
{
    const double t = (double)s->t, before = s->mean;
    s->mean = (t * s->mean + value) / (t + 1);
    s->slope = s->t == 0 ? 0 : ((t - 1) * s->slope + 6 * (value - before) / (t + 1)) / (t + 2);
    s->intercept = s->mean - s->slope * (t + 2) / 2;
}

void alm_theta_add(struct alm_theta_state *state, const struct alm_theta *model, double value)
{
    state->level += model->alpha * (value - state->level);
    state->power *= 1 - model->alpha;
    if (model->dynamic) move_line(state, value);
    state->t++;
}

static double mean_size(const double *y, size_t n)
{
    double sum = 0;
    for (size_t t = 0; t < n; t++)
        sum += fabs(y[t]) / (double)n;
    return sum > 0 ? sum : 1;
}

double alm_theta_criterion(struct alm_theta_state *end, double *e, const struct alm_theta *model,
                           const double *y, size_t n)
{
    struct alm_theta_state state;
    double intercept, slope, sum = 0;
    alm_theta_line(&intercept, &slope, y, n);
    alm_theta_begin(&state, model, intercept, slope);
    for (size_t t = 0; t < n; t++) {
        const double error = y[t] - alm_theta_next(&state, model);
        if (e != NULL) e[t] = error;
        if (t >= FIRST_ERROR) sum += error * error;
        alm_theta_add(&state, model, y[t]);
    }
    if (end != NULL) *end = state;
    return sum / mean_size(y, n);
}

/* ---- fit ---- */

struct search {
    struct alm_theta model; /* the best for the alpha that was asked last */
    const double *y;
    size_t n;
    double theta; /* given, or NaN */
    double intercept, slope;
};

/* Sums of products of r_t, the error from level 0 without a line, b_t = (1 - alpha)^t and g_t. */
struct products {
    double rr, rb, rg, bb, bg, gg;
};

static struct products multiply(const struct search *search, double alpha)
{
    const struct alm_theta model = {search->model.dynamic, alpha, 1, 0};
    struct alm_theta_state s;
    struct products p = {0};
    alm_theta_begin(&s, &model, search->intercept, search->slope);
    for (size_t t = 0; t < search->n; t++) {
        if (t >= FIRST_ERROR) {
            const double r = search->y[t] - s.level, b = s.power, g = line_at(&s, alpha);
            p.rr += r * r;
            p.rb += r * b;
            p.rg += r * g;
            p.bb += b * b;
            p.bg += b * g;
            p.gg += g * g;
        }
        alm_theta_add(&s, &model, search->y[t]);
    }
    return p;
}

/* Least sum of squares for one alpha: e_t = r_t - b_t l_0 - w g_t with w = 1 - 1 / theta in [0, 1). The sum
 * is quadratic, so that where w leaves its bounds the nearer one is best. */
static double best_for(void *context, const double *alpha)
{
    struct search *search = context;
    const struct products p = multiply(search, *alpha);
    const double highest = 1 - 1 / ALM_THETA_HIGHEST, determinant = p.bb * p.gg - p.bg * p.bg;
    double w = isnan(search->theta) ? 0 : 1 - 1 / search->theta;
    if (isnan(search->theta) && determinant > 1e-14 * p.bb * p.gg)
        w = fmin(fmax((p.bb * p.rg - p.bg * p.rb) / determinant, 0), highest);
    const double level = p.bb > 0 ? (p.rb - w * p.bg) / p.bb : 0;
    search->model.alpha = *alpha;
    search->model.theta = isnan(search->theta) ? 1 / (1 - w) : search->theta;
    search->model.level = level;
    return p.rr + level * level * p.bb + w * w * p.gg - 2 * level * p.rb - 2 * w * p.rg +
           2 * level * w * p.bg;
}

/* There may be several minima: the best of a grid, then a simplex around it. */
enum alm_status alm_theta_fit(struct alm_theta *model, const double *y, size_t n, struct alm_error *error)
{
    static const double lower = ALM_THETA_LOWEST_ALPHA, upper = ALM_THETA_HIGHEST_ALPHA;
    const double width = (upper - lower) / GRID, step = width / 2;
    struct search search = {.model = *model, .y = y, .n = n, .theta = model->theta};
    alm_theta_line(&search.intercept, &search.slope, y, n);
    double alpha = model->alpha;
    if (isnan(alpha)) {
        double best = (double)INFINITY;
        alpha = upper;
        for (int k = GRID; k >= 0; k--) { /* of equals the largest: a constant series may move later */
            const double at = lower + k * width, value = best_for(&search, &at);
            if (!(value < best)) continue;
            best = value;
            alpha = at;
        }
        const struct alm_objective objective = {best_for, &search,      1,  &lower, &upper,
                                                &step,    1e-13 * best, 200};
        struct alm_minimum minimum;
        ALM_TRY(alm_minimise(&alpha, &minimum, &objective, error));
    }
    if (!isfinite(best_for(&search, &alpha)))
        return alm_fail(error, ALM_NUMERIC, "the values are too large: their squares overflow");
    *model = search.model;
    return ALM_OK;
}
