/* Medians of absolute errors: of all, by step, by series. Where errors are kept they are taken from there;
 * else the rows are read again, as often as it takes to narrow each median down in a memory that does not
 * grow with them. */
#include "backtest/evaluation.h"
#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- kept errors ---- */

enum alm_status alm_evaluation_keep_error(struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                                          size_t step, double size, struct alm_error *error)
{
    struct alm_kept_errors *kept = &evaluation->kept[forecaster];
    ALM_TRY(alm_grow((void **)&kept->error, &kept->capacity, kept->n + 1, sizeof *kept->error, error));
    kept->error[kept->n++] = (struct alm_kept_error){series, step, size};
    return ALM_OK;
}

static double median_of_kept(const struct alm_kept_errors *kept, size_t series, size_t step, size_t *n)
{
    double *size;
    *n = 0;
    if (ALM_NEW(&size, kept->n, NULL) != ALM_OK) return NAN;
    for (size_t i = 0; i < kept->n; i++) {
        const struct alm_kept_error *e = &kept->error[i];
        if ((series == ALM_ALL || e->series == series) && (step == ALM_ALL || e->step == step - 1))
            size[(*n)++] = e->size;
    }
    const double median = *n == 0 ? (double)NAN : gsl_stats_median(size, 1, *n);
    free(size);
    return median;
}

/* ---- groups of errors ---- */

static size_t n_groups(const struct alm_evaluation *e)
{
    return 1 + e->horizon + e->n_series;
}

/* Of all, of a step, of a series. */
static size_t group_of(const struct alm_evaluation *e, size_t series, size_t step)
{
    return series != ALM_ALL ? 1 + e->horizon + series : step != ALM_ALL ? step : 0;
}

/* Errors in a group, from the cells. */
static size_t count_errors(const struct alm_evaluation *e, size_t forecaster, size_t group)
{
    const bool of_series = group > e->horizon, of_step = group > 0 && !of_series;
    const size_t first = of_series ? group - 1 - e->horizon : 0, last = of_series ? first + 1 : e->n_series;
    const size_t from = of_step ? group - 1 : 0, to = of_step ? group : e->horizon;
    size_t n = 0;
    for (size_t s = first; s < last; s++)
        for (size_t h = from; h < to; h++)
            n += e->cell[alm_evaluation_cell(e, forecaster, s, h)].actual.n;
    return n;
}

double alm_evaluation_median(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                             size_t step, size_t *n)
{
    const struct alm_evaluation *e = evaluation;
    *n = 0;
    if (e->kept != NULL) return median_of_kept(&e->kept[forecaster], series, step, n);
    if (e->median == NULL || (series != ALM_ALL && step != ALM_ALL)) return NAN;
    const size_t group = group_of(e, series, step);
    *n = count_errors(e, forecaster, group);
    return e->median[forecaster * n_groups(e) + group];
}

/* ---- the search ---- */

enum {
    VALUES = 1 << 19, /* errors that are gathered in one reading */
    BINS = 1 << 16    /* of all groups that are too large for that */
};

/* Errors are not negative: they are ordered as their bits are, read as integers. */
static uint64_t key_of(double size)
{
    uint64_t key;
    memcpy(&key, &size, sizeof key);
    return key;
}

static double size_of(uint64_t key)
{
    double size;
    memcpy(&size, &key, sizeof size);
    return size;
}

struct bin {
    size_t n;
    uint64_t least, most;
};

/* The middle of one group lies from low to high, where `inside` errors lie; rank is that of the (lower)
 * middle one among them. */
struct search {
    uint64_t low, high, width; /* width of bins */
    size_t inside, rank, n;    /* n: gathered */
    bool even, found;
    double *value;   /* where they are gathered, or */
    struct bin *bin; /* counted */
};

struct searches {
    const struct alm_evaluation *e;
    struct search *search; /* [n_forecasters][n_groups] */
    size_t n;
    size_t n_values; /* at most VALUES */
    double *value;   /* [n_values] */
    struct bin *bin; /* [BINS], once a group is counted */
};

static void take(struct search *s, uint64_t key)
{
    if (s->found || key < s->low || key > s->high) return;
    if (s->value != NULL) {
        s->value[s->n++] = size_of(key);
    } else if (s->bin != NULL) {
        struct bin *bin = &s->bin[(key - s->low) / s->width];
        bin->least = bin->n == 0 || key < bin->least ? key : bin->least;
        bin->most = bin->n == 0 || key > bin->most ? key : bin->most;
        bin->n++;
    }
}

