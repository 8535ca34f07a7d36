/* What the length of the sequence costs and brings, over the trials of a search. */
#include "report/chart.h"

#include "report/svg.h"

#include <math.h>

/* Which trials are drawn, and the range of what is drawn of them. */
struct extent {
    double x0, x1, y0, y1;
    size_t n;
};

/* Trials of one budget that say something: of the first rung, with epochs. */
static bool is_shown(const struct alm_table *t, size_t row, size_t column)
{
    return alm_table_integer(t, row, ALM_TRIAL_RUNG) == 0 &&
           !isnan(alm_table_number(t, row, ALM_TRIAL_LOOKBACK)) && !isnan(alm_table_number(t, row, column));
}

static void extend(struct extent *e, const struct alm_table *t, size_t column)
{
    for (size_t i = 0; i < t->rows; i++) {
        if (!is_shown(t, i, column)) continue;
        const double x = alm_table_number(t, i, ALM_TRIAL_LOOKBACK), y = alm_table_number(t, i, column);
        e->x0 = fmin(e->x0, x);
        e->x1 = fmax(e->x1, x);
        e->y0 = fmin(e->y0, y);
        e->y1 = fmax(e->y1, y);
        e->n++;
    }
}

static void draw_marks(struct alm_text *out, const struct alm_plot *plot, const struct alm_table *t,
                       size_t column, size_t shape, const char *class)
{
    for (size_t i = 0; i < t->rows; i++)
        if (is_shown(t, i, column))
            alm_svg_mark(out, plot, alm_table_number(t, i, ALM_TRIAL_LOOKBACK),
                         alm_table_number(t, i, column), shape, class);
}

/* A panel of one or two columns; other is the same column again for one. */
static void draw(struct alm_text *out, const struct alm_table *t, size_t column, size_t other, const char *id,
                 const char *title, const char *caption)
{
    struct extent e = {INFINITY, -INFINITY, INFINITY, -INFINITY, 0};
    struct alm_ticks ticks;
    extend(&e, t, column);
    if (other != column) extend(&e, t, other);
    if (e.n == 0) return;
    alm_range_widen(&e.x0, &e.x1, 0.04);
    alm_range_widen(&e.y0, &e.y1, 0.08);
    const struct alm_plot plot = {.left = 72,
                                  .top = 30,
                                  .width = ALM_SVG_WIDTH - 72 - 24,
                                  .height = 170,
                                  .x0 = e.x0,
                                  .x1 = e.x1,
                                  .y0 = e.y0,
                                  .y1 = e.y1};
    alm_svg_open(out, ALM_SVG_WIDTH, plot.top + plot.height + 44, id, title, title);
    alm_ticks_linear(&ticks, e.y0, e.y1, 5);
    alm_svg_axis_y(out, &plot, &ticks, caption);
    alm_ticks_linear(&ticks, e.x0, e.x1, 10);
    alm_svg_axis_x(out, &plot, &ticks, "lookback");
    draw_marks(out, &plot, t, column, 1, "m train");
    if (other != column) draw_marks(out, &plot, t, other, 0, "m valid");
    alm_svg_close(out);
}

void alm_chart_lookback(struct alm_text *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->trial;
    struct extent e = {INFINITY, -INFINITY, INFINITY, -INFINITY, 0};
    extend(&e, t, ALM_TRIAL_EPOCH_SECONDS);
    if (e.n == 0) return;
    alm_text_append(out, "<figure>\n<h3>Length of the sequence</h3>\n<ul class=\"legend\">\n");
    alm_svg_legend(out, "l train", 1, "training");
    alm_svg_legend(out, "l valid", 0, "validation");
    alm_text_append(out, "</ul>\n");
    draw(out, t, ALM_TRIAL_EPOCH_SECONDS, ALM_TRIAL_EPOCH_SECONDS, "lookback-time",
         "CPU seconds per epoch against lookback", "seconds per epoch");
    draw(out, t, ALM_TRIAL_TRAIN, ALM_TRIAL_VALIDATION, "lookback-loss",
         "Training loss and validation loss against lookback", "loss");
    alm_text_append(out,
                    "<figcaption>One mark a trial of the first rung. Losses are those of training, in its "
                    "own scale; validation far above training is overfitting.</figcaption>\n</figure>\n");
}
