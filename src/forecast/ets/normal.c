#include "forecast/ets/normal.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = ALM_ETS_LANES, ROWS = 16 };

/* Eight columns at once, in whatever registers the processor has: the operations and their order, and so the
 * bits, are the same with all of them. */
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BY_PROCESSOR
#endif

struct alm_ets_tangents {
    struct alm_ets_model model;
    size_t width, groups; /* columns, and groups of LANES of them */
    lanes *memory;        /* all lanes below */
    /* Derivatives of the states, [groups] and [m][groups]; those of e of the last rows, [ROWS][groups], with
     * e itself in the column ERROR; those of log f, summed, [groups]; and sums of products of rows,
     * [width][groups]. */
    lanes *level, *slope, *season, *row, *logs, *products;
};

/* A column that no number has: e stands there. */
enum { ERROR = 6 };

size_t alm_ets_width(const struct alm_ets_model *model, bool free_season)
{
    const size_t seasons = free_season && model->season != ALM_ETS_NO_SEASON ? model->m - 1 : 0;
    return ALM_ETS_SEASON + (seasons + LANES - 1) / LANES * LANES;
}

enum alm_status alm_ets_tangents_create(struct alm_ets_tangents **out, const struct alm_ets_model *model,
                                        bool free_season, struct alm_error *error)
{
    struct alm_ets_tangents *t;
    const size_t width = alm_ets_width(model, free_season), groups = width / LANES;
    *out = NULL;
    ALM_TRY(ALM_NEW(&t, 1, error));
    const enum alm_status status = ALM_NEW(&t->memory, (3 + model->m + ROWS + width) * groups, error);
    if (status != ALM_OK) {
        free(t);
        return status;
    }
    t->model = *model;
    t->width = width;
    t->groups = groups;
    t->level = t->memory;
    t->slope = t->level + groups;
    t->logs = t->slope + groups;
    t->season = t->logs + groups;
    t->row = t->season + model->m * groups;
    t->products = t->row + ROWS * groups;
    *out = t;
    return ALM_OK;
}

void alm_ets_tangents_free(struct alm_ets_tangents *tangents)
{
    if (tangents == NULL) return;
    free(tangents->memory);
    free(tangents);
}

/* The derivatives of the first states. */
static void start(struct alm_ets_tangents *t)
{
    memset(t->memory, 0, (size_t)((const char *)t->row - (const char *)t->memory));
    memset(t->products, 0, t->width * t->groups * sizeof *t->products);
    t->level[0][ALM_ETS_LEVEL] = 1;
    t->slope[0][ALM_ETS_SLOPE] = 1;
    const size_t m = t->model.m;
    for (size_t i = 0; t->groups > 1 && i + 1 < m; i++) {
        const size_t column = ALM_ETS_SEASON + i;
        t->season[i * t->groups + column / LANES][column % LANES] = 1;
        t->season[(m - 1) * t->groups + column / LANES][column % LANES] = -1;
    }
}

/* Adds the products of n rows: the upper triangle in tiles of LANES columns. */
BY_PROCESSOR static void add_products(lanes *restrict products, const lanes *restrict row, size_t groups,
                                      size_t n)
{
    for (size_t tile = 0; tile < groups; tile++)
        for (size_t i = 0; i < LANES; i++) {
            lanes *restrict to = products + (tile * LANES + i) * groups;
            for (size_t g = tile; g < groups; g++) {
                lanes sum = to[g];
                for (size_t k = 0; k < n; k++)
                    sum += row[k * groups + tile][i] * row[k * groups + g];
                to[g] = sum;
            }
        }
}

/* What one step multiplies derivatives with. */
struct step {
    double q, s, alpha, beta, gamma, phi;
    double slope, part, season_part; /* b, and what alpha and gamma are shares of */
    double y_ss, y_qq;               /* y / s^2 and y / q^2 */
    double error_rate, log_rate;     /* de = -error_rate df,  d log f = log_rate df */
};

/* The chain rule for one group of columns; weights moves as well in the first group. */
static inline __attribute__((always_inline)) void advance(struct alm_ets_tangents *t, size_t g, size_t j,
                                                          lanes *row, enum alm_ets_trend trend,
                                                          enum alm_ets_season season, const struct step *p,
                                                          const struct alm_ets_rates *rates)
{
    const bool first = g == 0;
    lanes alpha = {0}, beta = {0}, gamma = {0}, phi = {0};
    lanes dphib = {0}, dq = t->level[g], ds = {0}, df, dpart, dseason;
    if (first) {
        memcpy(&alpha, rates->alpha, sizeof alpha);
        memcpy(&beta, rates->beta, sizeof beta);
        memcpy(&gamma, rates->gamma, sizeof gamma);
        memcpy(&phi, rates->phi, sizeof phi);
    }
    if (trend != ALM_ETS_NO_TREND) {
        dphib = p->phi * t->slope[g];
        if (first && trend == ALM_ETS_DAMPED) dphib += phi * p->slope;
        dq += dphib;
    }
    if (season != ALM_ETS_NO_SEASON) ds = t->season[j * t->groups + g];
    if (season == ALM_ETS_MULTIPLICATIVE) {
        df = p->s * dq + p->q * ds;
        dpart = -p->y_ss * ds - dq;
        dseason = -p->y_qq * dq - ds;
    } else {
        df = season == ALM_ETS_ADDITIVE ? dq + ds : dq;
        dpart = dseason = -df;
    }
    t->level[g] = dq + p->alpha * dpart;
    if (first) t->level[g] += alpha * p->part;
    if (trend != ALM_ETS_NO_TREND) {
        t->slope[g] = dphib + p->beta * dpart;
        if (first) t->slope[g] += beta * p->part;
    }
    if (season != ALM_ETS_NO_SEASON) {
        lanes *at = &t->season[j * t->groups + g];
        *at = ds + p->gamma * dseason;
        if (first) *at += gamma * p->season_part;
    }
    row[g] = -p->error_rate * df;
    t->logs[g] += p->log_rate * df;
}

