#include "base/option.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct value {
    bool has, given;
    char *text;      /* as written, or canonical for numbers */
    double *numbers; /* one for a scalar, several for a list; of choices their indices */
    size_t n_numbers;
};

struct alm_config {
    struct alm_option *options; /* [n], and one without a name */
    const char *what;
    size_t n;
    struct value *values; /* [n], in table order */
};

static size_t count_options(const struct alm_option *options)
{
    size_t n = 0;
    while (options != NULL && options[n].name != NULL)
        n++;
    return n;
}

static void clear_value(struct value *value)
{
    free(value->text);
    free(value->numbers);
    *value = (struct value){0};
}

void alm_config_free(struct alm_config *config)
{
    if (config == NULL) return;
    for (size_t i = 0; config->values != NULL && i < config->n; i++)
        clear_value(&config->values[i]);
    free(config->values);
    free(config->options);
    free(config);
}

/* ---- one value ---- */

struct reading {
    const struct alm_config *config;
    const struct alm_option *option;
    struct value *value;
};

static enum alm_status bad_number(const struct reading *r, const char *text, struct alm_error *error)
{
    const struct alm_option *o = r->option;
    return alm_fail(error, ALM_USAGE, "%s: %s=%s: expected %s within %.10g .. %.10g", r->config->what,
                    o->name, text, o->kind == ALM_OPTION_INTEGER ? "a whole number" : "a number", o->minimum,
                    o->maximum);
}

static enum alm_status add_number(void *context, const char *text, struct alm_error *error)
{
    const struct reading *r = context;
    struct value *v = r->value;
    double number;
    if (!alm_text_to_number(&number, text, strlen(text)) || number < r->option->minimum ||
        number > r->option->maximum)
        return bad_number(r, text, error);
    if (r->option->kind == ALM_OPTION_INTEGER && number != floor(number)) return bad_number(r, text, error);
    size_t capacity = v->n_numbers;
    ALM_TRY(alm_grow((void **)&v->numbers, &capacity, v->n_numbers + 1, sizeof *v->numbers, error));
    v->numbers[v->n_numbers++] = number;
    return ALM_OK;
}

static bool is_choice(const char *choices, const char *text, size_t *index)
{
    const size_t n = strlen(text);
    *index = 0;
    for (const char *p = choices; n > 0; (*index)++) {
        const char *end = strchrnul(p, '|');
        if ((size_t)(end - p) == n && strncmp(p, text, n) == 0) return true;
        if (*end == '\0') break;
        p = end + 1;
    }
    return false;
}

static enum alm_status add_choice(void *context, const char *text, struct alm_error *error)
{
    const struct reading *r = context;
    struct value *v = r->value;
    size_t index, capacity = v->n_numbers;
    if (!is_choice(r->option->choices, text, &index))
        return alm_fail(error, ALM_USAGE, "%s: %s=%s: expected one of %s", r->config->what, r->option->name,
                        text, r->option->choices);
    ALM_TRY(alm_grow((void **)&v->numbers, &capacity, v->n_numbers + 1, sizeof *v->numbers, error));
    v->numbers[v->n_numbers++] = (double)index;
    return ALM_OK;
}

