/* How results of runs are shown, by several commands. */
#ifndef ALM_CLI_RESULTS_H
#define ALM_CLI_RESULTS_H

#include "cli/session.h"

/* Options that several commands share. */
#define ALM_OPTION_SERIES                                                                                    \
    {                                                                                                        \
        .name = "series", .kind = ALM_ARGUMENT_TEXTS, .value = "PATTERN",                                    \
        .help = "series by name or GLOB pattern (* ? [..]); several with commas", .repeatable = true,        \
        .completion = ALM_COMPLETE_SERIES                                                                    \
    }
#define ALM_OPTIONS_COVARIATES                                                                               \
    {.name = "past",                                                                                         \
     .kind = ALM_ARGUMENT_TEXTS,                                                                             \
     .value = "PATTERN",                                                                                     \
     .help =                                                                                                 \
         "covariates known up to the origin: series by name or GLOB pattern, each for every series; @ "      \
         "stands for a series' own name up to its last dot. A categorical one becomes an input per label",   \
     .repeatable = true,                                                                                     \
     .completion = ALM_COMPLETE_SERIES},                                                                     \
        {.name = "future",                                                                                   \
         .kind = ALM_ARGUMENT_TEXTS,                                                                         \
         .value = "PATTERN",                                                                                 \
         .help = "covariates known over the horizon, too, named likewise",                                   \
         .repeatable = true,                                                                                 \
         .completion = ALM_COMPLETE_SERIES},                                                                 \
    {                                                                                                        \
        .name = "static", .kind = ALM_ARGUMENT_TEXTS, .value = "NAME",                                       \
        .help = "static covariates: the first value of these series, such as @.size", .repeatable = true     \
    }
#define ALM_OPTION_LEVELS                                                                                    \
    {                                                                                                        \
        .name = "levels", .kind = ALM_ARGUMENT_NUMBERS, .value = "P[,P...]",                                 \
        .help = "coverages of the intervals in percent (default 80,95)", .minimum = 0.1, .maximum = 99.9     \
    }
#define ALM_OPTION_SEASON                                                                                    \
    {                                                                                                        \
        .name = "season", .kind = ALM_ARGUMENT_COUNT, .value = "M",                                          \
        .help = "season length in bars (default: each series' own)", .minimum = 1                            \
    }
#define ALM_OPTION_MISSING                                                                                   \
    {                                                                                                        \
        .name = "missing", .kind = ALM_ARGUMENT_CHOICE, .value = "HOW", .choices = "fill|refuse",            \
        .help = "missing values: fill with the last one (default), or refuse the series"                     \
    }
#define ALM_OPTION_SEED                                                                                      \
    {                                                                                                        \
        .name = "seed", .kind = ALM_ARGUMENT_COUNT, .value = "N",                                            \
        .help = "of the random streams (default 1)"                                                          \
    }

/* Of commands that walk forward over folds. */
#define ALM_OPTIONS_WALK_FORWARD(FOLDS)                                                                      \
    {.name = "horizon",                                                                                      \
     .kind = ALM_ARGUMENT_COUNT,                                                                             \
     .value = "H",                                                                                           \
     .help = "steps to forecast",                                                                            \
     .minimum = 1},                                                                                          \
        {.name = "folds", .kind = ALM_ARGUMENT_COUNT, .value = "N", .help = FOLDS, .minimum = 1},            \
        {.name = "step",                                                                                     \
         .kind = ALM_ARGUMENT_COUNT,                                                                         \
         .value = "S",                                                                                       \
         .help = "bars between origins (default: the horizon)",                                              \
         .minimum = 1},                                                                                      \
        {.name = "scheme",                                                                                   \
         .kind = ALM_ARGUMENT_TEXT,                                                                          \
         .value = "SCHEME",                                                                                  \
         .help = "expanding (default), sliding, or sliding:N with N bars or a time such as 90D or 2Y"},      \
        {.name = "refit",                                                                                    \
         .kind = ALM_ARGUMENT_TEXT,                                                                          \
         .value = "WHEN",                                                                                    \
         .help = "every (default), once, or every K folds"},                                                 \
    {                                                                                                        \
        .name = "gap", .kind = ALM_ARGUMENT_TEXT, .value = "G",                                              \
        .help = "bars, or a time such as 36H or 10D, before the origin that no fit may use"                  \
    }
/* Of commands whose work is a run that can go on. */
#define ALM_OPTION_JOBS(WHAT)                                                                                \
    {                                                                                                        \
        .name = "jobs", .letter = 'j', .kind = ALM_ARGUMENT_COUNT, .value = "N",                             \
        .help = WHAT " (default: one per processor); results do not depend on it"                            \
    }
#define ALM_OPTION_RUN_NAME                                                                                  \
    {                                                                                                        \
        .name = "name", .kind = ALM_ARGUMENT_TEXT, .value = "NAME", .help = "of the run"                     \
    }
#define ALM_OPTION_RESUME(WHAT)                                                                              \
    {                                                                                                        \
        .name = "resume", .kind = ALM_ARGUMENT_TEXT, .value = "RUN", .help = WHAT,                           \
        .completion = ALM_COMPLETE_RUN                                                                       \
    }
#define ALM_OPTION_DRY_RUN                                                                                   \
    {                                                                                                        \
        .name = "dry-run", .help = "check everything and count the work, run nothing"                        \
    }

/* ALM_USAGE when something beside --jobs stands with --resume. */
enum alm_status alm_call_check_resume(const struct alm_call *call, struct alm_error *error);

/* What --past, --future and --static say. */
struct alm_covariate_names alm_call_covariates(const struct alm_call *call);

/* Prints the leaderboards of n runs; as a table also the verdicts in words below. */
enum alm_status alm_call_print_leaderboards(const struct alm_call *call, struct alm_workbench *workbench,
                                            const char (*runs)[24], size_t n, struct alm_error *error);

/* How many checks of a run ended how, and the worst one that warns or fails in words ("" when none does). */
struct alm_check_counts {
    size_t pass, skip, warn, fail;
    char worst[400];
};
enum alm_status alm_call_count_checks(struct alm_check_counts *out, struct alm_workbench *workbench,
                                      const char *run, struct alm_error *error);
/* Appends the same as a sentence; nothing when the run has no checks. */
enum alm_status alm_call_write_checks(struct alm_text *out, struct alm_workbench *workbench, const char *run,
                                      struct alm_error *error);

/* Prints the mae of each forecaster by step, of n runs. */
enum alm_status alm_call_print_steps(const struct alm_call *call, struct alm_workbench *workbench,
                                     const char (*runs)[24], size_t n, struct alm_error *error);

/* Prints the tests between the forecasters of n runs; for people those over all steps. */
enum alm_status alm_call_print_tests(const struct alm_call *call, struct alm_workbench *workbench,
                                     const char (*runs)[24], size_t n, struct alm_error *error);

/* Prints the forecasts of a run with a column per quantile: of one forecaster, or of all (NULL). */
enum alm_status alm_call_print_forecasts(const struct alm_call *call, struct alm_workbench *workbench,
                                         int64_t run, const char *forecaster, struct alm_error *error);

/* results_text.c: where the classes of a series are characters, prints them as the text that they make. */
enum alm_status alm_call_print_texts(struct alm_rows *rows, struct alm_error *error);

#endif
