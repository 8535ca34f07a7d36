/* What a resampled row is made of. */
#ifndef ALM_INGEST_RESAMPLE_PLAN_H
#define ALM_INGEST_RESAMPLE_PLAN_H

#include "ingest/resample.h"

struct alm_resample_part {
    size_t source;             /* value column */
    enum alm_resample_how how; /* not OHLC */
    const char *suffix;        /* appended to the name after a dot; NULL: none */
    bool strip;                /* the last part of the name makes room for suffix */
};

struct alm_resample_plan {
    struct alm_resample_part *parts; /* [n], one for each resulting series */
    size_t n;
    size_t n_sources;
};

/* ALM_USAGE when labels would be averaged, or without a clock. */
enum alm_status alm_resample_plan_make(struct alm_resample_plan *out, const struct alm_resample_spec *spec,
                                       const struct alm_schema *schema, struct alm_error *error);
void alm_resample_plan_clear(struct alm_resample_plan *plan);

/* The name of the series that a part makes of one called name. */
void alm_resample_part_name(struct alm_text *out, const struct alm_resample_part *part, const char *name);

/* Appends what is done, as a sentence. */
void alm_resample_describe(struct alm_text *out, const struct alm_resample_spec *spec, const char *zone);

#endif
