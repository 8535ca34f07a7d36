/* Results that are text already, on their way to standard output. */
#ifndef ALM_CLI_OUTPUT_H
#define ALM_CLI_OUTPUT_H

#include "base/hooks.h"

/* Writes to standard output; on a terminal control characters are made visible. */
struct alm_output alm_standard_output(void);

#endif
