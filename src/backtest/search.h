/* The plan of a search over the options of one forecaster: which configurations are tried, and on what
 * budgets. Everything here is a pure function of the search's text, its seed and a trial's number. */
#ifndef ALM_BACKTEST_SEARCH_H
#define ALM_BACKTEST_SEARCH_H

#include "base/status.h"
#include "forecast/forecaster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the space ---- */

enum alm_dimension_kind {
    ALM_DIMENSION_INTEGER, /* low .. high, whole numbers */
    ALM_DIMENSION_REAL,    /* low .. high, drawn with four digits */
    ALM_DIMENSION_LIST,    /* one of value[0..n_values) */
};

/* One option that is searched. */
struct alm_dimension {
    const struct alm_option *option;
    enum alm_dimension_kind kind;
    double low, high; /* both included */
    bool log;         /* uniform in the logarithm */
    double step;      /* low, low + step, ... up to high; 0: any value between */
    char **value;
    size_t n_values;
};

/* One option that is not. */
struct alm_fixed_option {
    char *name, *value;
};

struct alm_search_space {
    const struct alm_forecaster_type *type;
    struct alm_dimension *dimension; /* [n_dimensions], as written */
    size_t n_dimensions;
    struct alm_fixed_option *fixed; /* [n_fixed] */
    size_t n_fixed;
};

/* Reads `[LABEL=]name[:options]` in which a number may be a range `a..b`, `a..b:log` or `a..b:STEP`, and an
 * option that is no list itself may be alternatives joined with `+`. Alternatives of a list of numbers, and
 * texts that have a `+`, stand in parentheses: `levels=(0.1+0.9)+(0.25+0.75)`. find NULL: the registry.
 * ALM_USAGE with a suggestion for what is unknown, for a value outside an option's range, and for an option
 * that no configuration could give an effect. Release with alm_search_space_clear in any case. */
enum alm_status alm_search_space_parse(struct alm_search_space *out, const char *text,
                                       const struct alm_forecaster_type *(*find)(const char *name),
                                       struct alm_error *error);
void alm_search_space_clear(struct alm_search_space *space);
/* Whether the option is one that is searched; whether it is, or has one value. */
bool alm_search_space_has(const struct alm_search_space *space, const char *option);
bool alm_search_space_sets(const struct alm_search_space *space, const char *option);

/* ---- configurations ---- */

struct alm_configuration {
    char **value; /* [n_dimensions] as a user would write them; NULL where the option would have no effect */
    char *spec;   /* canonical */
};

/* Draws values[0..n_dimensions) (each to be freed) for a trial: they depend on the seed, the trial's number,
 * the attempt and the option alone. */
enum alm_status alm_search_draw(char **values, const struct alm_search_space *space, uint64_t seed,
                                size_t trial, size_t attempt, struct alm_error *error);

/* What a trial may spend of an option, and the most that one of the search may. */
struct alm_search_budget {
    const char *option;
    size_t amount, most;
};

/* Whether a fit with more of the option goes on from one with less (struct alm_forecaster_type). */
bool alm_search_goes_on(const struct alm_search_space *space, const char *option);

/* The canonical spec of values (one that is NULL is left out). budget (may be NULL) is set in place of the
 * option's own value; where fits go on and there will be more, the type's `lasting` option becomes the most,
 * unless it was given. Options that would have no effect with the others are left at their defaults, also
 * those that are not searched. ALM_USAGE when the options do not go together. */
enum alm_status alm_search_write_spec(char **out, const struct alm_search_space *space, char *const *values,
                                      const struct alm_search_budget *budget,
                                      const struct alm_forecaster_type *(*find)(const char *name),
                                      struct alm_error *error);

/* Draws up to wanted configurations that differ in their specs. A draw whose options do not go together, or
 * that an earlier one equals, is made again, up to 100 times; then the number is left out, as happens when
 * the space has fewer points. ALM_USAGE when nothing goes together, with the last reason. */
enum alm_status alm_search_configurations(struct alm_configuration **out, size_t *n,
                                          const struct alm_search_space *space, uint64_t seed, size_t wanted,
                                          const struct alm_forecaster_type *(*find)(const char *name),
                                          struct alm_error *error);
void alm_configurations_free(struct alm_configuration *list, size_t n, const struct alm_search_space *space);

/* ---- rungs ---- */

enum alm_search_method {
    ALM_SEARCH_RANDOM,  /* every configuration on the full budget */
    ALM_SEARCH_HALVING, /* many on a small budget, the best of them on a larger one, and so on */
};

/* Trials of one budget: numbers first .. first + n - 1. */
struct alm_rung {
    size_t first, n, budget;
};
#define ALM_SEARCH_MAX_RUNGS 64

/* Fills out[0..ALM_SEARCH_MAX_RUNGS) and returns how many there are. Successive halving (Jamieson & Talwalkar
 * 2016; Li et al. 2018, algorithm 1, one bracket with s = floor(log_r min(n, full))): rung k tries n / r^k
 * configurations on a budget of full / r^(s - k), r = reduction >= 2, both rounded and at least 1. */
size_t alm_search_rungs(struct alm_rung *out, enum alm_search_method method, size_t n_configurations,
                        size_t full, size_t reduction);

/* Picks the wanted configurations of least loss (NaN: none) among n, ties by the smaller number, and writes
 * their numbers rising into out. Returns how many there were. */
size_t alm_search_promote(size_t *out, size_t wanted, const size_t *configuration, const double *loss,
                          size_t n);

/* ---- what mattered ---- */

struct alm_sensitivity {
    size_t n, n_groups;      /* trials that count: with a loss above 0; groups of values */
    double share;            /* of the variance of log loss that the groups explain; NaN: not defined */
    double rank_correlation; /* Spearman, of value and loss; NaN: no numbers, or no two different ones */
};

/* How the option of a dimension went together with the loss. value and loss are [n]; a value that is NULL
 * does not count. Groups are the values of a list; values of a range in order of size make up to four groups
 * of equal count (equal values stay together). share = 1 - (within / (n - groups)) / (total / (n - 1)), sums
 * of squares of log loss, at least 0: epsilon squared (Kelley 1935), which is 0 on average when the option
 * does not matter. */
enum alm_status alm_search_sensitivity(struct alm_sensitivity *out, const struct alm_dimension *dimension,
                                       const char *const *value, const double *loss, size_t n,
                                       struct alm_error *error);

#endif
