/* Time zone files. What is read has rising moments, offsets of 26 hours at most that change at each, and,
 * where its last 400 years repeat, a table that holds these. */
#include "fuzz.h"
#include "series/timestamp.h"
#include "series/zone_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct alm_zone_changes c;
    struct alm_error error = {0};
    const enum alm_status status = alm_zone_changes_read(&c, data, n, &error);
    REQUIRE((status == ALM_OK) == (error.text[0] == '\0'));
    for (size_t i = 0; status == ALM_OK && i <= c.n; i++) {
        REQUIRE(c.offset[i] >= -26 * ALM_HOUR && c.offset[i] <= 26 * ALM_HOUR);
        if (i == c.n) break;
        REQUIRE(i == 0 || c.at[i] > c.at[i - 1]);
        REQUIRE(c.offset[i] != c.offset[i + 1]);
    }
    if (status == ALM_OK && c.cycle != INT64_MAX) REQUIRE(c.cycle - ALM_CYCLE >= ALM_TS_MIN);
    alm_zone_changes_clear(&c);
    return 0;
}
