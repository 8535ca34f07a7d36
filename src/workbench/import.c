/* Importing a file: one transaction, all of its good rows or none. */
#include "base/clock.h"
#include "base/memory.h"
#include "ingest/dump.h"
#include "ingest/ingest.h"
#include "store/import_table.h"
#include "store/store.h"
#include "workbench/import_facts.h"
#include "workbench/import_sink.h"
#include "workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static enum alm_status read_policy(enum alm_conflict_policy *out, const char *text, struct alm_error *error)
{
    static const char *const names[] = {
        [ALM_CONFLICT_FAIL] = "fail", [ALM_CONFLICT_KEEP] = "keep", [ALM_CONFLICT_REPLACE] = "replace", NULL};
    for (int i = 0; names[i] != NULL; i++) {
        if (text == NULL || strcmp(text, names[i]) == 0) {
            *out = (enum alm_conflict_policy)i;
            return ALM_OK;
        }
    }
    return alm_fail(error, ALM_USAGE, "--on-conflict is fail, keep or replace, not \"%s\"", text);
}

/* A size such as 65536, 64K, 32M or 1G. */
static enum alm_status read_size(size_t *out, const char *text, struct alm_error *error)
{
    static const char suffixes[] = "KMG";
    size_t size = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++)
        if (!alm_multiply(&size, size, 10) || !alm_add(&size, size, (size_t)(*p - '0')))
            return alm_fail(error, ALM_USAGE, "--memory %s is too much", text);
    const char *suffix = p > text && *p != '\0' ? strchr(suffixes, *p) : NULL;
    if (size == 0 || (*p != '\0' && (suffix == NULL || p[1] != '\0')))
        return alm_fail(error, ALM_USAGE, "--memory is a size such as 64K, 32M or 1G, not \"%s\"", text);
    for (int i = 0; suffix != NULL && i <= suffix - suffixes; i++)
        if (!alm_multiply(&size, size, 1024))
            return alm_fail(error, ALM_USAGE, "--memory %s is too much", text);
    *out = size;
    return ALM_OK;
}

static struct alm_ingest_options make_options(const struct alm_import_request *r,
                                              enum alm_conflict_policy policy)
{
    return (struct alm_ingest_options){
        .path = r->file,
        .series = r->series,
        .time = r->time,
        .value = r->value,
        .by = r->by,
        .layout = r->layout,
        .index = r->index,
        .time_format = r->time_format,
        .time_zone = r->time_zone,
        .dst = r->dst,
        .encoding = r->encoding,
        .delimiter = r->delimiter,
        .quote = r->quote,
        .escape = r->escape,
        .line_end = r->line_end,
        .header = r->header,
        .columns = r->columns,
        .skip = r->skip,
        .ragged = r->ragged,
        .decimal = r->decimal,
        .thousands = r->thousands,
        .percent = r->percent,
        .currency = r->currency,
        .null_text = r->null_text,
        .category = r->category,
        .resample = r->resample,
        .frequency = r->frequency,
        .last_wins = policy == ALM_CONFLICT_REPLACE,
        .strict = r->strict,
        .max_rejects_given = r->max_rejects_given,
        .max_rejects = r->max_rejects,
    };
}

/* What was given, as a JSON object for the record. */
static void write_options(struct alm_text *out, const struct alm_import_request *r)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"series", r->series},       {"time", r->time},
                 {"value", r->value},         {"by", r->by},
                 {"layout", r->layout},       {"time_format", r->time_format},
                 {"tz", r->time_zone},        {"dst", r->dst},
                 {"encoding", r->encoding},   {"delimiter", r->delimiter},
                 {"quote", r->quote},         {"escape", r->escape},
                 {"line_end", r->line_end},   {"header", r->header},
                 {"columns", r->columns},     {"skip", r->skip},
                 {"ragged", r->ragged},       {"decimal", r->decimal},
                 {"thousands", r->thousands}, {"percent", r->percent},
                 {"currency", r->currency},   {"null", r->null_text},
                 {"category", r->category},   {"resample", r->resample},
                 {"freq", r->frequency},      {"on_conflict", r->on_conflict}};
    alm_text_printf(out, "{\"index\":%s,\"append\":%s", r->index ? "true" : "false",
                    r->append ? "true" : "false");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value == NULL) continue;
        alm_text_printf(out, ",\"%s\":", texts[i].name);
        alm_text_append_json(out, texts[i].value);
    }
    alm_text_append(out, "}");
}

static enum alm_status fill_summary(struct alm_import_summary *summary, const struct alm_import_sink *sink,
                                    const struct alm_ingest_summary *read, struct alm_error *error)
{
    memcpy(summary->sha256, read->digest, sizeof summary->sha256);
    summary->rows_read = read->rows_read;
    summary->rows_rejected = read->rows_rejected;
    summary->out_of_order = read->out_of_order;
    summary->blank_lines = read->blank_lines;
    summary->stray_quotes = read->stray_quotes;
    summary->stray_line = read->stray_line;
    summary->dst_holes = read->dst_holes;
    summary->dst_folds = read->dst_folds;
    summary->dst_skipped = read->dst_skipped;
    ALM_TRY(alm_import_facts_summary(summary, read, error));
    ALM_TRY(ALM_NEW(&summary->reasons, ALM_REJECT_REASONS, error));
    for (int r = 0; r < ALM_REJECT_REASONS; r++)
        if (read->rejected[r] > 0)
            summary->reasons[summary->n_reasons++] = (struct alm_import_reason){
                alm_ingest_reject_words((enum alm_reject_reason)r), read->rejected[r]};
    size_t capacity = 0;
    for (const char *p = alm_text_string(&sink->assumptions); *p != '\0';) {
        const size_t n = strcspn(p, "\n");
        ALM_TRY(alm_grow((void **)&summary->assumptions, &capacity, summary->n_assumptions + 1,
                         sizeof *summary->assumptions, error));
        char *line = strndup(p, n);
        if (line == NULL) return alm_fail(error, ALM_NOMEM, "out of memory");
        summary->assumptions[summary->n_assumptions++] = line;
        p += n + (p[n] == '\n');
    }
    return ALM_OK;
}