static enum alm_status take_task(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    (void)error;
    const struct searches *all = context;
    const struct alm_evaluation *e = all->e;
    struct search *own = all->search + result->forecaster * n_groups(e);
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *row = &result->series[i];
        if (row->forecast == NULL || row->classes != NULL) continue;
        for (size_t h = 0; h < e->horizon; h++) {
            if (isnan(row->actual[h])) continue;
            const uint64_t key = key_of(fabs(row->actual[h] - row->forecast[h]));
            take(&own[0], key);
            take(&own[1 + h], key);
            take(&own[1 + e->horizon + row->series], key);
        }
    }
    return ALM_OK;
}

/* Who gathers in the next reading; *counting is how many do not. Returns how many are left. */
static size_t deal(struct searches *all, size_t *counting)
{
    size_t gathered = 0, left = 0;
    *counting = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct search *s = &all->search[i];
        s->n = 0;
        s->value = NULL;
        s->bin = NULL;
        if (s->found) continue;
        left++;
        if (s->inside <= all->n_values - gathered) {
            s->value = all->value + gathered;
            gathered += s->inside;
        } else {
            (*counting)++;
        }
    }
    return left;
}

/* The others count, each in as many bins as there are for it: 0 for some where they are too many. */
static enum alm_status deal_bins(struct searches *all, size_t counting, struct alm_error *error)
{
    if (counting == 0) return ALM_OK;
    const size_t each = counting < BINS / 4 ? BINS / counting : 4;
    if (all->bin == NULL) ALM_TRY(ALM_NEW(&all->bin, BINS, error));
    memset(all->bin, 0, BINS * sizeof *all->bin);
    for (size_t i = 0, used = 0; i < all->n && used + each <= BINS; i++) {
        struct search *s = &all->search[i];
        if (s->found || s->value != NULL) continue;
        s->bin = all->bin + used;
        s->width = (s->high - s->low) / each + 1;
        used += each;
    }
    return ALM_OK;
}

static double middle_of(struct search *s)
{
    const double low = gsl_stats_select(s->value, 1, s->n, s->rank);
    return s->even ? (low + gsl_stats_select(s->value, 1, s->n, s->rank + 1)) / 2 : low;
}

/* Goes on within the bin that has the middle; when the two middle ones lie in two bins, they are known. */
static void narrow(double *median, struct search *s)
{
    const struct bin *bin = s->bin;
    while (s->rank >= bin->n)
        s->rank -= bin++->n;
    const struct bin *next = bin;
    if (s->even && s->rank + 1 == bin->n) do
            next++;
        while (next->n == 0);
    s->found = next != bin || bin->least == bin->most;
    *median = next == bin ? size_of(bin->least) : (size_of(bin->most) + size_of(next->least)) / 2;
    s->low = bin->least;
    s->high = bin->most;
    s->inside = bin->n;
}

static void conclude(struct searches *all, double *median)
{
    for (size_t i = 0; i < all->n; i++) {
        struct search *s = &all->search[i];
        if (s->found) continue;
        if (s->value != NULL) {
            median[i] = middle_of(s);
            s->found = true;
        } else if (s->bin != NULL) {
            narrow(&median[i], s);
        }
    }
}

static void begin(struct searches *all, double *median)
{
    const struct alm_evaluation *e = all->e;
    for (size_t i = 0; i < all->n; i++) {
        const size_t n = count_errors(e, i / n_groups(e), i % n_groups(e));
        median[i] = NAN;
        all->n_values += n;
        all->search[i] = (struct search){.low = 0,
                                         .high = key_of(INFINITY),
                                         .inside = n,
                                         .rank = n == 0 ? 0 : (n - 1) / 2,
                                         .even = n % 2 == 0,
                                         .found = n == 0};
    }
    if (all->n_values > VALUES) all->n_values = VALUES;
}

static enum alm_status search(struct searches *all, double *median, const struct alm_task_source *source,
                              struct alm_error *error)
{
    const struct alm_sink sink = {all, take_task};
    size_t counting;
    ALM_TRY(ALM_NEW(&all->search, all->n, error));
    begin(all, median);
    ALM_TRY(ALM_NEW(&all->value, all->n_values, error));
    while (deal(all, &counting) > 0) {
        ALM_TRY(deal_bins(all, counting, error));
        ALM_TRY(source->each(source->context, false, &sink, error));
        conclude(all, median);
    }
    return ALM_OK;
}

enum alm_status alm_evaluation_find_medians(struct alm_evaluation *evaluation,
                                            const struct alm_task_source *source, struct alm_error *error)
{
    struct searches all = {.e = evaluation, .n = evaluation->n_forecasters * n_groups(evaluation)};
    free(evaluation->median);
    ALM_TRY(ALM_NEW(&evaluation->median, all.n, error));
    const enum alm_status status = search(&all, evaluation->median, source, error);
    free(all.search);
    free(all.value);
    free(all.bin);
    return status;
}