static enum alm_status write_numbers(struct value *v, struct alm_error *error)
{
    struct alm_text text = {0};
    for (size_t i = 0; i < v->n_numbers; i++) {
        if (i > 0) alm_text_append(&text, "+");
        alm_text_append_number(&text, v->numbers[i]);
    }
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_copy_text(&v->text, alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

static enum alm_status check_spec(void *context, const char *text, struct alm_error *error)
{
    (void)context;
    struct alm_spec spec;
    const enum alm_status status = alm_spec_parse(&spec, text, error);
    alm_spec_clear(&spec);
    return status;
}

static enum alm_status read_value(const struct reading *r, const char *text, struct alm_error *error)
{
    const struct alm_option *o = r->option;
    struct value *v = r->value;
    clear_value(v);
    v->has = true;
    switch (o->kind) {
    case ALM_OPTION_INTEGER:
    case ALM_OPTION_REAL:
        ALM_TRY(add_number((void *)r, text, error));
        return write_numbers(v, error);
    case ALM_OPTION_NUMBERS:
        ALM_TRY(alm_list_each(text, '+', (void *)r, add_number, error));
        return write_numbers(v, error);
    case ALM_OPTION_FLAG:
        if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
            return alm_fail(error, ALM_USAGE, "%s: %s=%s: expected 0 or 1", r->config->what, o->name, text);
        break;
    case ALM_OPTION_CHOICE:
        ALM_TRY(add_choice((void *)r, text, error));
        break;
    case ALM_OPTION_CHOICES:
        ALM_TRY(alm_list_each(text, '+', (void *)r, add_choice, error));
        break;
    case ALM_OPTION_SPECS:
        ALM_TRY(alm_list_each(text, '+', NULL, check_spec, error));
        break;
    case ALM_OPTION_TEXT:
        break;
    }
    return alm_copy_text(&v->text, text, error);
}

/* ---- a whole text ---- */

static enum alm_status unknown_key(const struct alm_config *config, const char *key, struct alm_error *error)
{
    const char **names = NULL, *near = NULL;
    if (ALM_NEW(&names, config->n + 1, NULL) == ALM_OK) {
        for (size_t i = 0; i < config->n; i++)
            names[i] = config->options[i].name;
        near = alm_text_suggest(key, names);
    }
    free(names);
    if (config->n == 0) return alm_fail(error, ALM_USAGE, "%s has no options, got \"%s\"", config->what, key);
    if (near != NULL)
        return alm_fail(error, ALM_USAGE, "%s has no option \"%s\" (did you mean %s?)", config->what, key,
                        near);
    return alm_fail(error, ALM_USAGE, "%s has no option \"%s\" (see `almanac forecasters show %s`)",
                    config->what, key, config->what);
}

/* Whether text has a comma outside parentheses: its canonical form could not be read back. */
static bool has_open_comma(const char *text)
{
    size_t depth = 0;
    for (; *text != '\0'; text++) {
        depth += *text == '(';
        depth -= *text == ')' && depth > 0;
        if (*text == ',' && depth == 0) return true;
    }
    return false;
}

static enum alm_status read_pair(void *context, const char *text, struct alm_error *error)
{
    struct alm_config *config = context;
    const char *equals = strchr(text, '=');
    if (has_open_comma(text))
        return alm_fail(error, ALM_USAGE, "%s: expected key=value, got \"(%s)\"", config->what, text);
    char key[64];
    const size_t n = equals == NULL ? strlen(text) : (size_t)(equals - text);
    if (n == 0 || n >= sizeof key || equals == NULL)
        return alm_fail(error, ALM_USAGE, "%s: expected key=value, got \"%s\"", config->what, text);
    memcpy(key, text, n);
    key[n] = '\0';
    for (size_t i = 0; i < config->n; i++) {
        if (strcmp(config->options[i].name, key) != 0) continue;
        if (config->values[i].given)
            return alm_fail(error, ALM_USAGE, "%s: option \"%s\" is given twice", config->what, key);
        const struct reading r = {config, &config->options[i], &config->values[i]};
        ALM_TRY(read_value(&r, equals + 1, error));
        config->values[i].given = true;
        return ALM_OK;
    }
    return unknown_key(config, key, error);
}

static enum alm_status copy_options(struct alm_config *config, const struct alm_option *options,
                                    const struct alm_option *more, struct alm_error *error)
{
    const size_t n = count_options(options), n_more = count_options(more);
    ALM_TRY(ALM_NEW(&config->options, n + n_more + 1, error));
    if (n > 0) memcpy(config->options, options, n * sizeof *options);
    if (n_more > 0) memcpy(config->options + n, more, n_more * sizeof *more);
    ALM_TRY(ALM_NEW(&config->values, n + n_more, error));
    config->n = n + n_more;
    return ALM_OK;
}

enum alm_status alm_config_create_joined(struct alm_config **out, const struct alm_option *options,
                                         const struct alm_option *more, const char *text, const char *what,
                                         struct alm_error *error)
{
    struct alm_config *config;
    *out = NULL;
    ALM_TRY(ALM_NEW(&config, 1, error));
    config->what = what;
    enum alm_status status = copy_options(config, options, more, error);
    for (size_t i = 0; status == ALM_OK && i < config->n; i++) {
        const struct reading r = {config, &config->options[i], &config->values[i]};
        if (r.option->fallback != NULL) status = read_value(&r, r.option->fallback, error);
    }
    if (status == ALM_OK && text != NULL && *text != '\0')
        status = alm_list_each(text, ',', config, read_pair, error);
    if (status != ALM_OK) {
        alm_config_free(config);
        return status;
    }
    *out = config;
    return ALM_OK;
}

enum alm_status alm_config_create(struct alm_config **out, const struct alm_option *options, const char *text,
                                  const char *what, struct alm_error *error)
{
    return alm_config_create_joined(out, options, NULL, text, what, error);
}

/* ---- reading ---- */

static const struct value *find(const struct alm_config *config, const char *name)
{
    for (size_t i = 0; i < config->n; i++)
        if (strcmp(config->options[i].name, name) == 0) return &config->values[i];
    assert(false && "option not in its table");
    return NULL;
}

enum alm_status alm_config_replace(struct alm_config *config, const char *name, const char *text,
                                   struct alm_error *error)
{
    const size_t i = (size_t)(find(config, name) - config->values);
    const struct reading r = {config, &config->options[i], &config->values[i]};
    return read_value(&r, text, error);
}

bool alm_config_has(const struct alm_config *config, const char *name)
{
    return find(config, name)->has;
}

const struct alm_option *alm_config_options(const struct alm_config *config)
{
    return config->options;
}

const char *alm_config_what(const struct alm_config *config)
{
    return config->what;
}

bool alm_config_given(const struct alm_config *config, const char *name)
{
    return find(config, name)->given;
}

double alm_config_real(const struct alm_config *config, const char *name)
{
    const struct value *v = find(config, name);
    return v->n_numbers == 0 ? (double)NAN : v->numbers[0];
}

long long alm_config_integer(const struct alm_config *config, const char *name)
{
    const struct value *v = find(config, name);
    return v->n_numbers == 0 ? 0 : (long long)v->numbers[0];
}

size_t alm_config_size(const struct alm_config *config, const char *name)
{
    return (size_t)alm_config_integer(config, name);
}

bool alm_config_flag(const struct alm_config *config, const char *name)
{
    const struct value *v = find(config, name);
    return v->has && strcmp(v->text, "1") == 0;
}

const char *alm_config_text(const struct alm_config *config, const char *name)
{
    return find(config, name)->text;
}

size_t alm_config_choice(const struct alm_config *config, const char *name)
{
    return alm_config_size(config, name);
}

const double *alm_config_numbers(const struct alm_config *config, const char *name, size_t *n)
{
    const struct value *v = find(config, name);
    *n = v->n_numbers;
    return v->numbers;
}

enum alm_status alm_config_reset(struct alm_config *config, const char *name, struct alm_error *error)
{
    const size_t i = (size_t)(find(config, name) - config->values);
    const struct reading r = {config, &config->options[i], &config->values[i]};
    clear_value(&config->values[i]);
    if (config->options[i].fallback == NULL) return ALM_OK;
    return read_value(&r, config->options[i].fallback, error);
}

/* ---- writing ---- */

bool alm_config_is_default(const struct alm_config *config, const char *name)
{
    const size_t i = (size_t)(find(config, name) - config->values);
    struct value fallback = {0};
    const struct reading r = {config, &config->options[i], &fallback};
    const char *text = config->options[i].fallback;
    bool same = !config->values[i].has;
    if (text != NULL && read_value(&r, text, NULL) == ALM_OK)
        same = strcmp(fallback.text, config->values[i].text) == 0;
    clear_value(&fallback);
    return same;
}

void alm_config_write(const struct alm_config *config, struct alm_text *out)
{
    bool first = true;
    for (size_t i = 0; i < config->n; i++) {
        if (alm_config_is_default(config, config->options[i].name)) continue;
        alm_text_printf(out, "%s%s=%s", first ? "" : ",", config->options[i].name, config->values[i].text);
        first = false;
    }
}

void alm_config_write_json(const struct alm_config *config, struct alm_text *out)
{
    bool first = true;
    alm_text_append(out, "{");
    for (size_t i = 0; i < config->n; i++) {
        const struct value *v = &config->values[i];
        const enum alm_option_kind kind = config->options[i].kind;
        if (!v->has) continue;
        if (!first) alm_text_append(out, ",");
        first = false;
        alm_text_append_json(out, config->options[i].name);
        alm_text_append(out, ":");
        if (kind == ALM_OPTION_INTEGER || kind == ALM_OPTION_REAL || kind == ALM_OPTION_FLAG)
            alm_text_append(out, v->text);
        else
            alm_text_append_json(out, v->text);
    }
    alm_text_append(out, "}");
}
