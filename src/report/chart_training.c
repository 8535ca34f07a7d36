#include "report/chart.h"

#include "base/memory.h"
#include "report/number.h"
#include "report/svg.h"
#include "report/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_TRAININGS 12

/* Rows first .. end of facts->epoch: one training. */
struct training {
    size_t first, end, best; /* best: row of the lowest validation loss; end when there is none */
};

struct trainings {
    size_t n;
    struct training *training;
    double low, high; /* of all losses */
    bool log;
    int64_t longest;
};

/* Finds the trainings of a forecaster: a new one begins with a new fold or with epoch 1. */
static enum alm_status trainings_find(struct trainings *out, const struct alm_facts *facts,
                                      int64_t forecaster, struct alm_error *error)
{
    const struct alm_table *t = &facts->epoch;
    size_t capacity = 0;
    *out = (struct trainings){.low = INFINITY, .high = -INFINITY};
    for (size_t i = 0; i < t->rows; i++) {
        if (alm_table_integer(t, i, ALM_EPOCH_FORECASTER) != forecaster) continue;
        const bool begins =
            out->n == 0 || out->training[out->n - 1].end != i ||
            alm_table_integer(t, i, ALM_EPOCH_FOLD) != alm_table_integer(t, i - 1, ALM_EPOCH_FOLD) ||
            alm_table_integer(t, i, ALM_EPOCH_EPOCH) <= alm_table_integer(t, i - 1, ALM_EPOCH_EPOCH);
        if (begins) {
            ALM_TRY(alm_grow((void **)&out->training, &capacity, out->n + 1, sizeof *out->training, error));
            out->training[out->n++] = (struct training){i, i, i};
        }
        struct training *training = &out->training[out->n - 1];
        training->end = i + 1;
        const double best = alm_table_number(t, training->best, ALM_EPOCH_VALIDATION);
        if (alm_table_number(t, i, ALM_EPOCH_VALIDATION) < best || isnan(best)) training->best = i;
        for (size_t column = ALM_EPOCH_TRAIN; column <= ALM_EPOCH_VALIDATION; column++) {
            const double loss = alm_table_number(t, i, column);
            if (loss < out->low) out->low = loss;
            if (loss > out->high) out->high = loss;
        }
        if (alm_table_integer(t, i, ALM_EPOCH_EPOCH) > out->longest)
            out->longest = alm_table_integer(t, i, ALM_EPOCH_EPOCH);
    }
    return ALM_OK;
}

static enum alm_status draw_losses(struct alm_text *out, const struct alm_plot *plot,
                                   const struct alm_table *t, const struct training *training, size_t column,
                                   const char *class, struct alm_error *error)
{
    const size_t n = training->end - training->first;
    double *x;
    ALM_TRY(ALM_NEW(&x, 2 * n, error));
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)alm_table_integer(t, training->first + i, ALM_EPOCH_EPOCH);
        x[n + i] = alm_table_number(t, training->first + i, column);
    }
    alm_svg_line(out, plot, x, x + n, n, class);
    free(x);
    return ALM_OK;
}

/* Trainings spread evenly over all, the last one always among them. */
static size_t pick(const struct trainings *trainings, size_t i)
{
    if (trainings->n <= SHOWN_TRAININGS) return i;
    return (i + 1) * trainings->n / SHOWN_TRAININGS - 1;
}

static enum alm_status draw_all(struct alm_text *out, const struct alm_plot *plot,
                                const struct alm_facts *facts, const struct trainings *trainings,
                                struct alm_error *error)
{
    const struct alm_table *t = &facts->epoch;
    const size_t n = trainings->n < SHOWN_TRAININGS ? trainings->n : SHOWN_TRAININGS;
    for (size_t i = 0; i < n; i++) {
        const struct training *training = &trainings->training[pick(trainings, i)];
        const bool last = i + 1 == n;
        ALM_TRY(
            draw_losses(out, plot, t, training, ALM_EPOCH_TRAIN, last ? "l train" : "l train old", error));
        ALM_TRY(draw_losses(out, plot, t, training, ALM_EPOCH_VALIDATION, last ? "l valid" : "l valid old",
                            error));
        const double best = alm_table_number(t, training->best, ALM_EPOCH_VALIDATION);
        if (last)
            alm_svg_mark(out, plot, (double)alm_table_integer(t, training->best, ALM_EPOCH_EPOCH), best, 0,
                         "m valid");
    }
    return ALM_OK;
}

