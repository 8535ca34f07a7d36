#include "ingest/ingest.h"

#include "base/memory.h"
#include "ingest/group.h"
#include "ingest/name.h"
#include "ingest/reader.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_RECORDS = 1000,
    CHECK_EVERY = 4096,       /* records between looks at cancel and progress */
    TEXT_LIMIT = 120,         /* bytes of a rejected text that are kept */
    WAITING_LIMIT = 24 << 20, /* bytes in groups that wait, before all that can are flushed */
};

/* One group and the key that leads to it. */
struct entry {
    char *key; /* "" when there is only one */
    uint64_t hash;
    struct alm_group *group;
    bool announced; /* to the caller's sink */
};

struct import {
    const struct alm_ingest_options *options;
    const struct alm_ingest_sink *sink;
    struct alm_ingest_summary *summary;
    const char *file; /* for messages */
    struct alm_source *source;
    struct alm_reader *reader;
    struct alm_schema schema;
    struct alm_group_sink group_sink;
    struct alm_frequency frequency; /* stated */
    bool frequency_stated;
    struct entry *entries; /* [n_entries] in order of their first row */
    size_t n_entries, entries_capacity;
    size_t *table, table_size; /* open addressing: entry index + 1 */
    size_t last;               /* entry of the last row */
    double *values;            /* one row */
    size_t values_capacity;
    struct alm_text key;
    char hint[160];
};

/* ---- rejects ---- */

static enum alm_status refuse(struct import *import, const struct alm_ingest_reject *reject,
                              struct alm_error *error)
{
    struct alm_ingest_summary *summary = import->summary;
    summary->rows_rejected++;
    summary->rejected[reject->reason]++;
    ALM_TRY(import->sink->reject(import->sink->context, reject, error));
    const bool strict = import->options->strict;
    const size_t limit = import->options->max_rejects;
    if (!strict && (!import->options->max_rejects_given || summary->rows_rejected <= limit)) return ALM_OK;
    struct alm_text text = {0};
    alm_ingest_reject_write(&text, import->file, reject);
    if (strict)
        alm_fail(error, ALM_DATA, "%s", alm_text_string(&text));
    else
        alm_fail(error, ALM_DATA, "%s: more than %zu rejected rows; the last: %s", import->file, limit,
                 alm_text_string(&text));
    alm_text_clear(&text);
    return ALM_DATA;
}

/* Copies at most TEXT_LIMIT bytes, cut between characters and without line ends. */
static void shorten(char out[TEXT_LIMIT + 4], const char *text, size_t n)
{
    size_t keep = 0;
    while (keep < n && keep < TEXT_LIMIT && text[keep] != '\n' && text[keep] != '\r' && text[keep] != '\0')
        keep++;
    const bool cut = keep < n && keep == TEXT_LIMIT;
    while (cut && keep > 0 && ((unsigned char)text[keep] & 0xC0) == 0x80)
        keep--;
    memcpy(out, text, keep);
    memcpy(out + keep, cut ? "..." : "", cut ? 4 : 1);
}

/* Rejects a record at offset at of its raw bytes. */
static enum alm_status refuse_at(struct import *import, const struct alm_record *record, size_t at,
                                 size_t field, enum alm_reject_reason reason, const char *where,
                                 const char *hint, const char *text, size_t n, struct alm_error *error)
{
    char shown[TEXT_LIMIT + 4];
    struct alm_ingest_reject reject = {
        .field = field, .reason = reason, .where = where, .hint = hint, .text = shown};
    shorten(shown, text, n);
    alm_record_place(&reject.line, &reject.column, record, at);
    return refuse(import, &reject, error);
}

/* Rejects a record for the content of one field. */
static enum alm_status refuse_field(struct import *import, const struct alm_record *record, size_t index,
                                    enum alm_reject_reason reason, const char *hint, struct alm_error *error)
{
    const bool named = import->schema.layout != ALM_LAYOUT_ROWS && index < import->schema.n_columns;
    const char *where = named ? import->schema.columns[index].header : NULL;
    const struct alm_field *field = &record->fields[index];
    return refuse_at(import, record, alm_record_field_offset(record, import->schema.dialect, index),
                     index + 1, reason, where != NULL && where[0] != '\0' ? where : NULL, hint, field->text,
                     field->n, error);
}

