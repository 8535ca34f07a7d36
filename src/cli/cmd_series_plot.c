#include "cli/cmd_series.h"
#include "cli/meter.h"
#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH = 80, HEIGHT = 20, WIDTH_MAX = 200, PROMPT = 2 };

static enum alm_status write_stdout(void *context, const char *bytes, size_t n, struct alm_error *error)
{
    (void)context;
    if (fwrite(bytes, 1, n, stdout) == n) return ALM_OK;
    return alm_fail(error, ALM_IO, "cannot write to standard output: %s", strerror(errno));
}

/* The terminal's width and at most HEIGHT of its lines, so that the prompt below is still there. */
static void find_size(size_t *width, size_t *height)
{
    struct winsize size;
    *width = WIDTH;
    *height = HEIGHT;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return;
    *width = size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
    if (size.ws_row > PROMPT && size.ws_row - PROMPT < HEIGHT) *height = (size_t)size.ws_row - PROMPT;
}

enum alm_status alm_series_plot_run(const struct alm_call *call, struct alm_error *error)
{
    const struct alm_output output = {NULL, write_stdout};
    const char *svg = alm_call_text(call, "svg");
    struct alm_workbench *workbench;
    struct alm_plot_request request = {.series = call->arguments[0],
                                       .from = alm_call_text(call, "from"),
                                       .to = alm_call_text(call, "to"),
                                       .svg = svg != NULL,
                                       .path = svg == NULL || strcmp(svg, "-") == 0 ? NULL : svg,
                                       .colour = call->color_out,
                                       .output = &output};
    if (call->format_stated)
        return alm_fail(error, ALM_USAGE, "a plot is a picture; `almanac series export` gives the values");
    find_size(&request.width, &request.height);
    request.width = alm_call_count(call, "width", request.width < 20 ? 20 : request.width);
    request.height = alm_call_count(call, "height", request.height < 6 ? 6 : request.height);
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    alm_meter_erase(call->meter);
    const enum alm_status status = alm_series_plot(workbench, &request, error);
    if (status == ALM_OK && request.path != NULL) alm_call_say(call, "wrote %s", svg);
    alm_workbench_close(workbench);
    return status;
}

const struct alm_command_option alm_series_plot_options[] = {
    {.name = "from",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "the first bar (a count for series without a clock; default: all)"},
    {.name = "to", .kind = ALM_ARGUMENT_TEXT, .value = "TIME", .help = "the last bar"},
    {.name = "width",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "columns (default: those of the terminal, else 80)",
     .minimum = 20,
     .maximum = 1000},
    {.name = "height",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "lines (default 20, or fewer on a small terminal)",
     .minimum = 6,
     .maximum = 1000},
    {.name = "svg",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FILE",
     .help = "write an SVG picture to FILE (`-`: standard output)",
     .completion = ALM_COMPLETE_FILE},
    {.name = NULL},
};

const char alm_series_plot_help[] = "Where there are more bars than columns, each column of dots spans the "
                                    "least to the greatest value of its bars. "
                                    "Bars stand at their time, and missing ones leave a hole; those of "
                                    "markets (business days, sessions, kind price) "
                                    "stand side by side.";

const struct alm_example alm_series_plot_examples[] = {
    {"series plot GOOG.close", "draw it here"},
    {"series plot GOOG.close --from 2008-01-01 --to 2009-12-31", "a part of it"},
    {"series plot GOOG.close --svg close.svg", "as a picture for documents"},
    {NULL, NULL},
};
