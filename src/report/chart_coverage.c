#include "report/chart.h"

#include "report/number.h"
#include "report/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LEVELS 32
#define PREFIX "coverage_q"

/* Levels of one forecaster's quantiles and the share of actuals at or below each, both 0 .. 1, rising. */
struct reliability {
    size_t n;
    double level[MOST_LEVELS], share[MOST_LEVELS];
    int64_t scored;
};

static void reliability_load(struct reliability *out, const struct alm_facts *facts, int64_t forecaster)
{
    const struct alm_table *t = &facts->metric;
    *out = (struct reliability){.n = 0};
    for (size_t i = 0; i < t->rows && out->n < MOST_LEVELS; i++) {
        const char *code = alm_table_text(t, i, ALM_METRIC_CODE);
        double level;
        if (alm_table_integer(t, i, ALM_METRIC_FORECASTER) != forecaster ||
            alm_table_integer(t, i, ALM_METRIC_STEP) != 0 || strncmp(code, PREFIX, strlen(PREFIX)) != 0 ||
            !alm_text_to_number(&level, code + strlen(PREFIX), strlen(code) - strlen(PREFIX)) ||
            alm_table_null(t, i, ALM_METRIC_VALUE))
            continue;
        size_t at = out->n++;
        for (; at > 0 && out->level[at - 1] > level; at--) {
            out->level[at] = out->level[at - 1];
            out->share[at] = out->share[at - 1];
        }
        out->level[at] = level;
        out->share[at] = alm_table_number(t, i, ALM_METRIC_VALUE);
        out->scored = alm_table_integer(t, i, ALM_METRIC_N);
    }
}

static void draw_one(struct alm_text *out, const struct alm_plot *plot, const struct reliability *r,
                     const struct alm_facts *facts, int64_t forecaster)
{
    struct alm_text class = {0};
    alm_text_printf(&class, "l %s", alm_facts_class(facts, forecaster));
    alm_svg_line(out, plot, r->level, r->share, r->n, alm_text_string(&class));
    if (class.length > 0) class.data[0] = 'm';
    for (size_t i = 0; i < r->n; i++)
        alm_svg_mark(out, plot, r->level[i], r->share[i], alm_facts_mark(facts, forecaster),
                     alm_text_string(&class));
    if (class.failed) out->failed = true;
    alm_text_clear(&class);
}

static void draw_frame(struct alm_text *out, const struct alm_plot *plot)
{
    struct alm_ticks ticks;
    alm_ticks_linear(&ticks, 0, 1, 6);
    alm_svg_axis_y(out, plot, &ticks, "share of actuals at or below the quantile");
    alm_svg_axis_x(out, plot, &ticks, "level of the quantile");
    alm_svg_segment(out, alm_plot_x(plot, 0), alm_plot_y(plot, 0), alm_plot_x(plot, 1), alm_plot_y(plot, 1),
                    "diagonal");
}

void alm_chart_coverage(struct alm_text *out, const struct alm_facts *facts)
{
    struct alm_text legend = {0}, marks = {0};
    const struct alm_plot plot = {.left = 64, .top = 30, .width = 400, .height = 300, .x1 = 1, .y1 = 1};
    int64_t scored = 0;
    for (size_t i = facts->leader.rows; i-- > 0;) {
        const int64_t forecaster = alm_table_integer(&facts->leader, i, ALM_LEADER_NO);
        struct reliability r;
        reliability_load(&r, facts, forecaster);
        if (r.n == 0) continue;
        draw_one(&marks, &plot, &r, facts, forecaster);
        if (r.scored > scored) scored = r.scored;
    }
    for (size_t i = 0; i < facts->leader.rows; i++) {
        const int64_t forecaster = alm_table_integer(&facts->leader, i, ALM_LEADER_NO);
        struct alm_text class = {0};
        struct reliability r;
        reliability_load(&r, facts, forecaster);
        alm_text_printf(&class, "l %s", alm_facts_class(facts, forecaster));
        if (r.n > 0)
            alm_svg_legend(&legend, alm_text_string(&class), alm_facts_mark(facts, forecaster),
                           alm_table_text(&facts->leader, i, ALM_LEADER_LABEL));
        alm_text_clear(&class);
    }
    if (marks.length == 0) {
        alm_text_append(
            out, "<p class=\"none\">No forecaster of this run has quantiles that could be compared with "
                 "actual values.</p>\n");
    } else {
        alm_text_append(out, "<figure class=\"square\">\n<ul class=\"legend\">\n");
        alm_text_append(out, alm_text_string(&legend));
        alm_text_append(out, "</ul>\n");
        alm_svg_open(out, plot.left + plot.width + 16, plot.top + plot.height + 44, "coverage",
                     "Calibration of the quantiles",
                     "Level of each quantile against the share of actual values at or below it. Calibrated "
                     "forecasts lie on the diagonal.");
        draw_frame(out, &plot);
        alm_text_append(out, alm_text_string(&marks));
        alm_svg_close(out);
        alm_text_append(
            out, "<figcaption>On the dashed diagonal a quantile is what it says. At low levels above it and "
                 "at high levels below it, intervals are too narrow. ");
        alm_number_count(out, (long long)scored, "forecast", "forecasts");
        alm_text_append(out, " per point.</figcaption>\n</figure>\n");
    }
    if (legend.failed || marks.failed) out->failed = true;
    alm_text_clear(&legend);
    alm_text_clear(&marks);
}
