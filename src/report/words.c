#include "report/words.h"

#include "report/number.h"
#include "report/stored.h"
#include "series/calendar.h"
#include "series/timestamp.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- protocol ---- */

/* A number of bars, or a time as it was given. */
static void append_extent(struct alm_text *out, const char *before, const char *extent)
{
    long long bars;
    alm_text_append(out, before);
    if (alm_text_to_integer(&bars, extent))
        alm_number_count(out, bars, "bar", "bars");
    else
        alm_text_append(out, extent);
}

static void append_window(struct alm_text *out, const struct alm_facts *facts)
{
    struct alm_text value = {0};
    if (alm_stored_text(&value, facts, "scheme") && strncmp(alm_text_string(&value), "sliding", 7) == 0) {
        const char *length = strchr(alm_text_string(&value), ':');
        if (length != NULL)
            append_extent(out, "; sliding window of ", length + 1);
        else
            alm_text_append(out, "; sliding window");
    } else {
        alm_text_append(out, "; expanding window");
    }
    if (!alm_stored_text(&value, facts, "refit") || strcmp(alm_text_string(&value), "every") == 0)
        alm_text_append(out, ", refitted at every origin");
    else if (strcmp(alm_text_string(&value), "once") == 0)
        alm_text_append(out, ", fitted once at the first origin");
    else
        alm_text_printf(out, ", refitted at every %s origins", alm_text_string(&value));
    if (alm_stored_text(&value, facts, "gap") && strcmp(alm_text_string(&value), "0") != 0) {
        append_extent(out, "; the fit leaves out the last ", alm_text_string(&value));
        alm_text_append(out, " before an origin");
    }
    if (alm_stored_text(&value, facts, "origins"))
        alm_text_printf(out, "; origins by %s", alm_text_string(&value));
    if (alm_stored_text(&value, facts, "embargo"))
        append_extent(out, "; an origin comes no sooner after what an earlier one tests than ",
                      alm_text_string(&value));
    alm_text_clear(&value);
}

static void append_season(struct alm_text *out, const struct alm_facts *facts)
{
    int64_t low = INT64_MAX, high = 0;
    for (size_t i = 0; i < facts->series.rows; i++) {
        const int64_t season = alm_table_integer(&facts->series, i, ALM_SERIES_SEASON);
        if (season < low) low = season;
        if (season > high) high = season;
    }
    if (high == 0) return;
    if (low == high)
        alm_text_printf(out, "; season length %lld", (long long)low);
    else
        alm_text_printf(out, "; season lengths %lld to %lld, each series its own", (long long)low,
                        (long long)high);
}

void alm_words_protocol(struct alm_text *out, const struct alm_facts *facts)
{
    const bool backtest = strcmp(alm_table_text(&facts->run_row, 0, ALM_RUN_KIND), "backtest") == 0;
    alm_text_append(out, "Horizon ");
    alm_number_count(out, (long long)facts->horizon, "bar", "bars");
    if (backtest) {
        alm_text_append(out, "; ");
        alm_number_count(out, (long long)facts->n_folds, "origin", "origins");
        double step = alm_stored_number(facts, "step");
        if (!(step > 0)) step = (double)facts->horizon;
        if (facts->n_folds > 1) {
            alm_text_append(out, step == 1 ? ", one at every bar" : ", one every ");
            if (step != 1) alm_number_count(out, (long long)step, "bar", "bars");
        }
        append_window(out, facts);
    }
    double interval[ALM_STORED_INTERVALS];
    const size_t n = alm_stored_intervals(interval, facts);
    for (size_t i = 0; i < n; i++) {
        alm_text_append(out, i == 0 ? "; intervals " : ", ");
        alm_number_short(out, interval[i], 4);
        alm_text_append(out, " %");
    }
    append_season(out, facts);
    alm_text_append(out, ".");
}

/* ---- headline ---- */

void alm_words_title(struct alm_text *out, const struct alm_facts *facts)
{
    const char *name = alm_table_text(&facts->run_row, 0, ALM_RUN_NAME);
    if (name[0] != '\0')
        alm_text_append(out, name);
    else
        alm_text_printf(out, "run %lld", (long long)facts->run);
}

const char *alm_words_unscored(const struct alm_facts *facts)
{
    const char *kind = alm_table_text(&facts->run_row, 0, ALM_RUN_KIND);
    const char *status = alm_table_text(&facts->run_row, 0, ALM_RUN_STATUS);
    if (alm_facts_numbers(facts) || alm_facts_classes(facts)) return "";
    if (strcmp(kind, "train") == 0) return "A training: it makes no forecasts, so there is nothing to score.";
    if (strcmp(kind, "tune") == 0) return "A search over options: its trials are no backtest.";
    if (strcmp(status, "interrupted") == 0 || strcmp(status, "running") == 0)
        return "The run has not ended; errors are computed when it does. Go on with --resume.";
    if (strcmp(status, "failed") == 0) return "The run failed before there was anything to score.";
    if (strcmp(kind, "forecast") == 0)
        return "The actual values are not known yet. When the data have come, almanac score fills them in.";
    return "No forecast of this run has an actual value to be compared with.";
}

