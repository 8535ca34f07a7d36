/* The public C interface of almanac: one function per use case over one database file. Link with
 * `pkg-config --cflags --libs almanac`; tests/library/example.c is a whole program.
 *
 * Open a workbench, call use cases, read results back as rows, close it. Nothing here prints, changes the
 * locale, takes over signals or ends the process.
 *
 * Errors: every call that can fail returns a status (ALM_OK is 0) and on failure writes a sentence into the
 * caller's error object, which may be NULL. Beside what a function says of itself, any may return ALM_NOMEM,
 * ALM_IO (the file cannot be read or written, the disk is full), ALM_DB (locked for ten seconds, damaged),
 * and a long one ALM_INTERRUPTED.
 *
 * Ownership: requests belong to the caller, are only read, and need not outlive the call; set what you mean
 * and leave the rest zero, best with an initialiser. A summary is overwritten whatever was in it; one that
 * has a clear function owns memory until it is called, which is allowed after a failure, too, and twice. What
 * a function makes through an `out` parameter is NULL on failure and is released by the function named beside
 * it. Texts are UTF-8.
 *
 * Threads: a workbench, with its cursors, is used by one thread at a time; different workbenches, on one file
 * as well, by different ones. Long calls start worker threads of their own, report progress and stop within a
 * moment when the cancel object is set, keeping what they finished.
 *
 * Times are int64_t microseconds since 1970-01-01 UTC, or counts 0, 1, 2, ... of an index series. Texts that
 * name a time are ISO 8601, or such a count. A NAME is a series' name, a PATTERN a GLOB over them (`GOOG.*`),
 * a SPEC a forecaster with its options (`lstm:hidden=64,lookback=96`), a RUN an id or a unique name, all as
 * on the command line.
 */
#ifndef ALM_ALMANAC_H
#define ALM_ALMANAC_H

#include "base/hooks.h"
#include "base/status.h"
#include "store/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define ALM_VERSION "0.1.0"
/* The version of the library that runs, where ALM_VERSION is that of the header. Until 1.0 structs may grow
 * between minor versions, and the library's soname says which it is. */
const char *alm_version(void);

/* ---- the workbench ---- */

struct alm_workbench;

struct alm_workbench_options {
    const char *path; /* database file; not needed after the call */
    bool create;      /* make it when it is not there; otherwise that is ALM_NOTFOUND */
    bool fast;        /* synchronous NORMAL: a power cut may lose the last commits, a kill may not */
    const struct alm_cancel *cancel;     /* may be NULL; outlives the workbench */
    const struct alm_progress *progress; /* may be NULL; outlives the workbench */
};

/* Opens a database, migrating one of an older version. ALM_NOTFOUND when there is none and it shall not be
 * made; ALM_DB for a file that is no database of almanac or is one of a newer version, which is left
 * untouched. */
enum alm_status alm_workbench_open(struct alm_workbench **out, const struct alm_workbench_options *options,
                                   struct alm_error *error);
/* Close all cursors before. NULL-safe. */
void alm_workbench_close(struct alm_workbench *workbench);
/* The same after work that failed: a database that alm_workbench_open made and in which nothing was stored is
 * removed again, then the result is true. NULL-safe. */
bool alm_workbench_discard(struct alm_workbench *workbench);

/* ---- results as rows ---- */

/* Queries give a cursor; how it is stepped and read is in store/cursor.h, as is the list of the named queries
 * (alm_named_query_at). Every table of results has a documented view, see `almanac schema`. */

/* One named parameter of a named query. text NULL and has_number false: SQL NULL. */
struct alm_parameter {
    const char *name; /* without the colon */
    const char *text;
    double number;
    bool has_number;
};

/* Opens a named query with parameters[0..n). Those that are not given are NULL, which the queries take as
 * "all" or "the latest". *out is closed with alm_query_close. ALM_USAGE for an unknown query or parameter,
 * with a suggestion. */
