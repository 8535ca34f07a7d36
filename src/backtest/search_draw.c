/* Configurations drawn from a space. */
#include "backtest/search.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 100 };

/* ---- one option ---- */

/* Uniform over the whole numbers low .. high; in the logarithm k has the share of [k, k + 1). */
static double draw_integer(const struct alm_dimension *d, struct alm_random *random)
{
    const double u = alm_random_uniform(random);
    if (!d->log) return d->low + floor(u * (d->high - d->low + 1));
    return floor(exp(log(d->low) + u * (log(d->high + 1) - log(d->low))));
}

static double draw_real(const struct alm_dimension *d, struct alm_random *random)
{
    const double u = alm_random_uniform(random);
    const double value =
        d->log ? exp(log(d->low) + u * (log(d->high) - log(d->low))) : d->low + u * (d->high - d->low);
    char digits[32];
    double rounded = value;
    snprintf(digits, sizeof digits, "%.3e", value);
    alm_text_to_number(&rounded, digits, strlen(digits));
    return rounded;
}

static double draw_number(const struct alm_dimension *d, struct alm_random *random)
{
    double value;
    if (d->step > 0) {
        /* the last step counts when only rounding keeps it out */
        const double steps = floor((d->high - d->low) / d->step * (1 + 1e-12));
        value = d->low + d->step * floor(alm_random_uniform(random) * (steps + 1));
    } else if (d->kind == ALM_DIMENSION_INTEGER) {
        value = draw_integer(d, random);
    } else {
        value = draw_real(d, random);
    }
    return fmin(d->high, fmax(d->low, value));
}

static enum alm_status draw(char **out, const struct alm_dimension *d, uint64_t key, struct alm_error *error)
{
    struct alm_random *random;
    struct alm_text text = {0};
    ALM_TRY(alm_random_create(&random, key, error));
    if (d->kind == ALM_DIMENSION_LIST)
        alm_text_append(&text, d->value[alm_random_below(random, d->n_values)]);
    else
        alm_text_append_number(&text, draw_number(d, random));
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_copy_text(out, alm_text_string(&text), error);
    alm_text_clear(&text);
    alm_random_free(random);
    return status;
}

static void free_values(char **values, size_t n)
{
    for (size_t i = 0; values != NULL && i < n; i++) {
        free(values[i]);
        values[i] = NULL;
    }
}

enum alm_status alm_search_draw(char **values, const struct alm_search_space *space, uint64_t seed,
                                size_t trial, size_t attempt, struct alm_error *error)
{
    const uint64_t key = alm_random_key(alm_random_key(seed, "tune", trial), "attempt", attempt);
    for (size_t i = 0; i < space->n_dimensions; i++)
        values[i] = NULL;
    for (size_t i = 0; i < space->n_dimensions; i++) {
        const struct alm_dimension *d = &space->dimension[i];
        const enum alm_status status = draw(&values[i], d, alm_random_key(key, d->option->name, 0), error);
        if (status == ALM_OK) continue;
        free_values(values, space->n_dimensions);
        return status;
    }
    return ALM_OK;
}

/* ---- a spec ---- */

static void append_option(struct alm_text *out, const char *name, const char *value)
{
    alm_text_printf(out, "%s%s=%s", out->length == 0 ? "" : ",", name, value);
}

static void append_number(struct alm_text *out, const char *name, size_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", number);
    append_option(out, name, text);
}

bool alm_search_goes_on(const struct alm_search_space *space, const char *option)
{
    return space->type->budget != NULL && strcmp(space->type->budget, option) == 0;
}

static void write_options(struct alm_text *out, const struct alm_search_space *space, char *const *values,
                          const struct alm_search_budget *budget)
{
    const char *option = budget == NULL ? "" : budget->option;
    const char *lasting = budget != NULL && budget->amount < budget->most && alm_search_goes_on(space, option)
                              ? space->type->lasting
                              : NULL;
    for (size_t i = 0; i < space->n_fixed; i++) {
        if (strcmp(space->fixed[i].name, option) == 0) continue;
        append_option(out, space->fixed[i].name, space->fixed[i].value);
    }
    for (size_t i = 0; i < space->n_dimensions; i++) {
        if (values[i] == NULL || strcmp(space->dimension[i].option->name, option) == 0) continue;
        append_option(out, space->dimension[i].option->name, values[i]);
    }
    if (budget != NULL) append_number(out, option, budget->amount);
    if (lasting != NULL && !alm_search_space_sets(space, lasting)) append_number(out, lasting, budget->most);
}