static void write_caption(struct alm_text *out, const struct alm_facts *facts,
                          const struct trainings *trainings)
{
    const struct alm_table *t = &facts->epoch;
    const struct training *last = &trainings->training[trainings->n - 1];
    const double best = alm_table_number(t, last->best, ALM_EPOCH_VALIDATION);
    alm_text_append(out, "<figcaption>");
    if (trainings->n == 1) {
        alm_text_append(out, "One training");
    } else if (trainings->n <= SHOWN_TRAININGS) {
        alm_number_count(out, (long long)trainings->n, "training", "trainings, the last one strong");
    } else {
        alm_text_printf(out, "%d of %zu trainings, the last one strong", SHOWN_TRAININGS, trainings->n);
    }
    if (isnan(best)) {
        alm_text_append(out, "; no validation part.");
    } else {
        alm_text_append(out, ". Lowest validation loss, marked: ");
        alm_number_short(out, best, 3);
        alm_text_printf(out, " after epoch %lld of %lld",
                        (long long)alm_table_integer(t, last->best, ALM_EPOCH_EPOCH),
                        (long long)alm_table_integer(t, last->end - 1, ALM_EPOCH_EPOCH));
        alm_text_append(out, "; training loss there ");
        alm_number_short(out, alm_table_number(t, last->best, ALM_EPOCH_TRAIN), 3);
        alm_text_append(out, ".");
    }
    if (trainings->log) alm_text_append(out, " Logarithmic scale.");
    alm_text_append(out, "</figcaption>\n");
}

static enum alm_status draw(struct alm_text *out, const struct alm_facts *facts, int64_t forecaster,
                            struct trainings *trainings, struct alm_error *error)
{
    const char *label = alm_table_text(&facts->leader, alm_facts_leader(facts, forecaster), ALM_LEADER_LABEL);
    struct alm_text id = {0}, title = {0};
    trainings->log = trainings->low > 0 && trainings->high > 5 * trainings->low;
    double low = trainings->low, high = trainings->high;
    if (trainings->log) {
        low /= 1.1;
        high *= 1.1;
    } else {
        alm_range_widen(&low, &high, 0.06);
    }
    const struct alm_plot plot = {.left = 64,
                                  .top = 30,
                                  .width = ALM_SVG_WIDTH - 64 - 24,
                                  .height = 210,
                                  .x0 = 0.5,
                                  .x1 = (double)trainings->longest + 0.5,
                                  .y0 = low,
                                  .y1 = high,
                                  .log_y = trainings->log};
    alm_text_printf(&id, "training-%lld", (long long)forecaster);
    alm_text_printf(&title, "%s: loss by epoch", label);
    alm_svg_open(out, ALM_SVG_WIDTH, plot.top + plot.height + 44, alm_text_string(&id),
                 alm_text_string(&title), "Training loss and validation loss against the number of epochs.");
    struct alm_ticks ticks;
    if (trainings->log)
        alm_ticks_log(&ticks, low, high, 6);
    else
        alm_ticks_linear(&ticks, low, high, 6);
    alm_svg_axis_y(out, &plot, &ticks, "loss");
    alm_ticks_whole(&ticks, 1, (double)(trainings->longest > 1 ? trainings->longest : 2), 10);
    while (ticks.n > 0 && ticks.at[ticks.n - 1] > plot.x1)
        ticks.n--;
    alm_svg_axis_x(out, &plot, &ticks, "epoch");
    const enum alm_status status = draw_all(out, &plot, facts, trainings, error);
    alm_svg_close(out);
    if (id.failed || title.failed) out->failed = true;
    alm_text_clear(&id);
    alm_text_clear(&title);
    return status;
}

static enum alm_status chart(struct alm_text *out, const struct alm_facts *facts, size_t leader,
                             struct alm_error *error)
{
    const int64_t forecaster = alm_table_integer(&facts->leader, leader, ALM_LEADER_NO);
    struct trainings trainings;
    enum alm_status status = trainings_find(&trainings, facts, forecaster, error);
    if (status == ALM_OK && trainings.low < INFINITY) {
        alm_text_append(out, "<figure>\n<h3><bdi>");
        alm_text_append_safe(out, alm_table_text(&facts->leader, leader, ALM_LEADER_LABEL));
        alm_text_append(out, "</bdi></h3>\n<ul class=\"legend\">\n");
        alm_svg_legend(out, "l train", ALM_SVG_NO_MARK, "training");
        alm_svg_legend(out, "l valid", 0, "validation");
        alm_text_append(out, "</ul>\n");
        status = draw(out, facts, forecaster, &trainings, error);
        if (status == ALM_OK) write_caption(out, facts, &trainings);
        alm_text_append(out, "</figure>\n");
    }
    free(trainings.training);
    return status;
}

enum alm_status alm_chart_training(struct alm_text *out, const struct alm_facts *facts,
                                   struct alm_error *error)
{
    size_t n = 0;
    for (size_t i = 0; i < facts->leader.rows; i++) {
        if (!alm_facts_trained(facts, alm_table_integer(&facts->leader, i, ALM_LEADER_NO))) continue;
        ALM_TRY(chart(out, facts, i, error));
        n++;
    }
    if (n == 0)
        alm_text_append(out, "<p class=\"none\">No forecaster of this run is trained in epochs.</p>\n");
    return ALM_OK;
}
