/* Checks: what would make a result untrustworthy, as rows. Facts are gathered from the rows of a run in plan
 * order; each check of the registry judges them for the run or for each forecaster. Judges are pure: they
 * read facts alone. */
#ifndef ALM_BACKTEST_CHECK_H
#define ALM_BACKTEST_CHECK_H

#include "backtest/audit.h"
#include "backtest/evaluation.h"
#include "backtest/plan.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_check_verdict {
    ALM_CHECK_PASS,
    ALM_CHECK_SKIP, /* it applies, but there is too little to tell */
    ALM_CHECK_WARN,
    ALM_CHECK_FAIL
};

/* "pass", "skip", "warn", "fail". */
const char *alm_check_verdict_name(enum alm_check_verdict verdict);

struct alm_check;

/* What one check found. */
struct alm_finding {
    const struct alm_check *check;
    size_t forecaster; /* ALM_ALL: the whole run */
    enum alm_check_verdict verdict;
    double statistic, threshold; /* NaN: none */
    struct alm_text evidence;    /* a sentence without full stop */
};

struct alm_check_facts;

/* Constant, one per check, in a registry that ends with a NULL name. */
struct alm_check {
    const char *name;    /* as stored */
    const char *meaning; /* what goes wrong where it warns or fails, in words */
    double threshold;    /* what the statistic is held against; NaN: the finding says it */
    bool of_run;         /* one finding for the run, not one a forecaster */
    /* Fills verdict, statistic and evidence (and threshold, where the registry has none); false: the check
     * does not apply. forecaster is 0 for checks of a run. */
    bool (*judge)(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
};
extern const struct alm_check alm_checks[];

/* The plan must outlive the facts. Free with alm_check_facts_free. */
enum alm_status alm_check_facts_create(struct alm_check_facts **out, const struct alm_plan *plan,
                                       struct alm_error *error);
void alm_check_facts_free(struct alm_check_facts *facts);
/* Adds a task's rows, in plan order. */
void alm_check_facts_add(struct alm_check_facts *facts, const struct alm_task_result *result);
/* The leaderboard [n_forecasters] of the same rows. */
void alm_check_facts_lead(struct alm_check_facts *facts, const struct alm_leader *leaders);
/* Adds a spec that has been tried on these series, in this run or before; each once. Without any, those of
 * the run count. */
void alm_check_facts_add_tried(struct alm_check_facts *facts, const char *spec);
/* The mae of a forecaster in another run that differs in nothing but the seed. */
void alm_check_facts_add_seed(struct alm_check_facts *facts, size_t forecaster, double mae);

/* Judges everything; calls found for each finding, which is gone afterwards. Stops at the first status that
 * is not ALM_OK. */
enum alm_status alm_check_run(const struct alm_check_facts *facts, void *context,
                              enum alm_status (*found)(void *context, const struct alm_finding *finding,
                                                       struct alm_error *error),
                              struct alm_error *error);

/* The finding of the check "audit" once there is an audit. Clear out->evidence. */
void alm_check_audited(struct alm_finding *out, const struct alm_plan *plan, const struct alm_audit *audit,
                       size_t forecaster);

/* The finding of the check "control" for a forecaster, from its row of alm_control_run's leaderboard. Clear
 * out->evidence. */
void alm_check_controlled(struct alm_finding *out, const struct alm_plan *plan,
                          const struct alm_leader *leader);

#endif
