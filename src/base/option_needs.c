/* Options that have an effect with others only. */
#include "base/memory.h"
#include "base/option.h"

#include <stdlib.h>
#include <string.h>

/* A condition taken apart. */
struct condition {
    char name[64];
    char sign;          /* = or > */
    const char *values; /* what stands behind it */
};

static struct condition take_apart(const char *text)
{
    const size_t n = strcspn(text, "=>");
    struct condition out = {.sign = text[n], .values = text[n] == '\0' ? "" : text + n + 1};
    memcpy(out.name, text, n < sizeof out.name ? n : 0);
    return out;
}

static bool is_one_of(const char *choices, const char *item, size_t n)
{
    for (const char *p = choices;;) {
        const char *end = strchrnul(p, '|');
        if ((size_t)(end - p) == n && strncmp(p, item, n) == 0) return true;
        if (*end == '\0') return false;
        p = end + 1;
    }
}

/* Whether the value, or a member of the list that it is, is one of choices. */
static bool has_one_of(const char *value, const char *choices)
{
    for (const char *p = value; p != NULL;) {
        const char *end = strchrnul(p, '+');
        if (is_one_of(choices, p, (size_t)(end - p))) return true;
        p = *end == '\0' ? NULL : end + 1;
    }
    return false;
}

bool alm_config_meets(const struct alm_config *config, const char *condition)
{
    const struct condition c = take_apart(condition);
    if (c.sign == '=') return has_one_of(alm_config_text(config, c.name), c.values);
    double above = 0;
    size_t n;
    alm_text_to_number(&above, c.values, strlen(c.values));
    const double *number = alm_config_numbers(config, c.name, &n);
    for (size_t i = 0; i < n; i++)
        if (number[i] > above) return true;
    return false;
}

static enum alm_status check_condition(void *context, const char *text, struct alm_error *error)
{
    const struct alm_config *config = context;
    text += strspn(text, " ");
    return alm_config_meets(config, text) ? ALM_OK : alm_fail(error, ALM_USAGE, "%s", text);
}

bool alm_config_is_on(const struct alm_config *config, const char *name)
{
    const struct alm_option *option = alm_config_options(config);
    size_t n;
    while (strcmp(option->name, name) != 0)
        option++;
    const double *number = alm_config_numbers(config, name, &n);
    if (!alm_config_has(config, name) || alm_config_is_default(config, name)) return false;
    const bool is_number = option->kind == ALM_OPTION_INTEGER || option->kind == ALM_OPTION_REAL ||
                           option->kind == ALM_OPTION_NUMBERS;
    for (size_t i = 0; is_number && i < n; i++)
        if (number[i] < 0 || number[i] > 0) return true;
    return !is_number;
}

static bool is_idle(const struct alm_config *config, const struct alm_option *option)
{
    if (option->needs == NULL || !alm_config_is_on(config, option->name)) return false;
    return alm_list_each(option->needs, ',', (void *)config, check_condition, NULL) != ALM_OK;
}

static const struct alm_option *find_idle(const struct alm_config *config)
{
    for (const struct alm_option *o = alm_config_options(config); o != NULL && o->name != NULL; o++)
        if (is_idle(config, o)) return o;
    return NULL;
}

enum alm_status alm_config_check(const struct alm_config *config, struct alm_error *error)
{
    const struct alm_option *idle = find_idle(config);
    if (idle == NULL) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s: %s=%s would have no effect: it needs %s", alm_config_what(config),
                    idle->name, alm_config_text(config, idle->name), idle->needs);
}

enum alm_status alm_config_settle(struct alm_config *config, struct alm_error *error)
{
    const struct alm_option *idle;
    while ((idle = find_idle(config)) != NULL)
        ALM_TRY(alm_config_reset(config, idle->name, error));
    return ALM_OK;
}
