/* What `inspect` prints: gates, saturation, memory, parameters and lags as tables, the summary in words. */
#ifndef ALM_CLI_INSPECT_TABLES_H
#define ALM_CLI_INSPECT_TABLES_H

#include "cli/commands.h"
#include "cli/printer.h"

#include "forecast/inspection.h"

/* What is printed, of what. */
struct alm_inspect_view {
    const struct alm_call *call;
    const struct alm_inspection *in;
    struct alm_printer *printer; /* set by alm_inspect_print */
    size_t layer, unit;          /* from 1; 0: all. The decoder is the layer after the last */
};

/* Prints what has that name (see the option --what). */
enum alm_status alm_inspect_print(struct alm_inspect_view *view, const char *what, struct alm_error *error);

#endif
