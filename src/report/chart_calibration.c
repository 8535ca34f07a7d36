/* Whether what is forecast happens as often as it says: quantiles, and probabilities of classes. */
#include "report/chart.h"

#include "report/number.h"
#include "report/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LEVELS 32
#define PREFIX "coverage_q"

/* What one forecaster said, rising, and how often it was so, both 0 .. 1. */
struct reliability {
    size_t n;
    double level[MOST_LEVELS], share[MOST_LEVELS];
    int64_t scored; /* most values behind one point */
};

/* What a diagram shows and says. */
struct diagram {
    void (*load)(struct reliability *out, const struct alm_facts *facts, int64_t forecaster);
    const char *id, *title, *description, *x, *y, *caption;
    const char *one, *many; /* what is counted per point */
    const char *none;       /* said where there is nothing to draw */
};

/* ---- what is shown ---- */

/* Levels of quantiles, and the share of actuals at or below each. */
static void load_quantiles(struct reliability *out, const struct alm_facts *facts, int64_t forecaster)
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

/* Probabilities of classes, and the share of those that they were given to that occurred. */
static void load_classes(struct reliability *out, const struct alm_facts *facts, int64_t forecaster)
{
    const struct alm_table *t = &facts->reliability;
    *out = (struct reliability){.n = 0};
    for (size_t i = 0; i < t->rows && out->n < MOST_LEVELS; i++) {
        if (alm_table_integer(t, i, ALM_RELIABILITY_FORECASTER) != forecaster) continue;
        out->level[out->n] = alm_table_number(t, i, ALM_RELIABILITY_PROBABILITY);
        out->share[out->n++] = alm_table_number(t, i, ALM_RELIABILITY_SHARE);
        if (alm_table_integer(t, i, ALM_RELIABILITY_N) > out->scored)
            out->scored = alm_table_integer(t, i, ALM_RELIABILITY_N);
    }
}

/* ---- drawing ---- */

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

static void draw_frame(struct alm_text *out, const struct alm_plot *plot, const struct diagram *d)
{
    struct alm_ticks ticks;
    alm_ticks_linear(&ticks, 0, 1, 6);
    alm_svg_axis_y(out, plot, &ticks, d->y);
    alm_svg_axis_x(out, plot, &ticks, d->x);
    alm_svg_segment(out, alm_plot_x(plot, 0), alm_plot_y(plot, 0), alm_plot_x(plot, 1), alm_plot_y(plot, 1),
                    "diagonal");
}

/* The best forecaster on top. Returns the most values behind one point. */
static int64_t draw_all(struct alm_text *marks, const struct alm_plot *plot, const struct alm_facts *facts,
                        const struct diagram *d)
{
    int64_t scored = 0;
    for (size_t i = facts->leader.rows; i-- > 0;) {
        const int64_t forecaster = alm_table_integer(&facts->leader, i, ALM_LEADER_NO);
        struct reliability r;
        d->load(&r, facts, forecaster);
        if (r.n == 0) continue;
        draw_one(marks, plot, &r, facts, forecaster);
        if (r.scored > scored) scored = r.scored;
    }
    return scored;
}

static void write_legend(struct alm_text *out, const struct alm_facts *facts, const struct diagram *d)
{
    alm_text_append(out, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < facts->leader.rows; i++) {
        const int64_t forecaster = alm_table_integer(&facts->leader, i, ALM_LEADER_NO);
        struct alm_text class = {0};
        struct reliability r;
        d->load(&r, facts, forecaster);
        alm_text_printf(&class, "l %s", alm_facts_class(facts, forecaster));
        if (r.n > 0)
            alm_svg_legend(out, alm_text_string(&class), alm_facts_mark(facts, forecaster),
                           alm_table_text(&facts->leader, i, ALM_LEADER_LABEL));
        alm_text_clear(&class);
    }
    alm_text_append(out, "</ul>\n");
}

static void draw(struct alm_text *out, const struct alm_facts *facts, const struct diagram *d)
{
    const struct alm_plot plot = {.left = 64, .top = 30, .width = 400, .height = 300, .x1 = 1, .y1 = 1};
    struct alm_text marks = {0};
    const int64_t scored = draw_all(&marks, &plot, facts, d);
    if (marks.length == 0) {
        alm_text_printf(out, "<p class=\"none\">%s</p>\n", d->none);
    } else {
        alm_text_append(out, "<figure class=\"square\">\n");
        write_legend(out, facts, d);
        alm_svg_open(out, plot.left + plot.width + 16, plot.top + plot.height + 44, d->id, d->title,
                     d->description);
        draw_frame(out, &plot, d);
        alm_text_append(out, alm_text_string(&marks));
        alm_svg_close(out);
        alm_text_printf(out, "<figcaption>%s ", d->caption);
        alm_number_count(out, (long long)scored, d->one, d->many);
        alm_text_append(out, ".</figcaption>\n</figure>\n");
    }
    if (marks.failed) out->failed = true;
    alm_text_clear(&marks);
}

void alm_chart_coverage(struct alm_text *out, const struct alm_facts *facts)
{
    static const struct diagram quantiles = {
        .load = load_quantiles,
        .id = "coverage",
        .title = "Calibration of the quantiles",
        .description = "Level of each quantile against the share of actual values at or below it. Calibrated "
                       "forecasts lie on the diagonal.",
        .x = "level of the quantile",
        .y = "share of actuals at or below the quantile",
        .caption = "On the dashed diagonal a quantile is what it says. At low levels above it and at high "
                   "levels below it, intervals are too narrow. Each point:",
        .one = "forecast",
        .many = "forecasts",
        .none = "No forecaster of this run has quantiles that could be compared with actual values.",
    };
    draw(out, facts, &quantiles);
}

void alm_chart_reliability(struct alm_text *out, const struct alm_facts *facts)
{
    static const struct diagram classes = {
        .load = load_classes,
        .id = "reliability",
        .title = "Reliability of the probabilities",
        .description = "Probability of a class, in tenths, against the share of times that it occurred. "
                       "Calibrated forecasts lie on the diagonal.",
        .x = "probability of a class",
        .y = "share of times that it occurred",
        .caption =
            "All classes together, in tenths of probability. On the dashed diagonal a probability is what "
            "it says; below it on the right and above it on the left, forecasts are too sure. The "
            "fullest point:",
        .one = "probability",
        .many = "probabilities",
        .none = "No forecast of classes of this run has an actual value to be compared with.",
    };
    draw(out, facts, &classes);
}
