#include "forecast/arima/fit.h"

#include "base/memory.h"
#include "forecast/arima/likelihood.h"
#include "forecast/fitting/least_squares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 200, HOPELESS = 2 };
static const double tolerance = 1e-10;
static const double far = 1000;      /* steps like the last one that a descent is trusted to have left */
static const double creeping = 1e-6; /* share of the sum that a step gains */

/* One evaluation of coefficients: standardised errors, and what the likelihood needs. */
struct trial {
    const struct alm_arima_series *series;
    const struct alm_arima_order *order;
    const struct alm_arima_aim *aim;
    double ceiling;    /* the aim's, or what was reached before */
    size_t n_hopeless; /* steps in a row */
    struct alm_arma arma;
    struct alm_kalman kalman; /* with missing values only */
    bool exact;
    size_t n;         /* errors */
    double *e;        /* [2][n]: errors of the values and of the constant's regressor */
    double *residual; /* [n] */
    double *work;
    size_t n_used; /* errors that are counted */
    double mu, log_determinant;
    double coefficient[ALM_ARIMA_COEFFICIENTS];
};

static enum alm_status trial_init(struct trial *trial, const struct alm_arima_series *series,
                                  const struct alm_arima_order *order, struct alm_error *error)
{
    *trial = (struct trial){.series = series, .order = order};
    ALM_TRY(alm_arma_init(&trial->arma, order, error));
    ALM_TRY(ALM_NEW(&trial->e, 2 * series->n, error));
    ALM_TRY(ALM_NEW(&trial->residual, series->n, error));
    ALM_TRY(ALM_NEW(&trial->work, alm_arma_filter_work(&trial->arma, series->n), error));
    return series->n_missing == 0 ? ALM_OK : alm_kalman_init(&trial->kalman, &trial->arma, error);
}

static void trial_clear(struct trial *trial)
{
    alm_arma_clear(&trial->arma);
    alm_kalman_clear(&trial->kalman);
    free(trial->e);
    free(trial->residual);
    free(trial->work);
}

/* Chooses between the exact likelihood and the conditional sum of squares. */
static void set_exact(struct trial *t, bool exact)
{
    t->exact = exact;
    t->n = exact && t->series->n_missing > 0 ? t->series->n : t->series->n_z;
}

/* Whether values are missing and must be stepped over. */
static bool steps_over(const struct trial *t)
{
    return t->exact && t->series->n_missing > 0;
}

/* Errors of the series and of the constant's regressor with the trial's coefficients. */
static bool filter(struct trial *t)
{
    const struct alm_arima_series *s = t->series;
    const bool constant = t->order->constant;
    alm_arma_set(&t->arma, t->order, t->coefficient);
    if (steps_over(t)) {
        double *const e[] = {t->e, t->e + t->n};
        const double *const y[] = {s->y, constant ? s->regressor : NULL};
        return alm_kalman_filter(&t->kalman, e, &t->log_determinant, &t->n_used, y, s->n) && t->n_used > 0;
    }
    const struct alm_arma_input in = {{constant ? s->centred : s->z, s->ones}, constant ? 2 : 1, s->n_z};
    t->n_used = s->n_z;
    if (t->exact) return alm_arma_filter(t->e, &t->log_determinant, &t->arma, &in, t->work);
    if (t->arma.ar.degree >= s->n_z) return false;
    t->n_used -= t->arma.ar.degree;
    t->log_determinant = 0;
    alm_arma_conditional(t->e, &t->arma, &in, t->work);
    return true;
}

/* The constant by generalised least squares: errors are linear in it. */
static double best_constant(const struct trial *t)
{
    const double *e = t->e, *x = t->e + t->n;
    double ex = 0, xx = 0;
    for (size_t i = 0; i < t->n; i++) {
        ex += e[i] * x[i];
        xx += x[i] * x[i];
    }
    return xx > 0 ? ex / xx : 0;
}

/* The residuals whose sum of squares is least where the likelihood is largest: errors times the root of the
 * geometric mean of their variances. */