enum alm_status alm_query_named(struct alm_rows **out, struct alm_workbench *workbench, const char *name,
                                const struct alm_parameter *parameters, size_t n, struct alm_error *error);
/* Opens one SQL statement (SELECT, WITH … SELECT, VALUES or EXPLAIN of these) on a connection of its own that
 * can do nothing but read. *out is closed with alm_query_close. ALM_USAGE for any other statement, several,
 * or SQL that is wrong. */
enum alm_status alm_query_sql(struct alm_rows **out, struct alm_workbench *workbench, const char *sql,
                              struct alm_error *error);
/* NULL-safe. */
void alm_query_close(struct alm_rows *rows);

/* ---- import ---- */

/* What to import and how. Texts are as on the command line, where `almanac help import` tells more; unset
 * texts are NULL. */
struct alm_import_request {
    const char *file;        /* path, or "-" for standard input */
    const char *series;      /* NAME; NULL: the file's stem */
    const char *time;        /* columns joined with `,`; NULL: found by content */
    const char *value;       /* columns joined with `,`; NULL: all that are numeric */
    const char *by;          /* key columns joined with `,` */
    const char *layout;      /* auto | wide | long | rows | tsf | text */
    bool index;              /* no clock: rows count 0, 1, 2, ... */
    bool append;             /* an index series goes on after its last value */
    const char *time_format; /* iso, s, ms, us, ns, excel, excel1904 or as for strftime, %d.%m.%Y %H:%M */
    const char *time_zone;   /* IANA name, of times without one; NULL: UTC */
    const char *dst;       /* error | earlier | later | skip: local times that do not exist or exist twice */
    const char *encoding;  /* NULL: UTF-8, or UTF-16 by its mark; else a name that iconv knows */
    const char *delimiter; /* NULL: found, as the next three */
    const char *quote;     /* a character or `none` */
    const char *escape;    /* double | backslash | none */
    const char *line_end;  /* auto | lf | crlf | cr */
    const char *header;    /* auto | yes | no | number of its rows | the names expected, joined with `,` */
    const char *columns;   /* names for a file without header, joined with `,`; or `binance` */
    const char *skip;      /* number of lines before the header; NULL: found */
    const char *ragged;    /* error | pad | skip: rows of another width than the header */
    const char *decimal;   /* `.` or `,` */
    const char *thousands; /* a character that groups digits, or `space` */
    const char *percent;   /* points (5% is 5) | fraction (5% is 0.05); NULL: refused */
    const char *currency;  /* signs or codes that are taken off numbers, joined with `,` */
    const char *null_text; /* more words for a missing value, joined with `,` */
    const char *category;  /* columns of labels joined with `,` */
    const char *resample;  /* FREQUENCY=mean|sum|first|last|min|max|count|ohlc; NULL: rows as they are */
    const char *memory;    /* for rows that wait to be sorted, e.g. 32M */
    const char *frequency; /* NULL: inferred */
    const char *on_conflict; /* fail | keep | replace: a stored value that the file gives differently */
    bool strict;             /* refuse the file on its first reject */
    bool max_rejects_given;  /* else 1 % of the rows, at least 10 */
    size_t max_rejects;
    bool dry_run; /* do everything, store nothing */
};

struct alm_import_series {
    char *name;
    char frequency[24];
    bool index;           /* first and last are counts, not times */
    bool created;         /* not there before this import */
    int64_t first, last;  /* of all that is stored, as are the next ones */
    size_t n;             /* values */
    size_t gaps, missing; /* stretches of bars without a value, and the bars there */
    size_t added;         /* values that this import stored */
};

struct alm_import_reason {
    const char *reason;
    size_t n;
};

/* A column of the file and what became of it. */
struct alm_import_column {
    char *name;       /* its header; c1, c2, ... without one */
    const char *role; /* time, key, value, category, left out */
    char *type;       /* number, label, text, or how times are written; NULL for one left out */
    char *unit;       /* of its values; NULL when the file does not say */
    char *note;       /* why it was left out; else NULL */
};

