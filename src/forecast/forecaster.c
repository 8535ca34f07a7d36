/* The wrapper's life. */
#include "forecast/forecaster.h"

#include "base/memory.h"
#include "forecast/classes.h"
#include "forecast/wrapper.h"

#include <stdlib.h>
#include <string.h>

/* ---- life ---- */

void alm_forecaster_drop_fit(struct alm_forecaster *f)
{
    for (size_t i = 0; i < f->n_self; i++)
        if (f->self[i] != NULL) f->type->free(f->self[i]);
    for (size_t i = 0; f->fitted != NULL && i < f->n_series; i++) {
        alm_conformal_clear(&f->fitted[i].conformal);
        alm_inner_record_clear(&f->fitted[i].inner);
        free(f->fitted[i].name);
    }
    free(f->self);
    free(f->fitted);
    f->self = NULL;
    f->fitted = NULL;
    f->n_self = f->n_series = 0;
}

enum alm_status alm_forecaster_reset(struct alm_forecaster *f, size_t n_series, struct alm_error *error)
{
    const size_t n_self = alm_forecaster_is_global(f) ? 1 : n_series;
    alm_forecaster_drop_fit(f);
    ALM_TRY(ALM_NEW(&f->fitted, n_series, error));
    f->n_series = n_series;
    ALM_TRY(ALM_NEW(&f->self, n_self, error));
    f->n_self = n_self;
    return ALM_OK;
}

static enum alm_status unknown_forecaster(const char *name, struct alm_error *error)
{
    enum { MOST = 64 };
    const char *names[MOST + 1] = {0};
    for (size_t i = 0; i < MOST && alm_forecaster_types[i] != NULL; i++)
        names[i] = alm_forecaster_types[i]->name;
    const char *near = alm_text_suggest(name, names);
    if (near != NULL)
        return alm_fail(error, ALM_USAGE, "there is no forecaster \"%s\" (did you mean %s?)", name, near);
    return alm_fail(error, ALM_USAGE, "there is no forecaster \"%s\" (see `almanac forecasters list`)", name);
}

static enum alm_status read_transform(struct alm_forecaster *f, struct alm_error *error)
{
    ALM_TRY(alm_transform_choice_read(&f->choice, f->config, error));
    if (!alm_transform_is_on(&f->choice.transform) || !alm_class_forecasts(f)) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s: transforms are for forecasts of numbers, not of classes",
                    f->type->name);
}

static enum alm_status create(struct alm_forecaster **out, const char *spec,
                              const struct alm_forecaster_settings *settings, bool stored,
                              struct alm_error *error)
{
    struct alm_spec parts;
    struct alm_forecaster *f = NULL;
    *out = NULL;
    ALM_TRY(alm_spec_parse(&parts, spec, error));
    const struct alm_forecaster_type *type =
        settings->find != NULL ? settings->find(parts.name) : alm_forecaster_type_find(parts.name);
    enum alm_status status = type == NULL ? unknown_forecaster(parts.name, error) : ALM_NEW(&f, 1, error);
    if (status == ALM_OK) {
        *f = (struct alm_forecaster){.type = type, .settings = *settings};
        status = alm_forecaster_config_create(&f->config, type, parts.options, error);
    }
    if (status == ALM_OK && !stored) status = alm_config_check(f->config, error);
    /* options that contradict each other are found by the type itself */
    void *self = NULL;
    if (status == ALM_OK) status = type->create(&self, f->config, settings->seed, error);
    if (self != NULL) type->free(self);
    alm_spec_clear(&parts);
    if (status == ALM_OK && alm_forecaster_common_options(type) != NULL) status = read_transform(f, error);
    if (status == ALM_OK && type->rule != NULL) status = alm_members_create(f, error);
    if (status != ALM_OK) {
        alm_forecaster_free(f);
        return status;
    }
    *out = f;
    return ALM_OK;
}

enum alm_status alm_forecaster_create(struct alm_forecaster **out, const char *spec,
                                      const struct alm_forecaster_settings *settings, struct alm_error *error)
{
    return create(out, spec, settings, false, error);
}

enum alm_status alm_forecaster_create_stored(struct alm_forecaster **out, const char *spec,
                                             const struct alm_forecaster_settings *settings,
                                             struct alm_error *error)
{
    return create(out, spec, settings, true, error);
}

void alm_forecaster_free(struct alm_forecaster *forecaster)
{
    if (forecaster == NULL) return;
    alm_forecaster_drop_fit(forecaster);
    alm_members_free(forecaster);
    alm_config_free(forecaster->config);
    free(forecaster);
}

const struct alm_forecaster_type *alm_forecaster_type_of(const struct alm_forecaster *forecaster)
{
    return forecaster->type;
}

const struct alm_config *alm_forecaster_config(const struct alm_forecaster *forecaster)
{
    return forecaster->config;
}

bool alm_forecaster_is_global(const struct alm_forecaster *forecaster)
{
    const struct alm_forecaster_type *type = forecaster->type;
    return (type->traits & ALM_TRAIT_GLOBAL) != 0 &&
           (type->is_local == NULL || !type->is_local(forecaster->config));
}

void alm_forecaster_write_spec(const struct alm_forecaster *forecaster, struct alm_text *out)
{
    struct alm_text options = {0};
    alm_config_write(forecaster->config, &options);
    alm_text_append(out, forecaster->type->name);
    if (options.length > 0) alm_text_printf(out, ":%s", options.data);
    if (options.failed) out->failed = true;
    alm_text_clear(&options);
}

void alm_forecaster_describe(const struct alm_forecaster *forecaster, size_t series, struct alm_text *out)
{
    const size_t i = alm_forecaster_is_global(forecaster) ? 0 : series;
    if (i >= forecaster->n_self || forecaster->self[i] == NULL) return;
    if (forecaster->type->describe != NULL) forecaster->type->describe(forecaster->self[i], out);
    if (series < forecaster->n_series)
        alm_transform_describe(out, &forecaster->choice, &forecaster->fitted[series].transform);
}

size_t alm_forecaster_minimum_history(const struct alm_forecaster *forecaster, size_t season_length,
                                      size_t horizon)
{
    size_t least = SIZE_MAX;
    void *self;
    for (size_t k = 0; k < forecaster->n_members; k++) {
        const size_t n =
            alm_forecaster_minimum_history(forecaster->member[k].forecaster, season_length, horizon);
        if (n < least) least = n;
    }
    if (forecaster->n_members > 0) return least;
    if (forecaster->type->create(&self, forecaster->config, 0, NULL) != ALM_OK) return 1;
    const struct alm_maker maker = alm_forecaster_maker(forecaster);
    least = alm_maker_minimum_history(&maker, self, season_length, horizon);
    forecaster->type->free(self);
    return least;
}

const struct alm_inner_record *alm_forecaster_inner(const struct alm_forecaster *forecaster, size_t series)
{
    if (series >= forecaster->n_series || forecaster->fitted[series].inner.folds == 0) return NULL;
    return &forecaster->fitted[series].inner;
}

const struct alm_fitted *alm_forecaster_fitted(const struct alm_forecaster *f,
                                               const struct alm_history *history, size_t index)
{
    if (index >= f->n_series) return NULL;
    const char *name = history->series[index].name, *seen = f->fitted[index].name;
    const bool same = name == NULL || seen == NULL ? name == seen : strcmp(name, seen) == 0;
    return same || !alm_forecaster_is_global(f) ? &f->fitted[index] : NULL;
}
