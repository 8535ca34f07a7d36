/* The values of series as CSV that imports back to the same rows, bit for bit. */
#ifndef ALM_REPORT_EXPORT_H
#define ALM_REPORT_EXPORT_H

#include "base/hooks.h"
#include "base/status.h"
#include "store/series_table.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_export_layout {
    ALM_EXPORT_SINGLE, /* time,value: one series */
    ALM_EXPORT_WIDE,   /* time and a column for each series, whose header is its name */
    ALM_EXPORT_LONG,   /* series,time,value: one series after the other */
};

struct alm_export_options {
    enum alm_export_layout layout;
    bool excel_safe; /* a quote stands before names and labels that a spreadsheet would take for formulas */
    const struct alm_cancel *cancel; /* may be NULL */
};

struct alm_export_counts {
    size_t rows;   /* lines after the header */
    size_t absent; /* wide: empty cells where a series has no row, between its first and its last value */
};

/* Writes n series (sorted anew by frame in layout wide) to output. Times are ISO 8601 in UTC with as many
 * digits as they need, or the counts of index series, whose column is called `index`; numbers have the fewest
 * digits that read back to them; missing values are empty; codes of categorical series are their labels.
 * Memory does not grow with the rows. ALM_USAGE when series with and without a clock, or in layout long
 * numbers and labels, would stand in one column. */
enum alm_status alm_export_write(const struct alm_output *output, struct alm_store *store,
                                 struct alm_series_row *series, size_t n,
                                 const struct alm_export_options *options, struct alm_export_counts *counts,
                                 struct alm_error *error);

#endif
