/* What the checks of a run amount to, in a line. */
#include "cli/results.h"

#include "store/rows.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const struct alm_rows *rows, const char *column)
{
    const char *text = alm_rows_text(rows, alm_rows_find_column(rows, column));
    return text == NULL ? "" : text;
}

static void count(struct alm_check_counts *counts, const struct alm_rows *rows)
{
    const char *verdict = text_of(rows, "verdict");
    if (counts->fail + counts->warn == 0 && (strcmp(verdict, "fail") == 0 || strcmp(verdict, "warn") == 0))
        snprintf(counts->worst, sizeof counts->worst, "%s: %s", text_of(rows, "check"),
                 text_of(rows, "evidence"));
    counts->pass += strcmp(verdict, "pass") == 0;
    counts->skip += strcmp(verdict, "skip") == 0;
    counts->warn += strcmp(verdict, "warn") == 0;
    counts->fail += strcmp(verdict, "fail") == 0;
}

enum alm_status alm_call_count_checks(struct alm_check_counts *out, struct alm_workbench *workbench,
                                      const char *run, struct alm_error *error)
{
    struct alm_rows *rows;
    bool row = false;
    *out = (struct alm_check_counts){0};
    ALM_TRY(alm_call_query(&rows, workbench, "checks", "run", run, error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        count(out, rows);
        status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    return status;
}

enum alm_status alm_call_write_checks(struct alm_text *out, struct alm_workbench *workbench, const char *run,
                                      struct alm_error *error)
{
    struct alm_check_counts counts;
    ALM_TRY(alm_call_count_checks(&counts, workbench, run, error));
    if (counts.pass + counts.skip + counts.warn + counts.fail == 0) return ALM_OK;
    alm_text_append(out, "checks: ");
    if (counts.fail > 0) alm_text_printf(out, "%zu fail, ", counts.fail);
    if (counts.warn > 0) alm_text_printf(out, "%zu warn, ", counts.warn);
    alm_text_printf(out, "%zu pass", counts.pass);
    if (counts.skip > 0) alm_text_printf(out, ", %zu skip", counts.skip);
    if (counts.worst[0] != '\0') {
        alm_text_append(out, "; ");
        alm_text_append_visible(out, counts.worst);
    }
    return ALM_OK;
}