/* As filter in model.c, with derivatives. */
static inline __attribute__((always_inline)) struct alm_ets_sums
run(struct alm_ets_tangents *t, struct alm_ets_state *state, enum alm_ets_trend trend,
    enum alm_ets_season season, const struct alm_ets_weights *w, const struct alm_ets_rates *rates,
    const double *y, size_t n)
{
    const bool relative = t->model.relative;
    const size_t m = t->model.m, groups = season == ALM_ETS_NO_SEASON ? 1 : t->groups;
    struct step p = {
        .alpha = w->alpha, .beta = w->beta, .gamma = w->gamma, .phi = trend == ALM_ETS_DAMPED ? w->phi : 1};
    struct alm_ets_sums sums = {0};
    size_t j = 0, rows = 0;
    for (size_t i = 0; i < n; i++) {
        lanes *row = t->row + rows * groups;
        const double phib = trend == ALM_ETS_NO_TREND ? 0 : p.phi * state->slope;
        p.slope = state->slope;
        p.q = state->level + phib;
        p.s = season == ALM_ETS_NO_SEASON ? 0 : state->season[j];
        const double f = season == ALM_ETS_NO_SEASON  ? p.q
                         : season == ALM_ETS_ADDITIVE ? p.q + p.s
                                                      : p.q * p.s;
        const double e = y[i] - f, error = relative ? e / f : e;
        p.error_rate = relative ? y[i] / (f * f) : 1;
        p.log_rate = relative ? 1 / f : 0;
        p.part = p.season_part = e;
        if (season == ALM_ETS_MULTIPLICATIVE) {
            const double ys = y[i] / p.s, yq = y[i] / p.q;
            p.part = ys - p.q;
            p.season_part = yq - p.s;
            p.y_ss = ys / p.s;
            p.y_qq = yq / p.q;
        }
        advance(t, 0, j, row, trend, season, &p, rates);
        for (size_t g = 1; g < groups; g++)
            advance(t, g, j, row, trend, season, &p, rates);
        row[0][ERROR] = error;
        if (relative) sums.logs += log(f);
        state->level = p.q + p.alpha * p.part;
        if (trend != ALM_ETS_NO_TREND) state->slope = phib + p.beta * p.part;
        if (season != ALM_ETS_NO_SEASON) {
            state->season[j] = p.s + p.gamma * p.season_part;
            j = j + 1 == m ? 0 : j + 1;
        }
        if (++rows == ROWS || i + 1 == n) {
            add_products(t->products, t->row, groups, rows);
            rows = 0;
        }
    }
    sums.squares = t->products[ERROR * groups][ERROR];
    return sums;
}

BY_PROCESSOR static struct alm_ets_sums run_model(struct alm_ets_tangents *t, struct alm_ets_state *state,
                                                  const struct alm_ets_weights *w,
                                                  const struct alm_ets_rates *rates, const double *y,
                                                  size_t n)
{
    switch (ALM_ETS_CODE(t->model.trend, t->model.season, true)) {
#define X(trend, season, relative)                                                                           \
    case ALM_ETS_CODE(trend, season, relative):                                                              \
        return run(t, state, trend, season, w, rates, y, n);
        ALM_ETS_RELATIVE_MODELS(X) /* the others have the same states */
#undef X
    }
    return (struct alm_ets_sums){(double)NAN, 0};
}

double alm_ets_normal(double *jj, double *jr, struct alm_ets_tangents *t, struct alm_ets_state *state,
                      const struct alm_ets_weights *weights, const struct alm_ets_rates *rates,
                      const double *y, size_t n)
{
    start(t);
    const struct alm_ets_sums sums = run_model(t, state, weights, rates, y, n);
    /* r = G e,  dr = G (de + e dlogG),  dlogG = sum dlog f / n */
    const double gg = exp(2 * sums.logs / (double)n), squares = sums.squares;
    const double *logs = (const double *)t->logs, *products = (const double *)t->products;
    const size_t width = t->width;
    double *je =
        (double *)t->row; /* J'e of e alone: the column ERROR, which is whole above the diagonal only */
    for (size_t a = 0; a < width; a++)
        je[a] = a <= ERROR ? products[a * width + ERROR] : products[ERROR * width + a];
    for (size_t a = 0; a < width; a++) {
        const double ga = logs[a] / (double)n;
        for (size_t b = a; b < width; b++) {
            const double gb = logs[b] / (double)n;
            jj[a * width + b] = gg * (products[a * width + b] + je[a] * gb + ga * je[b] + squares * ga * gb);
        }
        jr[a] = gg * (je[a] + squares * ga);
    }
    return gg * squares;
}
