/* What a search is over: read from a spec in which options have several values. */
#include "backtest/search.h"

#include "base/memory.h"
#include "base/option.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_values(struct alm_dimension *dimension)
{
    for (size_t i = 0; i < dimension->n_values; i++)
        free(dimension->value[i]);
    free(dimension->value);
    dimension->value = NULL;
    dimension->n_values = 0;
}

void alm_search_space_clear(struct alm_search_space *space)
{
    for (size_t i = 0; i < space->n_dimensions; i++)
        clear_values(&space->dimension[i]);
    for (size_t i = 0; i < space->n_fixed; i++) {
        free(space->fixed[i].name);
        free(space->fixed[i].value);
    }
    free(space->dimension);
    free(space->fixed);
    *space = (struct alm_search_space){0};
}

bool alm_search_space_has(const struct alm_search_space *space, const char *option)
{
    for (size_t i = 0; i < space->n_dimensions; i++)
        if (strcmp(space->dimension[i].option->name, option) == 0) return true;
    return false;
}

/* ---- one value ---- */

/* Whether the forecaster takes key=value; key NULL: value is all there is. */
static enum alm_status check_value(const struct alm_forecaster_type *type, const char *key, const char *value,
                                   struct alm_error *error)
{
    struct alm_config *config = NULL;
    struct alm_text pair = {0};
    if (key != NULL) alm_text_printf(&pair, "%s=", key);
    alm_text_append(&pair, value);
    enum alm_status status = alm_text_check(&pair, error);
    if (status == ALM_OK) status = alm_forecaster_config_create(&config, type, alm_text_string(&pair), error);
    alm_config_free(config);
    alm_text_clear(&pair);
    return status;
}

