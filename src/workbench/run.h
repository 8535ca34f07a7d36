/* A run of a plan: its row, its tasks' rows, its end. */
#ifndef ALM_WORKBENCH_RUN_H
#define ALM_WORKBENCH_RUN_H

#include "almanac.h"
#include "backtest/plan.h"
#include "backtest/result.h"
#include "store/run_table.h"
#include "workbench/evaluate.h"
#include "workbench/load.h"
#include "workbench/settings.h"
#include "workbench/workbench.h"

/* Commits the row of a new run of this kind, with the plan's series and forecasters; settings become its
 * spec. */
enum alm_status alm_run_begin(struct alm_run_owner *out, struct alm_workbench *workbench,
                              enum alm_run_kind kind, const char *name, const struct alm_settings *settings,
                              const struct alm_loaded *series, const struct alm_plan *plan,
                              struct alm_error *error);

/* The same with a run's spec that is written already. */
enum alm_status alm_run_begin_spec(struct alm_run_owner *out, struct alm_workbench *workbench,
                                   enum alm_run_kind kind, const char *name, const char *spec,
                                   const struct alm_loaded *series, const struct alm_plan *plan,
                                   struct alm_error *error);

/* Ends a run by how its work went; cpu_before is alm_clock_process_cpu() at its beginning. Returns ended, or
 * the failure to say so. Works also when the run was cancelled. */
enum alm_status alm_run_end(struct alm_workbench *workbench, const struct alm_run_owner *owner,
                            enum alm_status ended, double cpu_before, struct alm_error *error);

/* A sink that commits each task, to be handed to alm_backtest_run. */
struct alm_run_sink {
    struct alm_store *store;
    const struct alm_run_owner *owner;
    const double *level;
    size_t n_done; /* tasks delivered */
};
enum alm_status alm_run_sink_deliver(void *context, const struct alm_task_result *result,
                                     struct alm_error *error);

/* Metrics and leaderboard of the plan's run from its stored rows; see alm_evaluate_run. */
enum alm_status alm_run_evaluate(struct alm_store *store, int64_t run, const struct alm_plan *plan,
                                 struct alm_text *verdict, struct alm_yield *yield,
                                 struct alm_check_facts *checks, struct alm_error *error);

/* What made a run's bits, beside its inputs: the kernel of the gates and the one of the matrix products. */
#define ALM_KERNEL_SIZE 64
void alm_run_kernel(char out[ALM_KERNEL_SIZE]);

#endif
