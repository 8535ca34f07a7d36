#include "workbench/covariate_source.h"

#include <math.h>
#include <string.h>

/* name [n] with @ replaced by series up to its last dot. */
static enum alm_status resolve(struct alm_text *out, const char *name, size_t n, const char *series,
                               struct alm_error *error)
{
    const char *dot = strrchr(series, '.');
    const int stem = (int)(dot == NULL ? strlen(series) : (size_t)(dot - series));
    alm_text_reset(out);
    for (size_t i = 0; i < n; i++)
        if (name[i] == '@')
            alm_text_printf(out, "%.*s", stem, series);
        else
            alm_text_printf(out, "%c", name[i]);
    return alm_text_check(out, error);
}

static enum alm_status fetch(const struct alm_series **out, struct alm_covariate_cache *cache,
                             const char *name, struct alm_error *error)
{
    for (size_t i = cache->loaded.n; i-- > 0;)
        if (strcmp(cache->loaded.series[i]->name, name) == 0) {
            *out = cache->loaded.series[i];
            return ALM_OK;
        }
    ALM_TRY(alm_load_one(&cache->loaded, cache->store, name, INT64_MAX, 0, error));
    *out = cache->loaded.series[cache->loaded.n - 1];
    return ALM_OK;
}

enum alm_status alm_covariate_find(struct alm_covariate_source *out, struct alm_covariate_cache *cache,
                                   const char *name, const char *series, struct alm_error *error)
{
    struct alm_text text = {0};
    struct alm_error first = {0};
    *out = (struct alm_covariate_source){0};
    enum alm_status status = resolve(&text, name, strlen(name), series, &first);
    if (status == ALM_OK) status = fetch(&out->series, cache, alm_text_string(&text), &first);
    for (const char *equals = strchr(name, '='); status == ALM_NOTFOUND && equals != NULL;
         equals = strchr(equals + 1, '=')) {
        struct alm_error own = {0};
        status = resolve(&text, name, (size_t)(equals - name), series, &own);
        if (status == ALM_OK) status = fetch(&out->series, cache, alm_text_string(&text), &own);
        if (status != ALM_NOTFOUND) first = own;
        if (status == ALM_OK) out->label = equals + 1;
    }
    alm_text_clear(&text);
    return status == ALM_OK ? ALM_OK : alm_fail(error, status, "%s", first.text);
}

double alm_covariate_value(const struct alm_covariate_source *source, double y)
{
    const struct alm_series *s = source->series;
    if (source->label == NULL || isnan(y)) return y;
    const char *label = y >= 0 && y < (double)s->n_labels ? s->label[(size_t)y] : NULL;
    return label != NULL && strcmp(label, source->label) == 0 ? 1 : 0;
}
