#include "cli/commands.h"
#include "cli/results.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is asked ---- */

/* Patterns stand as arguments, behind --series, or both; *out is to be freed. */
static enum alm_status gather_series(const char ***out, size_t *n, const struct alm_call *call,
                                     struct alm_error *error)
{
    size_t n_options;
    const char *const *options = alm_call_texts(call, "series", &n_options);
    *n = call->n_arguments + n_options;
    ALM_TRY(ALM_NEW(out, *n, error));
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = i < call->n_arguments ? call->arguments[i] : options[i - call->n_arguments];
    return ALM_OK;
}

static void fill_request(struct alm_tune_request *out, const struct alm_call *call)
{
    *out = (struct alm_tune_request){
        .model = alm_call_text(call, "model"),
        .horizon = alm_call_count(call, "horizon", 0),
        .origin = alm_call_text(call, "origin"),
        .holdout = alm_call_count(call, "holdout", 0),
        .folds = alm_call_count(call, "folds", 0),
        .step = alm_call_count(call, "step", 0),
        .scheme = alm_call_text(call, "scheme"),
        .refit = alm_call_text(call, "refit"),
        .gap = alm_call_text(call, "gap"),
        .season = alm_call_count(call, "season", 0),
        .missing = alm_call_text(call, "missing"),
        .trials = alm_call_count(call, "trials", 0),
        .method = alm_call_text(call, "method"),
        .budget = alm_call_text(call, "budget"),
        .reduction = alm_call_count(call, "reduction", 0),
        .metric = alm_call_text(call, "metric"),
        .jobs = alm_call_count(call, "jobs", 0),
        .seed = alm_call_count(call, "seed", 1),
        .name = alm_call_text(call, "name"),
        .keep = alm_call_text(call, "keep"),
        .dry_run = alm_call_has(call, "dry-run"),
        .covariates = alm_call_covariates(call),
    };
}

/* ---- what is told ---- */

static void say_plan(const struct alm_call *call, const struct alm_tune_summary *s)
{
    alm_call_say(call,
                 "%zu configurations over %zu options, %zu trials; %zu series, %zu inner folds of %zu steps",
                 s->n_configurations, s->n_options, s->n_trials, s->n_series, s->folds, s->horizon);
    if (s->n_configurations < s->wanted)
        alm_call_say(call, "no more than %zu different ones were found among what was asked for (%zu wanted)",
                     s->n_configurations, s->wanted);
    if (s->n_rungs > 1)
        alm_call_say(call, "halving: %zu rungs with %s from %zu to %zu; each fit %s", s->n_rungs, s->budget,
                     s->first_budget, s->full_budget,
                     s->goes_on ? "goes on where the rung below ended" : "from the start");
    alm_call_say(call, "the search sees values up to %s%s", s->until,
                 s->cut ? ", nothing after it"
                        : ", all there are: no later fold is left to test its choice on "
                          "(--holdout N or --origin TIME leave some)");
}

/* A heading above a table, with an empty line before it. */
static void print_heading(const char *text)
{
    enum { WIDTH = 79 };
    struct alm_text lines = {0};
    alm_text_append(&lines, "\n");
    alm_help_fill(&lines, text, 0, 0, WIDTH);
    if (lines.length > 0 && lines.data[lines.length - 1] != '\n') alm_text_append(&lines, "\n");
    fputs(alm_text_string(&lines), stdout);
    alm_text_clear(&lines);
}

static enum alm_status print_lookback(const struct alm_call *call, struct alm_workbench *workbench,
                                      const char *run, struct alm_error *error)
{
    const struct alm_parameter parameters[] = {{.name = "run", .text = run},
                                               {.name = "option", .text = "lookback"}};
    struct alm_rows *rows;
    ALM_TRY(alm_query_named(&rows, workbench, "trials_by_option", parameters, 2, error));
    print_heading("by lookback (trials of the first rung; losses of training in its own scale; gap: "
                  "validation less training loss):");
    return alm_print_rows(call, rows, &(struct alm_rows_view){.compact = true}, NULL, error);
}

