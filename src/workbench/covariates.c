#include "workbench/covariates.h"

#include "base/memory.h"
#include "store/rows.h"
#include "store/series_table.h"
#include "workbench/covariate_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum role { PAST, FUTURE, STATIC, ROLES };
static const char *const role_names[ROLES] = {"past", "future", "static"};

/* Names by role, in the order past, future, static when they are used. */
struct list {
    size_t n[ROLES];
    char **name[ROLES];
};

static void list_clear(struct list *list)
{
    for (enum role role = PAST; role < ROLES; role++) {
        for (size_t i = 0; i < list->n[role]; i++)
            free(list->name[role][i]);
        free(list->name[role]);
    }
    *list = (struct list){0};
}

static enum alm_status list_add(struct list *list, enum role role, const char *name, struct alm_error *error)
{
    size_t capacity = list->n[role];
    ALM_TRY(
        alm_grow((void **)&list->name[role], &capacity, list->n[role] + 1, sizeof *list->name[role], error));
    ALM_TRY(alm_copy_text(&list->name[role][list->n[role]], name, error));
    list->n[role]++;
    return ALM_OK;
}

/* Patterns become the names that match them now; names with @ stay as they are. */
static enum alm_status add_pattern(struct list *list, enum role role, struct alm_store *store,
                                   const char *pattern, struct alm_error *error)
{
    struct alm_series_row *rows;
    size_t n;
    if (role == STATIC || strchr(pattern, '@') != NULL) return list_add(list, role, pattern, error);
    ALM_TRY(alm_series_table_match_all(&rows, &n, store, &pattern, 1, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        status = list_add(list, role, rows[i].name, error);
    alm_series_rows_free(rows, n);
    return status;
}

/* ---- one series ---- */

/* The first value of source. One that came after series had begun was not known at every origin, and no audit
 * could tell. */
static enum alm_status take_static(double *out, const struct alm_covariate_source *from,
                                   const struct alm_series *series, struct alm_error *error)
{
    const struct alm_series *source = from->series;
    size_t first = 0;
    while (first < source->n && isnan(source->y[first]))
        first++;
    *out = first < source->n ? alm_covariate_value(from, source->y[first]) : (double)NAN;
    const bool same_axis = alm_series_is_index(series) == alm_series_is_index(source);
    if (first < source->n && series->n > 0 && same_axis && source->ts[first] > series->ts[0])
        return alm_fail(
            error, ALM_DATA,
            "%s has its first value after %s begins, so it was not known all along: a static covariate "
            "stands at or before the first bar of its series",
            source->name, series->name);
    return ALM_OK;
}

static enum alm_status attach_one(struct alm_series *series, enum role role, size_t k, const char *name,
                                  const int64_t *ts, struct alm_covariate_cache *cache,
                                  struct alm_error *error)
{
    struct alm_covariates *c = series->covariates;
    struct alm_covariate_source from;
    ALM_TRY(alm_covariate_find(&from, cache, name, series->name, error));
    const struct alm_series *source = from.series;
    /* It would hand the forecaster the answers, and no audit could tell: future covariates are not poisoned.
     */
    if (role == FUTURE && strcmp(source->name, series->name) == 0)
        return alm_fail(error, ALM_USAGE,
                        "%s is to be forecast, so it cannot be a future covariate of itself; leave it out of "
                        "--future",
                        series->name);
    if (role == STATIC) return take_static(&c->statics[k], &from, series, error);
    if (alm_series_is_index(series) != alm_series_is_index(source))
        return alm_fail(error, ALM_DATA, "%s and its covariate %s do not share a time axis", series->name,
                        source->name);
    const size_t at = role == PAST ? k : c->n_past + k;
    alm_covariate_align(c->y[at], ts, alm_covariate_length(c, at), alm_series_span(source),
                        &source->calendar);
    for (size_t i = 0; i < alm_covariate_length(c, at); i++)
        c->y[at][i] = alm_covariate_value(&from, c->y[at][i]);
    return ALM_OK;
}

static enum alm_status attach(struct alm_series *series, const struct list *list, size_t ahead,
                              struct alm_covariate_cache *cache, struct alm_error *error)
{
    int64_t *ts;
    alm_covariates_free(series->covariates);
    series->covariates = NULL;
    ALM_TRY(alm_covariates_create(&series->covariates, series->n, ahead, list->n[PAST], list->n[FUTURE],
                                  list->n[STATIC], error));
    ALM_TRY(ALM_NEW(&ts, series->n + ahead, error));
    memcpy(ts, series->ts, series->n * sizeof *ts);
    enum alm_status status = ALM_OK;
    if (ahead > 0)
        status =
            alm_calendar_extend(ts + series->n, &series->calendar, alm_series_span(series), ahead, error);
    for (enum role role = PAST; role < ROLES; role++)
        for (size_t k = 0; status == ALM_OK && k < list->n[role]; k++)
            status = attach_one(series, role, k, list->name[role][k], ts, cache, error);
    free(ts);
    return status;
}

/* ---- labels ---- */

/* Labels of one categorical covariate at most: each is an input of its own. */
enum { MOST_LABELS = 64 };

static bool has_label(const struct list *list, enum role role, const char *label)
{
    for (size_t i = 0; i < list->n[role]; i++)
        if (strcmp(list->name[role][i], label) == 0) return true;
    return false;
}

/* Adds to labels those that the covariate `name` has for any of the series; *numbers counts the sources that
 * have none. */
static enum alm_status gather_labels(struct list *labels, size_t *numbers, const char *name,
                                     const struct alm_loaded *loaded, struct alm_covariate_cache *cache,
                                     struct alm_error *error)
{
    for (size_t i = 0; i < loaded->n; i++) {
        struct alm_covariate_source from;
        ALM_TRY(alm_covariate_find(&from, cache, name, loaded->series[i]->name, error));
        const bool is_labels = from.label == NULL && from.series->n_labels > 0;
        if (!is_labels) ++*numbers;
        for (size_t k = 0; is_labels && k < from.series->n_labels; k++)
            if (from.series->label[k] != NULL && !has_label(labels, PAST, from.series->label[k]))
                ALM_TRY(list_add(labels, PAST, from.series->label[k], error));
    }
    return ALM_OK;
}

/* A categorical covariate becomes one of `name=label` for each of its labels: their numbers have no order.
 * Labels that come later are none of these. */
static enum alm_status add_with_labels(struct list *out, enum role role, const char *name,
                                       const struct alm_loaded *loaded, struct alm_covariate_cache *cache,
                                       struct alm_error *error)
{
    struct list labels = {0};
    struct alm_text text = {0};
    size_t numbers = 0;
    enum alm_status status = gather_labels(&labels, &numbers, name, loaded, cache, error);
    const size_t n = labels.n[PAST];
    if (status == ALM_OK && n > MOST_LABELS)
        status =
            alm_fail(error, ALM_DATA, "%s has %zu labels; a covariate may have %d, each an input of its own",
                     name, n, MOST_LABELS);
    if (status == ALM_OK && n > 0 && numbers > 0)
        status = alm_fail(error, ALM_DATA, "%s is labels for some series and numbers for others", name);
    if (status == ALM_OK && n == 0) status = list_add(out, role, name, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        alm_text_reset(&text);
        alm_text_printf(&text, "%s=%s", name, labels.name[PAST][i]);
        status = alm_text_check(&text, error);
        if (status == ALM_OK) status = list_add(out, role, alm_text_string(&text), error);
    }
    alm_text_clear(&text);
    list_clear(&labels);
    return status;
}

static enum alm_status expand_labels(struct list *list, const struct alm_loaded *loaded,
                                     struct alm_store *store, struct alm_error *error)
{
    struct alm_covariate_cache cache = {.store = store};
    struct list out = {0};
    enum alm_status status = ALM_OK;
    for (enum role role = PAST; role < ROLES; role++)
        for (size_t i = 0; status == ALM_OK && i < list->n[role]; i++)
            status = add_with_labels(&out, role, list->name[role][i], loaded, &cache, error);
    alm_loaded_clear(&cache.loaded);
    if (status == ALM_OK) {
        list_clear(list);
        *list = out;
    } else {
        list_clear(&out);
    }
    return status;
}

/* ---- all of them ---- */

static enum alm_status remember(struct alm_loaded *loaded, const struct list *list, struct alm_error *error)
{
    struct alm_text text = {0};
    const char *comma = "";
    alm_text_append(&text, ",\"covariates\":[");
    for (enum role role = PAST; role < ROLES; role++)
        for (size_t i = 0; i < list->n[role]; i++, comma = ",") {
            alm_text_printf(&text, "%s{\"role\":\"%s\",\"name\":", comma, role_names[role]);
            alm_text_append_json(&text, list->name[role][i]);
            alm_text_append(&text, "}");
        }
    alm_text_append(&text, "]");
    enum alm_status status = alm_text_check(&text, error);
    free(loaded->covariates);
    loaded->covariates = NULL;
    if (status == ALM_OK) status = alm_copy_text(&loaded->covariates, alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

static enum alm_status load_list(struct alm_loaded *loaded, struct alm_store *store, const struct list *list,
                                 size_t ahead, struct alm_error *error)
{
    struct alm_covariate_cache cache = {.store = store};
    if (list->n[PAST] + list->n[FUTURE] + list->n[STATIC] == 0) return ALM_OK;
    enum alm_status status = remember(loaded, list, error);
    for (size_t i = 0; status == ALM_OK && i < loaded->n; i++)
        status = attach(loaded->series[i], list, ahead, &cache, error);
    alm_loaded_clear(&cache.loaded);
    return status;
}

enum alm_status alm_covariates_load(struct alm_loaded *loaded, struct alm_store *store,
                                    const struct alm_covariate_names *names, size_t ahead,
                                    struct alm_error *error)
{
    struct list list = {0};
    const char *const *patterns[ROLES] = {names->past, names->future, names->statics};
    const size_t n[ROLES] = {names->n_past, names->n_future, names->n_statics};
    enum alm_status status = ALM_OK;
    for (enum role role = PAST; role < ROLES; role++)
        for (size_t i = 0; status == ALM_OK && i < n[role]; i++)
            status = add_pattern(&list, role, store, patterns[role][i], error);
    if (status == ALM_OK) status = expand_labels(&list, loaded, store, error);
    if (status == ALM_OK) status = load_list(loaded, store, &list, ahead, error);
    list_clear(&list);
    return status;
}

static enum alm_status read_list(struct list *list, struct alm_rows *rows, struct alm_error *error)
{
    bool row = false;
    ALM_TRY(alm_rows_step(rows, &row, error));
    while (row) {
        for (enum role role = PAST; role < ROLES; role++)
            if (strcmp(alm_rows_text(rows, 0), role_names[role]) == 0)
                ALM_TRY(list_add(list, role, alm_rows_text(rows, 1), error));
        ALM_TRY(alm_rows_step(rows, &row, error));
    }
    return ALM_OK;
}

static enum alm_status load_stored(struct alm_loaded *loaded, struct alm_store *store, const char *query,
                                   const struct alm_binding *binding, size_t ahead, struct alm_error *error)
{
    struct list list = {0};
    struct alm_rows *rows;
    ALM_TRY(alm_rows_open_query(&rows, store, query, binding, 1, error));
    enum alm_status status = read_list(&list, rows, error);
    alm_rows_close(rows);
    if (status == ALM_OK) status = load_list(loaded, store, &list, ahead, error);
    list_clear(&list);
    return status;
}

enum alm_status alm_covariates_load_run(struct alm_loaded *loaded, struct alm_store *store, int64_t run,
                                        size_t ahead, struct alm_error *error)
{
    const struct alm_binding binding = alm_bound_integer("run", run);
    return load_stored(loaded, store, "settings_covariates", &binding, ahead, error);
}

enum alm_status alm_covariates_load_model(struct alm_loaded *loaded, struct alm_store *store,
                                          const char *model, size_t ahead, struct alm_error *error)
{
    const struct alm_binding binding = alm_bound_text("model", model);
    return load_stored(loaded, store, "model_covariates", &binding, ahead, error);
}

enum alm_status alm_covariates_check(const struct alm_loaded *loaded, const size_t *bars, size_t horizon,
                                     struct alm_error *error)
{
    for (size_t i = 0; i < loaded->n; i++) {
        const struct alm_covariates *c = loaded->series[i]->covariates;
        for (size_t k = 0; c != NULL && k < c->n_future; k++)
            for (size_t h = 0; h < horizon; h++) {
                const size_t at = bars[i] + h;
                if (at < c->n + c->ahead && !isnan(c->y[c->n_past + k][at])) continue;
                return alm_fail(error, ALM_DATA,
                                "future covariate %zu has no value for step %zu after the origin of %s; it "
                                "must be known over the whole horizon",
                                k + 1, h + 1, loaded->series[i]->name);
            }
    }
    return ALM_OK;
}