static void put_residuals(double *residual, const struct trial *t)
{
    const double root = exp(0.5 * t->log_determinant / (double)t->n_used), *x = t->e + t->n;
    for (size_t i = 0; i < t->n; i++)
        residual[i] = root * (t->order->constant ? t->e[i] - t->mu * x[i] : t->e[i]);
}

static bool residuals(void *context, double *residual, const double *free)
{
    struct trial *t = context;
    alm_arma_from_free(t->coefficient, free, t->order);
    if (!filter(t)) return false;
    if (t->order->constant) t->mu = best_constant(t);
    put_residuals(residual, t);
    return true;
}

/* Where the trial counts its constant from. */
static double mean_of(const struct trial *t)
{
    return steps_over(t) ? 0 : t->series->mean;
}

double alm_arima_criterion(const struct alm_arima_fit *fit, enum alm_arima_criterion criterion)
{
    return criterion == ALM_ARIMA_AIC ? fit->aic : criterion == ALM_ARIMA_BIC ? fit->bic : fit->aicc;
}

static void nothing(struct alm_arima_fit *out, const struct alm_arima_order *order)
{
    const double infinite = (double)INFINITY;
    *out = (struct alm_arima_fit){.model.order = *order,
                                  .log_likelihood = -infinite,
                                  .aic = infinite,
                                  .aicc = infinite,
                                  .bic = infinite};
}

/* What the trial's coefficients are worth with a sum of squared residuals. */
static void judge(struct alm_arima_fit *out, const struct trial *t, double sum)
{
    const double used = (double)t->n_used, scale = t->series->scale, two_pi = 2 * acos(-1);
    const double n = t->exact ? used : (double)t->series->n_z; /* models of one series are compared */
    const double k = (double)(alm_arima_coefficients(t->order) + (t->order->constant ? 1 : 0) + 1);
    nothing(out, t->order);
    sum = fmax(sum, used * 1e-32); /* a perfect fit: values are below 1 and have no more digits */
    out->exists = true;
    out->n_used = t->n_used;
    memcpy(out->model.coefficient, t->coefficient, sizeof t->coefficient);
    out->model.mu = t->order->constant ? scale * (mean_of(t) + t->mu) : 0;
    out->sum_squares = sum * exp(-t->log_determinant / used) * scale * scale;
    out->model.sigma2 = out->sum_squares / (n > k - 1 ? n - (k - 1) : n);
    out->log_likelihood = -0.5 * n * (log(two_pi * sum / used) + 1 + 2 * log(scale));
    out->aic = -2 * out->log_likelihood + 2 * k;
    out->bic = out->aic + k * (log(n) - 2);
    if (n - k - 1 > 0) out->aicc = out->aic + 2 * k * (k + 1) / (n - k - 1);
}

static double sum_of_squares(const struct trial *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->n; i++)
        sum += t->residual[i] * t->residual[i];
    return sum;
}

/* ---- estimates ---- */

static bool is_sound(const struct alm_arima_fit *fit, const struct alm_arima_aim *aim)
{
    return fit->exists && (aim->least_root == 0 || alm_arima_least_root(&fit->model) >= aim->least_root);
}

/* Whether a descent comes to nothing: even many steps that gain as much as the last one would not bring it
 * under the ceiling, or it creeps along where roots are too small. The trial stands at x. */
static bool is_hopeless(const struct trial *t, double sum, double gain)
{
    const double n = t->exact ? (double)t->n_used : (double)t->series->n_z, left = 1 - far * gain / sum;
    struct alm_arima_fit fit;
    if (!(left > 0)) return false;
    judge(&fit, t, sum);
    if (alm_arima_criterion(&fit, t->aim->criterion) + n * log(left) > t->ceiling) return true;
    return gain < creeping * sum && !is_sound(&fit, t->aim);
}

