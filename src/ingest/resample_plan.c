#include "ingest/resample_plan.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [ALM_RESAMPLE_MEAN] = "mean",   [ALM_RESAMPLE_SUM] = "sum",   [ALM_RESAMPLE_FIRST] = "first",
    [ALM_RESAMPLE_LAST] = "last",   [ALM_RESAMPLE_MIN] = "min",   [ALM_RESAMPLE_MAX] = "max",
    [ALM_RESAMPLE_COUNT] = "count", [ALM_RESAMPLE_OHLC] = "ohlc", NULL};

enum alm_status alm_resample_parse(struct alm_resample_spec *out, const char *text, struct alm_error *error)
{
    static const char *const form = "--resample %s: expected FREQUENCY=HOW such as 1H=mean, with mean, sum, "
                                    "first, last, min, max, count or "
                                    "ohlc";
    char frequency[16];
    const char *equals = strchr(text, '=');
    const size_t n = equals == NULL ? 0 : (size_t)(equals - text);
    if (n == 0 || n >= sizeof frequency) return alm_fail(error, ALM_USAGE, form, text);
    memcpy(frequency, text, n);
    frequency[n] = '\0';
    if (alm_frequency_parse(&out->frequency, frequency, error) != ALM_OK) {
        alm_fail_in(error, "--resample %s", text);
        return ALM_USAGE;
    }
    if (out->frequency.unit == ALM_FREQUENCY_INDEX || out->frequency.unit == ALM_FREQUENCY_IRREGULAR)
        return alm_fail(error, ALM_USAGE, "--resample %s: %s has no bars", text, frequency);
    if (out->frequency.unit == ALM_FREQUENCY_BUSINESS && out->frequency.multiple != 1)
        return alm_fail(error, ALM_USAGE, "--resample %s: business days are gathered one by one, B", text);
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(equals + 1, names[i]) != 0) continue;
        out->how = (enum alm_resample_how)i;
        return ALM_OK;
    }
    const char *near = alm_text_suggest(equals + 1, names);
    if (near == NULL) return alm_fail(error, ALM_USAGE, form, text);
    return alm_fail(error, ALM_USAGE, "--resample %s: there is no \"%s\" (did you mean %s?)", text,
                    equals + 1, near);
}

/* ---- which columns ---- */

static bool is_one_of(const char *name, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (strcmp(name, list[i]) == 0) return true;
    return false;
}

static bool is_volume(const char *name)
{
    static const char *const volumes[] = {"volume",       "vol",      "qty",    "quantity",
                                          "size",         "amount",   "trades", "number_of_trades",
                                          "quote_volume", "turnover", NULL};
    return is_one_of(name, volumes);
}

static const char *name_of(const struct alm_schema *schema, size_t v)
{
    return schema->n_values == 0 ? "" : schema->columns[schema->values[v]].name;
}

static void add(struct alm_resample_plan *plan, size_t source, enum alm_resample_how how, const char *suffix,
                bool strip)
{
    plan->parts[plan->n++] = (struct alm_resample_part){source, how, suffix, strip};
}

/* Columns of bars stay what they are. */
static void plan_bars(struct alm_resample_plan *plan, const struct alm_schema *schema)
{
    for (size_t v = 0; v < plan->n_sources; v++) {
        const char *name = name_of(schema, v);
        const enum alm_resample_how how = strcmp(name, "open") == 0   ? ALM_RESAMPLE_FIRST
                                          : strcmp(name, "high") == 0 ? ALM_RESAMPLE_MAX
                                          : strcmp(name, "low") == 0  ? ALM_RESAMPLE_MIN
                                          : is_volume(name)           ? ALM_RESAMPLE_SUM
                                                                      : ALM_RESAMPLE_LAST;
        add(plan, v, how, NULL, false);
    }
}

/* Ticks become bars; a single column of prices gives the bars its NAME, a single one of volumes is their
 * volume. */
static void plan_ticks(struct alm_resample_plan *plan, const struct alm_schema *schema)
{
    size_t n_prices = 0;
    for (size_t v = 0; v < plan->n_sources; v++)
        n_prices += !is_volume(name_of(schema, v));
    const bool strip = n_prices == 1 && plan->n_sources > 1, one_volume = plan->n_sources - n_prices == 1;
    for (size_t v = 0; v < plan->n_sources; v++) {
        if (is_volume(name_of(schema, v))) {
            add(plan, v, ALM_RESAMPLE_SUM, strip && one_volume ? "volume" : NULL, strip && one_volume);
            continue;
        }
        add(plan, v, ALM_RESAMPLE_FIRST, "open", strip);
        add(plan, v, ALM_RESAMPLE_MAX, "high", strip);
        add(plan, v, ALM_RESAMPLE_MIN, "low", strip);
        add(plan, v, ALM_RESAMPLE_LAST, "close", strip);
    }
}

enum alm_status alm_resample_plan_make(struct alm_resample_plan *out, const struct alm_resample_spec *spec,
                                       const struct alm_schema *schema, struct alm_error *error)
{
    static const char *const bars[] = {"open", "high", "low", "close", NULL};
    *out = (struct alm_resample_plan){.n_sources = schema->n_values == 0 ? 1 : schema->n_values};
    if (schema->index) return alm_fail(error, ALM_USAGE, "--resample needs times; these rows have none");
    if (schema->n_categories > 0 && spec->how != ALM_RESAMPLE_FIRST && spec->how != ALM_RESAMPLE_LAST)
        return alm_fail(error, ALM_USAGE, "--resample: labels have no %s, only first and last",
                        names[spec->how]);
    ALM_TRY(ALM_NEW(&out->parts, 4 * out->n_sources, error));
    bool has_bars = false;
    for (size_t v = 0; v < out->n_sources; v++)
        has_bars = has_bars || is_one_of(name_of(schema, v), bars);
    if (spec->how == ALM_RESAMPLE_OHLC && has_bars)
        plan_bars(out, schema);
    else if (spec->how == ALM_RESAMPLE_OHLC)
        plan_ticks(out, schema);
    else
        for (size_t v = 0; v < out->n_sources; v++)
            add(out, v, spec->how, NULL, false);
    return ALM_OK;
}

void alm_resample_plan_clear(struct alm_resample_plan *plan)
{
    free(plan->parts);
    *plan = (struct alm_resample_plan){0};
}

void alm_resample_part_name(struct alm_text *out, const struct alm_resample_part *part, const char *name)
{
    const char *dot = part->strip ? strrchr(name, '.') : NULL;
    alm_text_append_bytes(out, name, dot == NULL ? strlen(name) : (size_t)(dot - name));
    if (part->suffix != NULL) alm_text_printf(out, ".%s", part->suffix);
}

void alm_resample_describe(struct alm_text *out, const struct alm_resample_spec *spec, const char *zone)
{
    alm_text_append(out, "rows are gathered into bars of ");
    alm_frequency_write(out, spec->frequency);
    if (spec->how == ALM_RESAMPLE_OHLC)
        alm_text_append(out,
                        ": open the first, high the highest, low the lowest, close the last, volume the sum");
    else
        alm_text_printf(out, ", the %s of their values", names[spec->how]);
    alm_text_printf(out, "; a bar has the time of its start, in %s\n", zone == NULL ? "UTC" : zone);
}
