/* What an inspection says, in words. */
#include "almanac.h"
#include "base/memory.h"
#include "forecast/inspection.h"
#include "report/number.h"
#include "report/words.h"
#include "series/calendar.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lags that are named at most. */
enum { NAMED = 3 };

struct telling {
    const struct alm_inspection *in;
    void *context;
    enum alm_status (*say)(void *context, const char *subject, const char *paragraph,
                           struct alm_error *error);
    struct alm_text text;
};

static enum alm_status finish(struct telling *t, const char *subject, struct alm_error *error)
{
    ALM_TRY(alm_text_check(&t->text, error));
    const enum alm_status status = t->say(t->context, subject, alm_text_string(&t->text), error);
    alm_text_reset(&t->text);
    return status;
}

/* ---- pieces of sentences ---- */

/* The largest unit of which there are two at least: 31 hours, 4.5 days. */
static void write_length(struct alm_text *out, double microseconds)
{
    static const struct {
        const char *name;
        double length;
    } units[] = {{"years", 365.25 * (double)ALM_DAY},
                 {"days", (double)ALM_DAY},
                 {"hours", (double)ALM_HOUR},
                 {"minutes", (double)ALM_MINUTE},
                 {"seconds", (double)ALM_SECOND}};
    size_t k = 0;
    while (k < 4 && microseconds < 2 * units[k].length)
        k++;
    alm_number_short(out, microseconds / units[k].length, 2);
    alm_text_printf(out, " %s", units[k].name);
}

/* How long a half-life in steps is. */
static void write_memory(struct alm_text *out, const struct alm_inspection *in, double steps)
{
    const double bars = steps * (double)in->segment;
    if (isinf(steps))
        alm_text_append(out, "for ever");
    else if (in->bar > 0)
        write_length(out, bars * in->bar);
    else {
        alm_number_short(out, bars, 2);
        alm_text_append(out, bars == 1 ? " bar" : " bars");
    }
}

static void write_steps(struct alm_text *out, double steps)
{
    if (isinf(steps))
        alm_text_append(out, "no number of");
    else
        alm_number_short(out, steps, 2);
}

static void write_percent(struct alm_text *out, double share)
{
    if (share > 0 && share < 0.001)
        alm_text_append(out, "< 0.1");
    else
        alm_number_fixed(out, 100 * share, share > 0 && share < 0.01 ? 1 : 0);
    alm_text_append(out, " %");
}

/* ---- subjects ---- */

static enum alm_status tell_window(struct telling *t, struct alm_error *error)
{
    const struct alm_inspection *in = t->in;
    struct alm_text frequency = {0};
    alm_frequency_write(&frequency, in->frequency);
    alm_text_printf(&t->text, "It sees %zu values of %s, from ", in->lookback, in->series);
    alm_words_time(&t->text, alm_text_string(&frequency), in->ts[0]);
    alm_text_append(&t->text, " to ");
    alm_words_time(&t->text, alm_text_string(&frequency), in->ts[in->lookback - 1]);
    alm_text_printf(&t->text, ", in %zu steps of %zu, and answers the next %zu", in->steps, in->segment,
                    in->horizon);
    if (in->recursive) alm_text_append(&t->text, " and goes on from its own answers");
    alm_text_append(&t->text, ".");
    if (in->n_networks > 1)
        alm_text_printf(&t->text, " This is network %zu of %zu.", in->network + 1, in->n_networks);
    if (frequency.failed) t->text.failed = true;
    alm_text_clear(&frequency);
    return finish(t, "window", error);
}

/* Median and quartiles over units. */
static enum alm_status tell_memory(struct telling *t, size_t layer, struct alm_error *error)
{
    const struct alm_inspection *in = t->in;
    double *units = NULL, quartile[3];
    ALM_TRY(ALM_NEW(&units, in->hidden, error));
    memcpy(units, in->cell[layer].half_life, in->hidden * sizeof *units);
    alm_quartiles(quartile, units, in->hidden);
    const double longest = units[in->hidden - 1];
    free(units);
    alm_text_printf(&t->text, "Layer %zu remembers ", layer + 1);
    if (!isinf(quartile[1])) alm_text_append(&t->text, "about ");
    write_memory(&t->text, in, quartile[1]);
    alm_text_append(&t->text, ": half of what a unit holds is gone after ");
    write_steps(&t->text, quartile[1]);
    alm_text_append(&t->text, " steps (median over units; quartiles ");
    write_steps(&t->text, quartile[0]);
    alm_text_append(&t->text, " and ");
    write_steps(&t->text, quartile[2]);
    alm_text_append(&t->text, "), and in the most lasting unit after ");
    write_steps(&t->text, longest);
    alm_text_append(&t->text, quartile[1] > (double)in->steps
                                  ? ". That is more than the window: it mostly adds up what it sees."
                                  : ".");
    return finish(t, "memory", error);
}

