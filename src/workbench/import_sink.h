/* Where the rows of an import go: groups of series become frames of the store. */
#ifndef ALM_WORKBENCH_IMPORT_SINK_H
#define ALM_WORKBENCH_IMPORT_SINK_H

#include "almanac.h"
#include "ingest/ingest.h"
#include "ingest/labels.h"
#include "store/observation_table.h"
#include "store/series_table.h"
#include "store/staging.h"

/* One frame that a group writes to. */
struct alm_import_frame {
    int64_t frame_id;
    size_t column[ALM_FRAME_WIDTH]; /* of the group, by position; SIZE_MAX: not of this group */
    struct alm_observation_writer *writer;
};

struct alm_import_group {
    size_t first, width; /* its series: summary->series[first .. first + width) */
    int64_t offset;      /* added to every ts: an index series that goes on */
    struct alm_import_frame *frames;
    size_t n_frames;
    struct alm_labels *labels; /* [width], of categorical series; NULL when there are none */
    int64_t *series_id;        /* [width] with them */
};

struct alm_import_sink {
    struct alm_store *store;
    const struct alm_import_request *request;
    const struct alm_schema *schema; /* while rows come */
    struct alm_import_summary *summary;
    enum alm_conflict_policy policy;
    int64_t import_id;
    struct alm_import_group *groups; /* [n_groups] */
    size_t n_groups, group_capacity, series_capacity, reject_capacity;
    struct alm_staging *staging; /* NULL until it is needed */
    int64_t *shifted;            /* times of an index series that goes on */
    size_t shifted_capacity;
    size_t shown_group; /* whose first rows are kept for showing */
    size_t n_created, n_rejects;
    size_t values_added, values_replaced;
    struct alm_text assumptions;
    bool said_rests; /* among them */
};

/* The functions for alm_ingest; out->context is sink, to be set up with the first five fields. */
void alm_import_sink_connect(struct alm_ingest_sink *out, struct alm_import_sink *sink);
/* Drops the temporary table of rows that waited, which must be gone when the transaction ends. */
void alm_import_sink_forget_staged(struct alm_import_sink *sink);
/* Frees all but the summary. */
void alm_import_sink_clear(struct alm_import_sink *sink);

/* Stores rows of a group that are in order: the sink's `rows` (ingest.h). */
enum alm_status alm_import_on_rows(void *context, size_t number, const int64_t *ts, const double *values,
                                   const size_t *lines, size_t n, struct alm_error *error);

/* ---- import_place.c ---- */

/* Finds the frames of a group's series and makes the series that are not there. */
enum alm_status alm_import_place(struct alm_import_sink *sink, struct alm_import_group *group,
                                 struct alm_error *error);

/* ---- import_late.c: the sink's functions (ingest.h) for rows that are not in order ---- */

enum alm_status alm_import_on_stored(void *context, int64_t *until, size_t number, struct alm_error *error);
enum alm_status alm_import_on_late(void *context, size_t number, const int64_t *ts, const double *values,
                                   const size_t *lines, size_t n, bool *taken, struct alm_error *error);
enum alm_status alm_import_on_times(void *context, int64_t *ts, size_t *n, size_t capacity, size_t number,
                                    int64_t after, struct alm_error *error);
enum alm_status alm_import_on_stage(void *context, size_t group, int64_t ts, size_t line,
                                    const double *values, size_t width, struct alm_error *error);
enum alm_status alm_import_on_unstage(void *context, bool *more, size_t *group, int64_t *ts, size_t *line,
                                      double *values, size_t width, struct alm_error *error);

#endif