/* One step that gains little may be a saddle. */
static bool enough(void *context, const double *x, double sum, double gain)
{
    (void)x;
    struct trial *t = context;
    t->n_hopeless = is_hopeless(t, sum, gain) ? t->n_hopeless + 1 : 0;
    return t->n_hopeless >= HOPELESS;
}

/* Moves free to where the sum of squares is least, and says what is there. */
static enum alm_status descend(struct alm_arima_fit *out, struct trial *t, double *free, bool exact,
                               struct alm_error *error)
{
    set_exact(t, exact);
    t->n_hopeless = 0;
    const struct alm_least_squares problem = {.residuals = residuals,
                                              .enough = enough,
                                              .context = t,
                                              .n_parameters = alm_arima_coefficients(t->order),
                                              .n = t->n,
                                              .tolerance = tolerance,
                                              .max_iterations = ITERATIONS};
    double sum;
    nothing(out, t->order);
    ALM_TRY(alm_least_squares(free, &sum, &problem, error));
    if (isfinite(sum) && residuals(t, t->residual, free)) judge(out, t, sum_of_squares(t));
    return ALM_OK;
}

/* Climbs to a likelihood from free, and keeps what is there if it is better than out. */
static enum alm_status climb(struct alm_arima_fit *out, struct trial *t, double *free,
                             struct alm_error *error)
{
    struct alm_arima_fit fit;
    const bool sound = is_sound(out, t->aim);
    t->ceiling = t->aim->ceiling;
    if (sound) t->ceiling = fmin(t->ceiling, alm_arima_criterion(out, t->aim->criterion));
    ALM_TRY(descend(&fit, t, free, true, error));
    if (!fit.exists) return ALM_OK;
    const bool likelier = !out->exists || fit.log_likelihood > out->log_likelihood;
    const bool sounder = is_sound(&fit, t->aim);
    if (sounder == sound ? likelier : sounder) *out = fit;
    return ALM_OK;
}

static enum alm_status estimate(struct alm_arima_fit *out, struct alm_arima_fit *rough, struct trial *t,
                                struct alm_error *error)
{
    double conditional[ALM_ARIMA_COEFFICIENTS] = {0}, zero[ALM_ARIMA_COEFFICIENTS] = {0};
    const size_t k = alm_arima_coefficients(t->order);
    t->ceiling = (double)INFINITY;
    if (t->aim->method != ALM_ARIMA_ML && t->series->n_z > t->arma.ar.degree + k)
        ALM_TRY(descend(rough, t, conditional, false, error));
    if (t->aim->method == ALM_ARIMA_CSS) {
        *out = *rough;
        return ALM_OK;
    }
    if (k > 0 && rough->exists) ALM_TRY(climb(out, t, conditional, error));
    return climb(out, t, zero, error);
}

enum alm_status alm_arima_fit(struct alm_arima_fit *out, struct alm_arima_fit *rough,
                              const struct alm_arima_series *series, const struct alm_arima_order *order,
                              const struct alm_arima_aim *aim, struct alm_error *error)
{
    struct alm_arima_fit own;
    struct trial trial;
    if (rough == NULL) rough = &own;
    nothing(out, order);
    nothing(rough, order);
    enum alm_status status = trial_init(&trial, series, order, error);
    trial.aim = aim;
    if (status == ALM_OK) status = estimate(out, rough, &trial, error);
    trial_clear(&trial);
    return status;
}

enum alm_status alm_arima_evaluate(struct alm_arima_fit *out, const struct alm_arima_series *series,
                                   const struct alm_arima_model *model, struct alm_error *error)
{
    struct trial trial;
    nothing(out, &model->order);
    enum alm_status status = trial_init(&trial, series, &model->order, error);
    if (status == ALM_OK) {
        set_exact(&trial, true);
        memcpy(trial.coefficient, model->coefficient, sizeof trial.coefficient);
        if (filter(&trial)) {
            trial.mu = model->mu / series->scale - mean_of(&trial);
            put_residuals(trial.residual, &trial);
            judge(out, &trial, sum_of_squares(&trial));
        }
    }
    trial_clear(&trial);
    return status;
}
