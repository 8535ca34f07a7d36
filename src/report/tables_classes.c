/* What was forecast when a class occurred. */
#include "report/tables.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which classes there are ---- */

struct class
{
    int64_t number;
    const char *name;
};

struct classes {
    size_t n, capacity;
    struct class *class;
    bool failed;
};

static int compare(const struct class *a, const struct class *b)
{
    return a->number != b->number ? (a->number < b->number ? -1 : 1) : strcmp(a->name, b->name);
}

/* Where the class stands, or would: classes rise by number, then by name. */
static size_t place_of(const struct classes *list, const struct class *class)
{
    size_t at = 0;
    while (at < list->n && compare(&list->class[at], class) < 0)
        at++;
    return at;
}

static void add(struct classes *list, const struct class *class)
{
    const size_t at = place_of(list, class);
    if (at < list->n && compare(&list->class[at], class) == 0) return;
    if (alm_grow((void **)&list->class, &list->capacity, list->n + 1, sizeof *list->class, NULL) != ALM_OK) {
        list->failed = true;
        return;
    }
    memmove(list->class + at + 1, list->class + at, (list->n - at) * sizeof *list->class);
    list->class[at] = *class;
    list->n++;
}

static struct class class_at(const struct alm_table *t, size_t row, size_t name, size_t number)
{
    return (struct class){alm_table_integer(t, row, number), alm_table_text(t, row, name)};
}

static struct class occurred(const struct alm_table *t, size_t row)
{
    return class_at(t, row, ALM_CONFUSION_OCCURRED, ALM_CONFUSION_OCCURRED_NO);
}

static struct class forecast(const struct alm_table *t, size_t row)
{
    return class_at(t, row, ALM_CONFUSION_FORECAST, ALM_CONFUSION_FORECAST_NO);
}

/* Of all forecasters; to be freed. */
static struct classes gather(const struct alm_table *t)
{
    struct classes out = {0};
    for (size_t row = 0; row < t->rows; row++) {
        const struct class is = occurred(t, row), was = forecast(t, row);
        add(&out, &is);
        add(&out, &was);
    }
    return out;
}

/* Counts [n][n] of one forecaster, what occurred down; to be freed. NULL: no memory. */
static double *count(const struct classes *list, const struct alm_table *t, int64_t forecaster)
{
    double *out = NULL;
    size_t n;
    if (list->failed || !alm_multiply(&n, list->n, list->n) || ALM_NEW(&out, n, NULL) != ALM_OK) return NULL;
    for (size_t row = 0; row < t->rows; row++) {
        if (alm_table_integer(t, row, ALM_CONFUSION_FORECASTER) != forecaster) continue;
        const struct class is = occurred(t, row), was = forecast(t, row);
        out[place_of(list, &is) * list->n + place_of(list, &was)] = alm_table_number(t, row, ALM_CONFUSION_N);
    }
    return out;
}

/* ---- tables ---- */

static void fill_matrix(struct alm_grid *out, const struct classes *list, const double *counts)
{
    alm_grid_column_add(out, ALM_GRID_NAME, "occurred");
    for (size_t k = 0; k < list->n; k++)
        alm_grid_column_add(out, ALM_GRID_NUMBER, list->class[k].name);
    for (size_t i = 0; i < list->n; i++) {
        alm_grid_row_add(out);
        alm_grid_set_text(out, 0, list->class[i].name);
        for (size_t k = 0; k < list->n; k++)
            alm_grid_set_number(out, 1 + k, counts[i * list->n + k]);
    }
}

/* One row a class: how often it occurred, was forecast, was both, and what was most often forecast instead.
 */
static void fill_row(struct alm_grid *out, const struct classes *list, const double *counts, size_t i)
{
    double all = 0, taken = 0;
    size_t worst = i;
    for (size_t k = 0; k < list->n; k++) {
        const double n = counts[i * list->n + k];
        all += n;
        taken += counts[k * list->n + i];
        if (k != i && n > (worst == i ? 0 : counts[i * list->n + worst])) worst = k;
    }
    alm_grid_row_add(out);
    alm_grid_set_text(out, 0, list->class[i].name);
    alm_grid_set_number(out, 1, all);
    alm_grid_set_number(out, 2, taken);
    alm_grid_set_number(out, 3, counts[i * list->n + i]);
    if (worst == i) return;
    alm_grid_set_text(out, 4, list->class[worst].name);
    alm_grid_set_number(out, 5, counts[i * list->n + worst]);
}

static void fill_rows(struct alm_grid *out, const struct classes *list, const double *counts)
{
    static const char *const names[] = {"class", "occurred",         "forecast",
                                        "right", "mostly taken for", "times"};
    for (size_t k = 0; k < 6; k++)
        alm_grid_column_add(out, k == 0 || k == 4 ? ALM_GRID_NAME : ALM_GRID_NUMBER, names[k]);
    for (size_t i = 0; i < list->n; i++)
        fill_row(out, list, counts, i);
}

void alm_tables_confusion(struct alm_grid *out, const struct alm_facts *facts, int64_t forecaster)
{
    struct classes list = gather(&facts->confusion);
    double *counts = count(&list, &facts->confusion, forecaster);
    if (counts == NULL)
        out->failed = true;
    else if (list.n <= ALM_TABLES_CLASSES)
        fill_matrix(out, &list, counts);
    else
        fill_rows(out, &list, counts);
    free(counts);
    free(list.class);
}

bool alm_tables_confusion_is_matrix(const struct alm_facts *facts)
{
    struct classes list = gather(&facts->confusion);
    free(list.class);
    return list.n <= ALM_TABLES_CLASSES;
}
