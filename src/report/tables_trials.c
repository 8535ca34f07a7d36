/* The tables of a search over options. */
#include "report/tables.h"

static const struct column {
    const char *name;
    size_t fact;
    enum alm_grid_kind kind;
} trial_columns[] =
    {
        {"trial", ALM_TRIAL_NO, ALM_GRID_NUMBER},      {"loss", ALM_TRIAL_LOSS, ALM_GRID_LOW},
        {"naive", ALM_TRIAL_NAIVE, ALM_GRID_NUMBER},   {"skill", ALM_TRIAL_SKILL, ALM_GRID_WORD},
        {"budget", ALM_TRIAL_BUDGET, ALM_GRID_NUMBER}, {"CPU", ALM_TRIAL_SECONDS, ALM_GRID_WORD},
        {"gap", ALM_TRIAL_GAP, ALM_GRID_NUMBER},       {"spec", ALM_TRIAL_SPEC, ALM_GRID_NAME},
},
  sensitivity_columns[] = {
      {"option", ALM_SENSITIVITY_OPTION, ALM_GRID_NAME},
      {"share", ALM_SENSITIVITY_SHARE, ALM_GRID_NUMBER},
      {"rank correlation", ALM_SENSITIVITY_RANK, ALM_GRID_NUMBER},
      {"trials", ALM_SENSITIVITY_N, ALM_GRID_NUMBER},
      {"groups", ALM_SENSITIVITY_GROUPS, ALM_GRID_NUMBER},
};

static void set_word(struct alm_grid *out, size_t column, size_t fact, double value)
{
    if (fact == ALM_TRIAL_SKILL)
        alm_tables_set_skill(out, column, value);
    else
        alm_tables_set_duration(out, column, value);
}

static void fill(struct alm_grid *out, const struct alm_table *table, size_t most,
                 const struct column *column, size_t n)
{
    for (size_t i = 0; i < n; i++)
        alm_grid_column_add(out, column[i].kind, column[i].name);
    for (size_t row = 0; row < table->rows && row < most; row++) {
        alm_grid_row_add(out);
        for (size_t i = 0; i < n; i++)
            if (column[i].kind == ALM_GRID_NAME)
                alm_grid_set_text(out, i, alm_table_text(table, row, column[i].fact));
            else if (column[i].kind == ALM_GRID_WORD)
                set_word(out, i, column[i].fact, alm_table_number(table, row, column[i].fact));
            else
                alm_grid_set_number(out, i, alm_table_number(table, row, column[i].fact));
    }
}

void alm_tables_trials(struct alm_grid *out, const struct alm_facts *facts)
{
    enum { SHOWN = 20 };
    fill(out, &facts->trial, SHOWN, trial_columns, sizeof trial_columns / sizeof *trial_columns);
}

void alm_tables_sensitivity(struct alm_grid *out, const struct alm_facts *facts)
{
    fill(out, &facts->sensitivity, facts->sensitivity.rows, sensitivity_columns,
         sizeof sensitivity_columns / sizeof *sensitivity_columns);
}
