// stop FILE.csv SERIES DATABASE: a backtest that stops itself after a few tasks and is ended by another call, from C++.
// Prints the status of each and how many tasks were stored.
#include <almanac.h>

#include <cstdio>

namespace {

struct Brake {
    alm_cancel cancel;
    int reports;
};

void report(void *context, const char *, double done, double total, const char *)
{
    Brake *brake = static_cast<Brake *>(context);
    if (total > 0 && done >= 3 && done < total) alm_cancel_request(&brake->cancel, 1);
    brake->reports++;
}

void say(const char *what, alm_status status, const alm_backtest_summary &summary)
{
    std::printf("%s: %s, %zu of %zu\n", what, alm_status_name(status), summary.n_done, summary.n_tasks);
}

} // namespace

int main(int argc, char **argv)
{
    Brake brake = {};
    alm_progress progress = {&brake, report};
    alm_workbench_options options = {};
    alm_workbench *workbench = nullptr;
    alm_error error = {};
    if (argc != 4) return 2;
    options.path = argv[3];
    options.create = true;
    options.cancel = &brake.cancel;
    if (alm_workbench_open(&workbench, &options, &error) != ALM_OK) return 1;
    alm_import_request import = {};
    alm_import_summary imported;
    import.file = argv[1];
    const alm_status stored = alm_import(workbench, &import, &imported, &error);
    alm_import_summary_clear(&imported);
    alm_workbench_close(workbench);

    options.progress = &progress;
    if (stored != ALM_OK || alm_workbench_open(&workbench, &options, &error) != ALM_OK) return 1;
    const char *series = argv[2], *models[] = {"ses", "theta"};
    alm_backtest_request backtest = {};
    alm_backtest_summary summary;
    backtest.series = &series;
    backtest.models = models;
    backtest.n_series = 1;
    backtest.n_models = 2;
    backtest.horizon = 5;
    backtest.folds = 20;
    backtest.seed = 1;
    backtest.jobs = 1;
    backtest.name = "stopped";
    say("backtest", alm_backtest(workbench, &backtest, &summary, &error), summary);
    alm_cancel_request(&brake.cancel, 0);
    progress.report = nullptr;
    const alm_status ended = alm_backtest_resume(workbench, "stopped", 1, &summary, &error);
    say("resume", ended, summary);
    alm_workbench_close(workbench);
    return ended == ALM_OK && brake.reports > 0 ? 0 : 1;
}
