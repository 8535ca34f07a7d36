#include "report/chart.h"

#include "base/memory.h"
#include "report/number.h"
#include "report/svg.h"
#include "report/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_HEIGHT 16.0

/* One forecaster's errors and where its name stands. */
struct curve {
    int64_t forecaster;
    const char *label;
    double *y;
    double at; /* of the name, user units */
};

struct curves {
    size_t n, horizon;
    struct curve *curve;
    double *x;
};

static void curves_clear(struct curves *curves)
{
    for (size_t i = 0; i < curves->n; i++)
        free(curves->curve[i].y);
    free(curves->curve);
    free(curves->x);
}

static enum alm_status curves_load(struct curves *out, const struct alm_facts *facts, const char *code,
                                   struct alm_error *error)
{
    *out = (struct curves){.horizon = facts->horizon};
    ALM_TRY(ALM_NEW(&out->x, facts->horizon, error));
    ALM_TRY(ALM_NEW(&out->curve, facts->leader.rows, error));
    for (size_t s = 0; s < facts->horizon; s++)
        out->x[s] = (double)(s + 1);
    for (size_t i = 0; i < facts->leader.rows; i++) {
        struct curve *curve = &out->curve[out->n++];
        *curve = (struct curve){.forecaster = alm_table_integer(&facts->leader, i, ALM_LEADER_NO),
                                .label = alm_table_text(&facts->leader, i, ALM_LEADER_LABEL)};
        ALM_TRY(ALM_NEW(&curve->y, facts->horizon, error));
        for (size_t s = 0; s < facts->horizon; s++)
            curve->y[s] = alm_facts_metric(facts, curve->forecaster, s + 1, code, NULL);
    }
    return ALM_OK;
}

static double curves_highest(const struct curves *curves)
{
    double high = 0;
    for (size_t i = 0; i < curves->n; i++)
        for (size_t s = 0; s < curves->horizon; s++)
            if (curves->curve[i].y[s] > high) high = curves->curve[i].y[s];
    return high;
}

static double lowest(const struct curves *curves)
{
    double low = INFINITY;
    for (size_t i = 0; i < curves->n; i++)
        for (size_t s = 0; s < curves->horizon; s++)
            if (curves->curve[i].y[s] < low) low = curves->curve[i].y[s];
    return low;
}

static int by_height(const void *a, const void *b)
{
    const struct curve *p = *(struct curve *const *)a, *q = *(struct curve *const *)b;
    return p->at < q->at ? -1 : p->at > q->at;
}

/* Puts the names beside the ends of their lines, moved apart where they would touch, within top .. bottom. */
static void place_names(struct curve **order, size_t n, double top, double bottom)
{
    qsort(order, n, sizeof *order, by_height);
    for (size_t i = 1; i < n; i++)
        if (order[i]->at < order[i - 1]->at + LABEL_HEIGHT) order[i]->at = order[i - 1]->at + LABEL_HEIGHT;
    double limit = bottom;
    for (size_t i = n; i-- > 0; limit -= LABEL_HEIGHT)
        if (order[i]->at > limit) order[i]->at = limit;
    if (n > 0 && order[0]->at < top) order[0]->at = top;
    for (size_t i = 1; i < n; i++)
        if (order[i]->at < order[i - 1]->at + LABEL_HEIGHT) order[i]->at = order[i - 1]->at + LABEL_HEIGHT;
}

/* A name cut to what fits beside the plot. */
static void write_name(struct alm_text *out, const struct alm_plot *plot, const struct curve *curve,
                       const struct alm_facts *facts)
{
    struct alm_text class = {0}, name = {0};
    size_t cut = 0, characters = 0;
    for (; curve->label[cut] != '\0'; cut++)
        if (((unsigned char)curve->label[cut] & 0xC0) != 0x80 && ++characters > 16) break;
    alm_text_append_bytes(&name, curve->label, cut);
    if (curve->label[cut] != '\0') alm_text_append(&name, "\xE2\x80\xA6");
    alm_text_printf(&class, "t %s", alm_facts_class(facts, curve->forecaster));
    alm_svg_label(out, plot->left + plot->width + 10, curve->at + 4, "start", alm_text_string(&class),
                  alm_text_string(&name));
    if (class.failed || name.failed) out->failed = true;
    alm_text_clear(&class);
    alm_text_clear(&name);
}

