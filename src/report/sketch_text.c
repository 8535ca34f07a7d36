/* A series drawn with braille dots: two columns and four rows of dots to a character. */
#include "report/sketch.h"

#include "base/memory.h"
#include "report/number.h"
#include "report/ticks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DOTS_WIDE = 2, DOTS_HIGH = 4, LABELS_BELOW = 3, TITLE = 1 };

#define MUTED "\033[2m"
#define LINE "\033[36m"
#define PLAIN "\033[0m"

struct canvas {
    size_t width, height;     /* characters of the plot itself */
    size_t left;              /* columns of the labels left of it */
    unsigned char *cells;     /* [height][width] braille patterns */
    double x0, x1, low, high; /* scales */
    bool colour;
};

/* ---- dots ---- */

static void set_dot(struct canvas *c, size_t x, size_t y)
{
    /* dots 1 2 3 7 in the left column, 4 5 6 8 in the right one, from above */
    static const unsigned char bits[DOTS_WIDE][DOTS_HIGH] = {{0x01, 0x02, 0x04, 0x40},
                                                             {0x08, 0x10, 0x20, 0x80}};
    c->cells[y / DOTS_HIGH * c->width + x / DOTS_WIDE] |= bits[x % DOTS_WIDE][y % DOTS_HIGH];
}

static size_t dot_of(double value, double low, double high, size_t dots)
{
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    const double dot = floor(share * (double)(dots - 1) + 0.5);
    return dot < 0 ? 0 : dot > (double)(dots - 1) ? dots - 1 : (size_t)dot;
}

static size_t column_of(const struct canvas *c, double x)
{
    return dot_of(x, c->x0, c->x1, c->width * DOTS_WIDE);
}

static size_t row_of(const struct canvas *c, double y)
{
    const size_t dots = c->height * DOTS_HIGH;
    return dots - 1 - dot_of(y, c->low, c->high, dots);
}

static void fill(struct canvas *c, size_t x, size_t from, size_t to)
{
    for (size_t y = from < to ? from : to; y <= (from < to ? to : from); y++)
        set_dot(c, x, y);
}

/* The line from one point to another that lies in a later column. */
static void draw_step(struct canvas *c, size_t x0, size_t y0, size_t x1, size_t y1)
{
    size_t last = y0;
    for (size_t x = x0 + 1; x <= x1; x++) {
        const double share = (double)(x - x0) / (double)(x1 - x0);
        const size_t y = (size_t)floor((double)y0 + ((double)y1 - (double)y0) * share + 0.5);
        /* the steep part between two columns belongs to both, half and half */
        const size_t middle = (last + y) / 2;
        fill(c, x - 1, last, middle);
        fill(c, x, y > last ? (middle < y ? middle + 1 : y) : middle, y);
        last = y;
    }
}

static void draw_line(struct canvas *c, const struct alm_bars *bars)
{
    const size_t none = SIZE_MAX;
    size_t at = none, low = 0, high = 0, last = 0; /* rows of the column under way */
    for (size_t i = 0; i < bars->n; i++) {
        if (isnan(bars->y[i])) {
            if (at != none) fill(c, at, low, high);
            at = none;
            continue;
        }
        const size_t x = column_of(c, bars->by_bars ? (double)i : (double)bars->ts[i]),
                     y = row_of(c, bars->y[i]);
        if (x != at) {
            if (at != none) {
                fill(c, at, low, high);
                draw_step(c, at, last, x, y);
            }
            at = x;
            low = high = y;
        }
        if (y < low) low = y;
        if (y > high) high = y;
        last = y;
    }
    if (at != none) fill(c, at, low, high);
}

/* ---- text ---- */

