/* Small pictures inside a page or an SVG file, without another library. */
#ifndef ALM_REPORT_PNG_H
#define ALM_REPORT_PNG_H

#include "base/status.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

/* Appends a PNG (W3C, third edition) of width x height pixels as a data: URI. pixel [height][width], first
 * row on top, names entries of palette [256][3] (red, green, blue). Stored, not deflated: for pictures of up
 * to some hundred kilobytes. */
enum alm_status alm_png_append(struct alm_text *out, const uint8_t *pixel, size_t width, size_t height,
                               const uint8_t palette[256][3], struct alm_error *error);

#endif
