/* What an import's summary says about the file: its dialect, its columns, its first rows. */
#ifndef ALM_WORKBENCH_IMPORT_FACTS_H
#define ALM_WORKBENCH_IMPORT_FACTS_H

#include "almanac.h"
#include "ingest/ingest.h"
#include "ingest/labels.h"

/* The columns, as they were decided. */
enum alm_status alm_import_facts_schema(struct alm_import_summary *out, const struct alm_schema *schema,
                                        struct alm_error *error);
/* Keeps the first of n rows (see alm_ingest_sink) of series[width], of the first group that delivers some.
 * labels (may be NULL) has those of categorical series. */
enum alm_status alm_import_facts_rows(struct alm_import_summary *out, const struct alm_import_series *series,
                                      size_t width, const struct alm_labels *labels, const int64_t *ts,
                                      const double *values, size_t n, struct alm_error *error);
/* Counts and dialect. */
enum alm_status alm_import_facts_summary(struct alm_import_summary *out,
                                         const struct alm_ingest_summary *read, struct alm_error *error);
void alm_import_facts_clear(struct alm_import_summary *summary);

#endif
