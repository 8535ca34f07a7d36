/* Members that a combination fits itself, because nobody else does. */
#include "forecast/combination/members.h"

#include "base/memory.h"
#include "forecast/classes.h"
#include "forecast/combination/combination.h"
#include "forecast/wrapper.h"

#include <stdlib.h>
#include <string.h>

/* ---- life ---- */

static enum alm_status write_member_spec(struct alm_member *member, struct alm_error *error)
{
    struct alm_text spec = {0};
    alm_forecaster_write_spec(member->forecaster, &spec);
    enum alm_status status = alm_text_check(&spec, error);
    if (status == ALM_OK) status = alm_copy_text(&member->spec, alm_text_string(&spec), error);
    alm_text_clear(&spec);
    return status;
}

/* Classes have no mean to be averaged. */
static enum alm_status check_member(const struct alm_forecaster *f, const struct alm_member *member,
                                    struct alm_error *error)
{
    if (alm_class_forecasts(member->forecaster))
        return alm_fail(error, ALM_USAGE, "%s combines numbers, and its member %s forecasts classes",
                        f->type->name, member->spec);
    for (const struct alm_member *m = f->member; m < member; m++)
        if (strcmp(m->spec, member->spec) == 0)
            return alm_fail(error, ALM_USAGE, "%s has the member %s twice", f->type->name, member->spec);
    return ALM_OK;
}

static enum alm_status add_member(void *context, const char *text, struct alm_error *error)
{
    struct alm_forecaster *f = context;
    struct alm_forecaster_settings settings = f->settings;
    struct alm_spec spec;
    if (f->n_members == ALM_MEMBERS_MOST)
        return alm_fail(error, ALM_USAGE, "%s takes at most %d members", f->type->name, ALM_MEMBERS_MOST);
    struct alm_member *member = &f->member[f->n_members++];
    settings.seed_spec = NULL;
    settings.inner = settings.inner || alm_forecaster_learns(f);
    ALM_TRY(alm_spec_parse(&spec, text, error));
    member->label = spec.label; /* moved */
    spec.label = NULL;
    alm_spec_clear(&spec);
    enum alm_status status = alm_forecaster_create(&member->forecaster, text, &settings, error);
    if (status != ALM_OK) {
        alm_fail_in(error, "member %s of %s", text, f->type->name);
        return status;
    }
    ALM_TRY(write_member_spec(member, error));
    return check_member(f, member, error);
}

/* Items with signs of their own stand in parentheses. */
static enum alm_status write_members(struct alm_forecaster *f, struct alm_error *error)
{
    struct alm_text text = {0};
    for (size_t i = 0; i < f->n_members; i++) {
        const struct alm_member *m = &f->member[i];
        const bool bare = strpbrk(m->spec, ":,+") == NULL;
        alm_text_printf(&text, "%s%s%s%s%s%s", i == 0 ? "" : "+", bare ? "" : "(",
                        m->label == NULL ? "" : m->label, m->label == NULL ? "" : "=", m->spec,
                        bare ? "" : ")");
    }
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_config_replace(f->config, "of", alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

enum alm_status alm_members_create(struct alm_forecaster *f, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&f->member, ALM_MEMBERS_MOST, error));
    ALM_TRY(alm_list_each(alm_config_text(f->config, "of"), '+', f, add_member, error));
    return write_members(f, error);
}

void alm_members_free(struct alm_forecaster *f)
{
    for (size_t i = 0; i < f->n_members; i++) {
        free(f->member[i].label);
        free(f->member[i].spec);
        alm_forecaster_free(f->member[i].forecaster);
    }
    free(f->member);
}

size_t alm_forecaster_members(const struct alm_forecaster *forecaster)
{
    return forecaster->n_members;
}

const char *alm_forecaster_member_spec(const struct alm_forecaster *forecaster, size_t member)
{
    return forecaster->member[member].spec;
}

bool alm_forecaster_learns(const struct alm_forecaster *forecaster)
{
    return forecaster->type->rule != NULL && forecaster->type->rule->weigh != NULL;
}

/* ---- fit ---- */

size_t alm_forecaster_fits(const struct alm_forecaster *f, size_t n_series)
{
    size_t n = 0;
    if (f->n_members == 0) return alm_forecaster_is_global(f) ? ALM_FITS : ALM_FITS * n_series;
    for (size_t i = 0; i < f->n_members; i++)
        n += alm_forecaster_fits(f->member[i].forecaster, n_series);
    return n;
}

enum alm_status alm_members_fit(struct alm_forecaster *f, const struct alm_history *history,
                                const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                                struct alm_error *error)
{
    struct alm_series_outcome *outcome;
    struct alm_fit_hooks own = {0};
    enum alm_status status = ALM_OK;
    if (hooks != NULL) own = *hooks;
    ALM_TRY(ALM_NEW(&outcome, history->n_series, error));
    for (size_t i = 0; status == ALM_OK && i < f->n_members; i++) {
        struct alm_forecaster *member = f->member[i].forecaster;
        status = alm_forecaster_fit(member, history, levels, n_levels, &own, outcome, error);
        own.fit += alm_forecaster_fits(member, history->n_series);
    }
    free(outcome);
    return status;
}

/* ---- as others see them ---- */

static const struct alm_series_outcome *outcome_of(void *context, size_t member, size_t series)
{
    const struct alm_forecaster *f = context;
    return &f->member[member].forecaster->fitted[series].outcome;
}

static enum alm_status forecast_of(void *context, size_t member, const struct alm_history *history,
                                   struct alm_forecast *out, struct alm_series_outcome *outcome,
                                   struct alm_error *error)
{
    const struct alm_forecaster *f = context;
    return alm_forecaster_forecast(f->member[member].forecaster, history, out, outcome, error);
}

static const struct alm_inner_record *inner_of(void *context, size_t member, size_t series)
{
    const struct alm_forecaster *f = context;
    return alm_forecaster_inner(f->member[member].forecaster, series);
}

struct alm_members alm_members_own(const struct alm_forecaster *f)
{
    return (struct alm_members){(void *)(uintptr_t)f, f->n_members, outcome_of, forecast_of, inner_of};
}