void alm_words_verdict(struct alm_text *out, const struct alm_facts *facts, size_t row)
{
    const char *verdict = alm_table_text(&facts->leader, row, ALM_LEADER_VERDICT);
    if (verdict[0] == '\0') return;
    /* a sentence begins with a capital, but a forecaster's label stays as it is */
    const bool words = strncmp(verdict, "no ", 3) == 0 || strncmp(verdict, "too ", 4) == 0;
    if (words) alm_text_printf(out, "%c", toupper((unsigned char)verdict[0]));
    alm_text_append(out, verdict + words);
    alm_text_append(out, ".");
}

size_t alm_words_headline_row(const struct alm_facts *facts)
{
    const bool any = facts->leader.rows > 0 && alm_words_unscored(facts)[0] == '\0' &&
                     alm_facts_naive(facts) != 0 &&
                     alm_table_text(&facts->leader, 0, ALM_LEADER_VERDICT)[0] != '\0';
    return any ? 0 : facts->leader.rows;
}

void alm_words_headline(struct alm_text *out, const struct alm_facts *facts)
{
    const size_t row = alm_words_headline_row(facts);
    if (row < facts->leader.rows) {
        alm_words_verdict(out, facts, row);
    } else if (alm_words_unscored(facts)[0] != '\0') {
        alm_text_append(out, alm_words_unscored(facts));
    } else if (alm_facts_naive(facts) == 0 && facts->leader.rows > 1) {
        alm_text_printf(out, "No forecaster has a smaller error than %s.",
                        alm_table_text(&facts->leader, 0, ALM_LEADER_LABEL));
    } else {
        alm_text_printf(out, "%s has the smallest error.",
                        alm_table_text(&facts->leader, 0, ALM_LEADER_LABEL));
    }
}

/* ---- single words ---- */

void alm_words_time(struct alm_text *out, const char *frequency, int64_t ts)
{
    if (strcmp(frequency, "index") == 0) {
        alm_text_printf(out, "%lld", (long long)ts);
        return;
    }
    const struct alm_civil c = alm_civil_from_ts(ts);
    alm_text_printf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
    if (c.hour == 0 && c.minute == 0 && c.second == 0 && c.microsecond == 0) return;
    alm_text_printf(out, " %02d:%02d", c.hour, c.minute);
    if (c.second != 0 || c.microsecond != 0) alm_text_printf(out, ":%02d", c.second);
}

void alm_words_frequency(struct alm_text *out, const char *frequency)
{
    static const struct {
        enum alm_frequency_unit unit;
        const char *each, *every;
    } words[] = {
        {ALM_FREQUENCY_SECOND, "every second", "seconds"},
        {ALM_FREQUENCY_MINUTE, "every minute", "minutes"},
        {ALM_FREQUENCY_HOUR, "hourly", "hours"},
        {ALM_FREQUENCY_DAY, "daily", "days"},
        {ALM_FREQUENCY_BUSINESS, "business days", "business days"},
        {ALM_FREQUENCY_WEEK, "weekly", "weeks"},
        {ALM_FREQUENCY_MONTH, "monthly", "months"},
        {ALM_FREQUENCY_QUARTER, "quarterly", "quarters"},
        {ALM_FREQUENCY_YEAR, "yearly", "years"},
        {ALM_FREQUENCY_IRREGULAR, "irregular", ""},
        {ALM_FREQUENCY_INDEX, "without a clock", ""},
    };
    struct alm_frequency parsed;
    if (alm_frequency_parse(&parsed, frequency, NULL) == ALM_OK)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (words[i].unit != parsed.unit) continue;
            if (parsed.multiple > 1)
                alm_text_printf(out, "every %lld %s", (long long)parsed.multiple, words[i].every);
            else
                alm_text_append(out, words[i].each);
            return;
        }
    alm_text_append(out, frequency);
}

void alm_words_metric(struct alm_text *out, const char *code)
{
    static const char *const names[][2] = {{"me", "ME"},
                                           {"mae", "MAE"},
                                           {"rmse", "RMSE"},
                                           {"mape", "MAPE"},
                                           {"smape", "sMAPE"},
                                           {"mase", "MASE"},
                                           {"rmsse", "RMSSE"},
                                           {"r2", "R\xC2\xB2"},
                                           {"crps", "CRPS"},
                                           {"pinball", "pinball loss"},
                                           {"log_loss", "Log loss"},
                                           {"brier", "Brier score"},
                                           {"accuracy", "Accuracy"},
                                           {"balanced_accuracy", "Balanced accuracy"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], code) == 0) {
            alm_text_append(out, names[i][1]);
            return;
        }
    if (strncmp(code, "coverage_q", 10) == 0)
        alm_text_printf(out, "share below quantile %s", code + 10);
    else if (strncmp(code, "coverage_", 9) == 0)
        alm_text_printf(out, "coverage %s %%", code + 9);
    else if (strncmp(code, "pinball_q", 9) == 0)
        alm_text_printf(out, "pinball loss at %s", code + 9);
    else
        alm_text_append(out, code);
}

void alm_words_duration(struct alm_text *out, double seconds)
{
    if (isnan(seconds)) {
        alm_number_fixed(out, seconds, 0);
    } else if (seconds < 60) {
        if (seconds > 0 && seconds < 0.01) {
            alm_text_append(out, "< 0.01 s");
            return;
        }
        alm_number_fixed(out, seconds, seconds == 0 ? 0 : seconds < 9.995 ? 2 : 1);
        alm_text_append(out, " s");
    } else {
        const long long whole = llround(seconds);
        if (whole < 3600)
            alm_text_printf(out, "%lld min %lld s", whole / 60, whole % 60);
        else
            alm_text_printf(out, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
    }
}
