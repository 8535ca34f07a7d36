/* A database in a directory of its own, for tests of the store. Everything stops the test when it fails. */
#ifndef ALM_TESTS_STORE_SCRATCH_H
#define ALM_TESTS_STORE_SCRATCH_H

#include "store/observation_table.h"
#include "store/rows.h"
#include "store/series_table.h"
#include "store/store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

struct scratch {
    char directory[64], path[96];
    struct alm_store *store;
    struct alm_error error;
};

#define OK(call) cr_assert(eq(int, (int)(call), ALM_OK), "%s", s->error.text)

/* A new directory with path naming a database in it that is not there yet. */
void scratch_directory(struct scratch *s);
/* The same with the database made and open. */
void scratch_open(struct scratch *s);
/* Closes and opens again. */
void scratch_reopen(struct scratch *s, enum alm_store_mode mode);
void scratch_remove(struct scratch *s);

/* Makes a series of hourly values at position 0 of a frame of its own; row is filled and must be cleared. */
void scratch_series(struct scratch *s, struct alm_series_row *row, const char *name, const char *frequency,
                    const int64_t *ts, const double *y, size_t n);

/* From now on the file cannot grow, as on a full disk. */
void scratch_limit_pages(struct scratch *s);

/* Runs a program with arguments and compares its exit status with 0. */
int scratch_run(const char *const *arguments, char *output, size_t size);
/* SQL through a plain SQLite connection, the first value of the first row as text ("" for none). */
const char *scratch_sql(const char *path, const char *sql, char *out, size_t size);

#endif
