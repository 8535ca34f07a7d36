#include "nn/loss.h"

#include <math.h>

/* Value of the loss for one output; *slope is its derivative by the output. error = output - wanted. */
static double mse(double *slope, double error)
{
    *slope = 2 * error;
    return error * error;
}

static double mae(double *slope, double error)
{
    *slope = error > 0 ? 1 : error < 0 ? -1 : 0;
    return fabs(error);
}

static double huber(double *slope, double error, double delta)
{
    if (fabs(error) <= delta) {
        *slope = error;
        return error * error / 2;
    }
    *slope = error > 0 ? delta : -delta;
    return delta * (fabs(error) - delta / 2);
}

static double pinball(double *slope, double error, double level)
{
    *slope = error > 0 ? 1 - level : error < 0 ? -level : 0;
    return *slope * error;
}

/* log(1 + e^x) and its derivative, 1 / (1 + e^-x). */
static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* q_0 = o_0, q_i = q_{i-1} + softplus(o_i) */
static void rising_quantiles(double *quantile, const struct alm_loss *loss, const alm_real *output)
{
    quantile[0] = (double)output[0];
    for (size_t q = 1; q < loss->n_levels; q++)
        quantile[q] = quantile[q - 1] + softplus((double)output[q]);
}

static double quantile_loss(double *slope, const struct alm_loss *loss, const alm_real *output, double wanted)
{
    const size_t n = loss->n_levels;
    double quantile[ALM_LOSS_MAX_LEVELS], sum = 0;
    if (loss->monotone)
        rising_quantiles(quantile, loss, output);
    else
        for (size_t q = 0; q < n; q++)
            quantile[q] = (double)output[q];
    for (size_t q = 0; q < n; q++) {
        sum += pinball(&slope[q], quantile[q] - wanted, loss->levels[q]);
        slope[q] /= (double)n;
    }
    if (!loss->monotone) return sum / (double)n;
    /* an output moves its own quantile and all above it */
    for (size_t q = n - 1; q > 0; q--) {
        slope[q - 1] += slope[q];
        slope[q] *= sigmoid((double)output[q]);
    }
    return sum / (double)n;
}

/* l = log σ + z² / 2 + log(2π) / 2, z = (y - μ) / σ */
static double gaussian(double *slope, const alm_real *output, double wanted)
{
    const double half_log_2pi = 0.91893853320467274178;
    const double scale = softplus((double)output[1]) + ALM_LOSS_FLOOR;
    const double z = (wanted - (double)output[0]) / scale;
    slope[0] = -z / scale;
    slope[1] = (1 - z * z) / scale * sigmoid((double)output[1]);
    return log(scale) + z * z / 2 + half_log_2pi;
}

/* log Γ(x + 1/2) - log Γ(x) for x > 1; its derivative in *slope. Γ(x + 1) = x Γ(x) leads up to where
 * Stirling's series (Abramowitz & Stegun 6.1.41, 6.3.18) are exact in double; of log Γ(x) = (x - 1/2) log x -
 * x + series, what both have in common is taken out by hand. */
static double log_gamma_step(double *slope, double x)
{
    double value = 0, series[2], d_series[2];
    *slope = 0;
    for (; x < 16; x++) {
        value -= log1p(0.5 / x);
        *slope += 0.5 / (x * (x + 0.5));
    }
    for (int half = 0; half < 2; half++) {
        const double at = x + 0.5 * half, r = 1 / (at * at);
        series[half] = (1 - r * (1.0 / 30 - r * (1.0 / 105 - r * (1.0 / 140 - r / 99)))) / (12 * at);
        d_series[half] =
            -0.5 / at - r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r / 132))));
    }
    *slope += log1p(0.5 / x) + d_series[1] - d_series[0];
    return value + x * log1p(0.5 / x) + 0.5 * log(x) - 0.5 + series[1] - series[0];
}

/* l = log s + log Γ(ν/2) - log Γ((ν+1)/2) + log(νπ) / 2 + (ν + 1) / 2 log(1 + z² / ν), z = (y - μ) / s */
static double student(double *slope, const alm_real *output, double wanted)
{
    const double pi = 3.14159265358979323846;
    const double scale = softplus((double)output[1]) + ALM_LOSS_FLOOR;
    const double dof = 2 + ALM_LOSS_FLOOR + softplus((double)output[2]);
    const double z = (wanted - (double)output[0]) / scale, tail = log1p(z * z / dof);
    double d_gamma;
    const double gamma = log_gamma_step(&d_gamma, dof / 2);
    const double pull = (dof + 1) * z / (dof + z * z); /* ∂l/∂z */
    slope[0] = -pull / scale;
    slope[1] = (1 - pull * z) / scale * sigmoid((double)output[1]);
    slope[2] = (-d_gamma / 2 + 0.5 / dof + tail / 2 - pull * z / (2 * dof)) * sigmoid((double)output[2]);
    return log(scale) - gamma + 0.5 * log(dof * pi) + (dof + 1) / 2 * tail;
}

