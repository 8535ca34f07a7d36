#include "nn/schedule.h"

#include <math.h>

double alm_schedule_rate(const struct alm_schedule *schedule, const struct alm_schedule_state *state,
                         size_t step, size_t total)
{
    const double rate = schedule->rate;
    if (step < schedule->warmup) return rate * (double)(step + 1) / (double)schedule->warmup;
    if (schedule->kind == ALM_SCHEDULE_STEP || schedule->kind == ALM_SCHEDULE_PLATEAU)
        return rate * pow(schedule->fall, (double)state->falls);
    if (schedule->kind == ALM_SCHEDULE_CONSTANT || total <= schedule->warmup) return rate;
    if (step >= total) return 0;
    const double share = (double)(step - schedule->warmup) / (double)(total - schedule->warmup);
    return rate * 0.5 * (1 + cos(3.14159265358979323846 * share));
}

void alm_schedule_end_epoch(struct alm_schedule_state *state, const struct alm_schedule *schedule,
                            size_t epoch, double loss)
{
    if (schedule->fall_epochs == 0) return;
    if (schedule->kind == ALM_SCHEDULE_STEP && epoch % schedule->fall_epochs == 0) state->falls++;
    if (schedule->kind != ALM_SCHEDULE_PLATEAU) return;
    state->waiting++;
    if (loss < state->lowest) {
        state->lowest = loss;
        state->waiting = 0;
    }
    if (state->waiting < schedule->fall_epochs) return;
    state->falls++;
    state->waiting = 0;
}
