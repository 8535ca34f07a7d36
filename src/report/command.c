/* The command line that makes a run again. */
#include "report/words.h"

#include "report/stored.h"
#include "series/timestamp.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define SHOWN_SERIES 12

/* One word for a POSIX shell. */
static void append_quoted(struct alm_text *out, const char *word)
{
    bool plain = word[0] != '\0';
    for (const char *p = word; *p != '\0'; p++)
        plain = plain && (isalnum((unsigned char)*p) || strchr("._-/:,=+@%", *p) != NULL);
    if (plain) {
        alm_text_append(out, word);
        return;
    }
    alm_text_append(out, "'");
    for (const char *p = word; *p != '\0'; p++)
        if (*p == '\'')
            alm_text_append(out, "'\\''");
        else
            alm_text_append_bytes(out, p, 1);
    alm_text_append(out, "'");
}

static void append_argument(struct alm_text *out, const char *flag, const char *value)
{
    alm_text_printf(out, " %s ", flag);
    append_quoted(out, value);
}

/* Bytes that all names begin with. */
static size_t common_beginning(const struct alm_table *series)
{
    const char *first = alm_table_text(series, 0, ALM_SERIES_NAME);
    size_t n = strlen(first);
    for (size_t i = 1; i < series->rows; i++) {
        const char *name = alm_table_text(series, i, ALM_SERIES_NAME);
        size_t k = 0;
        while (k < n && name[k] == first[k])
            k++;
        n = k;
    }
    while (n > 0 && ((unsigned char)first[n] & 0xC0) == 0x80) /* not within a character */
        n--;
    return n;
}

/* Each by name, or, where there are many, by a pattern from what their names have in common. */
static void append_series(struct alm_text *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->series;
    if (t->rows <= SHOWN_SERIES) {
        for (size_t i = 0; i < t->rows; i++)
            append_argument(out, "--series", alm_table_text(t, i, ALM_SERIES_NAME));
        return;
    }
    struct alm_text pattern = {0};
    alm_text_append_bytes(&pattern, alm_table_text(t, 0, ALM_SERIES_NAME), common_beginning(t));
    alm_text_append(&pattern, "*");
    append_argument(out, "--series", alm_text_string(&pattern));
    if (pattern.failed) out->failed = true;
    alm_text_clear(&pattern);
}

/* A label is stated when it is not the one that the spec would get by itself: its bare name. */
static void append_forecaster(struct alm_text *out, const char *label, const char *spec)
{
    const size_t bare = strcspn(spec, ":");
    struct alm_text model = {0};
    if (strcmp(label, spec) != 0 && (strlen(label) != bare || strncmp(label, spec, bare) != 0))
        alm_text_printf(&model, "%s=", label);
    alm_text_append(&model, spec);
    append_argument(out, "--model", alm_text_string(&model));
    if (model.failed) out->failed = true;
    alm_text_clear(&model);
}

/* In plan order, which decides the order of equals. */
static void append_models(struct alm_text *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->leader;
    for (int64_t no = 0; no < (int64_t)t->rows; no++) {
        const size_t i = alm_facts_leader(facts, no);
        if (i < t->rows)
            append_forecaster(out, alm_table_text(t, i, ALM_LEADER_LABEL),
                              alm_table_text(t, i, ALM_LEADER_SPEC));
    }
}

static void append_moment(struct alm_text *out, const struct alm_facts *facts, const char *flag, int64_t ts)
{
    const bool index = facts->series.rows > 0 &&
                       strcmp(alm_table_text(&facts->series, 0, ALM_SERIES_FREQUENCY), "index") == 0;
    alm_text_printf(out, " %s ", flag);
    if (index)
        alm_text_printf(out, "%lld", (long long)ts);
    else
        alm_ts_write_iso(out, ts);
}