/* Columns that UTF-8 text of single-width characters takes. */
static size_t columns_of(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void append_blanks(struct alm_text *out, size_t n)
{
    alm_text_printf(out, "%*s", (int)n, "");
}

static void paint(struct alm_text *out, const struct canvas *c, const char *escape)
{
    if (c->colour) alm_text_append(out, escape);
}

static void write_row(struct alm_text *out, const struct canvas *c, size_t row)
{
    size_t n = c->width;
    const unsigned char *cells = c->cells + row * c->width;
    while (n > 0 && cells[n - 1] == 0)
        n--;
    paint(out, c, LINE);
    for (size_t x = 0; x < n; x++) {
        const char braille[4] = {(char)0xE2, (char)(0xA0 | cells[x] >> 6), (char)(0x80 | (cells[x] & 0x3F)),
                                 '\0'};
        alm_text_append(out, cells[x] == 0 ? " " : braille);
    }
    paint(out, c, PLAIN);
    alm_text_append(out, "\n");
}

static void write_rows(struct alm_text *out, const struct canvas *c, const struct alm_ticks *ticks)
{
    struct alm_text label = {0};
    for (size_t row = 0; row < c->height; row++) {
        alm_text_reset(&label);
        for (size_t t = ticks->n; t-- > 0 && label.length == 0;)
            if (row_of(c, ticks->at[t]) / DOTS_HIGH == row)
                alm_number_fixed(&label, ticks->at[t], ticks->decimals);
        paint(out, c, MUTED);
        append_blanks(out, c->left - 2 - columns_of(alm_text_string(&label)));
        alm_text_append(out, alm_text_string(&label));
        alm_text_append(out, label.length > 0 ? " ┤" : " │");
        paint(out, c, PLAIN);
        write_row(out, c, row);
    }
    if (label.failed) out->failed = true;
    alm_text_clear(&label);
}

/* A line of labels under the axis: those that do not touch the one before. */
struct labels {
    struct alm_text text;
    size_t used; /* columns */
};

static void add_label(struct labels *labels, size_t middle, size_t width, const char *text)
{
    const size_t n = columns_of(text);
    size_t at = middle > n / 2 ? middle - n / 2 : 0;
    if (n > width || n == 0) return;
    if (at + n > width) at = width - n;
    if (at < labels->used + (labels->used > 0)) return;
    append_blanks(&labels->text, at - labels->used);
    alm_text_append(&labels->text, text);
    labels->used = at + n;
}

static void write_below(struct alm_text *out, const struct canvas *c, const struct labels *labels)
{
    if (labels->text.failed) out->failed = true;
    if (labels->used == 0) return;
    append_blanks(out, c->left - 1);
    paint(out, c, MUTED);
    alm_text_append(out, alm_text_string(&labels->text));
    paint(out, c, PLAIN);
    alm_text_append(out, "\n");
}

/* The ticks of the axis below: where they stand, and up to two lines of what they are called. */
static void write_axis(struct alm_text *out, const struct canvas *c, const struct alm_bars *bars,
                       const char *frequency)
{
    struct alm_time_ticks times = {.n = 0};
    struct alm_ticks counts = {.n = 0};
    struct labels first = {.used = 0}, second = {.used = 0};
    const bool index = strcmp(frequency, "index") == 0;
    const size_t wanted = c->width / 10 < 2               ? 2
                          : c->width / 10 > ALM_TICKS_MAX ? ALM_TICKS_MAX
                                                          : c->width / 10;
    if (index)
        alm_ticks_whole(&counts, (double)bars->ts[0], (double)bars->ts[bars->n - 1], wanted);
    else
        alm_ticks_time(&times, bars->ts[0], bars->ts[bars->n - 1], wanted);
    paint(out, c, MUTED);
    append_blanks(out, c->left - 1);
    alm_text_append(out, "└");
    size_t tick = 0;
    for (size_t x = 0; x < c->width; x++) {
        bool here = false;
        for (; tick < (index ? counts.n : times.n); tick++) {
            const double at = index ? counts.at[tick] : alm_bars_x(bars, times.tick[tick].at);
            if (column_of(c, at) / DOTS_WIDE != x) break;
            struct alm_text label = {0};
            if (index)
                alm_number_fixed(&label, counts.at[tick], 0);
            else
                alm_text_append(&label, times.tick[tick].label);
            add_label(&first, x + 1, c->width + 1, alm_text_string(&label));
            if (!index) add_label(&second, x + 1, c->width + 1, times.tick[tick].context);
            alm_text_clear(&label);
            here = true;
        }
        alm_text_append(out, here ? "┬" : "─");
    }
    paint(out, c, PLAIN);
    alm_text_append(out, "\n");
    write_below(out, c, &first);
    write_below(out, c, &second);
    alm_text_clear(&first.text);
    alm_text_clear(&second.text);
}

/* Columns of the widest label and what stands between it and the plot. */
static size_t width_of_labels(const struct alm_ticks *ticks)
{
    struct alm_text label = {0};
    size_t widest = 0;
    for (size_t t = 0; t < ticks->n; t++) {
        alm_text_reset(&label);
        alm_number_fixed(&label, ticks->at[t], ticks->decimals);
        if (columns_of(alm_text_string(&label)) > widest) widest = columns_of(alm_text_string(&label));
    }
    alm_text_clear(&label);
    return widest + 2;
}

static void write_title(struct alm_text *out, const struct canvas *c, const struct alm_sketch *sketch)
{
    struct alm_text caption = {0};
    alm_sketch_caption(&caption, sketch);
    alm_text_append_visible(out, sketch->series->name);
    paint(out, c, MUTED);
    alm_text_append(out, "  ");
    alm_text_append_visible(out, alm_text_string(&caption));
    paint(out, c, PLAIN);
    alm_text_append(out, "\n");
    if (caption.failed) out->failed = true;
    alm_text_clear(&caption);
}

enum alm_status alm_sketch_text(struct alm_text *out, const struct alm_sketch *sketch, size_t width,
                                size_t height, bool colour, struct alm_error *error)
{
    const struct alm_bars bars = {sketch->ts, sketch->y, sketch->n, sketch->by_bars};
    struct canvas c = {.low = INFINITY, .high = -INFINITY, .colour = colour};
    struct alm_ticks ticks;
    c.height = height > TITLE + LABELS_BELOW + 2 ? height - TITLE - LABELS_BELOW : 2;
    alm_range_add(&c.low, &c.high, sketch->y, sketch->n);
    if (!(c.low < c.high)) alm_range_widen(&c.low, &c.high, 0.04);
    alm_ticks_linear(&ticks, c.low, c.high,
                     c.height / 3 < 2               ? 2
                     : c.height / 3 > ALM_TICKS_MAX ? ALM_TICKS_MAX
                                                    : c.height / 3);
    c.left = width_of_labels(&ticks);
    c.width = width > c.left + 10 ? width - c.left : 10;
    c.x0 = alm_bars_x(&bars, sketch->ts[0]);
    c.x1 = alm_bars_x(&bars, sketch->ts[sketch->n - 1]);
    ALM_TRY(ALM_NEW(&c.cells, c.width * c.height, error));
    draw_line(&c, &bars);
    write_title(out, &c, sketch);
    write_rows(out, &c, &ticks);
    write_axis(out, &c, &bars, sketch->series->frequency);
    free(c.cells);
    return alm_text_check(out, error);
}
