#include "cli/command.h"

#include "base/memory.h"
#include "cli/meter.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void alm_call_clear(struct alm_call *call)
{
    for (size_t i = 0; i < call->n_given; i++) {
        free(call->given[i].texts);
        free(call->given[i].numbers);
    }
    for (size_t i = 0; i < call->n_owned; i++)
        free(call->owned[i]);
    free(call->given);
    free(call->owned);
    free(call->arguments);
    alm_meter_free(call->meter);
    *call = (struct alm_call){0};
}

static const struct alm_given *find_given(const struct alm_call *call, const char *option)
{
    assert((call->command != NULL && alm_option_find(call->command->options, option) != NULL) ||
           alm_option_find(alm_global_options, option) != NULL);
    for (size_t i = 0; i < call->n_given; i++)
        if (strcmp(call->given[i].option->name, option) == 0) return &call->given[i];
    return NULL;
}

bool alm_call_has(const struct alm_call *call, const char *option)
{
    return find_given(call, option) != NULL;
}

const char *alm_call_text(const struct alm_call *call, const char *option)
{
    const struct alm_given *given = find_given(call, option);
    return given == NULL || given->n == 0 ? NULL : given->texts[given->n - 1];
}

const char *const *alm_call_texts(const struct alm_call *call, const char *option, size_t *n)
{
    const struct alm_given *given = find_given(call, option);
    *n = given == NULL ? 0 : given->n;
    return given == NULL ? NULL : (const char *const *)given->texts;
}

size_t alm_call_count(const struct alm_call *call, const char *option, size_t fallback)
{
    const struct alm_given *given = find_given(call, option);
    return given == NULL ? fallback : (size_t)given->numbers[0];
}

const double *alm_call_numbers(const struct alm_call *call, const char *option, size_t *n)
{
    const struct alm_given *given = find_given(call, option);
    *n = given == NULL ? 0 : given->n;
    return given == NULL ? NULL : given->numbers;
}

void alm_call_say(const struct alm_call *call, const char *format, ...)
{
    char line[2048];
    struct alm_text visible = {0};
    va_list args;
    if (call->quiet) return;
    alm_meter_erase(call->meter);
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    alm_text_append_visible(&visible, line);
    fprintf(stderr, "%s\n", alm_text_string(&visible));
    alm_text_clear(&visible);
}