enum { ALM_IMPORT_PREVIEW = 5 };

/* The first rows of the file's first series, as they are stored. */
struct alm_import_preview {
    char **series; /* [width] names */
    size_t width, n;
    bool index;     /* ts are counts, not times */
    int64_t *ts;    /* [n] */
    double *values; /* [n][width], NaN: missing */
    char **labels;  /* [n][width] of categorical series; NULL for numbers */
};

struct alm_import_summary {
    char sha256[65];
    bool known; /* the same file was imported before: nothing was done */
    size_t rows_read, rows_stored, rows_rejected;
    size_t values_kept, values_replaced; /* conflicts with stored values, by on_conflict */
    size_t out_of_order; /* rows before which a later one of their series stands in the file */
    size_t blank_lines;
    size_t stray_quotes,
        stray_line; /* rows with a quote inside an unquoted field, and the first one's line */
    size_t rows_skipped, rows_padded;        /* of another width than the header: left out, filled or cut */
    size_t preamble;                         /* lines before the header */
    size_t header_rows, header_line;         /* 0: none */
    size_t notes, first_note_line;           /* lines below the table that are no rows of it */
    char *dialect, *dialect_json, *encoding; /* how the file is written; NULL when it was not looked at */
    struct alm_import_column *columns;       /* [n_columns]; none in layouts without columns */
    size_t n_columns;
    struct alm_import_preview preview;
    size_t dst_holes,
        dst_folds;      /* rows whose local time does not exist, exists twice; whatever became of them */
    size_t dst_skipped; /* those of them left out by --dst skip: neither stored nor rejected */
    struct alm_import_series *series; /* [n_series] in the order of the file */
    size_t n_series;
    struct alm_import_reason *reasons; /* [n_reasons] rejects by reason, none that is 0 */
    size_t n_reasons;
    char **rejects; /* [n_rejects] the first few, as `file:line:column: ...` */
    size_t n_rejects;
    char **assumptions; /* [n_assumptions] what was guessed about the file, and columns left out */
    size_t n_assumptions;
    double seconds;
};

/* Imports one file in one transaction: all of its good rows or, on failure, none. ALM_USAGE when the options
 * do not fit the file, ALM_DATA when it is refused (too many rejects, conflicts, nothing to store), ALM_IO
 * when it cannot be read. The summary is filled as far as the import got; clear it in any case. */
enum alm_status alm_import(struct alm_workbench *workbench, const struct alm_import_request *request,
                           struct alm_import_summary *summary, struct alm_error *error);
/* Releases what the summary owns and empties it. */
void alm_import_summary_clear(struct alm_import_summary *summary);

/* Writes the records of a file as they are read, before anything is made of them: leniently, as RFC 4180 with
 * LF. Records with quotes out of order, of another width than the others, with NUL or bytes that are not
 * UTF-8 are irregular; each goes to remarks as one piece `file:line:column: reason`, without a line end. Of
 * the request file, encoding, delimiter, quote, escape and line_end are used. ALM_DATA, after all is written,
 * when any was irregular. */
enum alm_status alm_import_dump_records(struct alm_workbench *workbench,
                                        const struct alm_import_request *request,
                                        const struct alm_output *records, const struct alm_output *remarks,
                                        struct alm_error *error);

/* ---- runs ---- */

/* Covariates: series whose values are known beside those to forecast, on the same bars (or, of a coarser one,
 * the last value before). A past or future one is a PATTERN, all matches of which belong to every series, or
 * a NAME with `@` for the own name of each series up to its last dot (`@.volume`); a static one is a NAME,
 * with or without
 * `@`. */
