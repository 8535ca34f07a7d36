/* The proof that nothing looks ahead: every forecast of a plan is made again on copies of the series in which
 * every value after the origin (for the fit: after the last one it may use) is poisoned, and must not change
 * by a bit. */
#ifndef ALM_BACKTEST_AUDIT_H
#define ALM_BACKTEST_AUDIT_H

#include "backtest/backtest.h"
#include "base/text.h"

#include <stddef.h>

enum alm_poison {
    ALM_POISON_NAN,      /* every later value is missing */
    ALM_POISON_HUGE,     /* every later value is 1e30 */
    ALM_POISON_SHUFFLED, /* the later values change places */
    ALM_POISON_REVERSED, /* the later values stand in reverse order */
    ALM_POISON_COUNT
};

/* "nan", "huge", "shuffled", "reversed". */
const char *alm_poison_name(enum alm_poison poison);

/* One difference: the first step of one forecast that changed. */
struct alm_leak {
    size_t forecaster, series, fold; /* indices in the plan */
    int64_t origin_ts;
    enum alm_poison poison;
    size_t
        step; /* 1 .. horizon; 0: not a value but the outcome changed (status, reason or the values used) */
    double clean, poisoned; /* NaN when there was no forecast */
};

struct alm_audit {
    size_t n_tasks;        /* tasks checked */
    size_t n_forecasts;    /* forecasts (task, series) that were compared with each poison */
    size_t n_leaks;        /* all differences */
    size_t n_kept;         /* of which these are listed, the first in plan order (at most ALM_AUDIT_KEPT) */
    struct alm_leak *leak; /* [n_kept] */
};

#define ALM_AUDIT_KEPT 1000

/* Audits every task of plan (control->done is ignored). A leak is not a failure of this function: look at
 * out->n_leaks. Costs about five times the run. Release with alm_audit_clear. */
enum alm_status alm_audit_run(struct alm_audit *out, const struct alm_plan *plan,
                              const struct alm_backtest_control *control, struct alm_error *error);
void alm_audit_clear(struct alm_audit *audit);

/* What an audit found about one forecaster, from the differences that are listed. */
struct alm_leak_summary {
    const struct alm_leak *first; /* NULL: nothing */
    size_t n, n_folds;            /* differences; folds that have some */
    bool by[ALM_POISON_COUNT];    /* which poisons showed them */
};
struct alm_leak_summary alm_audit_summary(const struct alm_audit *audit, size_t forecaster);
/* Appends how much differed: "7 differences in 3 folds (nan, huge)". */
void alm_leak_summary_write(struct alm_text *out, const struct alm_leak_summary *summary);

/* Appends one sentence for people: "drift looks ahead: GOOG.close, origin 2013-02-08, step 1: 785.37 became
 * 1e+30 when later values were huge". */
void alm_leak_write(struct alm_text *out, const struct alm_plan *plan, const struct alm_leak *leak);

#endif
