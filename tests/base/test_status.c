#include "base/status.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(status, a_failure_carries_its_status_and_text)
{
    struct alm_error error = {0};
    cr_assert(alm_fail(&error, ALM_DATA, "series '%s' has %d values", "a", 3) == ALM_DATA);
    cr_assert(error.status == ALM_DATA);
    cr_assert(eq(str, error.text, "series 'a' has 3 values"));
    cr_assert(alm_fail(NULL, ALM_IO, "nobody listens") == ALM_IO);
}

Test(status, a_failure_may_quote_the_text_that_it_replaces)
{
    struct alm_error error = {0};
    alm_fail(&error, ALM_IO, "disk full");
    alm_fail(&error, ALM_DB, "writing: %s", error.text);
    cr_assert(eq(str, error.text, "writing: disk full"));
}

Test(status, context_goes_before_the_text)
{
    struct alm_error error = {0};
    alm_fail(&error, ALM_PARSE, "expected a number");
    cr_assert(alm_fail_in(&error, "%s:%d", "a.csv", 12) == ALM_PARSE);
    cr_assert(eq(str, error.text, "a.csv:12: expected a number"));
}

Test(status, long_texts_are_cut_and_terminated)
{
    struct alm_error error = {0};
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    alm_fail(&error, ALM_DATA, "%s", long_text);
    cr_assert(eq(sz, strlen(error.text), sizeof error.text - 1));
    for (int depth = 0; depth < 5; depth++)
        cr_assert(alm_fail_in(&error, "%s", long_text) == ALM_DATA);
    cr_assert(lt(sz, strlen(error.text), sizeof error.text));
}

Test(status, every_status_has_a_name_a_text_and_a_class)
{
#define X(name, text, class)                                                                                 \
    cr_assert(eq(str, (char *)alm_status_name(ALM_##name), #name));                                          \
    cr_assert(eq(str, (char *)alm_status_text(ALM_##name), text));                                           \
    cr_assert(alm_status_class(ALM_##name) == ALM_CLASS_##class);
    ALM_STATUS_LIST(X)
#undef X
}

static enum alm_status twice(enum alm_status first, int *calls)
{
    *calls = 0;
    ALM_TRY((++*calls, first));
    ALM_TRY((++*calls, ALM_OK));
    return ALM_OK;
}

Test(status, try_returns_at_the_first_failure)
{
    int calls;
    cr_assert(twice(ALM_OK, &calls) == ALM_OK && calls == 2);
    cr_assert(twice(ALM_NUMERIC, &calls) == ALM_NUMERIC && calls == 1);
}
