/* Specs, and the lists that they and options are made of, taken apart. */
#include "base/memory.h"
#include "base/option.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

static enum alm_status list_item(const char *start, size_t n, void *context,
                                 enum alm_status (*item)(void *, const char *, struct alm_error *),
                                 struct alm_error *error)
{
    char *text;
    if (n >= 2 && start[0] == '(' && start[n - 1] == ')') {
        size_t depth = 0, i = 0;
        for (; i < n; i++) {
            if (start[i] == '(') depth++;
            if (start[i] == ')' && --depth == 0) break;
        }
        if (i == n - 1) {
            start++;
            n -= 2;
        }
    }
    ALM_TRY(ALM_NEW(&text, n + 1, error));
    memcpy(text, start, n);
    const enum alm_status status = item(context, text, error);
    free(text);
    return status;
}

enum alm_status alm_list_each(const char *list, char separator, void *context,
                              enum alm_status (*item)(void *context, const char *text,
                                                      struct alm_error *error),
                              struct alm_error *error)
{
    const char *start = list;
    size_t depth = 0;
    for (const char *p = list;; p++) {
        if (*p == '(') depth++;
        if (*p == ')' && depth-- == 0) return alm_fail(error, ALM_USAGE, "`)` without `(` in \"%s\"", list);
        if ((*p == separator && depth == 0) || *p == '\0') {
            if (*p == '\0' && depth > 0) return alm_fail(error, ALM_USAGE, "`(` without `)` in \"%s\"", list);
            ALM_TRY(list_item(start, (size_t)(p - start), context, item, error));
            start = p + 1;
        }
        if (*p == '\0') return ALM_OK;
    }
}

/* ---- specs ---- */

static bool is_label_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           strchr("_.-", c) != NULL;
}

void alm_spec_clear(struct alm_spec *spec)
{
    free(spec->label);
    free(spec->name);
    free(spec->options);
    *spec = (struct alm_spec){0};
}

static enum alm_status copy_part(char **out, const char *start, size_t n, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, n + 1, error));
    memcpy(*out, start, n);
    return ALM_OK;
}

enum alm_status alm_spec_parse(struct alm_spec *out, const char *text, struct alm_error *error)
{
    *out = (struct alm_spec){0};
    const char *name = text, *equals = text + strcspn(text, "=:(");
    if (*equals == '=') {
        for (const char *p = text; p < equals; p++)
            if (!is_label_character(*p))
                return alm_fail(error, ALM_USAGE, "\"%s\": a label has letters, digits and _ . - only", text);
        if (equals == text) return alm_fail(error, ALM_USAGE, "\"%s\": the label is empty", text);
        name = equals + 1;
    }
    const char *colon = strchrnul(name, ':');
    if (colon == name) return alm_fail(error, ALM_USAGE, "\"%s\": expected the name of a forecaster", text);
    enum alm_status status = ALM_OK;
    if (name != text) status = copy_part(&out->label, text, (size_t)(equals - text), error);
    if (status == ALM_OK) status = copy_part(&out->name, name, (size_t)(colon - name), error);
    if (status == ALM_OK) status = alm_copy_text(&out->options, *colon == ':' ? colon + 1 : "", error);
    if (status != ALM_OK) alm_spec_clear(out);
    return status;
}