/* The loss of one value with all its outputs; slope is [n_levels]. NaN outputs give NaN, never 0. */
static double value_loss(double *slope, const struct alm_loss *loss, const alm_real *output, double wanted)
{
    switch (loss->kind) {
    case ALM_LOSS_MSE:
        return mse(slope, (double)output[0] - wanted);
    case ALM_LOSS_MAE:
        return mae(slope, (double)output[0] - wanted);
    case ALM_LOSS_HUBER:
        return huber(slope, (double)output[0] - wanted, loss->delta);
    case ALM_LOSS_QUANTILE:
        return quantile_loss(slope, loss, output, wanted);
    case ALM_LOSS_GAUSSIAN:
        return gaussian(slope, output, wanted);
    case ALM_LOSS_STUDENT:
        return student(slope, output, wanted);
    case ALM_LOSS_CLASSES:
        break; /* has a way of its own: there may be many classes */
    }
    return NAN;
}

/* log Σ_k e^{o_k}, with the largest output taken out so that nothing overflows. */
static double log_sum_exp(const alm_real *output, size_t n)
{
    double largest = (double)output[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        largest = fmax(largest, (double)output[k]);
    for (size_t k = 0; k < n; k++)
        sum += exp((double)output[k] - largest);
    return largest + log(sum);
}

/* l = log Σ_k e^{o_k} - o_wanted, ∂l/∂o_k = p_k - [k = wanted]; times weight. */
static double class_loss(alm_real *d_output, const alm_real *output, size_t n, size_t wanted, double weight)
{
    const double total = log_sum_exp(output, n);
    for (size_t k = 0; d_output != NULL && k < n; k++)
        d_output[k] = (alm_real)(weight * (exp((double)output[k] - total) - (k == wanted ? 1 : 0)));
    return weight * (total - (double)output[wanted]);
}

void alm_loss_add(struct alm_loss_sum *total, alm_real *d_output, const struct alm_loss *loss,
                  const alm_real *output, const alm_real *wanted, const alm_real *weight, size_t n)
{
    double slope[ALM_LOSS_MAX_LEVELS], sum = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        const alm_real *out = output + i * loss->n_levels;
        alm_real *d_out = d_output == NULL ? NULL : d_output + i * loss->n_levels;
        const double w = (double)weight[i];
        weights += w;
        if (loss->kind == ALM_LOSS_CLASSES) {
            sum += class_loss(d_out, out, loss->n_levels, (size_t)wanted[i], w);
            continue;
        }
        sum += w * value_loss(slope, loss, out, (double)wanted[i]);
        for (size_t q = 0; d_out != NULL && q < loss->n_levels; q++)
            d_out[q] = (alm_real)(w * slope[q]);
    }
    total->sum += sum;
    total->weight += weights;
}

static void read_classes(double *out, const alm_real *output, size_t n)
{
    const double total = log_sum_exp(output, n);
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += out[k] = exp((double)output[k] - total);
    for (size_t k = 0; k < n; k++)
        out[k] /= sum;
}

void alm_loss_read(double *out, const struct alm_loss *loss, const alm_real *output)
{
    if (loss->kind == ALM_LOSS_CLASSES) {
        read_classes(out, output, loss->n_levels);
        return;
    }
    for (size_t q = 0; q < loss->n_levels; q++)
        out[q] = (double)output[q];
    if (loss->kind == ALM_LOSS_GAUSSIAN || loss->kind == ALM_LOSS_STUDENT)
        out[1] = softplus(out[1]) + ALM_LOSS_FLOOR;
    if (loss->kind == ALM_LOSS_STUDENT) out[2] = 2 + ALM_LOSS_FLOOR + softplus(out[2]);
    if (loss->kind != ALM_LOSS_QUANTILE) return;
    if (loss->monotone)
        rising_quantiles(out, loss, output);
    else
        alm_quantiles_sort(out, 1, loss->n_levels);
}

void alm_quantiles_sort(double *values, size_t n, size_t n_levels)
{
    for (double *set = values; set < values + n * n_levels; set += n_levels) {
        for (size_t i = 1; i < n_levels; i++) {
            const double value = set[i];
            size_t j = i;
            for (; j > 0 && set[j - 1] > value; j--)
                set[j] = set[j - 1];
            set[j] = value;
        }
    }
}