static enum alm_status refuse_number(struct import *import, const struct alm_record *record, size_t index,
                                     struct alm_error *error)
{
    const struct alm_field *field = &record->fields[index];
    char shown[TEXT_LIMIT + 4];
    double value;
    const struct alm_number_style other = {.decimal = import->schema.numbers.decimal == ',' ? '.' : ','};
    shorten(shown, field->text, field->n);
    if (alm_number_read(&value, field->text, field->n, &other) == ALM_CELL_NUMBER)
        snprintf(import->hint, sizeof import->hint, "try --decimal %c", other.decimal);
    else if (field->n <= 12)
        snprintf(import->hint, sizeof import->hint, "try --null %s", shown);
    else
        import->hint[0] = '\0';
    return refuse_field(import, record, index, ALM_REJECT_NUMBER,
                        import->hint[0] == '\0' ? NULL : import->hint, error);
}

static enum alm_status refuse_fields(struct import *import, const struct alm_record *record,
                                     struct alm_error *error)
{
    snprintf(import->hint, sizeof import->hint, "expected %zu fields, got %zu", import->schema.n_columns,
             record->n);
    return refuse_at(import, record, 0, 0, ALM_REJECT_FIELDS, NULL, import->hint, record->raw, record->raw_n,
                     error);
}

static enum alm_status refuse_fault(struct import *import, const struct alm_record *record,
                                    struct alm_error *error)
{
    static const enum alm_reject_reason reasons[] = {
        [ALM_RECORD_UNCLOSED_QUOTE] = ALM_REJECT_UNCLOSED_QUOTE,
        [ALM_RECORD_TEXT_AFTER_QUOTE] = ALM_REJECT_TEXT_AFTER_QUOTE,
        [ALM_RECORD_TOO_LONG] = ALM_REJECT_TOO_LONG,
        [ALM_RECORD_NUL] = ALM_REJECT_NUL,
        [ALM_RECORD_NOT_UTF8] = ALM_REJECT_NOT_UTF8,
    };
    const size_t at = record->fault_at;
    return refuse_at(import, record, at, 0, reasons[record->fault], NULL, NULL, record->raw + at,
                     record->raw_n - at, error);
}

/* ---- groups ---- */

static enum alm_status announce(struct import *import, size_t number, struct alm_error *error)
{
    struct entry *entry = &import->entries[number];
    const size_t width = import->schema.layout == ALM_LAYOUT_ROWS ? 1 : import->schema.n_values;
    const char *key = import->schema.layout == ALM_LAYOUT_WIDE ? NULL : entry->key;
    char **names;
    enum alm_status status = ALM_OK;
    ALM_TRY(ALM_NEW(&names, width, error));
    for (size_t v = 0; v < width && status == ALM_OK; v++)
        status = alm_schema_series_name(&names[v], &import->schema, key, v, error);
    if (status == ALM_OK)
        status = import->sink->group(import->sink->context, number, (const char *const *)names, width, error);
    for (size_t v = 0; v < width; v++)
        free(names[v]);
    free(names);
    entry->announced = true;
    return status;
}

static enum alm_status on_rows(void *context, size_t group, const int64_t *ts, const double *values,
                               const size_t *lines, size_t n, struct alm_error *error)
{
    struct import *import = context;
    if (!import->entries[group].announced) ALM_TRY(announce(import, group, error));
    return import->sink->rows(import->sink->context, group, ts, values, lines, n, error);
}

static enum alm_status on_duplicate(void *context, size_t group, int64_t ts, size_t line,
                                    struct alm_error *error)
{
    struct import *import = context;
    struct alm_text time = {0};
    (void)group;
    alm_ts_write_short(&time, ts);
    ALM_TRY(alm_text_check(&time, error));
    if (import->schema.label != NULL)
        snprintf(import->hint, sizeof import->hint, "try --by %s", import->schema.label);
    const struct alm_ingest_reject reject = {.line = line,
                                             .column = 1,
                                             .reason = ALM_REJECT_DUPLICATE,
                                             .hint = import->schema.label == NULL ? NULL : import->hint,
                                             .text = alm_text_string(&time)};
    const enum alm_status status = refuse(import, &reject, error);
    alm_text_clear(&time);
    return status;
}

static uint64_t hash_of(const char *text, size_t n)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return hash;
}

static size_t *find_slot(struct import *import, const char *key, uint64_t hash)
{
    size_t at = (size_t)hash & (import->table_size - 1);
    for (;; at = (at + 1) & (import->table_size - 1)) {
        size_t *slot = &import->table[at];
        if (*slot == 0) return slot;
        const struct entry *entry = &import->entries[*slot - 1];
        if (entry->hash == hash && strcmp(entry->key, key) == 0) return slot;
    }
}