static enum alm_status print_for_people(const struct alm_call *call, struct alm_workbench *workbench,
                                        const struct alm_tune_summary *s, const char *run,
                                        struct alm_error *error)
{
    static const char *const best[] = {"trial",   "loss",   "naive_loss", "skill", "budget",
                                       "seconds", "epochs", "gap",        "spec",  NULL};
    static const char *const sensitivity[] = {"option", "share", "rank_correlation", "n", "n_groups", NULL};
    ALM_TRY(alm_call_print_query(call, workbench, "best_trials", "run", run,
                                 &(struct alm_rows_view){.columns = best, .compact = true}, NULL, error));
    if (call->format != ALM_FORMAT_TABLE || s->n_options == 0) return ALM_OK;
    print_heading("what mattered (share: of the variance of log loss between groups of values, corrected for "
                  "chance; rank correlation: Spearman, of value and loss):");
    ALM_TRY(alm_call_print_query(call, workbench, "sensitivity", "run", run,
                                 &(struct alm_rows_view){.columns = sensitivity, .compact = true}, NULL,
                                 error));
    return s->lookback ? print_lookback(call, workbench, run, error) : ALM_OK;
}

static enum alm_status print_results(const struct alm_call *call, struct alm_workbench *workbench,
                                     const struct alm_tune_summary *s, struct alm_error *error)
{
    char run[24];
    snprintf(run, sizeof run, "%" PRId64, s->run);
    if (call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD)
        return print_for_people(call, workbench, s, run, error);
    return alm_call_print_query(call, workbench, "trials", "run", run, &(struct alm_rows_view){0}, NULL,
                                error);
}

static void say_result(const struct alm_call *call, const struct alm_tune_summary *s)
{
    alm_call_say(call, "best: %s, %s %.6g; %s on the same folds %.6g%s", s->best, s->metric, s->loss,
                 s->rival, s->naive_loss,
                 s->loss < s->naive_loss ? "" : ": the search found nothing that beats it");
    alm_call_say(call, "the best of %zu looks better than it is: what it is worth later folds say",
                 s->n_configurations);
    if (s->n_failed > 0)
        alm_call_say(call, "%zu trials have no loss; see `almanac query trials run=%" PRId64 "`", s->n_failed,
                     s->run);
    alm_call_say(call, "run %" PRId64 " is stored; next:", s->run);
    if (s->kept[0] != '\0')
        alm_call_advise(call, "forecast with the best, fitted on all that the search saw", "forecast %s",
                        s->kept);
    if (s->cut)
        alm_call_advise(call, "test it on what the search did not see",
                        "backtest --series %s -m '%s' --horizon %zu --first-origin %s",
                        s->series[0] == '\0' ? "…" : s->series, s->best, s->horizon, s->until);
    alm_call_advise(call, "all trials", "query trials run=%" PRId64, s->run);
    alm_call_advise(call, "loss and time by an option", "query trials_by_option run=%" PRId64 " option=NAME",
                    s->run);
}

/* What can be said after the work, whichever way it ended. */
static enum alm_status tell(const struct alm_call *call, struct alm_workbench *workbench,
                            const struct alm_tune_summary *s, enum alm_status status, struct alm_error *error)
{
    if (status == ALM_INTERRUPTED && s->run != 0) {
        alm_call_say(call, "%zu of %zu trials are stored; to go on:", s->n_done, s->n_trials);
        alm_call_advise(call, "", "tune --resume %" PRId64, s->run);
    }
    if (status != ALM_OK) return status;
    if (s->run == 0) {
        say_plan(call, s);
        alm_call_say(call, "nothing was run");
        return ALM_OK;
    }
    say_plan(call, s);
    ALM_TRY(print_results(call, workbench, s, error));
    say_result(call, s);
    return ALM_OK;
}

static enum alm_status search(const struct alm_call *call, struct alm_workbench *workbench,
                              struct alm_tune_summary *summary, struct alm_error *error)
{
    const char *resume = alm_call_text(call, "resume");
    struct alm_tune_request request;
    const char **series;
    fill_request(&request, call);
    if (resume != NULL) return alm_tune_resume(workbench, resume, request.jobs, summary, error);
    ALM_TRY(gather_series(&series, &request.n_series, call, error));
    request.series = series;
    const enum alm_status status = alm_tune(workbench, &request, summary, error);
    free(series);
    return status;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_tune_summary summary = {0};
    if (alm_call_has(call, "resume")) ALM_TRY(alm_call_check_resume(call, error));
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = search(call, workbench, &summary, error);
    status = tell(call, workbench, &summary, status, error);
    alm_tune_summary_clear(&summary);
    alm_workbench_close(workbench);
    return status;
}

