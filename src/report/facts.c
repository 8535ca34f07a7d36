#include "report/facts.h"

#include "base/memory.h"
#include "report/stored.h"
#include "series/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- facts ---- */

/* What the bars themselves tell about the calendar. */
static enum alm_status learn(struct alm_calendar *calendar, const struct alm_table *bars,
                             struct alm_error *error)
{
    int64_t *ts;
    ALM_TRY(ALM_NEW(&ts, bars->rows, error));
    for (size_t i = 0; i < bars->rows; i++)
        ts[i] = alm_table_integer(bars, i, ALM_OBSERVATION_TS);
    alm_calendar_learn(calendar, ts, bars->rows);
    free(ts);
    return ALM_OK;
}

/* Missing bars of one series of the run. */
static enum alm_status count_missing(int64_t *out, struct alm_store *store, int64_t run,
                                     const struct alm_table *series, size_t row, struct alm_error *error)
{
    struct alm_table bars = {0};
    struct alm_calendar calendar = {.time_zone = alm_table_text(series, row, ALM_SERIES_ZONE)};
    const struct alm_binding keys[] = {
        alm_bound_integer("run", run),
        alm_bound_integer("series", alm_table_integer(series, row, ALM_SERIES_NO))};
    *out = -1;
    if (alm_frequency_parse(&calendar.frequency, alm_table_text(series, row, ALM_SERIES_FREQUENCY), NULL) !=
        ALM_OK)
        return ALM_OK;
    enum alm_status status = alm_table_load(&bars, store, "report_observation", keys, 2, error);
    if (status == ALM_OK) status = learn(&calendar, &bars, error);
    if (status == ALM_OK && bars.rows > 0) *out = 0;
    for (size_t i = 0; status == ALM_OK && i < bars.rows; i++) {
        *out += alm_table_null(&bars, i, ALM_OBSERVATION_VALUE);
        if (i > 0)
            *out +=
                (int64_t)alm_calendar_missing(&calendar, alm_table_integer(&bars, i - 1, ALM_OBSERVATION_TS),
                                              alm_table_integer(&bars, i, ALM_OBSERVATION_TS));
    }
    alm_table_clear(&bars);
    return status;
}

/* Counts for as many series as a table shows. */
static enum alm_status load_missing(struct alm_facts *out, struct alm_store *store, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&out->missing, out->series.rows, error));
    for (size_t row = 0; row < out->series.rows; row++) {
        out->missing[row] = -1;
        if (row < ALM_FACTS_SERIES)
            ALM_TRY(count_missing(&out->missing[row], store, out->run, &out->series, row, error));
    }
    return ALM_OK;
}

enum alm_status alm_facts_load(struct alm_facts *out, struct alm_store *store, int64_t run,
                               struct alm_error *error)
{
    *out = (struct alm_facts){.run = run};
    const struct {
        struct alm_table *table;
        const char *query;
    } parts[] = {
        {&out->run_row, "report_run"},
        {&out->option, "report_option"},
        {&out->series, "report_series"},
        {&out->leader, "report_forecaster"},
        {&out->definition, "report_definition"},
        {&out->metric, "report_metric"},
        {&out->score, "report_metric_series"},
        {&out->confusion, "report_confusion"},
        {&out->reliability, "report_reliability"},
        {&out->epoch, "report_epoch"},
        {&out->failure, "report_failure"},
        {&out->extent, "report_extent"},
        {&out->check, "report_check"},
        {&out->trial, "report_trial"},
        {&out->sensitivity, "report_sensitivity"},
    };
    const struct alm_binding key = alm_bound_integer("run", run);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        ALM_TRY(alm_table_load(parts[i].table, store, parts[i].query, &key, 1, error));
        if (i == 0 && out->run_row.rows == 0)
            return alm_fail(error, ALM_NOTFOUND, "there is no run %lld; `runs list` shows those there are",
                            (long long)run);
    }
    out->n_folds = (size_t)alm_table_integer(&out->extent, 0, ALM_EXTENT_FOLDS);
    const double horizon = alm_stored_number(out, "horizon");
    out->horizon =
        horizon >= 1 ? (size_t)horizon : (size_t)alm_table_integer(&out->extent, 0, ALM_EXTENT_HORIZON);
    return load_missing(out, store, error);
}

void alm_facts_clear(struct alm_facts *facts)
{
    struct alm_table *const tables[] = {
        &facts->confusion, &facts->reliability, &facts->run_row, &facts->option, &facts->series,
        &facts->leader,    &facts->definition,  &facts->metric,  &facts->score,  &facts->epoch,
        &facts->failure,   &facts->extent,      &facts->check,   &facts->trial,  &facts->sensitivity};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        alm_table_clear(tables[i]);
    free(facts->missing);
    facts->missing = NULL;
}

