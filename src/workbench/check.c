#include "workbench/check.h"

#include "store/rows.h"
#include "store/verdict_table.h"

struct writing {
    struct alm_store *store;
    int64_t run;
};

static enum alm_status write_finding(void *context, const struct alm_finding *finding,
                                     struct alm_error *error)
{
    const struct writing *w = context;
    const struct alm_check_row row = {
        .forecaster = finding->forecaster == ALM_ALL ? ALM_OVER_ALL : finding->forecaster,
        .check = finding->check->name,
        .verdict = alm_check_verdict_name(finding->verdict),
        .statistic = finding->statistic,
        .threshold = finding->threshold,
        .evidence = alm_text_string(&finding->evidence),
    };
    return alm_check_table_write(w->store, w->run, &row, error);
}

/* Hands the rows of a query about the run to add. */
static enum alm_status each(struct alm_store *store, const char *query, int64_t run,
                            struct alm_check_facts *facts,
                            void (*add)(struct alm_check_facts *facts, const struct alm_rows *rows),
                            struct alm_error *error)
{
    const struct alm_binding binding = alm_bound_integer("run", run);
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(alm_rows_open_query(&rows, store, query, &binding, 1, error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        add(facts, rows);
        status = alm_rows_step(rows, &row, error);
    }
    alm_rows_close(rows);
    return status;
}

static void add_tried(struct alm_check_facts *facts, const struct alm_rows *rows)
{
    alm_check_facts_add_tried(facts, alm_rows_text(rows, 0));
}

static void add_seed(struct alm_check_facts *facts, const struct alm_rows *rows)
{
    alm_check_facts_add_seed(facts, (size_t)alm_rows_integer(rows, 0), alm_rows_real(rows, 1));
}

enum alm_status alm_checks_write(struct alm_store *store, int64_t run, struct alm_check_facts *facts,
                                 struct alm_error *error)
{
    struct writing w = {store, run};
    ALM_TRY(each(store, "check_tried", run, facts, add_tried, error));
    ALM_TRY(each(store, "check_seeds", run, facts, add_seed, error));
    return alm_check_run(facts, &w, write_finding, error);
}

/* Writes a finding and clears it. */
static enum alm_status put_finding(struct writing *w, struct alm_finding *finding, struct alm_error *error)
{
    enum alm_status status = alm_text_check(&finding->evidence, error);
    if (status == ALM_OK) status = write_finding(w, finding, error);
    alm_text_clear(&finding->evidence);
    return status;
}

static enum alm_status write_audit(struct writing *w, const struct alm_plan *plan,
                                   const struct alm_audit *audit, const struct alm_leader *leaders,
                                   struct alm_error *error)
{
    for (size_t f = 0; f < plan->n_forecasters; f++) {
        struct alm_finding finding;
        alm_check_audited(&finding, plan, audit, f);
        ALM_TRY(put_finding(w, &finding, error));
        if (leaders == NULL || f == plan->naive) continue;
        alm_check_controlled(&finding, plan, &leaders[f]);
        ALM_TRY(put_finding(w, &finding, error));
    }
    return ALM_OK;
}

enum alm_status alm_checks_write_audit(struct alm_store *store, int64_t run, const struct alm_plan *plan,
                                       const struct alm_audit *audit, const struct alm_leader *leaders,
                                       struct alm_error *error)
{
    struct writing w = {store, run};
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, write_audit(&w, plan, audit, leaders, error), error);
}
