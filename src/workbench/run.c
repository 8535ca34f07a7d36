#include "workbench/run.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/option.h"
#include "nn/gemm.h"
#include "nn/kernel/kernel.h"
#include "store/task_table.h"
#include "workbench/evaluate.h"

#include <stdio.h>
#include <stdlib.h>

void alm_run_kernel(char out[ALM_KERNEL_SIZE])
{
    snprintf(out, ALM_KERNEL_SIZE, "%s, OpenBLAS %s", alm_nn_kernel_name(), alm_gemm_core());
}

/* All options of a canonical spec, defaults included, as JSON. */
static enum alm_status write_options(char **out, const struct alm_candidate *candidate,
                                     struct alm_error *error)
{
    struct alm_spec spec;
    struct alm_config *config = NULL;
    struct alm_text text = {0};
    ALM_TRY(alm_spec_parse(&spec, candidate->spec, error));
    enum alm_status status = alm_forecaster_config_create(&config, candidate->type, spec.options, error);
    if (status == ALM_OK) {
        alm_config_write_json(config, &text);
        status = alm_text_check(&text, error);
    }
    if (status == ALM_OK) status = alm_copy_text(out, alm_text_string(&text), error);
    alm_text_clear(&text);
    alm_config_free(config);
    alm_spec_clear(&spec);
    return status;
}

/* The texts that a run's row needs beside the plan's own. */
struct run_texts {
    struct alm_run_series *series;
    struct alm_run_forecaster *forecaster;
    size_t n_series, n_forecasters;
};

static void clear_texts(struct run_texts *texts)
{
    for (size_t i = 0; texts->series != NULL && i < texts->n_series; i++)
        free((char *)texts->series[i].frequency);
    for (size_t i = 0; texts->forecaster != NULL && i < texts->n_forecasters; i++)
        free((char *)texts->forecaster[i].options);
    free(texts->series);
    free(texts->forecaster);
}

static enum alm_status fill_texts(struct run_texts *texts, const struct alm_plan *plan,
                                  struct alm_error *error)
{
    texts->n_series = plan->n_series;
    texts->n_forecasters = plan->n_forecasters;
    ALM_TRY(ALM_NEW(&texts->series, plan->n_series, error));
    ALM_TRY(ALM_NEW(&texts->forecaster, plan->n_forecasters, error));
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct alm_series *s = plan->series[i];
        struct alm_text frequency = {0};
        alm_frequency_write(&frequency, s->calendar.frequency);
        texts->series[i] =
            (struct alm_run_series){.series_id = s->id, .name = s->name, .season_length = s->season_length};
        if (plan->series_origins != NULL) {
            texts->series[i].has_origins = true;
            texts->series[i].n_origins = plan->series_origins[i].n;
            texts->series[i].n_embargoed = plan->series_origins[i].embargoed;
        }
        const enum alm_status status =
            alm_copy_text((char **)&texts->series[i].frequency, alm_text_string(&frequency), error);
        alm_text_clear(&frequency);
        ALM_TRY(status);
    }
    for (size_t i = 0; i < plan->n_forecasters; i++) {
        const struct alm_candidate *c = &plan->forecaster[i];
        texts->forecaster[i] = (struct alm_run_forecaster){c->label, c->spec, NULL};
        ALM_TRY(write_options((char **)&texts->forecaster[i].options, c, error));
    }
    return ALM_OK;
}

enum alm_status alm_run_begin_spec(struct alm_run_owner *out, struct alm_workbench *workbench,
                                   enum alm_run_kind kind, const char *name, const char *spec,
                                   const struct alm_loaded *series, const struct alm_plan *plan,
                                   struct alm_error *error)
{
    struct run_texts texts = {0};
    char digest[ALM_DIGEST_SIZE], kernel[ALM_KERNEL_SIZE];
    alm_run_kernel(kernel);
    alm_loaded_digest(digest, series);
    enum alm_status status = fill_texts(&texts, plan, error);
    const struct alm_run_new run = {
        .kind = kind,
        .name = name,
        .spec = spec,
        .seed = plan->settings.seed,
        .data_digest = digest,
        .version = ALM_VERSION,
        .kernel = kernel,
        .series = texts.series,
        .n_series = texts.n_series,
        .forecaster = texts.forecaster,
        .n_forecasters = texts.n_forecasters,
    };
    if (status == ALM_OK) status = alm_run_table_create(out, workbench->store, &run, error);
    clear_texts(&texts);
    return status;
}

enum alm_status alm_run_begin(struct alm_run_owner *out, struct alm_workbench *workbench,
                              enum alm_run_kind kind, const char *name, const struct alm_settings *settings,
                              const struct alm_loaded *series, const struct alm_plan *plan,
                              struct alm_error *error)
{
    struct alm_text spec = {0};
    alm_settings_write(&spec, settings, series);
    enum alm_status status = alm_text_check(&spec, error);
    if (status == ALM_OK)
        status = alm_run_begin_spec(out, workbench, kind, name, alm_text_string(&spec), series, plan, error);
    alm_text_clear(&spec);
    return status;
}

enum alm_status alm_run_end(struct alm_workbench *workbench, const struct alm_run_owner *owner,
                            enum alm_status ended, double cpu_before, struct alm_error *error)
{
    const char *message = ended == ALM_OK || error == NULL ? NULL : error->text;
    struct alm_error second = {0};
    const enum alm_status status =
        alm_run_table_finish(workbench->store, owner, ended, message, alm_clock_process_cpu() - cpu_before,
                             alm_clock_peak_memory(), &second);
    if (ended != ALM_OK || status == ALM_OK) return ended;
    return alm_fail(error, status, "%s", second.text);
}

enum alm_status alm_run_sink_deliver(void *context, const struct alm_task_result *result,
                                     struct alm_error *error)
{
    struct alm_run_sink *sink = context;
    ALM_TRY(alm_task_table_commit(sink->store, sink->owner, result, sink->level, error));
    sink->n_done++;
    return ALM_OK;
}

enum alm_status alm_run_evaluate(struct alm_store *store, int64_t run, const struct alm_plan *plan,
                                 struct alm_text *verdict, struct alm_yield *yield,
                                 struct alm_check_facts *checks, struct alm_error *error)
{
    const char **labels = NULL;
    size_t *seasons = NULL;
    enum alm_status status = ALM_NEW(&labels, plan->n_forecasters, error);
    if (status == ALM_OK) status = ALM_NEW(&seasons, plan->n_series, error);
    if (status == ALM_OK) {
        for (size_t i = 0; i < plan->n_forecasters; i++)
            labels[i] = plan->forecaster[i].label;
        struct alm_evaluation_settings settings;
        alm_evaluation_settings_for(&settings, seasons, plan);
        status = alm_evaluate_run(store, run, &settings, labels, verdict, yield, checks, error);
    }
    free(labels);
    free(seasons);
    return status;
}