double alm_facts_metric(const struct alm_facts *facts, int64_t forecaster, size_t step, const char *code,
                        int64_t *n)
{
    const struct alm_table *t = &facts->metric;
    if (n != NULL) *n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (alm_table_integer(t, i, ALM_METRIC_FORECASTER) != forecaster ||
            alm_table_integer(t, i, ALM_METRIC_STEP) != (int64_t)step ||
            strcmp(alm_table_text(t, i, ALM_METRIC_CODE), code) != 0)
            continue;
        if (n != NULL) *n = alm_table_integer(t, i, ALM_METRIC_N);
        return alm_table_number(t, i, ALM_METRIC_VALUE);
    }
    return NAN;
}

double alm_facts_score(const struct alm_facts *facts, int64_t series, int64_t forecaster, const char *code)
{
    const struct alm_table *t = &facts->score;
    for (size_t i = 0; i < t->rows; i++)
        if (alm_table_integer(t, i, ALM_SCORE_SERIES) == series &&
            alm_table_integer(t, i, ALM_SCORE_FORECASTER) == forecaster &&
            strcmp(alm_table_text(t, i, ALM_SCORE_CODE), code) == 0)
            return alm_table_number(t, i, ALM_SCORE_VALUE);
    return NAN;
}

/* ---- forecasters ---- */

/* The first forecaster in plan order with this name; t->rows: none. */
static size_t find_named(const struct alm_table *t, const char *name)
{
    const size_t length = strlen(name);
    size_t found = t->rows;
    for (size_t i = 0; i < t->rows; i++) {
        const char *spec = alm_table_text(t, i, ALM_LEADER_SPEC);
        if (strncmp(spec, name, length) != 0 || (spec[length] != '\0' && spec[length] != ':')) continue;
        if (found == t->rows ||
            alm_table_integer(t, i, ALM_LEADER_NO) < alm_table_integer(t, found, ALM_LEADER_NO))
            found = i;
    }
    return found;
}

size_t alm_facts_naive(const struct alm_facts *facts)
{
    const size_t naive = find_named(&facts->leader, "naive");
    return naive < facts->leader.rows ? naive : find_named(&facts->leader, "majority");
}

size_t alm_facts_leader(const struct alm_facts *facts, int64_t forecaster)
{
    size_t i = 0;
    while (i < facts->leader.rows && alm_table_integer(&facts->leader, i, ALM_LEADER_NO) != forecaster)
        i++;
    return i;
}

/* Place of a forecaster among those that are not the baseline, in plan order. */
static size_t slot(const struct alm_facts *facts, int64_t forecaster)
{
    const size_t naive = alm_facts_naive(facts);
    size_t before = 0;
    for (size_t i = 0; i < facts->leader.rows; i++)
        if (i != naive && alm_table_integer(&facts->leader, i, ALM_LEADER_NO) < forecaster) before++;
    return before;
}

const char *alm_facts_class(const struct alm_facts *facts, int64_t forecaster)
{
    static const char *const classes[] = {"s0", "s1", "s2", "s3", "s4", "s5"};
    const size_t naive = alm_facts_naive(facts);
    if (naive < facts->leader.rows && alm_table_integer(&facts->leader, naive, ALM_LEADER_NO) == forecaster)
        return "naive";
    return classes[slot(facts, forecaster) % 6];
}

size_t alm_facts_mark(const struct alm_facts *facts, int64_t forecaster)
{
    return strcmp(alm_facts_class(facts, forecaster), "naive") == 0 ? 0 : 1 + slot(facts, forecaster);
}

bool alm_facts_trained(const struct alm_facts *facts, int64_t forecaster)
{
    for (size_t i = 0; i < facts->epoch.rows; i++)
        if (alm_table_integer(&facts->epoch, i, ALM_EPOCH_FORECASTER) == forecaster) return true;
    return false;
}

static bool has_any(const struct alm_table *t, size_t column)
{
    for (size_t i = 0; i < t->rows; i++)
        if (!alm_table_null(t, i, column)) return true;
    return false;
}

bool alm_facts_classes(const struct alm_facts *facts)
{
    return has_any(&facts->leader, ALM_LEADER_LOG_LOSS);
}

bool alm_facts_numbers(const struct alm_facts *facts)
{
    return has_any(&facts->leader, ALM_LEADER_MAE);
}

const char *alm_facts_ranking(const struct alm_facts *facts)
{
    if (alm_facts_classes(facts)) return "log_loss";
    return facts->series.rows > 1 ? "mase" : "mae";
}