struct alm_covariate_names {
    const char *const *past;    /* [n_past] known up to the origin */
    const char *const *future;  /* [n_future] known over the horizon, too */
    const char *const *statics; /* [n_statics] whose first value belongs to the series */
    size_t n_past, n_future, n_statics;
};

/* What to backtest. Texts are as on the command line; unset texts are NULL, unset numbers 0. */
struct alm_backtest_request {
    const char *const *series; /* [n_series] GLOB patterns over series names */
    size_t n_series;
    const char *const *models; /* [n_models] specs, `[LABEL=]name[:options]` */
    size_t n_models;
    size_t horizon;           /* required */
    size_t folds, step;       /* default: 1 fold unless first_origin is set; step = horizon */
    const char *first_origin; /* timestamp or index: folds from there to the end, or to last_origin */
    const char *last_origin;  /* no origin after it */
    const char *origins;      /* in place of step: a rule such as weekly:mon (window/origin_rule.h), or a file
                                 with a time on each line */
    const char *scheme;       /* expanding | sliding[:N], N bars or a time such as 2Y (window/extent.h) */
    const char *refit;        /* every | once | K */
    const char *gap;          /* bars or a time before an origin that no fit uses */
    const char *embargo;      /* bars or a time after the bars that a fold tests without the next origin */
    const double *levels;     /* [n_levels] interval coverages in percent, e.g. 80, 95; default both */
    size_t n_levels;
    bool no_intervals;   /* points only: saves the second fit of those that have no quantiles of their own */
    size_t season;       /* 0: each series' own */
    const char *missing; /* fill | refuse */
    size_t jobs;         /* 0: one per processor */
    uint64_t seed;       /* default 1 is the caller's to set */
    const char *name;    /* of the run; NULL: none */
    bool audit;          /* afterwards prove that no forecast depends on what came after its origin */
    bool dry_run;        /* check everything and count the work, then stop */
    struct alm_covariate_names covariates;
};

struct alm_backtest_summary {
    int64_t run; /* 0 after a dry run */
    size_t n_series, n_forecasters, n_folds, n_tasks, n_done, n_failed;
    size_t n_origins, n_embargoed; /* of all series: origins, and those that the embargo took */
    char first_failure[400];       /* why there is no forecast, where that is so first */
    size_t horizon;
    bool audited;
    size_t audit_checked, audit_leaks; /* forecasts compared; forecasts that differed */
    char audit_text[400];              /* the first difference, in words */
    char verdict[400];                 /* what the best forecaster's result means, in words */
};

/* Runs a backtest with naive beside the models, whose rows are read with alm_query_named (leaderboard,
 * checks, …): the run row is committed before the first fit, then each task's forecasts as it is done, then
 * metrics and the leaderboard. ALM_INTERRUPTED leaves a run that alm_backtest_resume ends with the same rows.
 * ALM_NOTFOUND or ALM_USAGE for unknown series, forecasters or options, ALM_EXISTS for a name in use,
 * ALM_DATA when a series does not allow it, all before the first fit; ALM_LEAK when the audit found one,
 * ALM_NUMERIC when a forecaster of the request made no forecast at any origin (the rows are kept). */
enum alm_status alm_backtest(struct alm_workbench *workbench, const struct alm_backtest_request *request,
                             struct alm_backtest_summary *summary, struct alm_error *error);
/* Ends an interrupted or killed run (id or name): everything but jobs comes from the stored run. Done at once
 * if it is. ALM_NOTFOUND when there is no such run, ALM_USAGE when it is of another kind, ALM_EXISTS while
 * another process works on it. */
enum alm_status alm_backtest_resume(struct alm_workbench *workbench, const char *run, size_t jobs,
                                    struct alm_backtest_summary *summary, struct alm_error *error);

/* The id of a RUN; ALM_NOTFOUND with a suggestion. */
enum alm_status alm_run_find(int64_t *out, struct alm_workbench *workbench, const char *run,
                             struct alm_error *error);
