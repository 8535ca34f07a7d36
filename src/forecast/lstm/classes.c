#include "forecast/lstm/classes.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void alm_lstm_classes_clear(struct alm_lstm_classes *classes)
{
    for (size_t i = 0; classes->name != NULL && i < classes->n_series; i++)
        free(classes->name[i]);
    free(classes->name);
    free(classes->edge);
    *classes = (struct alm_lstm_classes){.options = classes->options};
}

/* ---- learning ---- */

static bool same_labels(const struct alm_history_series *a, const struct alm_history_series *b)
{
    if (a->n_labels != b->n_labels) return false;
    for (size_t i = 0; i < a->n_labels; i++) {
        const char *x = a->label[i] == NULL ? "" : a->label[i], *y = b->label[i] == NULL ? "" : b->label[i];
        if (strcmp(x, y) != 0) return false;
    }
    return true;
}

static bool has_own_edges(const struct alm_class_rule *rule)
{
    return rule->kind == ALM_CLASSES_QUANTILE_BINS || rule->kind == ALM_CLASSES_UNIFORM_BINS;
}

static int compare_series(const void *a, const void *b)
{
    return strcmp((*(const struct alm_history_series *const *)a)->name,
                  (*(const struct alm_history_series *const *)b)->name);
}

/* Each series' own bins, in the order of the names. */
static enum alm_status learn_bins(struct alm_lstm_classes *classes, const struct alm_history *history,
                                  struct alm_error *error)
{
    const struct alm_history_series **sorted;
    const size_t n = history->n_series, edges = classes->rule.n - 1;
    ALM_TRY(ALM_NEW(&classes->name, n, error));
    classes->n_series = n;
    ALM_TRY(ALM_NEW(&classes->edge, n * edges, error));
    ALM_TRY(ALM_NEW(&sorted, n, error));
    for (size_t i = 0; i < n; i++)
        sorted[i] = &history->series[i];
    qsort(sorted, n, sizeof *sorted, compare_series);
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        status = alm_copy_text(&classes->name[i], sorted[i]->name, error);
        if (status == ALM_OK)
            status = alm_class_edges(classes->edge + i * edges, &classes->rule, sorted[i]->target, error);
    }
    free(sorted);
    return status;
}

/* Edges that all series share. */
static enum alm_status make_edges(struct alm_lstm_classes *classes, struct alm_error *error)
{
    classes->n_series = 1;
    ALM_TRY(ALM_NEW(&classes->edge, classes->rule.n, error));
    return alm_class_edges(classes->edge, &classes->rule, (struct alm_span){0}, error);
}

enum alm_status alm_lstm_classes_learn(struct alm_lstm_classes *classes, const struct alm_history *history,
                                       struct alm_error *error)
{
    const struct alm_history_series *first = &history->series[0];
    alm_lstm_classes_clear(classes);
    for (size_t i = 1; i < history->n_series; i++)
        if (!same_labels(first, &history->series[i]))
            return alm_fail(error, ALM_DATA,
                            "lstm: %s and %s have different labels, so that one network cannot learn both",
                            first->name, history->series[i].name);
    if (first->n_labels == 0 && classes->options.kind == ALM_CLASSES_NONE) return ALM_OK;
    ALM_TRY(alm_class_rule_for(&classes->rule, &classes->options, first, "lstm", error));
    return has_own_edges(&classes->rule) ? learn_bins(classes, history, error) : make_edges(classes, error);
}

const double *alm_lstm_classes_find(const struct alm_lstm_classes *classes, const char *name)
{
    size_t low = 0, high = classes->n_series;
    if (classes->name == NULL) return classes->edge;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(classes->name[middle], name);
        if (order == 0) return classes->edge + middle * (classes->rule.n - 1);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- bytes ---- */

void alm_lstm_classes_save(const struct alm_lstm_classes *classes, struct alm_bytes *out)
{
    alm_bytes_put_u32(out, (uint32_t)classes->rule.kind);
    alm_bytes_put_u64(out, classes->rule.n);
    if (!has_own_edges(&classes->rule)) return;
    alm_bytes_put_u64(out, classes->n_series);
    for (size_t i = 0; i < classes->n_series; i++)
        alm_bytes_put_text(out, classes->name[i]);
    alm_bytes_put_f64s(out, classes->edge, classes->n_series * (classes->rule.n - 1));
}

static enum alm_status damaged(struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE, "the stored classes are damaged");
}

static enum alm_status load_bins(struct alm_lstm_classes *classes, struct alm_bytes_reader *in,
                                 struct alm_error *error)
{
    const uint64_t n = alm_bytes_get_u64(in);
    const size_t edges = classes->rule.n - 1;
    if (in->failed || n == 0 || n > (in->length - in->offset) / (edges * sizeof(double)))
        return damaged(error);
    ALM_TRY(ALM_NEW(&classes->name, n, error));
    classes->n_series = n;
    for (size_t i = 0; i < n; i++)
        ALM_TRY(alm_bytes_get_text(in, &classes->name[i], error));
    ALM_TRY(ALM_NEW(&classes->edge, n * edges, error));
    alm_bytes_get_f64s(in, classes->edge, n * edges);
    for (size_t i = 0; i < n * edges; i++)
        if (!isfinite(classes->edge[i]) || (i % edges > 0 && classes->edge[i] < classes->edge[i - 1]))
            return damaged(error);
    return in->failed ? damaged(error) : ALM_OK;
}

enum alm_status alm_lstm_classes_load(struct alm_lstm_classes *classes, struct alm_bytes_reader *in,
                                      struct alm_error *error)
{
    alm_lstm_classes_clear(classes);
    const uint32_t kind = alm_bytes_get_u32(in);
    const uint64_t n = alm_bytes_get_u64(in);
    const struct alm_class_rule *options = &classes->options;
    if (in->failed) return damaged(error);
    if (options->kind == ALM_CLASSES_NONE && kind == ALM_CLASSES_NONE && n == 0) return ALM_OK;
    if (options->kind == ALM_CLASSES_NONE ? kind != ALM_CLASSES_LABELS
                                          : kind != (uint32_t)options->kind || n != options->n)
        return damaged(error);
    if (n == 0 || n > ALM_CLASSES_MOST) return damaged(error);
    classes->rule = (struct alm_class_rule){(enum alm_class_kind)kind, (size_t)n, options->threshold};
    return has_own_edges(&classes->rule) ? load_bins(classes, in, error) : make_edges(classes, error);
}
