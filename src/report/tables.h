/* The tables of a report, the same in HTML and Markdown. Each fills an empty grid, which may stay without
 * rows. */
#ifndef ALM_REPORT_TABLES_H
#define ALM_REPORT_TABLES_H

#include "report/facts.h"
#include "report/grid.h"

#include <stddef.h>

/* Rank, errors, coverage, skill against naive, p, cost. */
void alm_tables_leaderboard(struct alm_grid *out, const struct alm_facts *facts);
/* Steps down, forecasters across (the first 15), the ranking metric. */
void alm_tables_steps(struct alm_grid *out, const struct alm_facts *facts);
/* Series down (the first ALM_FACTS_SERIES), forecasters across, the ranking metric. */
void alm_tables_scores(struct alm_grid *out, const struct alm_facts *facts);
/* Nominal against empirical coverage of the central intervals. */
void alm_tables_coverage(struct alm_grid *out, const struct alm_facts *facts);
/* How often each class was forecast (as the most probable one) when each occurred: a matrix or, of more than
 * ALM_TABLES_CLASSES classes, a row each. Only classes that occurred or were forecast. */
#define ALM_TABLES_CLASSES 12
void alm_tables_confusion(struct alm_grid *out, const struct alm_facts *facts, int64_t forecaster);
/* Whether that is a matrix. */
bool alm_tables_confusion_is_matrix(const struct alm_facts *facts);

/* The series of the run, as they are in the database today (the first ALM_FACTS_SERIES). */
void alm_tables_series(struct alm_grid *out, const struct alm_facts *facts);
void alm_tables_forecasters(struct alm_grid *out, const struct alm_facts *facts);
void alm_tables_failures(struct alm_grid *out, const struct alm_facts *facts);
void alm_tables_checks(struct alm_grid *out, const struct alm_facts *facts);
void alm_tables_definitions(struct alm_grid *out, const struct alm_facts *facts);
/* The best trials of a search (the first 20), and how its options went together with the loss. */
void alm_tables_trials(struct alm_grid *out, const struct alm_facts *facts);
void alm_tables_sensitivity(struct alm_grid *out, const struct alm_facts *facts);
/* Cells of the last row: a share saved as `+7.2 %`, and seconds with their unit. */
void alm_tables_set_skill(struct alm_grid *grid, size_t column, double skill);
void alm_tables_set_duration(struct alm_grid *grid, size_t column, double seconds);
/* Who, when, with what: two columns. */
void alm_tables_run(struct alm_grid *out, const struct alm_facts *facts);

#endif
