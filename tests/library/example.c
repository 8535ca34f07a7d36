/* example FILE.csv SERIES DATABASE: imports a file, backtests two forecasters beside naive, prints how they
 * rank.
 *
 *     cc example.c $(pkg-config --cflags --libs almanac) -o example */
#include <almanac.h>

#include <stdio.h>

static void report(void *context, const char *activity, double done, double total, const char *unit)
{
    (void)context;
    fprintf(stderr, "%s: %.0f of %.0f %s\n", activity, done, total, unit);
}

static enum alm_status work(struct alm_workbench *w, const char *file, const char *series,
                            struct alm_error *e)
{
    const char *const models[] = {"ses", "theta"};
    const struct alm_import_request import = {.file = file};
    const struct alm_backtest_request backtest = {.series = &series,
                                                  .n_series = 1,
                                                  .models = models,
                                                  .n_models = 2,
                                                  .horizon = 5,
                                                  .folds = 20,
                                                  .seed = 1};
    struct alm_import_summary imported;
    struct alm_backtest_summary done;
    enum alm_status status = alm_import(w, &import, &imported, e);
    alm_import_summary_clear(&imported);
    if (status != ALM_OK || (status = alm_backtest(w, &backtest, &done, e)) != ALM_OK) return status;

    const struct alm_parameter run = {.name = "run", .number = (double)done.run, .has_number = true};
    struct alm_rows *rows;
    bool row;
    if ((status = alm_query_named(&rows, w, "leaderboard", &run, 1, e)) != ALM_OK) return status;
    const size_t name = alm_rows_find_column(rows, "forecaster"), mae = alm_rows_find_column(rows, "mae");
    while ((status = alm_rows_step(rows, &row, e)) == ALM_OK && row)
        printf("%s,%s\n", alm_rows_text(rows, name), alm_rows_text(rows, mae));
    alm_query_close(rows);
    return status;
}

int main(int argc, char **argv)
{
    const struct alm_progress progress = {.report = report};
    struct alm_workbench *workbench;
    struct alm_error error;
    if (argc != 4) return 2;
    const struct alm_workbench_options options = {.path = argv[3], .create = true, .progress = &progress};
    enum alm_status status = alm_workbench_open(&workbench, &options, &error);
    if (status == ALM_OK) status = work(workbench, argv[1], argv[2], &error);
    if (status != ALM_OK) fprintf(stderr, "%s: %s\n", alm_status_text(status), error.text);
    alm_workbench_close(workbench);
    return status == ALM_OK ? 0 : 1;
}
