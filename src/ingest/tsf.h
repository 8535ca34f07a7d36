/* The .tsf files of the Monash archive: a header of lines such as `@attribute series_name string`, then a
 * line for each series: its attributes and its values, `T1:1979-01-01 00-00-00:2.5,?,3`. Lines may be of any
 * length.
 *
 * Godahewa, Bergmeir, Webb, Hyndman, Montero-Manso (2021), "Monash Time Series Forecasting Archive". */
#ifndef ALM_INGEST_TSF_H
#define ALM_INGEST_TSF_H

#include "base/status.h"
#include "base/text.h"
#include "ingest/decode.h"
#include "series/calendar.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether a path says so: .tsf, also packed. */
bool alm_tsf_is_path(const char *path);

/* ---- tsf_header.c ---- */

enum alm_tsf_kind { ALM_TSF_STRING, ALM_TSF_NUMERIC, ALM_TSF_DATE };

struct alm_tsf_header {
    struct alm_tsf_attribute {
        char *name;
        enum alm_tsf_kind kind;
    } * attributes; /* [n_attributes], in the order of a series' line */
    size_t n_attributes, capacity;
    size_t date; /* the attribute that starts a series, SIZE_MAX: none */
    bool has_frequency;
    struct alm_frequency frequency;
    char horizon[24]; /* as it stands there, or "" */
};

/* Starts an empty header. */
void alm_tsf_header_init(struct alm_tsf_header *header);
void alm_tsf_header_clear(struct alm_tsf_header *header);
/* Takes a line that is neither blank nor a comment; *data is set by `@data`. ALM_DATA for one that is none of
 * a header. */
enum alm_status alm_tsf_header_take(struct alm_tsf_header *header, bool *data, const char *line,
                                    struct alm_error *error);
/* The frequency of a word: 4_seconds, minutely, half_hourly, daily, ... ALM_DATA for others. */
enum alm_status alm_tsf_frequency(struct alm_frequency *out, const char *word, struct alm_error *error);

/* ---- tsf_scan.c: the file in pieces that end with a separator ---- */

enum { ALM_TSF_TOKEN_LIMIT = 4096 };

struct alm_tsf_scan {
    struct alm_decoder *decoder; /* borrowed */
    char *buffer;
    size_t at, n;
    bool at_end;
    size_t line, column;             /* of the next byte, from 1; column counts characters */
    char token[ALM_TSF_TOKEN_LIMIT]; /* [length], terminated; without a CR at its end */
    size_t length, token_line, token_column;
    bool cut;  /* it was longer */
    char stop; /* what ended it: `\n`, another separator, or 0 at the end of the file */
};

enum alm_status alm_tsf_scan_init(struct alm_tsf_scan *scan, struct alm_decoder *decoder,
                                  struct alm_error *error);
void alm_tsf_scan_clear(struct alm_tsf_scan *scan);
/* Reads up to the next line end or the next of separator and other (0: none), and past it. */
enum alm_status alm_tsf_scan_next(struct alm_tsf_scan *scan, char separator, char other,
                                  struct alm_error *error);

#endif