/* Removes a RUN with all its rows; ALM_NOTFOUND. */
enum alm_status alm_run_drop(struct alm_workbench *workbench, const char *run, struct alm_error *error);

/* ---- market money ---- */

/* A test of forecasts, not advice: what positions by a run's forecasts would have earned in series declared
 * prices. The position by the forecast return from the first step to the last is taken at the bar after the
 * origin and held until that of the next origin is. */
struct alm_money_request {
    const char *run;      /* RUN: a backtest of at least two steps */
    const char *position; /* sign | long | size; NULL: sign */
    double cost;          /* basis points (0.01 %) of each unit of turnover */
    uint64_t seed;        /* of the random orders */
};

/* One strategy in one series; NaN: not defined. Ratios and volatility are a year's, of an index series a
 * bar's. */
struct alm_money_row {
    char *series, *strategy; /* strategy: label of a forecaster, buy-and-hold or always-flip */
    bool index;              /* first and last are counts, not times */
    int64_t first, last;     /* when the first position is taken, and the last one closed */
    size_t decisions, bars;
    double total, volatility;               /* return over all bars after costs; standard deviation */
    double sharpe, sharpe_low, sharpe_high; /* the interval holds 95 % */
    double deflated; /* probability that the true ratio exceeds that of the best of n_tried without skill */
    double p_shuffled,
        shuffled; /* of random orders of the same positions: share that earns as much; median return */
    double drawdown, turnover, break_even,
        hit_rate;  /* break_even: basis points at which the mean return is 0 */
    char *verdict; /* a sentence without full stop; NULL for those that are no forecasters */
};

struct alm_money_summary {
    struct alm_money_row *rows; /* [n], by series, in the order of the run */
    size_t n, n_tried;          /* configurations tried on these series, in earlier runs, too */
    char *left_out;             /* names of series that are no prices, joined with `, `; NULL: none */
};

/* Judges a run; nothing is stored. Clear the summary in any case. ALM_NOTFOUND; ALM_USAGE for another kind of
 * run or rule; ALM_DATA when no series of it is declared a price, when it forecasts one step alone, or
 * classes. */
enum alm_status alm_money(struct alm_workbench *workbench, const struct alm_money_request *request,
                          struct alm_money_summary *summary, struct alm_error *error);
/* Releases what the summary owns and empties it. */
void alm_money_summary_clear(struct alm_money_summary *summary);

/* ---- tune ---- */

/* What to search. Texts are as on the command line; unset texts are NULL, unset numbers 0. */
struct alm_tune_request {
    const char *const *series; /* [n_series] GLOB patterns */
    size_t n_series;
    const char *
        model; /* SPEC with alternatives and ranges: hidden=32+64, lookback=24..336:log, dropout=0..0.4:0.1 */
    size_t horizon;     /* required */
    const char *origin; /* last time the search may see; NULL: see holdout */
    size_t holdout;     /* bars at the end of each series that it may not see */
    size_t folds, step; /* inner folds at the end of what it may see; default 3; step = horizon */
    const char *scheme, *refit, *gap; /* as for a backtest */
    size_t season;
    const char *missing;
    size_t trials;      /* configurations; default 20 */
    const char *method; /* random | halving */
    const char *budget; /* of halving: folds, or a whole-number option; default epochs where there are any */
    size_t reduction;   /* of halving: one of so many goes on; default 3 */
    const char *metric; /* default mae for one series, mase for several, log_loss for classes */
    size_t jobs;        /* 0: one per processor */
    uint64_t seed;
    const char *name; /* of the run; NULL: none */
    const char *keep; /* fit the best on all that the search saw and keep it under this name; NULL: do not */
    bool dry_run;
    struct alm_covariate_names covariates;
};

