/* Where a series lacks bars, found while its rows go by. */
#ifndef ALM_WORKBENCH_GAPS_H
#define ALM_WORKBENCH_GAPS_H

#include "almanac.h"
#include "series/calendar.h"
#include "store/series_table.h"
#include "store/store.h"

/* The gaps of a stored series by that frequency; without keep they are only counted. frequency in *out is
 * left empty. */
enum alm_status alm_gaps_find(struct alm_gap_list *out, struct alm_store *store,
                              const struct alm_series_row *row, struct alm_frequency frequency, bool keep,
                              struct alm_error *error);

#endif
