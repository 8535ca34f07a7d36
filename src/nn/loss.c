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

/* The loss of one value with all its outputs; slope is [n_levels]. NaN outputs give NaN, never 0. */
static double value_loss(double *slope, const struct alm_loss *loss, const alm_real *output, double wanted)
{
    double sum = 0;
    switch (loss->kind) {
    case ALM_LOSS_MSE:
        return mse(slope, (double)output[0] - wanted);
    case ALM_LOSS_MAE:
        return mae(slope, (double)output[0] - wanted);
    case ALM_LOSS_HUBER:
        return huber(slope, (double)output[0] - wanted, loss->delta);
    case ALM_LOSS_QUANTILE:
        for (size_t q = 0; q < loss->n_levels; q++)
            sum += pinball(&slope[q], (double)output[q] - wanted, loss->levels[q]);
        for (size_t q = 0; q < loss->n_levels; q++)
            slope[q] /= (double)loss->n_levels;
        return sum / (double)loss->n_levels;
    }
    return NAN;
}

void alm_loss_add(struct alm_loss_sum *total, alm_real *d_output, const struct alm_loss *loss,
                  const alm_real *output, const alm_real *wanted, const alm_real *weight, size_t n)
{
    double slope[ALM_LOSS_MAX_LEVELS], sum = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        const alm_real *out = output + i * loss->n_levels;
        const double w = (double)weight[i];
        sum += w * value_loss(slope, loss, out, (double)wanted[i]);
        weights += w;
        for (size_t q = 0; d_output != NULL && q < loss->n_levels; q++)
            d_output[i * loss->n_levels + q] = (alm_real)(w * slope[q]);
    }
    total->sum += sum;
    total->weight += weights;
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