struct alm_tune_summary {
    int64_t run; /* 0 after a dry run */
    size_t n_series, n_configurations, n_rungs, n_trials, n_done, n_failed;
    size_t wanted, horizon, folds; /* wanted: configurations that were asked for */
    size_t n_options;              /* that are searched */
    size_t first_budget, full_budget;
    bool goes_on; /* a fit of a rung goes on from that of the one below */
    char budget[64], metric[40];
    char rival[32];   /* what naive_loss is of: naive or, for classes, majority */
    char series[256]; /* names joined with commas; empty: too many */
    char until[48];   /* last time that the search saw */
    bool cut;         /* something comes after it */
    bool lookback;    /* is searched */
    char *best;       /* spec of the best; NULL: none */
    double loss, naive_loss;
    char kept[128]; /* name of the kept model; empty: none */
};
/* Releases what the summary owns and empties it. */
void alm_tune_summary_clear(struct alm_tune_summary *summary);

/* Searches over the options of a forecaster on inner folds. The run row is committed before the first fit,
 * then each trial when it is finished. ALM_INTERRUPTED leaves a run that alm_tune_resume ends with the same
 * rows. ALM_DATA when no trial had a loss; before the first fit as alm_backtest. Clear the summary in any
 * case. */
enum alm_status alm_tune(struct alm_workbench *workbench, const struct alm_tune_request *request,
                         struct alm_tune_summary *summary, struct alm_error *error);
/* Ends an interrupted or killed run; as alm_backtest_resume. Clear the summary in any case. */
enum alm_status alm_tune_resume(struct alm_workbench *workbench, const char *run, size_t jobs,
                                struct alm_tune_summary *summary, struct alm_error *error);

/* ---- models and forecasts ---- */

/* What to fit and keep. Unset texts are NULL, unset numbers 0. */
struct alm_train_request {
    const char *model;         /* SPEC */
    const char *const *series; /* [n_series] PATTERNs */
    size_t n_series;
    const char *until;    /* last timestamp the fit may see; NULL: all */
    const char *name;     /* the model's name; NULL: made from the spec and the series */
    size_t season;        /* 0: each series' own */
    const char *missing;  /* fill | refuse */
    const double *levels; /* [n_levels] for intervals, percent; default 80, 95 */
    size_t n_levels;
    size_t horizon; /* that it shall forecast; 0: the season length of the first series */
    uint64_t seed;
    size_t jobs;       /* threads; 0: one per processor. Results do not depend on it */
    double time_limit; /* seconds, the spec's option time_limit; 0: as the spec says */
    struct alm_covariate_names covariates;
};

struct alm_train_summary {
    char name[128];
    size_t n_series, bytes;
    double seconds;
    int64_t run;      /* its training curve is in v_epoch under this run */
    bool resumed;     /* it went on where an earlier call was interrupted */
    char learnt[512]; /* `name=value` lines */
};

/* Fits a forecaster and keeps it in the database. If an earlier call with the same request and data was
 * interrupted or killed, goes on where it was, to the same bits. ALM_EXISTS when its name is in use, ALM_DATA
 * when a series does not allow the fit, ALM_DIVERGED or ALM_NUMERIC when the numbers fail. */
enum alm_status alm_train(struct alm_workbench *workbench, const struct alm_train_request *request,
                          struct alm_train_summary *summary, struct alm_error *error);
/* The same for a run (id or name) that was interrupted, with everything but jobs from the stored run; errors
 * as alm_backtest_resume. */
enum alm_status alm_train_resume(struct alm_workbench *workbench, const char *run, size_t jobs,
                                 struct alm_train_summary *summary, struct alm_error *error);
/* Removes a kept model; ALM_NOTFOUND with a suggestion. */
enum alm_status alm_model_drop(struct alm_workbench *workbench, const char *name, struct alm_error *error);

