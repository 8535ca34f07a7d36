#include "series/zone.h"

#include "base/memory.h"
#include "series/timestamp.h"
#include "series/zone_file.h"
#include "series/zone_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_LIMIT = 1 << 20 };

/* A change that moves the clock by d = |after - before| concerns the d of local time before or after it.
 * Where a local time is looked up by the offset before the change, the clock changes at the end of that; by
 * the offset after it, at its beginning. */
struct alm_zone {
    char *name;
    struct alm_zone_changes changes;
    int64_t *begins, *ends; /* [n] local times at which a change begins to matter, and has ceased to */
};

/* ---- loading ---- */

static enum alm_status read_file(unsigned char **out, size_t *n, const char *path, struct alm_error *error)
{
    struct stat facts;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &facts) != 0) {
        alm_fail(error, ALM_IO, "cannot open %s: %s", path, strerror(errno));
        if (file != NULL) fclose(file);
        return ALM_IO;
    }
    const size_t size = facts.st_size < FILE_LIMIT ? (size_t)facts.st_size : FILE_LIMIT;
    enum alm_status status = ALM_NEW(out, size, error);
    if (status == ALM_OK) {
        *n = fread(*out, 1, size, file);
        if (ferror(file)) status = alm_fail(error, ALM_IO, "cannot read %s: %s", path, strerror(errno));
    }
    fclose(file);
    return status;
}

static enum alm_status find_edges(struct alm_zone *zone, struct alm_error *error)
{
    const struct alm_zone_changes *c = &zone->changes;
    ALM_TRY(ALM_NEW(&zone->begins, c->n, error));
    ALM_TRY(ALM_NEW(&zone->ends, c->n, error));
    for (size_t i = 0; i < c->n; i++) {
        const int64_t a = c->offset[i], b = c->offset[i + 1];
        zone->begins[i] = c->at[i] + (a < b ? a : b);
        zone->ends[i] = c->at[i] + (a < b ? b : a);
    }
    return ALM_OK;
}

static enum alm_status load(struct alm_zone *zone, struct alm_error *error)
{
    unsigned char *bytes = NULL;
    size_t n = 0;
    char path[ALM_ZONE_PATH];
    if (strcmp(zone->name, "UTC") == 0) {
        zone->changes.cycle = INT64_MAX;
        return ALM_NEW(&zone->changes.offset, 1, error);
    }
    ALM_TRY(alm_zone_name_find(path, zone->name, error));
    enum alm_status status = read_file(&bytes, &n, path, error);
    if (status == ALM_OK) status = alm_zone_changes_read(&zone->changes, bytes, n, error);
    free(bytes);
    return status == ALM_OK || status == ALM_IO ? status : alm_fail_in(error, "%s", path);
}

enum alm_status alm_zone_create(struct alm_zone **out, const char *name, struct alm_error *error)
{
    struct alm_zone *zone;
    *out = NULL;
    ALM_TRY(ALM_NEW(&zone, 1, error));
    enum alm_status status = alm_copy_text(&zone->name, name, error);
    if (status == ALM_OK) status = load(zone, error);
    if (status == ALM_OK) status = find_edges(zone, error);
    if (status != ALM_OK) {
        alm_zone_free(zone);
        return status;
    }
    *out = zone;
    return ALM_OK;
}

void alm_zone_free(struct alm_zone *zone)
{
    if (zone == NULL) return;
    free(zone->name);
    free(zone->begins);
    free(zone->ends);
    alm_zone_changes_clear(&zone->changes);
    free(zone);
}

const char *alm_zone_name(const struct alm_zone *zone)
{
    return zone == NULL ? "UTC" : zone->name;
}

bool alm_zone_is_utc(const struct alm_zone *zone)
{
    return zone == NULL || (zone->changes.n == 0 && zone->changes.offset[0] == 0);
}

/* ---- looking up ---- */

/* How many of the n rising times are at or before t. */
static size_t count_until(const int64_t *times, size_t n, int64_t t)
{
    size_t low = 0;
    while (n > 0) {
        const size_t half = n / 2;
        if (times[low + half] <= t) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

/* What to take off t to come into the table: whole cycles of 400 years. */
static int64_t cycles_beyond(const struct alm_zone_changes *changes, int64_t t)
{
    return t < changes->cycle ? 0 : ((t - changes->cycle) / ALM_CYCLE + 1) * ALM_CYCLE;
}

int64_t alm_zone_offset(const struct alm_zone *zone, int64_t ts)
{
    if (zone == NULL) return 0;
    const struct alm_zone_changes *c = &zone->changes;
    return c->offset[count_until(c->at, c->n, ts - cycles_beyond(c, ts))];
}

enum alm_zone_case alm_zone_find_stretch(int64_t *before, int64_t *after, struct alm_zone_stretch *stretch,
                                         const struct alm_zone *zone, int64_t local)
{
    if (zone == NULL) {
        *before = *after = local;
        *stretch = (struct alm_zone_stretch){INT64_MIN, INT64_MAX, 0};
        return ALM_ZONE_PLAIN;
    }
    const struct alm_zone_changes *c = &zone->changes;
    const int64_t beyond = cycles_beyond(c, local), at = local - beyond;
    const size_t i = count_until(zone->ends, c->n, at), j = count_until(zone->begins, c->n, at);
    *before = local - c->offset[i];
    *after = local - c->offset[j];
    if (*before != *after) return *before < *after ? ALM_ZONE_FOLD : ALM_ZONE_HOLE;
    if (i == j)
        *stretch = (struct alm_zone_stretch){i == 0 ? INT64_MIN : zone->ends[i - 1] + beyond,
                                             i == c->n ? INT64_MAX : zone->begins[i] + beyond, c->offset[i]};
    return ALM_ZONE_PLAIN;
}

enum alm_zone_case alm_zone_moments(int64_t *before, int64_t *after, const struct alm_zone *zone,
                                    int64_t local)
{
    struct alm_zone_stretch unused;
    return alm_zone_find_stretch(before, after, &unused, zone, local);
}

enum alm_status alm_dst_parse(enum alm_dst *out, const char *text, struct alm_error *error)
{
    static const char *const words[] = {[ALM_DST_ERROR] = "error",
                                        [ALM_DST_EARLIER] = "earlier",
                                        [ALM_DST_LATER] = "later",
                                        [ALM_DST_SKIP] = "skip",
                                        NULL};
    *out = ALM_DST_ERROR;
    for (int i = 0; words[i] != NULL; i++) {
        if (text == NULL || strcmp(text, words[i]) == 0) {
            *out = (enum alm_dst)i;
            return ALM_OK;
        }
    }
    return alm_fail(error, ALM_USAGE, "--dst is error, earlier, later or skip, not \"%s\"", text);
}
