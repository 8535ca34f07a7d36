/* What the gates of an inspection say together. */
#include "forecast/inspection.h"

#include <math.h>
#include <stdlib.h>

/* Of gate over all steps and units of a layer; low and high are the edges. */
static struct alm_saturation saturation(const float *gate, size_t n, double low, double high)
{
    double sum = 0;
    size_t closed = 0, open = 0;
    for (size_t k = 0; k < n; k++) {
        sum += gate[k];
        closed += gate[k] < low;
        open += gate[k] > high;
    }
    return (struct alm_saturation){sum / (double)n, (double)closed / (double)n, (double)open / (double)n};
}

/* With f = e^-r on average, the product over n steps is e^(-n r), which is 1/2 at n = log 2 / r. */
static double half_life(const float *f, size_t steps, size_t hidden)
{
    double rate = 0;
    for (size_t t = 0; t < steps; t++)
        rate -= log(f[t * hidden]);
    return rate > 0 ? log(2) * (double)steps / rate : INFINITY;
}

/* Whether the sLSTM had nothing to keep at its first step. */
static bool starts_empty(const struct alm_inspected_cell *cell, size_t hidden)
{
    if (cell->own[ALM_OWN_F] == NULL || cell->steps < 2) return false;
    for (size_t unit = 0; unit < hidden; unit++)
        if (cell->part[ALM_PART_F][unit] != 0) return false;
    return true;
}

void alm_inspection_measure(struct alm_inspected_cell *cell, size_t hidden)
{
    cell->first = starts_empty(cell, hidden) ? 1 : 0;
    const size_t skipped = cell->first * hidden, all = cell->steps * hidden;
    for (size_t gate = 0; gate < 4; gate++) {
        const double low = gate == ALM_PART_G ? ALM_SATURATION_EDGE - 1 : ALM_SATURATION_EDGE;
        const size_t from = gate == ALM_PART_F ? skipped : 0;
        cell->saturation[gate] =
            saturation(cell->part[gate] + from, all - from, low, 1 - ALM_SATURATION_EDGE);
    }
    if (cell->own[ALM_OWN_F] != NULL)
        cell->saturation[4] =
            saturation(cell->own[ALM_OWN_F], all, ALM_SATURATION_EDGE, 1 - ALM_SATURATION_EDGE);
    for (size_t unit = 0; cell->half_life != NULL && unit < hidden; unit++)
        cell->half_life[unit] =
            half_life(cell->part[ALM_PART_F] + skipped + unit, cell->steps - cell->first, hidden);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void alm_quartiles(double out[3], double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    for (size_t k = 0; k < 3; k++) {
        const double at = (double)(k + 1) / 4 * (double)(n - 1);
        const size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
        const double share = at - (double)low;
        out[k] = share == 0 ? values[low] : values[low] + share * (values[high] - values[low]);
    }
}
