#include "report/draw.h"

#include "base/memory.h"
#include "report/ticks.h"
#include "series/span.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 700, TICKS = 8 };

size_t alm_bars_find(const int64_t *bars, size_t n, int64_t ts)
{
    return ts == INT64_MIN ? 0 : alm_ts_count_until(bars, n, ts - 1);
}

double alm_bars_x(const struct alm_bars *bars, int64_t ts)
{
    return bars->by_bars ? (double)alm_bars_find(bars->ts, bars->n, ts) : (double)ts;
}

enum alm_status alm_draw_bars(struct alm_text *out, const struct alm_plot *plot, const struct alm_bars *bars,
                              size_t first, const char *class, struct alm_error *error)
{
    const size_t n = bars->n - first, most = n > 5 * COLUMNS ? 5 * COLUMNS : n;
    double *x = NULL, *thin_x = NULL, *thin_y = NULL;
    enum alm_status status = ALM_NEW(&x, n, error);
    if (status == ALM_OK) status = ALM_NEW(&thin_x, most, error);
    if (status == ALM_OK) status = ALM_NEW(&thin_y, most, error);
    if (status == ALM_OK) {
        for (size_t i = 0; i < n; i++)
            x[i] = bars->by_bars ? (double)(first + i) : (double)bars->ts[first + i];
        const size_t kept = alm_svg_thin(thin_x, thin_y, x, bars->y + first, n, COLUMNS);
        alm_svg_line(out, plot, thin_x, thin_y, kept, class);
    }
    free(x);
    free(thin_x);
    free(thin_y);
    return status;
}

void alm_draw_axis(struct alm_text *out, const struct alm_plot *plot, const struct alm_bars *bars,
                   size_t first, const char *frequency)
{
    const int64_t low = bars->ts[first], high = bars->ts[bars->n - 1];
    if (strcmp(frequency, "index") == 0) {
        struct alm_ticks ticks;
        alm_ticks_whole(&ticks, (double)low, (double)high, TICKS);
        alm_svg_axis_x(out, plot, &ticks, NULL);
        return;
    }
    struct alm_time_ticks ticks;
    double at[ALM_TICKS_MAX];
    alm_ticks_time(&ticks, low, high, TICKS);
    for (size_t i = 0; i < ticks.n; i++)
        at[i] = alm_bars_x(bars, ticks.tick[i].at);
    alm_svg_axis_time(out, plot, &ticks, at);
}

void alm_range_add(double *low, double *high, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(y[i])) continue;
        if (!(y[i] >= *low)) *low = y[i];
        if (!(y[i] <= *high)) *high = y[i];
    }
}
