#include "store/verdict_table.h"

#include "store/statement.h"

enum alm_status alm_verdict_table_clear(struct alm_store *store, int64_t run, struct alm_error *error)
{
    static const char *const queries[] = {"metric_clear", "metric_definition_clear", "leaderboard_clear",
                                          "significance_clear", "check_clear"};
    return alm_statement_run_each(store, queries, sizeof queries / sizeof *queries, run, error);
}

enum alm_status alm_metric_table_define(struct alm_store *store, int64_t run, const char *metric,
                                        const char *definition, const char *unit, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "metric_definition_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_text(&s, ":metric", metric);
    alm_bind_text(&s, ":definition", definition);
    alm_bind_text(&s, ":unit", unit);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_metric_table_write(struct alm_store *store, int64_t run, const struct alm_metric_row *row,
                                       struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "metric_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":forecaster_no", row->forecaster);
    alm_bind_integer(&s, ":series_no", row->series == ALM_OVER_ALL ? -1 : (int64_t)row->series);
    alm_bind_integer(&s, ":step", row->step == ALM_OVER_ALL ? 0 : (int64_t)row->step);
    alm_bind_text(&s, ":metric", row->metric);
    alm_bind_real(&s, ":value", row->value);
    alm_bind_size(&s, ":n", row->n);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_leaderboard_table_write(struct alm_store *store, int64_t run,
                                            const struct alm_leaderboard_row *row, struct alm_error *error)
{
    const struct {
        const char *parameter;
        double value;
    } reals[] = {
        {":mae", row->mae},
        {":rmse", row->rmse},
        {":smape", row->smape},
        {":mase", row->mase},
        {":rmsse", row->rmsse},
        {":coverage_80", row->coverage_80},
        {":coverage_95", row->coverage_95},
        {":crps", row->crps},
        {":log_loss", row->log_loss},
        {":brier", row->brier},
        {":accuracy", row->accuracy},
        {":balanced_accuracy", row->balanced_accuracy},
        {":skill", row->skill},
        {":p_naive", row->p_naive},
        {":p_two_sided", row->p_two_sided},
        {":fit_seconds", row->fit_seconds},
    };
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "leaderboard_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":forecaster_no", row->forecaster);
    alm_bind_size(&s, ":rank", row->rank);
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        alm_bind_real(&s, reals[i].parameter, reals[i].value);
    alm_bind_text(&s, ":test", row->test);
    alm_bind_text(&s, ":verdict", row->verdict);
    alm_bind_size(&s, ":n_origins", row->n_origins);
    alm_bind_size(&s, ":n_series", row->n_series);
    alm_bind_size(&s, ":n_rows", row->n_rows);
    alm_bind_size(&s, ":n_failed", row->n_failed);
    return alm_statement_finish(&s, error);
}

static int64_t number_of(size_t forecaster)
{
    return forecaster == ALM_OVER_ALL ? -1 : (int64_t)forecaster;
}

enum alm_status alm_significance_table_write(struct alm_store *store, int64_t run,
                                             const struct alm_comparison *row, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "significance_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_text(&s, ":test", row->test);
    alm_bind_integer(&s, ":forecaster_no", number_of(row->forecaster));
    alm_bind_integer(&s, ":other_no", number_of(row->other));
    alm_bind_integer(&s, ":step", row->step == ALM_OVER_ALL ? 0 : (int64_t)row->step);
    alm_bind_real(&s, ":statistic", row->statistic);
    alm_bind_real(&s, ":p", row->p);
    alm_bind_real(&s, ":p_better", row->p_better);
    alm_bind_real(&s, ":p_holm", row->p_holm);
    alm_bind_real(&s, ":estimate", row->estimate);
    alm_bind_real(&s, ":low", row->low);
    alm_bind_real(&s, ":high", row->high);
    alm_bind_size(&s, ":n", row->n);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_check_table_write(struct alm_store *store, int64_t run, const struct alm_check_row *row,
                                      struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "check_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_integer(&s, ":forecaster_no", row->forecaster == ALM_OVER_ALL ? -1 : (int64_t)row->forecaster);
    alm_bind_text(&s, ":check", row->check);
    alm_bind_text(&s, ":verdict", row->verdict);
    alm_bind_real(&s, ":statistic", row->statistic);
    alm_bind_real(&s, ":threshold", row->threshold);
    alm_bind_text(&s, ":evidence", row->evidence);
    return alm_statement_finish(&s, error);
}
