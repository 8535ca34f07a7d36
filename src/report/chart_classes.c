/* Probabilities of classes at the last bars of a series: a row a class, a column a bar. */
#include "report/chart.h"

#include "report/number.h"
#include "report/svg.h"
#include "report/tables.h"
#include "report/words.h"

#include <math.h>
#include <stdio.h>

#define MOST_BARS 60
#define ROW_HEIGHT 22.0

/* What is drawn: rows of the table, class_no rising, for each of n bars, newest first. */
struct cells {
    struct alm_table table;
    size_t classes, n;
    size_t first[MOST_BARS]; /* the first row of a bar */
    int64_t forecaster;
};

/* The best forecaster of classes but the baseline, which says the same everywhere; false: none. */
static bool find_best(int64_t *out, const struct alm_facts *facts)
{
    const size_t n = facts->leader.rows, baseline = alm_facts_naive(facts);
    size_t best = n;
    for (size_t i = n; i-- > 0;)
        if (!alm_table_null(&facts->leader, i, ALM_LEADER_LOG_LOSS) && (i != baseline || best == n)) best = i;
    if (best < n) *out = alm_table_integer(&facts->leader, best, ALM_LEADER_NO);
    return best < n;
}

/* Of a bar that was forecast from several origins, the rows of the latest one. */
static void choose_bars(struct cells *c)
{
    const struct alm_table *t = &c->table;
    while (c->classes < t->rows &&
           alm_table_integer(t, c->classes, ALM_PROBABILITY_TS) ==
               alm_table_integer(t, 0, ALM_PROBABILITY_TS) &&
           alm_table_integer(t, c->classes, ALM_PROBABILITY_STEP) ==
               alm_table_integer(t, 0, ALM_PROBABILITY_STEP))
        c->classes++;
    for (size_t i = 0; c->classes > 0 && i + c->classes <= t->rows && c->n < MOST_BARS; i += c->classes) {
        const bool again = c->n > 0 && alm_table_integer(t, c->first[c->n - 1], ALM_PROBABILITY_TS) ==
                                           alm_table_integer(t, i, ALM_PROBABILITY_TS);
        if (!again) c->first[c->n++] = i;
    }
}

static double left_of(const struct alm_plot *plot, const struct cells *c, size_t bar)
{
    return plot->left + plot->width * (double)(c->n - 1 - bar) / (double)c->n;
}

/* Darker is more probable, in ten steps. */
static void draw_cell(struct alm_text *out, const struct alm_plot *plot, const struct cells *c, size_t bar,
                      size_t class, const char *whose)
{
    const size_t row = c->first[bar] + class;
    const double probability = alm_table_number(&c->table, row, ALM_PROBABILITY_VALUE),
                 x = left_of(plot, c, bar), width = plot->width / (double)c->n,
                 y = plot->top + ROW_HEIGHT * (double)class;
    const int shade = (int)lround(10 * probability);
    char look[32];
    snprintf(look, sizeof look, "p p%d %s", shade, whose);
    if (shade > 0) alm_svg_rectangle(out, x, y + 1, width, ROW_HEIGHT - 2, look);
    if (alm_table_integer(&c->table, row, ALM_PROBABILITY_OCCURRED) != 1) return;
    alm_svg_mark(out, plot, (double)(c->n - 1 - bar) + 0.5, (double)class + 0.5, 0, "m actual");
}

static void draw_axes(struct alm_text *out, const struct alm_plot *plot, const struct cells *c,
                      const char *frequency)
{
    const double bottom = plot->top + plot->height;
    struct alm_text label = {0};
    for (size_t class = 0; class < c->classes; class ++)
        alm_svg_label(out, plot->left - 8, plot->top + ROW_HEIGHT * ((double)class + 0.5) + 4, "end", "",
                      alm_table_text(&c->table, class, ALM_PROBABILITY_CLASS));
    alm_svg_segment(out, plot->left, bottom, plot->left + plot->width, bottom, "axis");
    alm_words_time(&label, frequency, alm_table_integer(&c->table, c->first[c->n - 1], ALM_PROBABILITY_TS));
    alm_svg_label(out, plot->left, bottom + 18, "start", "cap", alm_text_string(&label));
    alm_text_reset(&label);
    alm_words_time(&label, frequency, alm_table_integer(&c->table, 0, ALM_PROBABILITY_TS));
    if (c->n > 1)
        alm_svg_label(out, plot->left + plot->width, bottom + 18, "end", "cap", alm_text_string(&label));
    if (label.failed) out->failed = true;
    alm_text_clear(&label);
}