static enum alm_status check_number(const struct alm_forecaster_type *type, const char *key, double value,
                                    struct alm_error *error)
{
    struct alm_text text = {0};
    alm_text_append_number(&text, value);
    const enum alm_status status = check_value(type, key, alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

/* `log`, a step, or nothing, behind the colon of a range. */
static bool read_suffix(struct alm_dimension *d, const char *text)
{
    if (text[0] == '\0') return true;
    d->log = strcmp(text + 1, "log") == 0;
    return d->log || (alm_text_to_number(&d->step, text + 1, strlen(text + 1)) && d->step > 0);
}

static enum alm_status read_range(struct alm_dimension *d, const struct alm_forecaster_type *type,
                                  const char *text, const char *dots, struct alm_error *error)
{
    const char *name = d->option->name, *end = strchrnul(dots + 2, ':');
    d->kind = d->option->kind == ALM_OPTION_INTEGER ? ALM_DIMENSION_INTEGER : ALM_DIMENSION_REAL;
    const bool read = alm_text_to_number(&d->low, text, (size_t)(dots - text)) &&
                      alm_text_to_number(&d->high, dots + 2, (size_t)(end - dots - 2)) && read_suffix(d, end);
    if (!read)
        return alm_fail(error, ALM_USAGE, "%s: %s=%s: expected a range a..b, a..b:log or a..b:STEP",
                        type->name, name, text);
    if (!(d->low < d->high))
        return alm_fail(error, ALM_USAGE, "%s: %s=%s: the range must rise", type->name, name, text);
    if (d->log && d->low <= 0)
        return alm_fail(error, ALM_USAGE, "%s: %s=%s: a logarithmic range begins above 0", type->name, name,
                        text);
    if (d->kind == ALM_DIMENSION_INTEGER && d->step != floor(d->step))
        return alm_fail(error, ALM_USAGE, "%s: %s=%s: the step must be a whole number", type->name, name,
                        text);
    ALM_TRY(check_number(type, name, d->low, error));
    return check_number(type, name, d->high, error);
}

static enum alm_status add_value(void *context, const char *text, struct alm_error *error)
{
    struct alm_dimension *d = context;
    size_t capacity = d->n_values;
    ALM_TRY(alm_grow((void **)&d->value, &capacity, d->n_values + 1, sizeof *d->value, error));
    ALM_TRY(alm_copy_text(&d->value[d->n_values], text, error));
    d->n_values++;
    return ALM_OK;
}

/* Whether `+` joins alternatives of this option here, and is no part of one value. */
static bool has_alternatives(const struct alm_option *option, const char *text)
{
    switch (option->kind) {
    case ALM_OPTION_NUMBERS:
    case ALM_OPTION_CHOICES:
        return text[0] == '(';
    case ALM_OPTION_SPECS:
        return false;
    default:
        return text[0] == '(' || strchr(text, '+') != NULL;
    }
}

static enum alm_status read_alternatives(struct alm_dimension *d, const struct alm_forecaster_type *type,
                                         const char *text, struct alm_error *error)
{
    d->kind = ALM_DIMENSION_LIST;
    ALM_TRY(alm_list_each(text, '+', d, add_value, error));
    for (size_t i = 0; i < d->n_values; i++) {
        ALM_TRY(check_value(type, d->option->name, d->value[i], error));
        for (size_t j = 0; j < i; j++)
            if (strcmp(d->value[i], d->value[j]) == 0)
                return alm_fail(error, ALM_USAGE, "%s: %s=%s: %s is there twice", type->name, d->option->name,
                                text, d->value[i]);
    }
    return ALM_OK;
}

/* ---- lists of values ---- */

static enum alm_status add_fixed(struct alm_search_space *space, const char *name, const char *value,
                                 struct alm_error *error)
{
    size_t capacity = space->n_fixed;
    ALM_TRY(alm_grow((void **)&space->fixed, &capacity, space->n_fixed + 1, sizeof *space->fixed, error));
    struct alm_fixed_option *fixed = &space->fixed[space->n_fixed++];
    *fixed = (struct alm_fixed_option){0};
    ALM_TRY(alm_copy_text(&fixed->name, name, error));
    return alm_copy_text(&fixed->value, value, error);
}

bool alm_search_space_sets(const struct alm_search_space *space, const char *name)
{
    for (size_t i = 0; i < space->n_fixed; i++)
        if (strcmp(space->fixed[i].name, name) == 0) return true;
    return alm_search_space_has(space, name);
}

/* ---- effects ---- */

/* A config of one option alone, or of none; NULL when memory is short. */
static struct alm_config *config_of(const struct alm_search_space *space,
                                    const struct alm_fixed_option *option)
{
    struct alm_config *config = NULL;
    struct alm_text pair = {0};
    if (option->name != NULL) alm_text_printf(&pair, "%s=%s", option->name, option->value);
    if (alm_text_check(&pair, NULL) == ALM_OK)
        alm_forecaster_config_create(&config, space->type, alm_text_string(&pair), NULL);
    alm_text_clear(&pair);
    return config;
}

/* Whether an option's value makes a condition hold. */
static bool value_meets(const struct alm_search_space *space, const struct alm_fixed_option *option,
                        const char *condition)
{
    struct alm_config *config = config_of(space, option);
    const bool meets = config != NULL && alm_config_meets(config, condition);
    alm_config_free(config);
    return meets;
}

static bool is_about(const char *condition, const char *name)
{
    return strlen(name) == strcspn(condition, "=>") && strncmp(name, condition, strlen(name)) == 0;
}

/* The highest value of a range tells whether it can be above something. */
static bool dimension_meets(const struct alm_search_space *space, const struct alm_dimension *d,
                            const char *condition)
{
    struct alm_text high = {0};
    struct alm_fixed_option one = {.name = (char *)d->option->name};
    bool meets = false;
    alm_text_append_number(&high, d->high);
    for (size_t i = 0; i < (d->kind == ALM_DIMENSION_LIST ? d->n_values : 1) && !meets; i++) {
        one.value = d->kind == ALM_DIMENSION_LIST ? d->value[i] : high.data;
        meets = one.value != NULL && value_meets(space, &one, condition);
    }
    alm_text_clear(&high);
    return meets;
}

static enum alm_status check_condition(void *context, const char *text, struct alm_error *error)
{
    const struct alm_search_space *space = context;
    const char *condition = text + strspn(text, " ");
    const struct alm_fixed_option none = {0}, *fixed = &none;
    for (size_t i = 0; i < space->n_dimensions; i++)
        if (is_about(condition, space->dimension[i].option->name))
            return dimension_meets(space, &space->dimension[i], condition)
                       ? ALM_OK
                       : alm_fail(error, ALM_USAGE, "%s", condition);
    for (size_t i = 0; i < space->n_fixed; i++)
        if (is_about(condition, space->fixed[i].name)) fixed = &space->fixed[i];
    return value_meets(space, fixed, condition) ? ALM_OK : alm_fail(error, ALM_USAGE, "%s", condition);
}

static enum alm_status check_option(const struct alm_search_space *space, const char *name,
                                    struct alm_error *error)
{
    const struct alm_option *o = alm_forecaster_option_find(space->type, name);
    struct alm_error own = {0};
    if (o->needs == NULL || alm_list_each(o->needs, ',', (void *)space, check_condition, &own) == ALM_OK)
        return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s: %s would have no effect: it needs %s", space->type->name, name,
                    own.text);
}

/* Whether an option is set to something that is meant to matter. */
static bool is_on(const struct alm_search_space *space, const struct alm_fixed_option *option)
{
    struct alm_config *config = config_of(space, option);
    const bool on = config != NULL && alm_config_is_on(config, option->name);
    alm_config_free(config);
    return on;
}

/* An option that no configuration gives an effect is a mistake; one that some do is left out by the others.
 */
static enum alm_status check_effects(const struct alm_search_space *space, struct alm_error *error)
{
    for (size_t i = 0; i < space->n_fixed; i++)
        if (is_on(space, &space->fixed[i])) ALM_TRY(check_option(space, space->fixed[i].name, error));
    for (size_t i = 0; i < space->n_dimensions; i++)
        ALM_TRY(check_option(space, space->dimension[i].option->name, error));
    return ALM_OK;
}

/* ---- one option ---- */

static enum alm_status read_option(struct alm_search_space *space, const struct alm_option *option,
                                   const char *value, struct alm_error *error)
{
    const bool number = option->kind == ALM_OPTION_INTEGER || option->kind == ALM_OPTION_REAL ||
                        (option->kind == ALM_OPTION_NUMBERS && value[0] != '(');
    const char *dots = number ? strstr(value, "..") : NULL;
    if (alm_search_space_sets(space, option->name))
        return alm_fail(error, ALM_USAGE, "%s: option \"%s\" is given twice", space->type->name,
                        option->name);
    if (dots == NULL && !has_alternatives(option, value)) {
        ALM_TRY(check_value(space->type, option->name, value, error));
        return add_fixed(space, option->name, value, error);
    }
    size_t capacity = space->n_dimensions;
    ALM_TRY(alm_grow((void **)&space->dimension, &capacity, space->n_dimensions + 1, sizeof *space->dimension,
                     error));
    struct alm_dimension *d = &space->dimension[space->n_dimensions++];
    *d = (struct alm_dimension){.option = option};
    if (dots != NULL) return read_range(d, space->type, value, dots, error);
    ALM_TRY(read_alternatives(d, space->type, value, error));
    if (d->n_values > 1) return ALM_OK;
    const enum alm_status status = add_fixed(space, option->name, d->value[0], error);
    clear_values(d);
    space->n_dimensions--;
    return status;
}

static enum alm_status read_pair(void *context, const char *text, struct alm_error *error)
{
    struct alm_search_space *space = context;
    const char *equals = strchr(text, '=');
    char key[64];
    if (equals != NULL && (size_t)(equals - text) < sizeof key) {
        snprintf(key, sizeof key, "%.*s", (int)(equals - text), text);
        const struct alm_option *option = alm_forecaster_option_find(space->type, key);
        if (option != NULL) return read_option(space, option, equals + 1, error);
    }
    ALM_TRY(check_value(space->type, NULL, text, error)); /* says what is wrong */
    return alm_fail(error, ALM_USAGE, "%s: expected key=value, got \"%s\"", space->type->name, text);
}

enum alm_status alm_search_space_parse(struct alm_search_space *out, const char *text,
                                       const struct alm_forecaster_type *(*find)(const char *name),
                                       struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {.find = find};
    struct alm_forecaster *forecaster;
    struct alm_spec spec;
    *out = (struct alm_search_space){0};
    ALM_TRY(alm_spec_parse(&spec, text, error));
    out->type = find == NULL ? alm_forecaster_type_find(spec.name) : find(spec.name);
    enum alm_status status = ALM_OK;
    if (out->type == NULL) { /* the wrapper knows what to suggest */
        status = alm_forecaster_create(&forecaster, spec.name, &settings, error);
        if (status == ALM_OK) alm_forecaster_free(forecaster);
    }
    if (status == ALM_OK && out->type != NULL && spec.options[0] != '\0')
        status = alm_list_each(spec.options, ',', out, read_pair, error);
    if (status == ALM_OK) status = check_effects(out, error);
    alm_spec_clear(&spec);
    return status;
}
