#include "forecast/theta/adjustment.h"

#include "base/memory.h"
#include "forecast/parameters.h"

#include <stdlib.h>
#include <string.h>

enum decomposition { AUTO, MULTIPLICATIVE, ADDITIVE, NONE };

/* An index near 0 would make anything of what is divided by it. */
static const double smallest_index = 0.01;

static bool all_positive(const double *y, size_t n, double above)
{
    for (size_t t = 0; t < n; t++)
        if (!(y[t] > above)) return false;
    return true;
}

static enum alm_status find_season(struct alm_adjusted *out, const struct alm_config *config, size_t m,
                                   struct alm_error *error)
{
    const enum decomposition asked = (enum decomposition)alm_config_choice(config, "decomposition");
    const bool test = alm_config_choice(config, "test") == 0, positive = all_positive(out->y, out->n, 0);
    if (asked == MULTIPLICATIVE && !positive)
        return alm_fail(
            error, ALM_DATA,
            "a multiplicative decomposition needs values above 0; decomposition=additive does not");
    if (asked == NONE || m < 2 || out->n / m < 3) return ALM_OK;
    if (test && !alm_season_is_significant(out->y, out->n, m)) return ALM_OK;
    struct alm_adjustment *season = &out->season;
    ALM_TRY(ALM_NEW(&season->index, m, error));
    season->m = m;
    season->multiplicative = asked == MULTIPLICATIVE || (asked == AUTO && positive);
    alm_season_indices(season->index, out->y, out->n, m, season->multiplicative);
    if (season->multiplicative && asked == AUTO && !all_positive(season->index, m, smallest_index)) {
        season->multiplicative = false;
        alm_season_indices(season->index, out->y, out->n, m, false);
    }
    return ALM_OK;
}

enum alm_status alm_adjusted_init(struct alm_adjusted *out, const struct alm_config *config,
                                  const struct alm_history_series *series, struct alm_error *error)
{
    const struct alm_span y = series->target;
    *out = (struct alm_adjusted){.n = y.n, .season = {.m = 1}};
    ALM_TRY(ALM_NEW(&out->y, y.n, error));
    memcpy(out->y, y.y, y.n * sizeof *out->y);
    const enum alm_status status = find_season(
        out, config,
        alm_config_has(config, "season") ? alm_config_size(config, "season") : series->season_length, error);
    for (size_t t = 0; status == ALM_OK && t < y.n; t++)
        out->y[t] = alm_adjust(&out->season, y.y[t], t);
    if (status != ALM_OK) alm_adjusted_clear(out);
    return status;
}

void alm_adjusted_clear(struct alm_adjusted *adjusted)
{
    free(adjusted->y);
    free(adjusted->season.index);
    *adjusted = (struct alm_adjusted){0};
}

void alm_adjusted_put(struct alm_forecast *out, size_t step, const struct alm_adjusted *adjusted, double mean,
                      double sd)
{
    const size_t t = adjusted->n + step, levels = out->n_levels;
    alm_put_normal(out, step, mean, sd);
    out->mean[step] = alm_readjust(&adjusted->season, mean, t);
    for (size_t q = 0; out->has_quantiles[0] && q < levels; q++)
        out->quantile[step * levels + q] =
            alm_readjust(&adjusted->season, out->quantile[step * levels + q], t);
}
