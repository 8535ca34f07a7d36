/* Reports: the stored rows of one run as a self-contained document. Nothing is computed here that the
 * database does not hold; what a document shows can be asked for again with SQL. */
#ifndef ALM_REPORT_REPORT_H
#define ALM_REPORT_REPORT_H

#include "base/status.h"
#include "base/text.h"

#include <stdint.h>

struct alm_store;

/* Appends one HTML page: what was run on what, leaderboard with its verdict in words, a chart per series,
 * error by step, training curves and coverage, as static SVG. It needs no script, no network and no other
 * file. Works for every kind and state of a run; what is not there is said. ALM_NOTFOUND when there is no
 * such run; out is then unchanged or partly written. */
enum alm_status alm_report_html(struct alm_text *out, struct alm_store *store, int64_t run,
                                struct alm_error *error);

/* Appends the same tables and verdicts as Markdown (GitHub tables), without charts. */
enum alm_status alm_report_md(struct alm_text *out, struct alm_store *store, int64_t run,
                              struct alm_error *error);

#endif