/* Keeps the table at most half full. */
static enum alm_status make_room(struct import *import, struct alm_error *error)
{
    if (import->n_entries * 2 + 2 <= import->table_size) return ALM_OK;
    free(import->table);
    import->table_size = import->table_size == 0 ? 64 : import->table_size * 2;
    ALM_TRY(ALM_NEW(&import->table, import->table_size, error));
    for (size_t e = 0; e < import->n_entries; e++)
        *find_slot(import, import->entries[e].key, import->entries[e].hash) = e + 1;
    return ALM_OK;
}

/* The group of a key, made when it is new. */
static enum alm_status find_group(struct entry **out, bool *is_new, struct import *import, const char *key,
                                  struct alm_error *error)
{
    *is_new = false;
    if (import->last < import->n_entries && strcmp(import->entries[import->last].key, key) == 0) {
        *out = &import->entries[import->last];
        return ALM_OK;
    }
    const uint64_t hash = hash_of(key, strlen(key));
    ALM_TRY(make_room(import, error));
    size_t *slot = find_slot(import, key, hash);
    if (*slot == 0) {
        const size_t number = import->n_entries;
        const size_t width = import->schema.layout == ALM_LAYOUT_ROWS ? 1 : import->schema.n_values;
        ALM_TRY(alm_grow((void **)&import->entries, &import->entries_capacity, number + 1,
                         sizeof *import->entries, error));
        struct entry *entry = &import->entries[number];
        *entry = (struct entry){.hash = hash};
        ALM_TRY(alm_copy_text(&entry->key, key, error));
        import->n_entries++;
        ALM_TRY(alm_group_create(&entry->group, number, width, import->options->last_wins,
                                 &import->group_sink, error));
        *slot = number + 1;
        *is_new = true;
    }
    import->last = *slot - 1;
    *out = &import->entries[import->last];
    return ALM_OK;
}

static enum alm_status finish_group(struct import *import, size_t number, struct alm_error *error)
{
    struct entry *entry = &import->entries[number];
    struct alm_ingest_extent extent;
    const struct alm_frequency *frequency = import->frequency_stated ? &import->frequency : NULL;
    if (entry->group == NULL) return ALM_OK;
    const enum alm_status status = alm_group_finish(&extent, entry->group, frequency, error);
    alm_group_free(entry->group);
    entry->group = NULL;
    if (status != ALM_OK || !entry->announced) return status;
    return import->sink->end(import->sink->context, number, &extent, error);
}

/* Many groups can wait at once: then all that are in order hand on what they have. */
static enum alm_status bound_waiting(struct import *import, struct alm_error *error)
{
    size_t waiting = 0;
    for (size_t e = 0; e < import->n_entries; e++)
        if (import->entries[e].group != NULL) waiting += alm_group_waiting(import->entries[e].group);
    if (waiting < WAITING_LIMIT) return ALM_OK;
    for (size_t e = 0; e < import->n_entries; e++)
        if (import->entries[e].group != NULL) ALM_TRY(alm_group_flush(import->entries[e].group, error));
    return ALM_OK;
}

/* ---- records ---- */

/* Joins the key fields with `.` into import->key. *good false when it was rejected. */
static enum alm_status read_key(bool *good, struct import *import, const struct alm_record *record,
                                struct alm_error *error)
{
    alm_text_reset(&import->key);
    *good = true;
    for (size_t k = 0; k < import->schema.n_keys; k++) {
        const struct alm_field *field = &record->fields[import->schema.keys[k]];
        if (!alm_name_is_usable(field->text, field->n)) {
            *good = false;
            return refuse_field(import, record, import->schema.keys[k], ALM_REJECT_KEY, NULL, error);
        }
        if (k > 0) alm_text_append_bytes(&import->key, ".", 1);
        alm_text_append_bytes(&import->key, field->text, field->n);
    }
    return alm_text_check(&import->key, error);
}

/* A row may have empty fields more than the header, not other ones. */
static bool has_right_width(const struct import *import, const struct alm_record *record)
{
    if (record->n < import->schema.n_columns) return false;
    for (size_t i = import->schema.n_columns; i < record->n; i++)
        if (record->fields[i].n > 0) return false;
    return true;
}

