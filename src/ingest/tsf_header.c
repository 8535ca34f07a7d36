#include "base/memory.h"
#include "ingest/tsf.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void alm_tsf_header_init(struct alm_tsf_header *header)
{
    *header = (struct alm_tsf_header){.date = SIZE_MAX};
}

void alm_tsf_header_clear(struct alm_tsf_header *header)
{
    for (size_t a = 0; a < header->n_attributes; a++)
        free(header->attributes[a].name);
    free(header->attributes);
    alm_tsf_header_init(header);
}

enum alm_status alm_tsf_frequency(struct alm_frequency *out, const char *word, struct alm_error *error)
{
    static const struct {
        const char *word;
        struct alm_frequency frequency;
    } words[] = {{"secondly", {ALM_FREQUENCY_SECOND, 1}},     {"minutely", {ALM_FREQUENCY_MINUTE, 1}},
                 {"half_hourly", {ALM_FREQUENCY_MINUTE, 30}}, {"hourly", {ALM_FREQUENCY_HOUR, 1}},
                 {"daily", {ALM_FREQUENCY_DAY, 1}},           {"weekly", {ALM_FREQUENCY_WEEK, 1}},
                 {"monthly", {ALM_FREQUENCY_MONTH, 1}},       {"quarterly", {ALM_FREQUENCY_QUARTER, 1}},
                 {"yearly", {ALM_FREQUENCY_YEAR, 1}}};
    static const struct {
        const char *word;
        enum alm_frequency_unit unit;
    } units[] = {{"second", ALM_FREQUENCY_SECOND}, {"minute", ALM_FREQUENCY_MINUTE},
                 {"hour", ALM_FREQUENCY_HOUR},     {"day", ALM_FREQUENCY_DAY},
                 {"week", ALM_FREQUENCY_WEEK},     {"month", ALM_FREQUENCY_MONTH},
                 {"year", ALM_FREQUENCY_YEAR}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(word, words[i].word) != 0) continue;
        *out = words[i].frequency;
        return ALM_OK;
    }
    /* 4_seconds, 10_minutes */
    const size_t digits = strspn(word, "0123456789");
    const char *unit = word + digits + (word[digits] == '_');
    const size_t n = strlen(unit) - (strlen(unit) > 0 && unit[strlen(unit) - 1] == 's');
    for (size_t i = 0; digits > 0 && digits < 7 && i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].word) != n || strncasecmp(units[i].word, unit, n) != 0) continue;
        *out = (struct alm_frequency){units[i].unit, strtol(word, NULL, 10)};
        if (out->multiple > 0) return ALM_OK;
    }
    return alm_fail(error, ALM_DATA, "the frequency \"%s\" is none that is known; say --freq", word);
}

static enum alm_status add_attribute(struct alm_tsf_header *header, const char *name, const char *kind,
                                     struct alm_error *error)
{
    static const char *const kinds[] = {"string", "numeric", "date"};
    int k = 0;
    while (k < 3 && strcasecmp(kind, kinds[k]) != 0)
        k++;
    if (name[0] == '\0' || k == 3)
        return alm_fail(error, ALM_DATA, "@attribute needs a name and one of string, numeric, date");
    if (k == ALM_TSF_DATE && header->date != SIZE_MAX)
        return alm_fail(error, ALM_DATA, "a second @attribute of kind date: a series starts once");
    ALM_TRY(alm_grow((void **)&header->attributes, &header->capacity, header->n_attributes + 1,
                     sizeof *header->attributes, error));
    struct alm_tsf_attribute *attribute = &header->attributes[header->n_attributes];
    attribute->kind = (enum alm_tsf_kind)k;
    ALM_TRY(alm_copy_text(&attribute->name, name, error));
    if (k == ALM_TSF_DATE) header->date = header->n_attributes;
    header->n_attributes++;
    return ALM_OK;
}

/* The next word of a line, as far as it fits. */
static const char *take_word(char out[64], const char *line)
{
    while (*line == ' ' || *line == '\t')
        line++;
    const size_t n = strcspn(line, " \t");
    snprintf(out, 64, "%.*s", (int)(n < 63 ? n : 63), line);
    return line + n;
}

enum alm_status alm_tsf_header_take(struct alm_tsf_header *header, bool *data, const char *line,
                                    struct alm_error *error)
{
    char word[64], first[64], second[64];
    *data = false;
    const char *rest = take_word(word, line);
    take_word(second, take_word(first, rest));
    if (strcasecmp(word, "@attribute") == 0) return add_attribute(header, first, second, error);
    if (strcasecmp(word, "@frequency") == 0) {
        header->has_frequency = true;
        return alm_tsf_frequency(&header->frequency, first, error);
    }
    if (strcasecmp(word, "@horizon") == 0) {
        snprintf(header->horizon, sizeof header->horizon, "%s", first);
        return ALM_OK;
    }
    if (strcasecmp(word, "@data") == 0) {
        *data = true;
        return ALM_OK;
    }
    if (strcasecmp(word, "@relation") == 0 || strcasecmp(word, "@missing") == 0 ||
        strcasecmp(word, "@equallength") == 0)
        return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    word[0] == '@' ? "%s is no part of a .tsf header"
                                   : "expected @relation, @attribute, ... or @data before \"%s\"",
                    word);
}