/* The file is known when its bytes were imported before and brought nothing new now (an index series that is
 * appended to always gets something new: then it is enough that no series is new). */
static enum alm_status look_whether_known(bool *known, const struct alm_import_sink *sink,
                                          struct alm_error *error)
{
    struct alm_import_row row = {0};
    const struct alm_import_summary *summary = sink->summary;
    ALM_TRY(alm_import_table_find(known, &row, sink->store, summary->sha256, error));
    if (*known) alm_import_row_clear(&row);
    const bool nothing_new =
        sink->n_created == 0 && (sink->request->append || sink->values_added + summary->values_replaced == 0);
    *known = *known && nothing_new;
    return ALM_OK;
}

static enum alm_status do_import(struct alm_import_sink *sink, const struct alm_workbench *workbench,
                                 struct alm_error *error)
{
    const struct alm_import_request *request = sink->request;
    struct alm_import_summary *summary = sink->summary;
    struct alm_ingest_options options = make_options(request, sink->policy);
    struct alm_ingest_sink functions;
    struct alm_ingest_summary read;
    struct alm_text json = {0};
    if (request->memory != NULL) ALM_TRY(read_size(&options.memory, request->memory, error));
    write_options(&json, request);
    enum alm_status status = alm_text_check(&json, error);
    if (status == ALM_OK)
        status = alm_import_table_begin(&sink->import_id, sink->store, request->file, NULL,
                                        alm_text_string(&json), error);
    alm_text_clear(&json);
    ALM_TRY(status);
    alm_import_sink_connect(&functions, sink);
    status = alm_ingest(&options, &functions, workbench->cancel, workbench->progress, &read, error);
    alm_import_sink_forget_staged(sink);
    const enum alm_status filled = fill_summary(summary, sink, &read, status == ALM_OK ? error : NULL);
    if (status != ALM_OK) return status;
    ALM_TRY(filled);
    summary->rows_stored =
        summary->rows_read - summary->rows_rejected - summary->rows_skipped - summary->dst_skipped;
    ALM_TRY(look_whether_known(&summary->known, sink, error));
    return alm_import_table_finish(sink->store, sink->import_id, summary->sha256, NULL, summary->rows_read,
                                   summary->rows_stored, summary->rows_rejected, error);
}

static void clear_series(struct alm_import_summary *summary)
{
    for (size_t i = 0; i < summary->n_series; i++)
        free(summary->series[i].name);
    free(summary->series);
    summary->series = NULL;
    summary->n_series = 0;
}

enum alm_status alm_import(struct alm_workbench *workbench, const struct alm_import_request *request,
                           struct alm_import_summary *summary, struct alm_error *error)
{
    struct alm_import_sink sink = {.store = workbench->store, .request = request, .summary = summary};
    const double started = alm_clock_wall();
    *summary = (struct alm_import_summary){0};
    if (request->append && !request->index)
        return alm_fail(error, ALM_USAGE,
                        "--append goes with --index; rows with times extend their series without it");
    ALM_TRY(read_policy(&sink.policy, request->on_conflict, error));
    ALM_TRY(alm_store_begin_bulk(sink.store, error));
    enum alm_status status = do_import(&sink, workbench, error);
    if (status != ALM_OK || request->dry_run || summary->known)
        alm_store_rollback(sink.store);
    else
        status = alm_store_commit(sink.store, error);
    if (status != ALM_OK || summary->known) {
        /* the series are as they were, not as the import had made them */
        summary->rows_stored = 0;
        clear_series(summary);
    }
    if (status == ALM_OK && !request->dry_run && !summary->known)
        status = alm_store_optimize(sink.store, error);
    alm_import_sink_clear(&sink);
    summary->seconds = alm_clock_wall() - started;
    return status;
}

enum alm_status alm_import_dump_records(struct alm_workbench *workbench,
                                        const struct alm_import_request *request,
                                        const struct alm_output *records, const struct alm_output *remarks,
                                        struct alm_error *error)
{
    const struct alm_ingest_options options = make_options(request, ALM_CONFLICT_FAIL);
    struct alm_dump_counts counts;
    ALM_TRY(
        alm_dump_records(&counts, &options, records, remarks, workbench->cancel, workbench->progress, error));
    if (counts.irregular == 0) return ALM_OK;
    return alm_fail(error, ALM_DATA, "%s: %zu of %zu records are irregular", request->file, counts.irregular,
                    counts.records);
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}

void alm_import_summary_clear(struct alm_import_summary *summary)
{
    clear_series(summary);
    alm_import_facts_clear(summary);
    free(summary->reasons);
    free_texts(summary->rejects, summary->n_rejects);
    free_texts(summary->assumptions, summary->n_assumptions);
    *summary = (struct alm_import_summary){0};
}
