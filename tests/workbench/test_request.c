#include "workbench/request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

Test(request, schemes_read_and_write_back)
{
    static const char *const texts[] = {"expanding", "sliding", "sliding:250"};
    for (size_t i = 0; i < 3; i++) {
        struct alm_split split = {0};
        struct alm_text back = {0};
        cr_assert(eq(int, alm_request_scheme(&split, texts[i], NULL), ALM_OK));
        alm_request_write_scheme(&back, &split);
        cr_assert(eq(str, back.data, (char *)texts[i]));
        alm_text_clear(&back);
    }
}

Test(request, refits_read_and_write_back)
{
    static const char *const texts[] = {"every", "once", "7"};
    for (size_t i = 0; i < 3; i++) {
        struct alm_split split = {0};
        struct alm_text back = {0};
        cr_assert(eq(int, alm_request_refit(&split, texts[i], NULL), ALM_OK));
        alm_request_write_refit(&back, &split);
        cr_assert(eq(str, back.data, (char *)texts[i]));
        alm_text_clear(&back);
    }
}

Test(request, refuses_what_makes_no_sense)
{
    struct alm_split split = {0};
    enum alm_missing_policy missing;
    struct alm_error error = {0};
    int64_t ts;
    cr_assert(eq(int, alm_request_scheme(&split, "sliding:1", &error), ALM_USAGE));
    cr_assert(eq(int, alm_request_scheme(&split, "rolling", &error), ALM_USAGE));
    cr_assert(eq(int, alm_request_refit(&split, "0", &error), ALM_USAGE));
    cr_assert(eq(int, alm_request_missing(&missing, "drop", &error), ALM_USAGE));
    cr_assert(eq(int, alm_request_time(&ts, "2021-02-30", false, "UTC", "--at", &error), ALM_USAGE));
    cr_assert(strstr(error.text, "--at") != NULL);
    cr_assert(eq(int, alm_request_time(&ts, "2021-02-03", true, "UTC", "--at", &error), ALM_USAGE));
}

Test(request, without_intervals_80_and_95_are_meant)
{
    double *level;
    size_t n;
    cr_assert(eq(int, alm_request_levels(&level, &n, NULL, 0, NULL), ALM_OK));
    cr_assert(eq(sz, n, 5));
    cr_assert(epsilon_eq(dbl, level[0], 0.025, 1e-12));
    cr_assert(epsilon_eq(dbl, level[4], 0.975, 1e-12));
    free(level);
}