/* What to forecast. Unset texts are NULL, unset numbers 0. */
struct alm_forecast_request {
    const char *kept;          /* name of a kept model, or NULL */
    const char *model;         /* SPEC to fit now, when kept is NULL */
    const char *const *series; /* [n_series] PATTERNs */
    size_t n_series;           /* 0 with a kept model: the series it was trained on */
    size_t horizon;            /* 0 with a kept model: the horizon it was trained for */
    const double *levels;      /* [n_levels] in percent; default 80, 95 */
    size_t n_levels;
    const char *at;      /* origin; NULL: each series' last value */
    size_t season;       /* 0: each series' own */
    const char *missing; /* fill | refuse */
    uint64_t seed;
    const char *name;                      /* of the run; NULL: none */
    struct alm_covariate_names covariates; /* none with a kept model: those that it was trained with */
};

struct alm_forecast_summary {
    int64_t run; /* rows are in v_forecast and v_quantile under this run */
    size_t n_series, n_failed;
    char first_failure[256];
};

/* Forecasts beyond the origin and keeps the rows, as a run of one fold whose actuals come later (alm_score).
 * A series for which there is no forecast is counted in the summary; ALM_DATA when that is so for all,
 * ALM_NOTFOUND or ALM_USAGE for what does not exist or does not fit the kept model. */
enum alm_status alm_forecast_make(struct alm_workbench *workbench, const struct alm_forecast_request *request,
                                  struct alm_forecast_summary *summary, struct alm_error *error);

struct alm_score_summary {
    size_t n_runs, n_filled; /* runs whose metrics were made anew; forecasts that found their actual */
};

/* Fills in the actuals of earlier forecasts where data have come since, and makes the errors of their runs
 * anew. */
enum alm_status alm_score(struct alm_workbench *workbench, struct alm_score_summary *summary,
                          struct alm_error *error);

/* ---- series ---- */

/* Gives a series a new name; ALM_NOTFOUND, ALM_EXISTS when that is in use, ALM_USAGE when it cannot be a
 * name. */
enum alm_status alm_series_rename(struct alm_workbench *workbench, const char *name, const char *new_name,
                                  struct alm_error *error);
/* Drops every series that matches; *n says how many. ALM_NOTFOUND when none does. */
enum alm_status alm_series_drop(size_t *n, struct alm_workbench *workbench, const char *pattern,
                                struct alm_error *error);
/* Sets what is known of a series: key kind with value numeric or price, unit with any text, season with a
 * number of bars. ALM_NOTFOUND for another series, ALM_USAGE for another key or value. */
enum alm_status alm_series_set(struct alm_workbench *workbench, const char *name, const char *key,
                               const char *value, struct alm_error *error);

/* A stretch of bars without a value: absent, or there and missing. */
struct alm_gap {
    int64_t first, last; /* the first and the last of them: timestamps, or counts of an index series */
    size_t missing;      /* bars */
    int64_t duration;    /* of these bars, in microseconds; 0 for an index series */
};

struct alm_gap_list {
    struct alm_gap *gaps; /* [n] */
    size_t n, missing;    /* gaps; bars in them */
    size_t bars;          /* from the first value to the last: those with a value and the missing ones */
    char frequency[24];
    char rests[80]; /* of a series with sessions: the hours without bars that are no gaps; else "" */
};

/* Lists the gaps of the series of that name; clear in any case. ALM_NOTFOUND. */
enum alm_status alm_series_gaps(struct alm_workbench *workbench, const char *name, struct alm_gap_list *out,
                                struct alm_error *error);
/* Releases what the list owns and empties it. */
void alm_gap_list_clear(struct alm_gap_list *list);

/* What to export, as CSV that imports back to the same rows, bit for bit. */
struct alm_export_request {
    const char *pattern; /* a name or a GLOB pattern over series names */
    const char *layout;  /* wide | long; NULL: `time,value` for a name, wide for a pattern */
    bool excel_safe;  /* a quote stands before names and labels that a spreadsheet would take for formulas */
    const char *path; /* a file, replaced only when all is written; NULL: to output */
    const struct alm_output *output; /* where the bytes go without a path */
};

