/* What a run was, in words: the same in every kind of report. Texts are plain, not escaped. */
#ifndef ALM_REPORT_WORDS_H
#define ALM_REPORT_WORDS_H

#include "base/text.h"
#include "report/facts.h"

/* The run's name, or `run 7`. */
void alm_words_title(struct alm_text *out, const struct alm_facts *facts);

/* Horizon, folds, window, refit, gap, intervals and season, as one paragraph. */
void alm_words_protocol(struct alm_text *out, const struct alm_facts *facts);

/* The command line that makes the same run again. More than a dozen series are named by a pattern from what
 * their names have in common. */
void alm_words_command(struct alm_text *out, const struct alm_facts *facts);

/* The sentence that stands on top: what the best forecaster's result means, or why nothing can be said. */
void alm_words_headline(struct alm_text *out, const struct alm_facts *facts);

/* The verdict on the forecaster in row `row` of facts->leader as a sentence; nothing when none is stored. */
void alm_words_verdict(struct alm_text *out, const struct alm_facts *facts, size_t row);

/* The row of the forecaster whose verdict is the headline; facts->leader.rows when the headline is another
 * sentence. */
size_t alm_words_headline_row(const struct alm_facts *facts);

/* Why there is no leaderboard; empty when there is one. */
const char *alm_words_unscored(const struct alm_facts *facts);

/* A timestamp of a series with this frequency: its date, its date and time, or its index. */
void alm_words_time(struct alm_text *out, const char *frequency, int64_t ts);

/* `business days`, `every 15 minutes`, … for B, 15T, …; the text itself when it is not known. */
void alm_words_frequency(struct alm_text *out, const char *frequency);

/* A metric's usual name: `MASE` for mase, `coverage 80 %` for coverage_80. */
void alm_words_metric(struct alm_text *out, const char *code);

/* Seconds as people say them: `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
void alm_words_duration(struct alm_text *out, double seconds);

#endif