/* ---- the command ---- */

static const struct alm_command_option options[] = {
    ALM_OPTION_SERIES,
    {.name = "model",
     .letter = 'm',
     .kind = ALM_ARGUMENT_TEXT,
     .value = "SPEC",
     .help = "a forecaster whose options have several values: a..b, a..b:log, a..b:STEP, or x+y+z",
     .completion = ALM_COMPLETE_FORECASTER},
    ALM_OPTIONS_WALK_FORWARD("inner folds, at the end of what the search may see (default 3)"),
    {.name = "origin",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "last time that the search may see (default: all)"},
    {.name = "holdout",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "bars at the end of each series that the search may not see",
     .minimum = 1},
    {.name = "trials",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "configurations to draw (default 20)",
     .minimum = 1,
     .maximum = 100000},
    {.name = "method",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "HOW",
     .choices = "random|halving",
     .help = "random (default): each with the full budget; halving: all with a small one, the best of them "
             "with more, and so on"},
    {.name = "budget",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "WHAT",
     .help = "of halving: folds, or an option such as epochs or steps (default: epochs, else folds); the "
             "full budget is its value"},
    {.name = "reduction",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "R",
     .help = "of halving: one of R goes on, with R times the budget (default 3)",
     .minimum = 2,
     .maximum = 100},
    {.name = "metric",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "METRIC",
     .help = "what shall be small on the folds: mae, rmse, smape, mase, rmsse, crps … (default: mae for one "
             "series, mase for several, log_loss for classes)"},
    ALM_OPTIONS_COVARIATES,
    ALM_OPTION_SEASON,
    ALM_OPTION_MISSING,
    ALM_OPTION_JOBS("trials at the same time"),
    ALM_OPTION_SEED,
    ALM_OPTION_RUN_NAME,
    {.name = "keep",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME",
     .help = "fit the best on all that the search saw and keep it as a model"},
    ALM_OPTION_RESUME("end an interrupted search"),
    ALM_OPTION_DRY_RUN,
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"tune demo -m lstm:lookback=14..112:log,hidden=16+32+64 --horizon 7 --holdout 28", "20 random trials"},
    {"tune demo -m lstm:rate=1e-4..1e-2:log,loss=mse+mae --horizon 7 --method halving --trials 27",
     "many short trainings, few long ones"},
    {"tune --resume 3", "go on after an interruption"},
    {NULL, NULL},
};

const struct alm_command alm_command_tune = {
    .name = "tune",
    .group = "Forecasting",
    .summary = "search over the options of a forecaster, inside the training span only",
    .arguments = "SERIES…",
    .least = 0,
    .most = SIZE_MAX,
    .description =
        "Draws configurations from the ranges, and forecasts the inner folds at the end of the span with "
        "each. Every trial is kept when it is finished, with its loss beside naive's on the same folds. What "
        "lies after --origin, or is held out, is not seen; without either the span is the whole series.\n\n"
        "A draw whose options do not go together is made again: with segment=24 rather give "
        "lookback=48..336:24. Alternatives of what is a list itself stand in parentheses: "
        "levels=(0.1+0.9)+(0.25+0.75), forget=(zero)+(one). An option that has an effect with others only "
        "(ridge with skip=ridge, say) is left out of the configurations that lack these.\n\n"
        "Halving goes on with the training of the rung below where the budget is epochs or folds, to the "
        "bits "
        "that the larger budget has from the start. With schedule=cosine the step sizes of all rungs are "
        "those "
        "of the full budget (schedule_epochs), so that they fall to 0 in the last rung only. All trials of a "
        "configuration have the random numbers of its spec with the full budget: a backtest repeats the "
        "losses "
        "of full budgets. An interrupted search goes on within the trainings under way.\n\n"
        "Ends with the best specs, with how each option went together with the loss, and, when lookback is "
        "searched, with time per epoch and the gap between training and validation loss by lookback.",
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_SERIES,
    .never_bare = true,
    .run = run,
};
