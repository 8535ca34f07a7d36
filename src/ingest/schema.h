/* What the columns of a file mean. Decided once, from its first records and the user's options. */
#ifndef ALM_INGEST_SCHEMA_H
#define ALM_INGEST_SCHEMA_H

#include "base/status.h"
#include "base/text.h"
#include "ingest/dialect.h"
#include "ingest/number.h"
#include "ingest/options.h"
#include "ingest/sample.h"
#include "ingest/timeformat.h"
#include "ingest/timesplit.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_layout {
    ALM_LAYOUT_WIDE, /* each value column is a series */
    ALM_LAYOUT_LONG, /* each key is a series, or one for each value column */
    ALM_LAYOUT_ROWS, /* each row is a series: its name, then its values */
    ALM_LAYOUT_TSF,  /* the same with a header of its own: see tsf.h */
    ALM_LAYOUT_TEXT, /* no table: each character is a label of one series */
};

enum alm_column_role {
    ALM_COLUMN_TIME,
    ALM_COLUMN_KEY,
    ALM_COLUMN_VALUE,
    ALM_COLUMN_CATEGORY, /* a value, too: its texts are labels */
    ALM_COLUMN_SKIPPED,
};

struct alm_column {
    char *header; /* as in the file; c1, c2, ... without a header */
    char *name;   /* a value's part of the series name: lower case, other characters as _ */
    enum alm_column_role role;
    const char *why_skipped;         /* "not numeric", ... */
    char hint[ALM_NUMBER_HINT_SIZE]; /* options under which a skipped one would be numeric; or "" */
    char *unit;                      /* of its values; NULL: the file does not say */
    const char *kind;                /* of the series: numeric, price, categorical */
    char *symbol;                    /* AAPL of AAPL.Open when the file has several symbols; else NULL */
};

struct alm_schema {
    struct alm_dialect dialect;
    struct alm_number_style numbers; /* texts are borrowed from the options */
    enum alm_layout layout;
    bool has_header, index;
    bool named;                 /* the columns have names, from a header or --columns */
    struct alm_column *columns; /* [n_columns]; none in layout rows */
    size_t n_columns;
    size_t times[ALM_TIME_PARTS], n_times; /* column indices, joined in this order; none with index */
    struct alm_time_format time_format;
    size_t *keys, *values; /* [n_keys], [n_values] column indices, keys as the user ordered them */
    size_t n_keys, n_values;
    size_t n_categories; /* the last of values are categories */
    char *series;      /* NAME: given, the one symbol of the columns, or the file's stem; NULL when unknown */
    bool series_given; /* by the user: then it also stands before keys */
    char *by_hint;     /* what --by could be, where rows share their time; or NULL */
    struct alm_text assumptions; /* what was guessed, one sentence a line */
};

/* Decides from a sample whose first record is the header, if it says so. The time column is the one named,
 * else the one whose cells are times (of several, one whose name says so, else the first); numbers that could
 * be times (epochs, YYYYMMDD) need a name that says so, or no name in the first column. A value column has at
 * least four numbers in five cells that are not missing; one without a name, or called no, id, index or row,
 * that counts its rows by ones is skipped. ALM_USAGE when the options do not fit the columns, ALM_DATA when
 * there is nothing to store. */
enum alm_status alm_schema_decide(struct alm_schema *out, const struct alm_sample *sample,
                                  struct alm_dialect dialect, const struct alm_ingest_options *options,
                                  struct alm_error *error);
void alm_schema_clear(struct alm_schema *schema);

/* Second part of the decision, in schema_names.c: the series' name, symbols taken off the headers; names that
 * would clash or cannot be used are refused. */
enum alm_status alm_schema_decide_names(struct alm_schema *schema, const struct alm_ingest_options *options,
                                        struct alm_error *error);

/* Part of that, in schema_bars.c: price bars. SYMBOL.open and the like lose the symbol, which names the
 * file's series or, when there are several, the column's; the columns of a bar are called open, high, low,
 * close, adjusted, volume whatever their spelling, and stand beside each other, symbol after symbol. */
enum alm_status alm_schema_decide_bars(struct alm_schema *schema, struct alm_error *error);

/* The series name of value column number v (index into values) under key (NULL in layouts wide and text):
 * NAME, NAME.column, key, key.column, each under NAME. where the user gave one; in layout wide the header
 * itself, unchanged, where the user gave the empty NAME. */
enum alm_status alm_schema_series_name(char **out, const struct alm_schema *schema, const char *key, size_t v,
                                       struct alm_error *error);

#endif
