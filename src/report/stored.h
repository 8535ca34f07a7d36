/* The options a run was made with, out of the settings stored with it. */
#ifndef ALM_REPORT_STORED_H
#define ALM_REPORT_STORED_H

#include "base/text.h"
#include "report/facts.h"

#include <stdbool.h>
#include <stddef.h>

/* A single value as text into out, which is emptied first; false when it is not there. */
bool alm_stored_text(struct alm_text *out, const struct alm_facts *facts, const char *key);
/* A number; NaN when it is not there. */
double alm_stored_number(const struct alm_facts *facts, const char *key);

#define ALM_STORED_INTERVALS 16
/* The central intervals, in percent, that the quantile levels of a run make up, rising; returns how many. */
size_t alm_stored_intervals(double out[ALM_STORED_INTERVALS], const struct alm_facts *facts);

#endif
