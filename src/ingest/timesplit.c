#include "ingest/timesplit.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum part { YEAR, MONTH, DAY, YEARDAY, HOUR, MINUTE, SECOND, DATE, TIME, N_PARTS };

/* The names of each part. Those after the bar are too short to be believed unless the user said so. */
static const char *const names[N_PARTS] = {
    [YEAR] = "year yr yyyy|y",
    [MONTH] = "month mon mnth mm mo|m",
    [DAY] = "day dd dy mday dom day_of_month|d",
    [YEARDAY] = "doy yday yearday jday julian day_of_year|j",
    [HOUR] = "hour hr hh hours|h",
    [MINUTE] = "minute min mi minutes mn|n",
    [SECOND] = "second sec ss seconds|s",
    [DATE] = "date dt dteday ymd yyyymmdd trade_date tradedate datum|",
    [TIME] = "time clock time_of_day hms hhmmss hhmm uhrzeit zeit|t",
};

static const char directives[] = "YmdjHMS";

/* Whether list has the word of n bytes; all of the list, or what stands before the bar. */
static bool has_word(const char *list, const char *word, size_t n, bool all)
{
    while (*list != '\0') {
        const size_t length = strcspn(list, " |");
        if (length == n && strncasecmp(list, word, n) == 0) return true;
        list += length;
        if (*list == '|' && !all) return false;
        list += *list != '\0';
    }
    return false;
}

static int part_of(const char *header, bool all)
{
    size_t n = strlen(header);
    while (n > 0 && !isalnum((unsigned char)*header)) {
        header++;
        n--;
    }
    while (n > 0 && !isalnum((unsigned char)header[n - 1]))
        n--;
    for (int part = 0; part < N_PARTS; part++)
        if (n > 0 && has_word(names[part], header, n, all)) return part;
    return -1;
}

/* The first column of each part, or SIZE_MAX. Returns how many headers were parts. */
static size_t find_parts(size_t found[N_PARTS], const char *const *headers, size_t n, bool all)
{
    size_t known = 0;
    for (int part = 0; part < N_PARTS; part++)
        found[part] = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        const int part = part_of(headers[i], all);
        if (part < 0 || found[part] != SIZE_MAX) continue;
        found[part] = i;
        known++;
    }
    return known;
}

static void add(struct alm_time_split *out, size_t column, char directive)
{
    const size_t at = strlen(out->pattern);
    out->columns[out->n++] = column;
    if (directive == '\0') return;
    memcpy(out->pattern + at, at == 0 ? "%" : " %", at == 0 ? 2 : 3);
    const size_t end = strlen(out->pattern);
    out->pattern[end] = directive;
    out->pattern[end + 1] = '\0';
}

/* Year, then month and day or the day of the year, then as much of the clock as there is. */
static bool join_numbers(struct alm_time_split *out, const size_t found[N_PARTS])
{
    const bool month = found[MONTH] != SIZE_MAX, yearday = found[YEARDAY] != SIZE_MAX && !month;
    if (found[YEAR] == SIZE_MAX || (!month && !yearday)) return false;
    add(out, found[YEAR], directives[YEAR]);
    for (int part = MONTH; part <= SECOND; part++) {
        if (part == YEARDAY ? !yearday : part < YEARDAY && yearday) continue;
        if (found[part] == SIZE_MAX) break;
        add(out, found[part], directives[part]);
        if (part == DAY) part = YEARDAY;
    }
    return true;
}

bool alm_time_split_find(struct alm_time_split *out, const char *const *headers, size_t n)
{
    size_t found[N_PARTS];
    *out = (struct alm_time_split){0};
    find_parts(found, headers, n, false);
    if (join_numbers(out, found)) return true;
    const size_t clock = found[TIME] != SIZE_MAX ? found[TIME] : found[HOUR];
    if (found[DATE] == SIZE_MAX || clock == SIZE_MAX) return false;
    add(out, found[DATE], '\0');
    add(out, clock, '\0');
    if (clock == found[HOUR] && found[MINUTE] != SIZE_MAX) {
        add(out, found[MINUTE], '\0');
        if (found[SECOND] != SIZE_MAX) add(out, found[SECOND], '\0');
    }
    return true;
}

void alm_time_split_name(struct alm_time_split *out, const char *const *headers, size_t n)
{
    size_t found[N_PARTS];
    *out = (struct alm_time_split){0};
    if (find_parts(found, headers, n, true) == n && join_numbers(out, found) && out->n == n) return;
    *out = (struct alm_time_split){0};
    for (size_t i = 0; i < n && i < ALM_TIME_PARTS; i++)
        add(out, i, '\0');
}

void alm_time_join(struct alm_text *joined, const char *text, size_t n)
{
    while (n > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        n--;
    }
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    if (joined->length > 0) alm_text_append_bytes(joined, " ", 1);
    if (n > 0) alm_text_append_bytes(joined, text, n);
}
