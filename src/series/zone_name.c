#include "series/zone_name.h"

#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { DEPTH = 3, LONGEST = 96 };

static const char *const places[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
                                     "/etc/zoneinfo"};

/* The directory that is there: TZDIR if it is set, else the first of the usual ones. */
static const char *directory(void)
{
    struct stat facts;
    const char *stated = secure_getenv("TZDIR");
    if (stated != NULL && stated[0] != '\0') return stated;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (stat(places[i], &facts) == 0 && S_ISDIR(facts.st_mode)) return places[i];
    return NULL;
}

/* Letters, digits, _ + - and single slashes inside: so it cannot lead out of the directory. posix and right
 * hold all zones again, right with leap seconds counted. */
static bool is_name(const char *name)
{
    const size_t n = strlen(name);
    if (n == 0 || n > LONGEST || name[0] == '/' || name[n - 1] == '/' || strstr(name, "//") != NULL)
        return false;
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == n &&
           strncmp(name, "posix", 5) != 0 && strncmp(name, "right/", 6) != 0;
}

static bool is_file(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

/* ---- the nearest name ---- */

struct names {
    char **list; /* [n + 1], NULL at the end */
    size_t n, capacity;
};

/* Collects the names under root/inside; failures only make the list shorter. */
static void collect(struct names *out, const char *root, const char *inside, int depth)
{
    char path[ALM_ZONE_PATH], name[LONGEST + 1];
    snprintf(path, sizeof path, "%s/%s", root, inside);
    DIR *handle = depth > 0 ? opendir(path) : NULL;
    if (handle == NULL) return;
    for (const struct dirent *entry = readdir(handle); entry != NULL; entry = readdir(handle)) {
        struct stat facts;
        const int n =
            snprintf(name, sizeof name, "%s%s%s", inside, inside[0] == '\0' ? "" : "/", entry->d_name);
        if (n < 0 || (size_t)n >= sizeof name || !is_name(name) || strcmp(name, "right") == 0) continue;
        const int m = snprintf(path, sizeof path, "%s/%s", root, name);
        if (m < 0 || (size_t)m >= sizeof path || stat(path, &facts) != 0) continue;
        if (S_ISDIR(facts.st_mode)) collect(out, root, name, depth - 1);
        if (!S_ISREG(facts.st_mode) || name[0] < 'A' || name[0] > 'Z') continue;
        if (alm_grow((void **)&out->list, &out->capacity, out->n + 2, sizeof *out->list, NULL) != ALM_OK)
            break;
        if ((out->list[out->n] = strdup(name)) == NULL) break;
        out->list[++out->n] = NULL;
    }
    closedir(handle);
}

static const char *city(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

/* The name itself in other case, or the zone of that city, or one within two edits of either. */
static const char *nearest(const struct names *names, const char *wanted)
{
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->list[i];
        const size_t whole = strcasecmp(name, wanted) == 0 ? 0 : alm_text_distance(name, wanted);
        const size_t part = strcasecmp(city(name), wanted) == 0 ? 0 : alm_text_distance(city(name), wanted);
        const size_t here = whole < part ? whole : part;
        if (here < distance || (here == distance && best != NULL && strlen(name) > strlen(best))) {
            distance = here;
            best = name;
        }
    }
    return distance <= (strlen(wanted) > 3 ? 2 : 0) ? best : NULL;
}

static enum alm_status fail_unknown(const char *root, const char *name, struct alm_error *error)
{
    struct names names = {0};
    char wanted[LONGEST + 1];
    snprintf(wanted, sizeof wanted, "%s", name);
    for (char *p = wanted; *p != '\0'; p++)
        if (*p == ' ') *p = '_';
    collect(&names, root, "", DEPTH);
    const char *near = nearest(&names, wanted);
    if (near != NULL)
        alm_fail(error, ALM_USAGE, "time zone \"%s\" is not known; did you mean \"%s\"?", name, near);
    else
        alm_fail(
            error, ALM_USAGE,
            "time zone \"%s\" is not known; names are like Europe/Berlin, America/New_York, UTC (see %s)",
            name, root);
    for (size_t i = 0; i < names.n; i++)
        free(names.list[i]);
    free(names.list);
    return ALM_USAGE;
}

enum alm_status alm_zone_name_find(char out[ALM_ZONE_PATH], const char *name, struct alm_error *error)
{
    const char *root = directory();
    if (root == NULL)
        return alm_fail(error, ALM_USAGE,
                        "time zone \"%s\": this machine has no zone files; install tzdata or set TZDIR",
                        name);
    const int n = snprintf(out, ALM_ZONE_PATH, "%s/%s", root, name);
    if (is_name(name) && n > 0 && n < ALM_ZONE_PATH && is_file(out)) return ALM_OK;
    return fail_unknown(root, name, error);
}
