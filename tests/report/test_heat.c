#include "report/heat.h"
#include "report/png.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

Test(png, a_picture_is_the_bytes_that_other_programs_write)
{
    /* 2 x 1 pixels; its IHDR, IDAT and IEND as Python's zlib and struct make them (zlib level 0) */
    static const char head[] =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAADAFBMVEX/";
    static const char tail[] = "I7fhAAAADklEQVR4AQEDAPz/AAABAAQAAgshi3EAAAAASUVORK5CYII=";
    uint8_t palette[256][3] = {{255, 255, 255}, {0, 0, 0}};
    const uint8_t pixel[] = {0, 1};
    struct alm_text text = {0};
    cr_assert(eq(int, alm_png_append(&text, pixel, 2, 1, (const uint8_t(*)[3])palette, NULL), ALM_OK));
    cr_assert(eq(int, strncmp(text.data, head, sizeof head - 1), 0), "%.80s", text.data);
    cr_assert(text.length > sizeof tail);
    cr_assert(eq(str, text.data + text.length - (sizeof tail - 1), (char *)tail));
    cr_assert(eq(int, alm_png_append(&text, pixel, 0, 1, (const uint8_t(*)[3])palette, NULL), ALM_SHAPE));
    alm_text_clear(&text);
}

Test(heat, maps_take_missing_values_constants_and_a_single_cell)
{
    const float value[] = {0.5f, NAN, 1e9f, -1e9f};
    const double y[] = {3, NAN}, nothing[] = {NAN, NAN};
    const int64_t ts[] = {0, 3600000000};
    const struct alm_heat_panel panel = {"p <&>", value, 0, 1, false};
    struct alm_heat_map map = {.title = "t <&>",
                               .caption = "c",
                               .frequency = "H",
                               .ts = ts,
                               .y = y,
                               .y_name = "values",
                               .n = 2,
                               .steps = 2,
                               .units = 2,
                               .panel = &panel,
                               .n_panels = 1};
    for (size_t i = 0; i < 3; i++) {
        struct alm_text text = {0};
        cr_assert(eq(int, alm_heat_map_svg(&text, &map, NULL), ALM_OK));
        cr_assert(strstr(text.data, "p &lt;&amp;&gt;") != NULL && strstr(text.data, "nan") == NULL);
        alm_text_clear(&text);
        map.y = nothing;
        if (i == 1) map.n = map.steps = map.units = 1, map.frequency = "index";
    }
}

Test(heat, lags_that_are_missing_or_all_zero_are_drawn)
{
    const double y[] = {1, NAN, 2}, influence[] = {0.5, NAN, -1}, zero[] = {0, 0, 0};
    struct alm_lag_chart chart = {.title = "t", .caption = "c", .y = y, .influence = influence, .n = 3};
    for (size_t i = 0; i < 2; i++) {
        struct alm_text text = {0};
        cr_assert(eq(int, alm_lag_chart_svg(&text, &chart, NULL), ALM_OK));
        cr_assert(strstr(text.data, "</svg>") != NULL && strstr(text.data, "nan") == NULL);
        alm_text_clear(&text);
        chart.influence = zero;
    }
}
