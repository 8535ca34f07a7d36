#include "scratch.h"

#include "store/model_table.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes s->path from a kept dump; the build says where the dumps are. */
static void load_dump(struct scratch *s, const char *name)
{
    char path[512];
    struct alm_text script = {0};
    char buffer[4096];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s", getenv("ALM_TESTS_STORE"), name);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;)
        alm_text_append_bytes(&script, buffer, n);
    fclose(file);
    cr_assert(sqlite3_open(s->path, &db) == SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    cr_assert(sqlite3_exec(db, script.data, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    alm_text_clear(&script);
}

/* All tables, indexes and views of a database, by name, as written. */
static void read_schema(const char *path, char *out, size_t size)
{
    scratch_sql(
        path,
        "SELECT group_concat(sql, char(10)) FROM (SELECT replace(sql, '\"', '') AS sql FROM sqlite_schema "
        "WHERE name NOT GLOB 'sqlite_*' ORDER BY type, name)",
        out, size);
}

Test(migrate, a_database_of_version_1_becomes_like_a_new_one_and_keeps_its_rows)
{
    static char fresh[65536], migrated[65536];
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row;
    struct alm_observations seen;
    struct alm_model_row model;
    char text[128];
    scratch_open(s);
    read_schema(s->path, fresh, sizeof fresh);
    scratch_remove(s);
    scratch_directory(s);
    load_dump(s, "v1.sql");
    scratch_reopen(s, ALM_STORE_READ); /* reads it as it is */
    scratch_reopen(s, ALM_STORE_WRITE);
    read_schema(s->path, migrated, sizeof migrated);
    cr_assert(eq(str, migrated, fresh));
    OK(alm_store_check(s->store, &s->error));
    OK(alm_series_table_find(&row, s->store, "GOOG.close", &s->error));
    OK(alm_observation_table_read(&seen, s->store, &row, &s->error));
    cr_assert(seen.n == 3 && seen.y[0] == 68.3685 && isnan(seen.y[1]) && seen.y[2] == 69.7105);
    alm_observations_clear(&seen);
    alm_series_row_clear(&row);
    OK(alm_model_table_load(&model, s->store, "kept", &s->error));
    alm_model_row_clear(&model);
    cr_assert(eq(str,
                 (char *)scratch_sql(
                     s->path, "SELECT forecaster || ' ' || origin_time || ' ' || error FROM v_forecast", text,
                     sizeof text),
                 "naive 2020-01-02T00:00:00Z 1.342"));
    scratch_remove(s);
}

Test(migrate, views_that_another_build_made_are_made_anew)
{
    struct scratch scratch, *s = &scratch;
    char text[128];
    scratch_open(s);
    scratch_sql(s->path, "UPDATE meta SET value = 'x' WHERE key = 'views'", text, sizeof text);
    scratch_sql(s->path, "DROP VIEW v_series", text, sizeof text);
    scratch_sql(s->path, "CREATE VIEW v_series AS SELECT 1", text, sizeof text);
    scratch_reopen(s, ALM_STORE_WRITE);
    cr_assert(eq(
        str,
        (char *)scratch_sql(s->path, "SELECT count(*) FROM v_series WHERE series = 'a'", text, sizeof text),
        "0"));
    scratch_remove(s);
}
