/* The section of the page on forecasts of classes: are the probabilities right, and what is taken for what.
 */
#include "report/html_parts.h"

#include "report/chart.h"
#include "report/number.h"
#include "report/tables.h"

/* Forecasters whose confusions are shown. */
#define SHOWN 6

static bool has_confusions(const struct alm_facts *facts, int64_t forecaster)
{
    for (size_t i = 0; i < facts->confusion.rows; i++)
        if (alm_table_integer(&facts->confusion, i, ALM_CONFUSION_FORECASTER) == forecaster) return true;
    return false;
}

static enum alm_status confusion(struct alm_text *out, const struct alm_facts *facts, size_t row,
                                 struct alm_error *error)
{
    struct alm_grid grid = {0};
    alm_text_append(out, "<h3><bdi>");
    alm_text_append_safe(out, alm_table_text(&facts->leader, row, ALM_LEADER_LABEL));
    alm_text_append(out, "</bdi></h3>\n");
    alm_tables_confusion(&grid, facts, alm_table_integer(&facts->leader, row, ALM_LEADER_NO));
    const enum alm_status status = alm_grid_check(&grid, error);
    if (status == ALM_OK) alm_grid_write_html(out, &grid, NULL);
    alm_grid_clear(&grid);
    return status;
}

enum alm_status alm_html_classes(struct alm_text *out, const struct alm_facts *facts, struct alm_error *error)
{
    size_t shown = 0;
    alm_html_heading(out, "reliability-of-classes", "Reliability");
    alm_chart_reliability(out, facts);
    if (facts->confusion.rows == 0) return ALM_OK;
    alm_html_heading(out, "confusion", "What was taken for what");
    alm_text_printf(out, "<p>%s</p>\n",
                    alm_tables_confusion_is_matrix(facts)
                        ? "How often: what occurred down, the most probable class across."
                        : "How often: the most probable class counts as forecast.");
    for (size_t row = 0; row < facts->leader.rows && shown < SHOWN; row++) {
        if (!has_confusions(facts, alm_table_integer(&facts->leader, row, ALM_LEADER_NO))) continue;
        shown++;
        ALM_TRY(confusion(out, facts, row, error));
    }
    return ALM_OK;
}
