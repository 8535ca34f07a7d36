#include "forecast/lstm_window.h"

#include "base/random.h"

/* Values that the scaler reads. */
static size_t scaled_values(const struct alm_lstm_plan *plan)
{
    const size_t steps = plan->lookback / plan->segment;
    return plan->labels == ALM_LABELS_ALL && steps > 1 ? steps / 2 * plan->segment : plan->lookback;
}

struct alm_scaler alm_lstm_encode(alm_real *x, size_t rows, size_t row, const struct alm_lstm_plan *plan,
                                  const double *y, size_t season)
{
    const struct alm_scaler scaler = alm_scaler_fit(plan->scale, y, scaled_values(plan), season);
    for (size_t i = 0; i < plan->lookback; i++) {
        const size_t step = i / plan->segment, input = i % plan->segment;
        x[(step * rows + row) * plan->segment + input] = (alm_real)alm_scaler_apply(scaler, y[i]);
    }
    return scaler;
}

double alm_lstm_base(const struct alm_lstm_plan *plan, const double *y, size_t seen, size_t h, size_t season,
                     struct alm_scaler scaler)
{
    if (plan->seasonal) return y[seen + h - season * (h / season + 1)];
    return plan->scale == ALM_SCALER_LAST ? y[seen - 1] : scaler.centre;
}

/* The answers wanted after the first `seen` values of y; y and weight stand at the row's horizon. */
static void encode_targets(alm_real *wanted, alm_real *weight, const struct alm_lstm_plan *plan,
                           const double *y, size_t seen, size_t season, struct alm_scaler scaler)
{
    /* no unit, no season seen yet, or within what the scaler reads: does not count */
    const bool counts =
        scaler.scale > 0 && (!plan->seasonal || seen >= season) && seen >= scaled_values(plan);
    for (size_t h = 0; h < plan->horizon; h++) {
        wanted[h] =
            counts
                ? (alm_real)((y[seen + h] - alm_lstm_base(plan, y, seen, h, season, scaler)) / scaler.scale)
                : 0;
        weight[h] = counts ? 1 : 0;
    }
}

enum alm_status alm_lstm_fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                              struct alm_error *error)
{
    const struct alm_lstm_samples *samples = context;
    const struct alm_lstm_plan *plan = &samples->plan;
    const size_t n = alm_window_set_count(samples->windows), steps = plan->lookback / plan->segment;
    const size_t unlabelled = plan->labels == ALM_LABELS_ALL ? 0 : steps - 1;
    const uint64_t key = alm_random_key(samples->key, "pass", pass);
    (void)error;
    for (size_t row = 0; row < batch->rows; row++) {
        const size_t index = samples->shuffled ? alm_permuted(first + row, n, key) : first + row;
        const struct alm_window window = alm_window_set_at(samples->windows, index);
        const size_t season = samples->season[window.series];
        const struct alm_scaler scaler = alm_lstm_encode(batch->x, batch->rows, row, plan, window.y, season);
        for (size_t step = unlabelled; step < steps; step++) {
            const size_t at = ((step - unlabelled) * batch->rows + row) * plan->horizon;
            encode_targets(batch->y + at, batch->weight + at, plan, window.y, (step + 1) * plan->segment,
                           season, scaler);
        }
    }
    return ALM_OK;
}
