/* Calendar features. */
#include "window/calendar_features.h"

#include "series/timestamp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static const int64_t moment = INT64_C(1700000000) * ALM_SECOND; /* Tuesday 2023-11-14T22:13:20Z */

static size_t count(enum alm_frequency_unit unit, int64_t multiple, enum alm_feature_coding coding)
{
    const struct alm_frequency frequency = {unit, multiple};
    return alm_feature_count((struct alm_features){coding, alm_feature_fields(frequency)});
}

Test(calendar_features, are_chosen_by_frequency)
{
    cr_assert(eq(sz, count(ALM_FREQUENCY_HOUR, 1, ALM_FEATURES_CYCLIC), 6));
    cr_assert(eq(sz, count(ALM_FREQUENCY_HOUR, 1, ALM_FEATURES_ONEHOT), 24 + 7 + 12));
    cr_assert(eq(sz, count(ALM_FREQUENCY_MINUTE, 60, ALM_FEATURES_ONEHOT), 24 + 7));
    cr_assert(eq(sz, count(ALM_FREQUENCY_WEEK, 1, ALM_FEATURES_CYCLIC), 2));
    cr_assert(eq(sz, count(ALM_FREQUENCY_QUARTER, 1, ALM_FEATURES_ONEHOT), 4));
    cr_assert(eq(sz, count(ALM_FREQUENCY_INDEX, 1, ALM_FEATURES_ONEHOT), 0));
    cr_assert(eq(sz, count(ALM_FREQUENCY_HOUR, 1, ALM_FEATURES_NONE), 0));
}

Test(calendar_features, are_those_of_the_local_clock)
{
    const struct alm_features onehot = {ALM_FEATURES_ONEHOT,
                                        alm_feature_fields((struct alm_frequency){ALM_FREQUENCY_HOUR, 1})};
    double out[24 + 7 + 12], sum = 0;
    struct alm_zone *tokyo;
    alm_feature_fill(out, onehot, NULL, moment);
    for (size_t i = 0; i < 24 + 7 + 12; i++)
        sum += out[i];
    cr_assert(sum == 3 && out[22] == 1 && out[24 + 1] == 1 && out[24 + 7 + 10] == 1);
    if (alm_zone_create(&tokyo, "Asia/Tokyo", NULL) != ALM_OK) cr_skip_test("no zone database");
    alm_feature_fill(out, onehot, tokyo, moment); /* nine hours later: Wednesday, 7 */
    cr_assert(out[7] == 1 && out[24 + 2] == 1);
    alm_zone_free(tokyo);
}

Test(calendar_features, go_round_a_circle)
{
    const struct alm_features cyclic = {ALM_FEATURES_CYCLIC,
                                        alm_feature_fields((struct alm_frequency){ALM_FREQUENCY_DAY, 1})};
    double a[6], b[6];
    for (int64_t day = -800; day < 800; day++) {
        alm_feature_fill(a, cyclic, NULL, day * ALM_DAY);
        alm_feature_fill(b, cyclic, NULL, (day + 7) * ALM_DAY);
        for (size_t k = 0; k < 6; k += 2)
            cr_assert(epsilon_eq(dbl, a[k] * a[k] + a[k + 1] * a[k + 1], 1, 1e-12));
        cr_assert(a[0] == b[0] && a[1] == b[1], "the weekday comes again after a week");
    }
}