static enum alm_status take_row(struct import *import, const struct alm_record *record,
                                struct alm_error *error)
{
    const struct alm_schema *schema = &import->schema;
    int64_t ts = 0;
    bool good, is_new;
    struct entry *entry;
    if (!has_right_width(import, record)) return refuse_fields(import, record, error);
    if (!schema->index) {
        const struct alm_field *time = &record->fields[schema->time];
        if (!alm_time_format_read(&ts, &schema->time_format, time->text, time->n)) {
            snprintf(import->hint, sizeof import->hint, "times here are written as %s",
                     alm_time_format_name(&schema->time_format));
            return refuse_field(import, record, schema->time, ALM_REJECT_TIME, import->hint, error);
        }
    }
    for (size_t v = 0; v < schema->n_values; v++) {
        const struct alm_field *field = &record->fields[schema->values[v]];
        if (alm_number_read(&import->values[v], field->text, field->n, &schema->numbers) == ALM_CELL_BAD)
            return refuse_number(import, record, schema->values[v], error);
    }
    ALM_TRY(read_key(&good, import, record, error));
    if (!good) return ALM_OK;
    ALM_TRY(find_group(&entry, &is_new, import, alm_text_string(&import->key), error));
    if (schema->index) ts = alm_group_next_index(entry->group);
    return alm_group_add(entry->group, ts, import->values, record->line, error);
}

/* Layout rows: the record is a whole series, its name first. */
static enum alm_status take_series(struct import *import, const struct alm_record *record,
                                   struct alm_error *error)
{
    size_t n = record->n;
    struct entry *entry;
    bool is_new;
    while (n > 1 && record->fields[n - 1].n == 0)
        n--;
    if (!alm_name_is_usable(record->fields[0].text, record->fields[0].n))
        return refuse_field(import, record, 0, ALM_REJECT_KEY, NULL, error);
    ALM_TRY(alm_grow((void **)&import->values, &import->values_capacity, n, sizeof *import->values, error));
    for (size_t i = 1; i < n; i++)
        if (alm_number_read(&import->values[i - 1], record->fields[i].text, record->fields[i].n,
                            &import->schema.numbers) == ALM_CELL_BAD)
            return refuse_number(import, record, i, error);
    alm_text_reset(&import->key);
    alm_text_append_bytes(&import->key, record->fields[0].text, record->fields[0].n);
    ALM_TRY(alm_text_check(&import->key, error));
    ALM_TRY(find_group(&entry, &is_new, import, alm_text_string(&import->key), error));
    if (!is_new) return refuse_field(import, record, 0, ALM_REJECT_DUPLICATE, NULL, error);
    for (size_t i = 0; i + 1 < n; i++)
        ALM_TRY(alm_group_add(entry->group, (int64_t)i, &import->values[i], record->line, error));
    return finish_group(import, import->last, error);
}

static enum alm_status look_around(struct import *import, const struct alm_cancel *cancel,
                                   const struct alm_progress *progress, struct alm_error *error)
{
    if (alm_cancelled(cancel)) return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", import->file);
    alm_progress_report(progress, "importing", (double)alm_source_position(import->source),
                        (double)alm_source_size(import->source), "bytes");
    return bound_waiting(import, error);
}

static enum alm_status take_records(struct import *import, const struct alm_cancel *cancel,
                                    const struct alm_progress *progress, struct alm_error *error)
{
    struct alm_ingest_summary *summary = import->summary;
    bool header = import->schema.has_header;
    for (size_t i = 0;; i++) {
        struct alm_record record;
        bool more;
        if (i % CHECK_EVERY == 0) ALM_TRY(look_around(import, cancel, progress, error));
        ALM_TRY(alm_reader_next(&record, &more, import->reader, error));
        if (!more) break;
        if (record.blank) {
            summary->blank_lines++;
            continue;
        }
        if (header && record.fault == ALM_RECORD_GOOD) {
            header = false;
            continue;
        }
        summary->rows_read++;
        summary->stray_quotes += record.stray_quote;
        if (record.fault != ALM_RECORD_GOOD)
            ALM_TRY(refuse_fault(import, &record, error));
        else if (import->schema.layout == ALM_LAYOUT_ROWS)
            ALM_TRY(take_series(import, &record, error));
        else
            ALM_TRY(take_row(import, &record, error));
    }
    /* who interrupts a pipe ends its writer, too: that is no end of the file */
    return look_around(import, cancel, progress, error);
}

/* ---- the whole ---- */

static enum alm_status check_options(struct import *import, struct alm_error *error)
{
    const struct alm_ingest_options *options = import->options;
    const char *zone = options->time_zone;
    if ((zone != NULL && strcmp(zone, "UTC") != 0) || options->dst != NULL)
        return alm_fail(
            error, ALM_USAGE,
            "--tz %s: only UTC is read so far; convert the times, or write their zone in them (+02:00)",
            zone == NULL ? "with --dst" : zone);
    if (options->frequency == NULL) return ALM_OK;
    import->frequency_stated = true;
    return alm_frequency_parse(&import->frequency, options->frequency, error);
}