struct alm_export_summary {
    size_t n_series, rows;
    size_t absent; /* empty cells that read back as missing values although the series has no such row */
};

/* Exports. ALM_NOTFOUND when nothing matches; whatever ends the output's writer. */
enum alm_status alm_series_export(struct alm_workbench *workbench, const struct alm_export_request *request,
                                  struct alm_export_summary *summary, struct alm_error *error);

/* A picture of a series: lines of text drawn with braille dots, or an SVG file. */
struct alm_plot_request {
    const char *series;    /* its name */
    const char *from, *to; /* timestamps or counts; NULL: all of it */
    bool svg;
    size_t width, height; /* of text: columns, at least 20, and lines, at least 6 */
    bool colour;          /* text with escape sequences */
    const char *path;     /* a file, replaced only when all is written; NULL: to output */
    const struct alm_output *output;
};

/* Draws. ALM_NOTFOUND when there is no such series, or no value between from and to. */
enum alm_status alm_series_plot(struct alm_workbench *workbench, const struct alm_plot_request *request,
                                struct alm_error *error);

/* ---- inside a model ---- */

struct alm_inspect_request {
    const char *model;  /* name of a kept lstm */
    const char *series; /* its name; NULL: the first it was trained on */
    const char *at;     /* the last value it may see; NULL: the series' end */
    size_t season;      /* 0: the series' own */
    size_t network;     /* of an ensemble, from 1; 0: the first */
    size_t step;        /* of the horizon, whose forecast lags act on; 0: all */
};

/* Gates, memory, parameters and influence of lags, to be told in words or drawn. */
struct alm_inspection;

/* Looks into a kept model while it forecasts from the end of a window. ALM_NOTFOUND, or ALM_USAGE for another
 * forecaster than lstm; *out is released with alm_inspection_free. */
enum alm_status alm_inspect(struct alm_inspection **out, struct alm_workbench *workbench,
                            const struct alm_inspect_request *request, struct alm_error *error);
/* NULL-safe. */
void alm_inspection_free(struct alm_inspection *inspection);

/* What an inspection says, in words: calls say once for each subject (window, memory, gates, lags,
 * parameters) and layer with a paragraph, both valid during the call; a status that is not ALM_OK ends it. */
enum alm_status alm_inspect_tell(const struct alm_inspection *inspection, void *context,
                                 enum alm_status (*say)(void *context, const char *subject,
                                                        const char *paragraph, struct alm_error *error),
                                 struct alm_error *error);

/* What picture of it to draw, as an SVG file. */
struct alm_inspect_picture {
    const char *model; /* its name */
    bool lags;         /* bars by lag; else heat maps of the gates */
    size_t layer;      /* of heat maps, from 1; 0: the last */
    size_t unit;       /* of heat maps, from 1; 0: all */
    const char *path;  /* a file, replaced only when all is written; NULL: to output */
    const struct alm_output *output;
};

/* Draws it. ALM_USAGE for a layer or unit that there is not. */
enum alm_status alm_inspect_draw(const struct alm_inspection *inspection,
                                 const struct alm_inspect_picture *picture, struct alm_error *error);

/* ---- reports and the file itself ---- */

/* Writes a self-contained report of a RUN to path, replacing a file there only when all is written. format is
 * html or md. ALM_NOTFOUND. */
enum alm_status alm_report(struct alm_workbench *workbench, const char *run, const char *path,
                           const char *format, struct alm_error *error);

/* Copies the database, which may be in use, to path. ALM_EXISTS when there is a file already. */
enum alm_status alm_database_backup(struct alm_workbench *workbench, const char *path,
                                    struct alm_error *error);
/* ALM_DB with the first problem found, if any. */
enum alm_status alm_database_check(struct alm_workbench *workbench, struct alm_error *error);
/* Gives the space of dropped rows back to the file system. */
enum alm_status alm_database_vacuum(struct alm_workbench *workbench, struct alm_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
