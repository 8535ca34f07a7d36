#include "forecast/simple/class_counts.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

const struct alm_option alm_class_counts_options[] = {ALM_CLASS_OPTIONS{0}};

enum alm_status alm_class_counts_create(void **self, const struct alm_config *config, uint64_t seed,
                                        struct alm_error *error)
{
    const char *what = alm_config_what(config);
    struct alm_class_counts *counts;
    struct alm_class_rule options;
    (void)seed;
    *self = NULL;
    ALM_TRY(alm_class_rule_read(&options, config, what, error));
    ALM_TRY(ALM_NEW(&counts, 1, error));
    counts->what = what;
    counts->options = options;
    *self = counts;
    return ALM_OK;
}

static void drop_fit(struct alm_class_counts *counts)
{
    free(counts->edge);
    free(counts->share);
    free(counts->stay);
    counts->edge = counts->share = counts->stay = NULL;
    counts->rule.n = counts->horizon = 0;
}

void alm_class_counts_free(void *self)
{
    if (self != NULL) drop_fit(self);
    free(self);
}

size_t alm_class_counts_minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length;
    return horizon + 1;
}

static enum alm_status make_room(struct alm_class_counts *counts, size_t horizon, struct alm_error *error)
{
    size_t shares;
    if (!alm_multiply(&shares, horizon, counts->rule.n))
        return alm_fail(error, ALM_NOMEM, "%s: the horizon is too long", counts->what);
    counts->horizon = horizon;
    ALM_TRY(ALM_NEW(&counts->edge, counts->rule.n, error));
    ALM_TRY(ALM_NEW(&counts->share, shares, error));
    return ALM_NEW(&counts->stay, horizon, error);
}

/* What step h (from 0) is: p_k = (n_k + 1) / (n + K), and the same for staying or not. */
static void count_step(struct alm_class_counts *counts, struct alm_span y, size_t h, double *scratch)
{
    const size_t n = counts->rule.n;
    double *share = counts->share + h * n, stayed = 0, pairs = 0, sum = 0;
    alm_class_count(share, &stayed, &pairs, &counts->rule, counts->edge, y, h + 1, scratch);
    for (size_t k = 0; k < n; k++)
        sum += share[k] + 1;
    for (size_t k = 0; k < n; k++)
        share[k] = (share[k] + 1) / sum;
    counts->stay[h] = (stayed + 1) / (pairs + 2);
}

enum alm_status alm_class_counts_fit(void *self, const struct alm_history *history,
                                     const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct alm_class_counts *counts = self;
    const struct alm_history_series *series = &history->series[0];
    double *scratch;
    (void)hooks;
    drop_fit(counts);
    ALM_TRY(alm_class_rule_for(&counts->rule, &counts->options, series, counts->what, error));
    ALM_TRY(make_room(counts, history->horizon, error));
    ALM_TRY(alm_class_edges(counts->edge, &counts->rule, series->target, error));
    ALM_TRY(ALM_NEW(&scratch, counts->rule.n, error));
    for (size_t h = 0; h < history->horizon; h++)
        count_step(counts, series->target, h, scratch);
    free(scratch);
    return ALM_OK;
}

enum alm_status alm_class_counts_forecast(const struct alm_class_counts *counts,
                                          const struct alm_history *history, struct alm_forecast *out,
                                          struct alm_error *error)
{
    const struct alm_history_series *series = &history->series[0];
    const size_t n = counts->rule.n;
    if (history->horizon > counts->horizon)
        return alm_fail(error, ALM_DATA, "this %s was fitted for a horizon of %zu and cannot forecast %zu",
                        counts->what, counts->horizon, history->horizon);
    if (series->n_labels != (counts->rule.kind == ALM_CLASSES_LABELS ? n : 0))
        return alm_fail(error, ALM_DATA, "%s was fitted on other classes than those of %s", counts->what,
                        series->name);
    ALM_TRY(alm_forecast_set_classes(out, 0, counts->rule.kind, n, error));
    alm_class_edges_at(out->classes[0].edge, &counts->rule, counts->edge, alm_span_last(series->target));
    memcpy(out->classes[0].probability, counts->share, history->horizon * n * sizeof *counts->share);
    return ALM_OK;
}

enum alm_status alm_class_counts_save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_class_counts *counts = self;
    const size_t n = counts->rule.n;
    if (n == 0) return alm_fail(error, ALM_INTERNAL, "asked to save before a fit");
    alm_bytes_put_u32(out, VERSION);
    alm_bytes_put_u32(out, (uint32_t)counts->rule.kind);
    alm_bytes_put_u64(out, n);
    alm_bytes_put_u64(out, counts->horizon);
    alm_bytes_put_f64(out, counts->rule.threshold);
    alm_bytes_put_f64s(out, counts->edge, n - 1);
    alm_bytes_put_f64s(out, counts->share, counts->horizon * n);
    alm_bytes_put_f64s(out, counts->stay, counts->horizon);
    return alm_bytes_check(out, error);
}

/* Whether what was read can be used: probabilities, and edges that rise. */
static bool is_sound(const struct alm_class_counts *counts)
{
    const size_t n = counts->rule.n;
    for (size_t k = 0; k + 2 < n; k++)
        if (!(counts->edge[k] <= counts->edge[k + 1])) return false;
    for (size_t i = 0; i < counts->horizon * n; i++)
        if (!(counts->share[i] > 0 && counts->share[i] <= 1)) return false;
    for (size_t h = 0; h < counts->horizon; h++)
        if (!(counts->stay[h] > 0 && counts->stay[h] < 1)) return false;
    return true;
}

enum alm_status alm_class_counts_load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_class_counts *counts = self;
    drop_fit(counts);
    const uint32_t version = alm_bytes_get_u32(in), kind = alm_bytes_get_u32(in);
    const uint64_t n = alm_bytes_get_u64(in), horizon = alm_bytes_get_u64(in);
    const double threshold = alm_bytes_get_f64(in);
    const size_t left = in->failed ? 0 : (in->length - in->offset) / sizeof(double);
    const bool known = version == VERSION && kind > ALM_CLASSES_NONE && kind <= ALM_CLASSES_UNIFORM_BINS;
    const enum alm_class_kind asked =
        counts->options.kind == ALM_CLASSES_NONE ? ALM_CLASSES_LABELS : counts->options.kind;
    if (!known || (enum alm_class_kind)kind != asked || n == 0 || n > ALM_CLASSES_MOST || horizon == 0 ||
        horizon > left / n)
        return alm_fail(error, ALM_PARSE, "the stored classes are damaged or of another version");
    counts->rule = (struct alm_class_rule){(enum alm_class_kind)kind, (size_t)n, threshold};
    ALM_TRY(make_room(counts, (size_t)horizon, error));
    alm_bytes_get_f64s(in, counts->edge, counts->rule.n - 1);
    alm_bytes_get_f64s(in, counts->share, counts->horizon * counts->rule.n);
    alm_bytes_get_f64s(in, counts->stay, counts->horizon);
    if (!in->failed && is_sound(counts)) return ALM_OK;
    drop_fit(counts);
    return alm_fail(error, ALM_PARSE, "the stored classes are damaged");
}

void alm_class_counts_describe(const void *self, struct alm_text *out)
{
    const struct alm_class_counts *counts = self;
    if (counts->rule.n == 0) return;
    alm_text_printf(out, "classes=%zu\nstay=%.6g\n", counts->rule.n, counts->stay[0]);
}