static void draw(struct alm_text *out, const struct alm_facts *facts, size_t row, const struct cells *c)
{
    const struct alm_plot plot = {.left = 110,
                                  .top = 10,
                                  .width = ALM_SVG_WIDTH - 110 - 12,
                                  .height = ROW_HEIGHT * (double)c->classes,
                                  .x1 = (double)c->n,
                                  .y0 = (double)c->classes};
    const char *whose = alm_facts_class(facts, c->forecaster);
    struct alm_text id = {0}, title = {0};
    alm_text_printf(&id, "classes-%lld", (long long)alm_table_integer(&facts->series, row, ALM_SERIES_NO));
    alm_text_printf(&title, "%s: probabilities of its classes, and what occurred",
                    alm_table_text(&facts->series, row, ALM_SERIES_NAME));
    alm_svg_open(out, ALM_SVG_WIDTH, plot.top + plot.height + 28, alm_text_string(&id),
                 alm_text_string(&title), "A row a class, a column a bar; darker is more probable.");
    for (size_t bar = 0; bar < c->n; bar++)
        for (size_t class = 0; class < c->classes; class ++)
            draw_cell(out, &plot, c, bar, class, whose);
    draw_axes(out, &plot, c, alm_table_text(&facts->series, row, ALM_SERIES_FREQUENCY));
    alm_svg_close(out);
    if (id.failed || title.failed) out->failed = true;
    alm_text_clear(&id);
    alm_text_clear(&title);
}

static void write_figure(struct alm_text *out, const struct alm_facts *facts, size_t row,
                         const struct cells *c)
{
    const char *label =
        alm_table_text(&facts->leader, alm_facts_leader(facts, c->forecaster), ALM_LEADER_LABEL);
    char whose[16];
    snprintf(whose, sizeof whose, "b %s", alm_facts_class(facts, c->forecaster));
    alm_text_append(out, "<figure>\n<ul class=\"legend\">\n");
    alm_svg_legend(out, "m actual", 0, "occurred");
    alm_svg_legend(out, whose, ALM_SVG_NO_MARK, label);
    alm_text_append(out, "</ul>\n");
    draw(out, facts, row, c);
    alm_text_append(out, "<figcaption>The last ");
    alm_number_count(out, (long long)c->n, "bar", "bars");
    alm_text_append(out, " that were forecast, each from the latest origin before it: the darker, the more "
                         "probable.</figcaption>\n</figure>\n");
}

enum alm_status alm_chart_classes(struct alm_text *out, struct alm_store *store,
                                  const struct alm_facts *facts, size_t row, struct alm_error *error)
{
    struct cells c = {.n = 0};
    if (!find_best(&c.forecaster, facts)) return ALM_OK;
    const struct alm_binding bindings[] = {
        alm_bound_integer("run", facts->run),
        alm_bound_integer("series", alm_table_integer(&facts->series, row, ALM_SERIES_NO)),
        alm_bound_integer("forecaster", c.forecaster)};
    const enum alm_status status = alm_table_load(&c.table, store, "report_probability", bindings, 3, error);
    if (status == ALM_OK) choose_bars(&c);
    if (status == ALM_OK && c.n > 0 && c.classes <= ALM_TABLES_CLASSES)
        write_figure(out, facts, row, &c);
    else if (status == ALM_OK)
        alm_text_append(out, c.n == 0 ? "<p class=\"none\">The run has no forecasts of it.</p>\n"
                                      : "<p class=\"none\">It has more classes than can be drawn; their "
                                        "probabilities are in the view v_probability.</p>\n");
    alm_table_clear(&c.table);
    return status;
}
