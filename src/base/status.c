#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum alm_status alm_fail(struct alm_error *error, enum alm_status status, const char *format, ...)
{
    if (error == NULL) return status;
    char text[sizeof error->text]; /* the arguments may point into error->text itself */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(error->text, text, sizeof text);
    error->status = status;
    return status;
}

enum alm_status alm_fail_in(struct alm_error *error, const char *format, ...)
{
    if (error == NULL) return ALM_INTERNAL;
    char context[sizeof error->text], rest[sizeof error->text];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    memcpy(rest, error->text, sizeof rest);
    const size_t used = strlen(context);
    const int room = (int)(sizeof error->text - used);
    snprintf(error->text, sizeof error->text, "%s: %.*s", context, room > 3 ? room - 3 : 0, rest);
    return error->status;
}

void alm_error_clear(struct alm_error *error)
{
    error->status = ALM_OK;
    error->text[0] = '\0';
}

static const struct {
    const char *name, *text;
    enum alm_status_class class;
} statuses[] = {
#define X(name, text, class) [ALM_##name] = {#name, text, ALM_CLASS_##class},
    ALM_STATUS_LIST(X)
#undef X
};

const char *alm_status_text(enum alm_status status)
{
    return statuses[status].text;
}

const char *alm_status_name(enum alm_status status)
{
    return statuses[status].name;
}

enum alm_status_class alm_status_class(enum alm_status status)
{
    return statuses[status].class;
}
