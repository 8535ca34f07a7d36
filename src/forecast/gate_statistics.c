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

void alm_inspection_measure(struct alm_inspection *in)
{
    const size_t all = in->steps * in->hidden;
    for (size_t layer = 0; layer < in->layers; layer++) {
        for (size_t gate = 0; gate < 4; gate++) {
            const double low = gate == ALM_PART_G ? ALM_SATURATION_EDGE - 1 : ALM_SATURATION_EDGE;
            in->saturation[layer * 4 + gate] =
                saturation(in->part[gate] + layer * all, all, low, 1 - ALM_SATURATION_EDGE);
        }
        for (size_t unit = 0; unit < in->hidden; unit++)
            in->half_life[layer * in->hidden + unit] =
                half_life(in->part[ALM_PART_F] + layer * all + unit, in->steps, in->hidden);
    }
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