static enum alm_status make_config(struct alm_config **out, const struct alm_search_space *space,
                                   char *const *values, const struct alm_search_budget *budget,
                                   struct alm_error *error)
{
    struct alm_text text = {0};
    *out = NULL;
    write_options(&text, space, values, budget);
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK)
        status = alm_forecaster_config_create(out, space->type, alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

/* The canonical spec of a config, if a forecaster takes it. */
static enum alm_status write_canonical(char **out, const struct alm_search_space *space,
                                       const struct alm_config *config,
                                       const struct alm_forecaster_type *(*find)(const char *name),
                                       struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {.find = find};
    struct alm_forecaster *forecaster = NULL;
    struct alm_text options = {0}, spec = {0};
    alm_config_write(config, &options);
    alm_text_printf(&spec, "%s%s%s", space->type->name, options.length > 0 ? ":" : "",
                    alm_text_string(&options));
    enum alm_status status = alm_text_check(options.failed ? &options : &spec, error);
    if (status == ALM_OK)
        status = alm_forecaster_create(&forecaster, alm_text_string(&spec), &settings, error);
    if (status == ALM_OK) status = alm_copy_text(out, alm_text_string(&spec), error);
    alm_forecaster_free(forecaster);
    alm_text_clear(&options);
    alm_text_clear(&spec);
    return status;
}

enum alm_status alm_search_write_spec(char **out, const struct alm_search_space *space, char *const *values,
                                      const struct alm_search_budget *budget,
                                      const struct alm_forecaster_type *(*find)(const char *name),
                                      struct alm_error *error)
{
    struct alm_config *config;
    *out = NULL;
    enum alm_status status = make_config(&config, space, values, budget, error);
    if (status == ALM_OK) status = alm_config_settle(config, error);
    if (status == ALM_OK) status = write_canonical(out, space, config, find, error);
    alm_config_free(config);
    return status;
}

/* Takes out the values that settling takes back. */
static enum alm_status drop_idle(char **values, const struct alm_search_space *space, struct alm_error *error)
{
    struct alm_config *drawn = NULL, *settled = NULL;
    enum alm_status status = make_config(&drawn, space, values, NULL, error);
    if (status == ALM_OK) status = make_config(&settled, space, values, NULL, error);
    if (status == ALM_OK) status = alm_config_settle(settled, error);
    for (size_t i = 0; status == ALM_OK && i < space->n_dimensions; i++) {
        const char *name = space->dimension[i].option->name;
        if (alm_config_is_default(drawn, name) || !alm_config_is_default(settled, name)) continue;
        free(values[i]);
        values[i] = NULL;
    }
    alm_config_free(drawn);
    alm_config_free(settled);
    return status;
}

/* ---- all of them ---- */

void alm_configurations_free(struct alm_configuration *list, size_t n, const struct alm_search_space *space)
{
    for (size_t i = 0; list != NULL && i < n; i++) {
        free_values(list[i].value, space->n_dimensions);
        free(list[i].value);
        free(list[i].spec);
    }
    free(list);
}

static bool is_new(const struct alm_configuration *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].spec, list[n].spec) == 0) return false;
    return true;
}

/* Draws into list[n] until it differs from list[0..n); *drawn false: that did not happen. A draw that does
 * not go together leaves its reason in last. */
static enum alm_status draw_new(bool *drawn, struct alm_configuration *list, size_t n,
                                const struct alm_search_space *space, uint64_t seed, size_t trial,
                                const struct alm_forecaster_type *(*find)(const char *name),
                                struct alm_error *last, struct alm_error *error)
{
    struct alm_configuration *c = &list[n];
    *drawn = false;
    for (size_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        struct alm_error own = {0};
        ALM_TRY(alm_search_draw(c->value, space, seed, trial, attempt, error));
        const enum alm_status status = alm_search_write_spec(&c->spec, space, c->value, NULL, find, &own);
        if (status != ALM_OK && status != ALM_USAGE) return alm_fail(error, status, "%s", own.text);
        if (status == ALM_USAGE) *last = own;
        *drawn = status == ALM_OK && is_new(list, n);
        if (*drawn) return drop_idle(c->value, space, error);
        free_values(c->value, space->n_dimensions);
        free(c->spec);
        c->spec = NULL;
        if (space->n_dimensions == 0) return ALM_OK; /* there is one point only */
    }
    return ALM_OK;
}

enum alm_status alm_search_configurations(struct alm_configuration **out, size_t *n,
                                          const struct alm_search_space *space, uint64_t seed, size_t wanted,
                                          const struct alm_forecaster_type *(*find)(const char *name),
                                          struct alm_error *error)
{
    struct alm_configuration *list;
    struct alm_error last = {0};
    enum alm_status status = ALM_OK;
    *out = NULL;
    *n = 0;
    ALM_TRY(ALM_NEW(&list, wanted, error));
    for (size_t trial = 0; status == ALM_OK && trial < wanted; trial++) {
        bool drawn = false;
        if (list[*n].value == NULL) status = ALM_NEW(&list[*n].value, space->n_dimensions + 1, error);
        if (status == ALM_OK) status = draw_new(&drawn, list, *n, space, seed, trial, find, &last, error);
        if (drawn) (*n)++;
    }
    if (status == ALM_OK && *n == 0)
        status =
            alm_fail(error, ALM_USAGE, "no draw from the search goes together; the last one: %s", last.text);
    if (status != ALM_OK) {
        alm_configurations_free(list, wanted, space);
        *n = 0;
        return status;
    }
    if (*n < wanted) free(list[*n].value);
    *out = list;
    return ALM_OK;
}