/* Shares of activations at the ends. */
static void write_ends(struct alm_text *out, const char *name, const struct alm_saturation *s)
{
    alm_text_printf(out, ", %s ", name);
    write_percent(out, s->open);
    alm_text_append(out, " and ");
    write_percent(out, s->closed);
}

static void write_cell(struct alm_text *out, const struct alm_inspection *in, size_t cell)
{
    if (in->cell[cell].decoder)
        alm_text_printf(out, "The decoder's cell, a step for each of %zu parts of the horizon,",
                        in->cell[cell].steps);
    else
        alm_text_printf(out, "Layer %zu", cell + 1);
}

static enum alm_status tell_gates(struct telling *t, size_t cell, struct alm_error *error)
{
    const bool decoder = t->in->cell[cell].decoder;
    const struct alm_saturation *saturation = t->in->cell[cell].saturation, *f = &saturation[ALM_PART_F],
                                *g = &saturation[ALM_PART_G];
    write_cell(&t->text, t->in, cell);
    alm_text_append(&t->text, " retains ");
    alm_number_short(&t->text, f->mean, 3);
    alm_text_append(&t->text, decoder ? " of the last memory on average and forgets "
                                      : " of its memory a step on average and forgets ");
    alm_number_short(&t->text, 1 - f->mean, 3);
    alm_text_append(&t->text, ". ");
    write_percent(&t->text, f->open);
    alm_text_append(&t->text, " of its forget gates are saturated open (the memory is kept) and ");
    write_percent(&t->text, f->closed);
    alm_text_append(&t->text, " closed (it is cleared)");
    write_ends(&t->text, "of input gates", &saturation[ALM_PART_I]);
    write_ends(&t->text, "of output gates", &saturation[ALM_PART_O]);
    alm_text_append(&t->text, "; ");
    write_percent(&t->text, g->open + g->closed);
    alm_text_append(&t->text, " of what is offered lies beyond ±0.9.");
    if (t->in->cell[cell].own[ALM_OWN_F] != NULL) {
        alm_text_append(&t->text, " These are shares of the normaliser; the forget gate itself is ");
        alm_number_short(&t->text, saturation[4].mean, 3);
        alm_text_append(&t->text, " on average.");
    }
    return finish(t, decoder ? "decoder" : "gates", error);
}

/* Lags that matter more than those beside them, the strongest first. */
static size_t find_peaks(size_t peak[NAMED], const double *size, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const bool top =
            size[i] > 0 && !(i > 0 && size[i - 1] > size[i]) && !(i + 1 < n && size[i + 1] >= size[i]);
        if (!top) continue;
        size_t at = found < NAMED ? found++ : NAMED;
        for (; at > 0 && size[i] > size[peak[at - 1]]; at--)
            if (at < NAMED) peak[at] = peak[at - 1];
        if (at < NAMED) peak[at] = i;
    }
    return found;
}

static void write_peaks(struct alm_text *out, const size_t peak[NAMED], size_t found, const double *size,
                        size_t n, double all)
{
    alm_text_append(out, found == 1 ? "Lag " : "Lags ");
    for (size_t k = 0; k < found; k++)
        alm_text_printf(out, "%s%zu", k == 0 ? "" : k + 1 == found ? " and " : ", ", n - peak[k]);
    alm_text_append(out, found == 1 ? " matters most, with " : " matter most, with ");
    for (size_t k = 0; k < found; k++) {
        alm_text_append(out, k == 0 ? "" : k + 1 == found ? " and " : ", ");
        write_percent(out, size[peak[k]] / all);
    }
    alm_text_append(out, " of all influence");
}

/* The last values that together have half of it. */
static size_t half_of(const double *size, size_t n, double all)
{
    double sum = 0;
    size_t lag = 0;
    while (lag < n && sum < all / 2) {
        lag++;
        if (!isnan(size[n - lag])) sum += size[n - lag];
    }
    return lag;
}

/* Standard deviation of the values that are there. */
static double spread_of(const double *y, size_t n)
{
    double sum = 0, squares = 0, there = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i])) sum += y[i], there++;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i])) squares += (y[i] - sum / there) * (y[i] - sum / there);
    return there > 0 ? sqrt(squares / there) : 0;
}

