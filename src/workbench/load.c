#include "workbench/load.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "store/observation_table.h"
#include "store/series_table.h"

#include <stdlib.h>
#include <string.h>

void alm_loaded_clear(struct alm_loaded *loaded)
{
    for (size_t i = 0; i < loaded->n; i++)
        alm_series_free(loaded->series[i]);
    free(loaded->series);
    free(loaded->covariates);
    *loaded = (struct alm_loaded){0};
}

static enum alm_status append(struct alm_loaded *loaded, struct alm_series *series, struct alm_error *error)
{
    size_t capacity = loaded->n;
    const enum alm_status status =
        alm_grow((void **)&loaded->series, &capacity, loaded->n + 1, sizeof *loaded->series, error);
    if (status != ALM_OK) {
        alm_series_free(series);
        return status;
    }
    loaded->series[loaded->n++] = series;
    return ALM_OK;
}

static enum alm_status load_row(struct alm_loaded *out, struct alm_store *store,
                                const struct alm_series_row *row, int64_t until, size_t season,
                                struct alm_error *error)
{
    struct alm_observations values = {0};
    struct alm_frequency frequency;
    struct alm_series *series = NULL;
    if (!row->has_values || row->first_ts > until)
        return alm_fail(error, ALM_DATA, "%s has no values%s", row->name,
                        row->has_values ? " up to that time" : "");
    ALM_TRY(alm_frequency_parse(&frequency, row->frequency, error));
    enum alm_status status = alm_observation_table_read_range(
        &values, store, row, row->first_ts, row->last_ts < until ? row->last_ts : until, error);
    if (status == ALM_OK)
        status =
            alm_series_create(&series, row->name, frequency, row->time_zone,
                              season > 0 ? season : row->season_length, values.ts, values.y, values.n, error);
    alm_observations_clear(&values);
    if (status == ALM_OK && strcmp(row->kind, "categorical") == 0)
        status = alm_label_table_read(&series->label, &series->n_labels, store, row->series_id, error);
    if (status != ALM_OK) {
        alm_series_free(series);
        return status;
    }
    series->id = row->series_id;
    return append(out, series, error);
}

enum alm_status alm_load_series(struct alm_loaded *out, struct alm_store *store, const char *const *patterns,
                                size_t n_patterns, size_t season, struct alm_error *error)
{
    struct alm_series_row *rows;
    size_t n;
    *out = (struct alm_loaded){0};
    if (n_patterns == 0) return alm_fail(error, ALM_USAGE, "no series are named; give --series PATTERN");
    ALM_TRY(alm_series_table_match_all(&rows, &n, store, patterns, n_patterns, error));
    enum alm_status status = ALM_OK;
    const struct alm_series *longest = NULL;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        status = load_row(out, store, &rows[i], INT64_MAX, season, error);
        if (status != ALM_OK) break;
        /* series of one table have one time axis: it would be half of the memory to have it for each */
        struct alm_series *last = out->series[out->n - 1];
        if (longest != NULL) alm_series_share_times(last, longest);
        if (longest == NULL || last->n > longest->n) longest = last;
    }
    alm_store_rest(store);
    alm_series_rows_free(rows, n);
    return status;
}

enum alm_status alm_load_one(struct alm_loaded *out, struct alm_store *store, const char *name, int64_t until,
                             size_t season, struct alm_error *error)
{
    struct alm_series_row row = {0};
    ALM_TRY(alm_series_table_find(&row, store, name, error));
    const enum alm_status status = load_row(out, store, &row, until, season, error);
    alm_series_row_clear(&row);
    return status;
}

size_t alm_series_bars_until(const struct alm_series *series, int64_t until)
{
    return alm_ts_count_until(series->ts, series->n, until);
}

/* One bit pattern for every NaN. */
static double value_of(double y)
{
    return y == y ? y : (double)__builtin_nan("");
}

static void digest_covariates(struct alm_digest *digest, const struct alm_covariates *c)
{
    struct alm_bytes bytes = {0};
    for (size_t k = 0; k < c->n_statics; k++)
        alm_bytes_put_f64(&bytes, value_of(c->statics[k]));
    alm_digest_update(digest, bytes.data, bytes.length);
    for (size_t k = 0; k < c->n_past + c->n_future; k++)
        for (size_t i = 0; i < c->n; i++) {
            bytes.length = 0;
            alm_bytes_put_f64(&bytes, value_of(c->y[k][i]));
            alm_digest_update(digest, bytes.data, bytes.length);
        }
    alm_bytes_clear(&bytes);
}

static void digest_series(struct alm_digest *digest, const struct alm_series *series)
{
    struct alm_text text = {0};
    struct alm_bytes bar = {0};
    alm_text_append(&text, series->name);
    alm_text_append(&text, "\n");
    alm_frequency_write(&text, series->calendar.frequency);
    alm_text_printf(&text, " %zu %zu\n", series->season_length, series->n);
    alm_digest_update(digest, alm_text_string(&text), text.length);
    for (size_t i = 0; i < series->n_labels; i++) {
        const char *label = series->label[i] == NULL ? "" : series->label[i];
        alm_digest_update(digest, label, strlen(label) + 1);
    }
    for (size_t i = 0; i < series->n; i++) {
        bar.length = 0;
        alm_bytes_put_u64(&bar, (uint64_t)series->ts[i]);
        alm_bytes_put_f64(&bar, value_of(series->y[i]));
        alm_digest_update(digest, bar.data, bar.length);
    }
    if (series->covariates != NULL) digest_covariates(digest, series->covariates);
    alm_bytes_clear(&bar);
    alm_text_clear(&text);
}

void alm_loaded_digest(char out[ALM_DIGEST_SIZE], const struct alm_loaded *loaded)
{
    struct alm_digest digest;
    alm_digest_init(&digest);
    for (size_t i = 0; i < loaded->n; i++)
        digest_series(&digest, loaded->series[i]);
    alm_digest_finish(&digest, out);
}
