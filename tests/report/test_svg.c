#include "report/svg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static const struct alm_plot plot = {.left = 10, .top = 10, .width = 100, .height = 100, .x1 = 10, .y1 = 10};

Test(svg, scales_put_the_ends_on_the_edges)
{
    struct alm_plot p = plot;
    cr_assert(eq(dbl, alm_plot_x(&p, 0), 10));
    cr_assert(eq(dbl, alm_plot_x(&p, 10), 110));
    cr_assert(eq(dbl, alm_plot_y(&p, 0), 110));
    cr_assert(eq(dbl, alm_plot_y(&p, 10), 10));
    cr_assert(eq(dbl, alm_plot_y(&p, 1e9), 10));
    cr_assert(eq(dbl, alm_plot_y(&p, -1e9), 110));
    p = (struct alm_plot){.height = 100, .width = 1, .x1 = 1, .y0 = 1, .y1 = 100, .log_y = true};
    cr_assert(fabs(alm_plot_y(&p, 10) - 50) < 1e-9);
    cr_assert(eq(dbl, alm_plot_y(&p, 0), 100));
}

Test(svg, a_missing_value_lifts_the_pen)
{
    struct alm_text text = {0};
    const double x[] = {0, 1, 2, 3, 4}, y[] = {0, 10, NAN, 5, NAN};
    alm_svg_line(&text, &plot, x, y, 5, "l");
    cr_assert(eq(str, text.data, "<path d=\"M10 110L20 10M39 60h2\" class=\"l\"/>\n"));
    alm_text_reset(&text);
    alm_svg_line(&text, &plot, x + 2, y + 2, 1, "l");
    cr_assert(eq(sz, text.length, 0));
    alm_text_clear(&text);
}

Test(svg, a_band_goes_there_and_back_and_is_parted_by_missing_values)
{
    struct alm_text text = {0};
    const double x[] = {0, 1, 2, 3}, low[] = {0, 1, NAN, 0}, high[] = {2, 3, 3, 1};
    alm_svg_band(&text, &plot, x, low, high, 4, "b");
    cr_assert(eq(str, text.data, "<path d=\"M10 90L20 80L20 100L10 110ZM40 100L40 110Z\" class=\"b\"/>\n"));
    alm_text_clear(&text);
}

Test(svg, lengths_have_one_decimal_and_a_leading_zero)
{
    struct alm_text text = {0};
    alm_svg_segment(&text, 0.04, -0.26, 12.36, 1000, "grid");
    cr_assert(eq(str, text.data, "<path d=\"M0 -0.3L12.4 1000\" class=\"grid\"/>\n"));
    alm_text_reset(&text);
    alm_svg_segment(&text, 0.5, NAN, INFINITY, -INFINITY, "grid");
    cr_assert(eq(str, text.data, "<path d=\"M0.5 0L10000000 -10000000\" class=\"grid\"/>\n"));
    alm_text_clear(&text);
}

Test(svg, names_are_escaped_wherever_they_stand)
{
    struct alm_text text = {0};
    alm_svg_open(&text, 10, 10, "id", "<script>", "\"&");
    alm_svg_label(&text, 1, 2, "end", "cap", "</text><script>");
    alm_svg_legend(&text, "l s1", 1, "<img>");
    alm_svg_close(&text);
    cr_assert(strstr(text.data, "<script") == NULL && strstr(text.data, "<img") == NULL);
    cr_assert(strstr(text.data, "&lt;script&gt;") != NULL);
    alm_text_clear(&text);
}

Test(svg, thinning_loses_no_peak_and_keeps_the_ends)
{
    enum { N = 50000, COLUMNS = 300 };
    static double x[N], y[N], thin_x[5 * COLUMNS], thin_y[5 * COLUMNS];
    double low = 0, high = 0;
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i;
        y[i] = sin((double)i * 0.37) * cos((double)i * 0.0011) + (i == 31234 ? 9 : 0) - (i == 12001 ? 7 : 0);
        if (i >= 20000 && i < 22000) y[i] = NAN;
        if (y[i] < low) low = y[i];
        if (y[i] > high) high = y[i];
    }
    const size_t n = alm_svg_thin(thin_x, thin_y, x, y, N, COLUMNS);
    double thin_low = 0, thin_high = 0;
    bool gap = false;
    cr_assert(n <= 5 * COLUMNS && n > COLUMNS);
    for (size_t i = 0; i < n; i++) {
        cr_assert(i == 0 || thin_x[i] > thin_x[i - 1]);
        gap = gap || (isnan(thin_y[i]) && thin_x[i] >= 20000 && thin_x[i] < 22000);
        if (thin_y[i] < thin_low) thin_low = thin_y[i];
        if (thin_y[i] > thin_high) thin_high = thin_y[i];
    }
    cr_assert(eq(dbl, thin_low, low));
    cr_assert(eq(dbl, thin_high, high));
    cr_assert(eq(dbl, thin_x[0], 0));
    cr_assert(eq(dbl, thin_x[n - 1], N - 1));
    cr_assert(gap);
}

Test(svg, short_lines_are_not_thinned)
{
    const double x[] = {0, 1, 2}, y[] = {1, NAN, 3};
    double thin_x[5], thin_y[5];
    cr_assert(eq(sz, alm_svg_thin(thin_x, thin_y, x, y, 3, 1), 3));
    cr_assert(isnan(thin_y[1]));
    cr_assert(eq(dbl, thin_y[2], 3));
}
