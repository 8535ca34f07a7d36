/* What one column of a sample holds. */
#ifndef ALM_INGEST_COLUMN_H
#define ALM_INGEST_COLUMN_H

#include "ingest/number.h"
#include "ingest/schema.h"
#include "ingest/timeformat.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_column_facts {
    size_t numbers, missing, others; /* cells */
    bool counts;                     /* whole numbers, each one more than the last or starting again */
    enum alm_time_verdict times;
    struct alm_time_format format, other_format; /* see alm_time_guess_verdict */
};

/* Looks at column number column of the records from first on. Records that are too short are passed over. */
void alm_column_look(struct alm_column_facts *out, const struct alm_sample *sample, size_t column,
                     size_t first, const struct alm_number_style *style);

/* What would make the column numeric (see alm_number_hint), if that holds for most of its cells; else "". */
void alm_column_hint(char out[ALM_NUMBER_HINT_SIZE], const struct alm_sample *sample, size_t column,
                     size_t first, const struct alm_number_style *style);

/* At least four of five cells that are not missing are numbers, and there is one. */
static inline bool alm_column_is_numeric(const struct alm_column_facts *facts)
{
    return facts->numbers > 0 && facts->others * 4 <= facts->numbers;
}

#endif
