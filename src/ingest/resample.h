/* Rows gathered into the bars of a frequency, on their way to the sink. */
#ifndef ALM_INGEST_RESAMPLE_H
#define ALM_INGEST_RESAMPLE_H

#include "base/status.h"
#include "ingest/ingest.h"
#include "series/zone.h"

/* Takes the place of a sink: rows of one bar leave as one row, timed by the bar's start. Missing values do
 * not count, bars without a value are gaps. Wants the rows of a group in order, each time once; of each group
 * one bar is kept. */
struct alm_resample;

enum alm_resample_how {
    ALM_RESAMPLE_MEAN,
    ALM_RESAMPLE_SUM,
    ALM_RESAMPLE_FIRST,
    ALM_RESAMPLE_LAST,
    ALM_RESAMPLE_MIN,
    ALM_RESAMPLE_MAX,
    ALM_RESAMPLE_COUNT, /* of values */
    ALM_RESAMPLE_OHLC,
};

struct alm_resample_spec {
    struct alm_frequency frequency;
    enum alm_resample_how how;
};

/* Reads FREQUENCY=HOW, e.g. `1H=mean`. ALM_USAGE. */
enum alm_status alm_resample_parse(struct alm_resample_spec *out, const char *text, struct alm_error *error);

/* sink and zone (whose clocks tell the bars; NULL: UTC) are borrowed. */
enum alm_status alm_resample_create(struct alm_resample **out, const struct alm_resample_spec *spec,
                                    const struct alm_zone *zone, const struct alm_ingest_sink *sink,
                                    struct alm_error *error);
void alm_resample_free(struct alm_resample *resample); /* NULL-safe */
/* The sink that takes its place; valid until freed. With `ohlc`, columns open, high, low and close keep their
 * names and become the first, highest, lowest and last of theirs, volumes are summed, others are the last;
 * where there are none of these, each column that is no volume becomes four series, NAME.open to NAME.close.
 */
const struct alm_ingest_sink *alm_resample_sink(const struct alm_resample *resample);

#endif