static enum alm_status find_out(struct import *import, struct alm_error *error)
{
    struct alm_dialect dialect;
    struct alm_sample sample = {0};
    const char *text;
    size_t n;
    alm_source_sample(&text, &n, import->source);
    alm_dialect_detect(&dialect, text, n);
    if (import->options->delimiter != NULL)
        ALM_TRY(alm_dialect_parse_delimiter(&dialect.delimiter, import->options->delimiter, error));
    ALM_TRY(alm_reader_create(&import->reader, import->source, dialect, error));
    alm_source_sampling(import->source, true);
    enum alm_status status = alm_sample_read(&sample, import->reader, SAMPLE_RECORDS, error);
    alm_source_sampling(import->source, false);
    alm_source_restart(import->source);
    if (status == ALM_OK)
        status = alm_schema_decide(&import->schema, &sample, dialect, import->options, error);
    if (status != ALM_OK) alm_fail_in(error, "%s", import->file);
    alm_sample_clear(&sample);
    if (status != ALM_OK) return status;
    if (import->schema.index) {
        import->frequency = (struct alm_frequency){ALM_FREQUENCY_INDEX, 1};
        import->frequency_stated = true;
    }
    ALM_TRY(alm_grow((void **)&import->values, &import->values_capacity, import->schema.n_values + 1,
                     sizeof *import->values, error));
    return import->sink->schema(import->sink->context, &import->schema, error);
}

/* At most 1 % of the rows, but ten always may be rejected, unless the user said otherwise. */
static enum alm_status judge(const struct import *import, struct alm_error *error)
{
    const struct alm_ingest_summary *summary = import->summary;
    const size_t allowed = summary->rows_read / 100 > 10 ? summary->rows_read / 100 : 10;
    if (!import->options->max_rejects_given && summary->rejected[ALM_REJECT_DUPLICATE] > allowed &&
        import->schema.label != NULL)
        return alm_fail(
            error, ALM_DATA,
            "%s: %zu of %zu rows have a time that another row has: nothing was stored; if column %s "
            "tells them apart, say --by %s",
            import->file, summary->rejected[ALM_REJECT_DUPLICATE], summary->rows_read, import->schema.label,
            import->schema.label);
    if (!import->options->max_rejects_given && summary->rows_rejected > allowed)
        return alm_fail(
            error, ALM_DATA,
            "%s: %zu of %zu rows are no good, more than 1 %%: nothing was stored; --max-rejects %zu "
            "takes the rest",
            import->file, summary->rows_rejected, summary->rows_read, summary->rows_rejected);
    if (summary->rows_read == summary->rows_rejected)
        return alm_fail(error, ALM_DATA, "%s: there are no good rows", import->file);
    return ALM_OK;
}

static enum alm_status run(struct import *import, const struct alm_cancel *cancel,
                           const struct alm_progress *progress, struct alm_error *error)
{
    ALM_TRY(check_options(import, error));
    ALM_TRY(alm_source_open(&import->source, import->options->path, error));
    ALM_TRY(find_out(import, error));
    ALM_TRY(take_records(import, cancel, progress, error));
    for (size_t e = 0; e < import->n_entries; e++)
        ALM_TRY(finish_group(import, e, error));
    import->summary->bytes = alm_source_position(import->source);
    alm_source_digest(import->summary->digest, import->source);
    return judge(import, error);
}

enum alm_status alm_ingest(const struct alm_ingest_options *options, const struct alm_ingest_sink *sink,
                           const struct alm_cancel *cancel, const struct alm_progress *progress,
                           struct alm_ingest_summary *summary, struct alm_error *error)
{
    struct import import = {
        .options = options, .sink = sink, .summary = summary, .file = options->path, .last = SIZE_MAX};
    import.group_sink = (struct alm_group_sink){&import, on_rows, on_duplicate};
    if (strcmp(options->path, "-") == 0) import.file = "standard input";
    *summary = (struct alm_ingest_summary){0};
    const enum alm_status status = run(&import, cancel, progress, error);
    for (size_t e = 0; e < import.n_entries; e++) {
        alm_group_free(import.entries[e].group);
        free(import.entries[e].key);
    }
    free(import.entries);
    free(import.table);
    free(import.values);
    alm_text_clear(&import.key);
    alm_reader_free(import.reader);
    alm_source_close(import.source);
    alm_schema_clear(&import.schema);
    return status;
}