/* Of the series shown beside it (channels=joint): how much of all influence is theirs, and whose most. */
static enum alm_status tell_others(struct telling *t, struct alm_error *error)
{
    const struct alm_inspection *in = t->in;
    double own = 0, others = 0, most = 0;
    size_t strongest = 0;
    for (size_t i = 0; i < in->lookback; i++)
        if (!isnan(in->influence_size[i])) own += in->influence_size[i] * spread_of(in->value, in->lookback);
    for (size_t k = 0; k < in->n_others; k++) {
        const struct alm_inspected_lags *lags = &in->other[k];
        double sum = 0;
        for (size_t i = 0; i < in->lookback; i++)
            if (!isnan(lags->influence_size[i]))
                sum += lags->influence_size[i] * spread_of(lags->value, in->lookback);
        others += sum;
        if (sum > most) most = sum, strongest = k;
    }
    if (!(own + others > 0)) return ALM_OK;
    alm_text_printf(&t->text, "The series shown beside %s have ", in->series);
    write_percent(&t->text, others / (own + others));
    alm_text_append(&t->text,
                    " of all influence, if each value moves by the standard deviation of its window");
    if (most > 0) {
        alm_text_printf(&t->text, ", the strongest %s with ", in->other[strongest].series);
        write_percent(&t->text, most / (own + others));
    }
    alm_text_append(&t->text, ".");
    return finish(t, "others", error);
}

static enum alm_status tell_lags(struct telling *t, struct alm_error *error)
{
    const struct alm_inspection *in = t->in;
    size_t peak[NAMED];
    double all = 0;
    for (size_t i = 0; i < in->lookback; i++)
        if (!isnan(in->influence_size[i])) all += in->influence_size[i];
    const size_t found = find_peaks(peak, in->influence_size, in->lookback);
    if (found == 0 || !(all > 0)) {
        alm_text_append(&t->text, "No value of the window moves the forecast.");
        return finish(t, "lags", error);
    }
    write_peaks(&t->text, peak, found, in->influence_size, in->lookback, all);
    const size_t half = half_of(in->influence_size, in->lookback, all);
    alm_text_printf(&t->text, "; the last %zu of %zu values have half of it.", half, in->lookback);
    if (!in->labels && !isnan(in->influence[in->lookback - 1])) {
        alm_text_append(&t->text, " If the last value were higher by 1, ");
        alm_text_append(&t->text, in->classes ? "the probability of the likeliest class" : "the forecast");
        alm_text_append(&t->text, " would move by ");
        alm_number_short(&t->text, in->influence[in->lookback - 1], 3);
        alm_text_append(&t->text, in->step == 0 ? " on average over the steps." : " at that step.");
    }
    return finish(t, "lags", error);
}

static enum alm_status tell_parameters(struct telling *t, struct alm_error *error)
{
    const struct alm_inspection *in = t->in;
    double squares = 0, gradients = 0;
    size_t steepest = 0;
    for (size_t k = 0; k < in->n_tensors; k++) {
        squares += in->tensor[k].norm * in->tensor[k].norm;
        gradients += in->tensor[k].gradient * in->tensor[k].gradient;
        if (in->tensor[k].gradient > in->tensor[steepest].gradient) steepest = k;
    }
    alm_text_append(&t->text, "The parameters have norm ");
    alm_number_short(&t->text, sqrt(squares), 3);
    if (isnan(in->loss)) {
        alm_text_append(&t->text, "; the series has no whole window to take a loss over.");
        return finish(t, "parameters", error);
    }
    alm_text_printf(&t->text, ". Over the last %zu windows the loss is ", in->n_windows);
    alm_number_short(&t->text, in->loss, 3);
    alm_text_append(&t->text, " and its gradient has norm ");
    alm_number_short(&t->text, sqrt(gradients), 3);
    alm_text_printf(&t->text, ", steepest in %s.", in->tensor[steepest].name);
    return finish(t, "parameters", error);
}

static enum alm_status tell_all(struct telling *t, struct alm_error *error)
{
    ALM_TRY(tell_window(t, error));
    for (size_t layer = 0; layer < t->in->layers; layer++)
        ALM_TRY(tell_memory(t, layer, error));
    for (size_t cell = 0; cell < t->in->n_cells; cell++)
        ALM_TRY(tell_gates(t, cell, error));
    ALM_TRY(tell_lags(t, error));
    if (t->in->n_others > 0) ALM_TRY(tell_others(t, error));
    return tell_parameters(t, error);
}

enum alm_status alm_inspect_tell(const struct alm_inspection *inspection, void *context,
                                 enum alm_status (*say)(void *context, const char *subject,
                                                        const char *paragraph, struct alm_error *error),
                                 struct alm_error *error)
{
    struct telling t = {.in = inspection, .context = context, .say = say};
    const enum alm_status status = tell_all(&t, error);
    alm_text_clear(&t.text);
    return status;
}