/* Options that only a walk has. */
static void append_walk(struct alm_text *out, const struct alm_facts *facts)
{
    static const struct {
        const char *key, *flag, *usual;
    } scalars[] = {
        {"folds", "--folds", "0"},     {"step", "--step", "0"}, {"scheme", "--scheme", "expanding"},
        {"refit", "--refit", "every"}, {"gap", "--gap", "0"},   {"embargo", "--embargo", ""},
        {"origins", "--origins", ""}};
    struct alm_text value = {0};
    const double first = alm_stored_number(facts, "first_origin"),
                 last = alm_stored_number(facts, "last_origin");
    const bool counted = !alm_stored_text(&value, facts, "origins");
    if (!isnan(first)) append_moment(out, facts, "--first-origin", (int64_t)first);
    if (!isnan(last)) append_moment(out, facts, "--last-origin", (int64_t)last);
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if ((counted || strcmp(scalars[i].key, "step") != 0) &&
            alm_stored_text(&value, facts, scalars[i].key) &&
            strcmp(alm_text_string(&value), scalars[i].usual) != 0)
            append_argument(out, scalars[i].flag, alm_text_string(&value));
    if (value.failed) out->failed = true;
    alm_text_clear(&value);
}

/* The one origin of a forecast or a training, where all series have the same. */
static void append_origin(struct alm_text *out, const struct alm_facts *facts, const char *flag)
{
    const struct alm_table *t = &facts->extent;
    if (!alm_table_null(t, 0, ALM_EXTENT_FIRST) &&
        alm_table_integer(t, 0, ALM_EXTENT_FIRST) == alm_table_integer(t, 0, ALM_EXTENT_LAST))
        append_moment(out, facts, flag, alm_table_integer(t, 0, ALM_EXTENT_LAST));
}

/* What a search is over, and how. */
static void append_search(struct alm_text *out, const struct alm_facts *facts)
{
    static const char *const keys[] = {"trials", "metric", "method", "budget", "reduction", "keep"};
    const struct alm_table *t = &facts->option;
    struct alm_text value = {0}, flag = {0};
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(alm_table_text(t, i, ALM_OPTION_KEY), "models") == 0)
            append_argument(out, "--model", alm_table_text(t, i, ALM_OPTION_ITEM));
    alm_stored_text(&value, facts, "method");
    const bool halving = strcmp(alm_text_string(&value), "halving") == 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!halving && (strcmp(keys[i], "budget") == 0 || strcmp(keys[i], "reduction") == 0)) continue;
        if (!alm_stored_text(&value, facts, keys[i])) continue;
        alm_text_reset(&flag);
        alm_text_printf(&flag, "--%s", keys[i]);
        append_argument(out, alm_text_string(&flag), alm_text_string(&value));
    }
    const double origin = alm_stored_number(facts, "origin");
    if (!isnan(origin)) append_moment(out, facts, "--origin", (int64_t)origin);
    if (value.failed || flag.failed) out->failed = true;
    alm_text_clear(&flag);
    alm_text_clear(&value);
}

void alm_words_command(struct alm_text *out, const struct alm_facts *facts)
{
    const char *kind = alm_table_text(&facts->run_row, 0, ALM_RUN_KIND);
    struct alm_text value = {0};
    alm_text_printf(out, "almanac %s", kind);
    append_series(out, facts);
    if (strcmp(kind, "tune") == 0)
        append_search(out, facts);
    else
        append_models(out, facts);
    if (alm_stored_text(&value, facts, "horizon")) append_argument(out, "--horizon", alm_text_string(&value));
    if (strcmp(kind, "backtest") == 0 || strcmp(kind, "tune") == 0) append_walk(out, facts);
    if (strcmp(kind, "forecast") == 0) append_origin(out, facts, "--at");
    if (strcmp(kind, "train") == 0) append_origin(out, facts, "--until");
    if (alm_stored_text(&value, facts, "season") && strcmp(alm_text_string(&value), "0") != 0)
        append_argument(out, "--season", alm_text_string(&value));
    if (alm_stored_text(&value, facts, "missing") && strcmp(alm_text_string(&value), "fill") != 0)
        append_argument(out, "--missing", alm_text_string(&value));
    double interval[ALM_STORED_INTERVALS];
    const size_t n = alm_stored_intervals(interval, facts);
    for (size_t i = 0; i < n; i++) {
        alm_text_append(out, i == 0 ? " --levels " : ",");
        alm_text_append_number(out, interval[i]);
    }
    alm_text_printf(out, " --seed %lld", (long long)alm_table_integer(&facts->run_row, 0, ALM_RUN_SEED));
    if (value.failed) out->failed = true;
    alm_text_clear(&value);
}