static enum alm_status draw_names(struct alm_text *out, const struct alm_plot *plot, struct curves *curves,
                                  const struct alm_facts *facts, struct alm_error *error)
{
    struct curve **order;
    size_t n = 0;
    ALM_TRY(ALM_NEW(&order, curves->n, error));
    for (size_t i = 0; i < curves->n; i++) {
        struct curve *curve = &curves->curve[i];
        size_t s = curves->horizon;
        while (s > 0 && isnan(curve->y[s - 1]))
            s--;
        if (s == 0) continue;
        curve->at = alm_plot_y(plot, curve->y[s - 1]);
        order[n++] = curve;
    }
    place_names(order, n, plot->top, plot->top + plot->height);
    for (size_t i = 0; i < n; i++)
        write_name(out, plot, order[i], facts);
    free(order);
    return ALM_OK;
}

static void draw_curve(struct alm_text *out, const struct alm_plot *plot, const struct curves *curves,
                       const struct curve *curve, const struct alm_facts *facts)
{
    struct alm_text class = {0};
    alm_text_printf(&class, "l %s", alm_facts_class(facts, curve->forecaster));
    alm_svg_line(out, plot, curves->x, curve->y, curves->horizon, alm_text_string(&class));
    if (class.length > 0) class.data[0] = 'm';
    for (size_t s = 0; curves->horizon <= 30 && s < curves->horizon; s++)
        alm_svg_mark(out, plot, curves->x[s], curve->y[s], alm_facts_mark(facts, curve->forecaster),
                     alm_text_string(&class));
    if (class.failed) out->failed = true;
    alm_text_clear(&class);
}

/* The scale starts from zero, unless all lines would then be one. */
static struct alm_plot scale(const struct curves *curves)
{
    const double high = curves_highest(curves), low = lowest(curves);
    double y0 = low > 0.6 * high ? low : 0, y1 = high;
    if (y0 > 0)
        alm_range_widen(&y0, &y1, 0.15);
    else
        y1 = high > 0 ? high * 1.06 : 1;
    return (struct alm_plot){.left = 64,
                             .top = 30,
                             .width = ALM_SVG_WIDTH - 64 - 150,
                             .height = 230,
                             .x0 = 1 - 0.02 * (double)(curves->horizon - 1),
                             .x1 = (double)curves->horizon,
                             .y0 = y0,
                             .y1 = y1};
}

static enum alm_status draw(struct alm_text *out, struct curves *curves, const struct alm_facts *facts,
                            const char *code, struct alm_error *error)
{
    const struct alm_plot plot = scale(curves);
    struct alm_ticks ticks;
    struct alm_text caption = {0};
    alm_words_metric(&caption, code);
    alm_svg_open(out, ALM_SVG_WIDTH, plot.top + plot.height + 44, "error", "Error by step of the horizon",
                 "One line per forecaster; the table below has the numbers.");
    alm_ticks_linear(&ticks, plot.y0, plot.y1, 6);
    alm_svg_axis_y(out, &plot, &ticks, alm_text_string(&caption));
    alm_ticks_whole(&ticks, 1, (double)curves->horizon, 10);
    alm_svg_axis_x(out, &plot, &ticks, "bars ahead");
    for (size_t i = curves->n; i-- > 0;)
        draw_curve(out, &plot, curves, &curves->curve[i], facts);
    const enum alm_status status = draw_names(out, &plot, curves, facts, error);
    alm_svg_close(out);
    alm_text_clear(&caption);
    return status;
}

enum alm_status alm_chart_error(struct alm_text *out, const struct alm_facts *facts, struct alm_error *error)
{
    const char *code = alm_facts_ranking(facts);
    struct curves curves;
    enum alm_status status = curves_load(&curves, facts, code, error);
    if (status == ALM_OK && !(lowest(&curves) < INFINITY)) {
        alm_text_append(out, "<p class=\"none\">No errors by step are stored for this run.</p>\n");
    } else if (status == ALM_OK) {
        alm_text_append(out, "<figure>\n");
        status = draw(out, &curves, facts, code, error);
        int64_t n;
        alm_facts_metric(facts, curves.curve[0].forecaster, 1, code, &n);
        alm_text_append(out, "<figcaption>");
        alm_words_metric(out, code);
        alm_text_append(out, ", the mean over ");
        alm_number_count(out, (long long)n, "forecast", "forecasts");
        alm_text_append(out,
                        alm_text_matches("mase", code) ? " per step, averaged over series." : " per step.");
        if (scale(&curves).y0 > 0) alm_text_append(out, " The scale does not begin at zero.");
        alm_text_append(out, "</figcaption>\n</figure>\n");
    }
    curves_clear(&curves);
    return status;
}
