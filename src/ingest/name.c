#include "ingest/name.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool drop_ending(char *name, const char *ending)
{
    const size_t n = strlen(name), m = strlen(ending);
    if (n <= m || strcasecmp(name + n - m, ending) != 0) return false;
    name[n - m] = '\0';
    return true;
}

enum alm_status alm_name_stem(char **out, const char *path, struct alm_error *error)
{
    const char *slash = strrchr(path, '/');
    ALM_TRY(alm_copy_text(out, slash == NULL ? path : slash + 1, error));
    if (!drop_ending(*out, ".gz")) drop_ending(*out, ".zst");
    if (!drop_ending(*out, ".csv") && !drop_ending(*out, ".tsv") && !drop_ending(*out, ".tsf"))
        drop_ending(*out, ".txt");
    return ALM_OK;
}

static bool is_kept(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

enum alm_status alm_name_column(char **out, const char *header, struct alm_error *error)
{
    size_t n = 0;
    bool gap = false;
    ALM_TRY(alm_allocate((void **)out, strlen(header) + 1, 1, error));
    for (const char *p = header; *p != '\0'; p++) {
        if (!is_kept((unsigned char)*p)) {
            gap = n > 0;
            continue;
        }
        if (gap) (*out)[n++] = '_';
        gap = false;
        (*out)[n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    }
    return ALM_OK;
}

static bool is_in(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcasecmp(word, *list) == 0) return true;
    return false;
}

bool alm_name_is_time(const char *header)
{
    static const char *const names[] = {
        "time",       "date",          "datetime",       "timestamp",  "ts",           "t",
        "ds",         "date_time",     "date time",      "local_time", "unix",         "epoch",
        "unixtime",   "open_time",     "opentime",       "open time",  "unix_time",    "dt",
        "time_stamp", "day",           "close_time",     "close time", "closetime",    "datum",
        "zeit",       "mess_datum",    "zeitstempel",    "utc_time",   "time_utc",     "date_utc",
        "utc",        "timestamp_utc", "unix_timestamp", "time_ms",    "timestamp_ms", NULL};
    return is_in(header, names) || (header[0] == '_' && is_in(header + 1, names));
}

bool alm_name_is_period(const char *header)
{
    static const char *const names[] = {
        "year", "yr",     "yyyy", "month",    "yearmonth",  "year_month",  "yyyymm", "quarter",
        "week", "period", "hour", "yyyymmdd", "yyyymmddhh", "fiscal_year", "fyear",  NULL};
    return is_in(header, names);
}

bool alm_name_is_counter(const char *header)
{
    static const char *const names[] = {"", "no", "no.", "nr", "id", "index", "row", "#", "unnamed: 0", NULL};
    return is_in(header, names);
}

bool alm_name_is_id(const char *name)
{
    static const char *const names[] = {"unique_id", "series_id",  "item_id",  "sensor_id",
                                        "device_id", "station_id", "meter_id", NULL};
    return is_in(name, names);
}

bool alm_name_is_key(const char *name)
{
    static const char *const names[] = {"symbol", "ticker", "stock", "instrument",  "security", "isin", "ric",
                                        "figi",   "pair",   "coin",  "series_name", "series",   NULL};
    return alm_name_is_id(name) || is_in(name, names);
}

bool alm_name_is_usable(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)name[i];
        if (c < 0x20 || c == 0x7F || (c == 0xC2 && i + 1 < n && (unsigned char)name[i + 1] < 0xA0))
            return false;
    }
    return n > 0;
}
