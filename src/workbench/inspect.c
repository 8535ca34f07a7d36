/* A look into a kept model. */
#include "forecast/inspection.h"
#include "store/model_table.h"
#include "workbench/covariates.h"
#include "workbench/request.h"
#include "workbench/single.h"

#include <string.h>

static enum alm_status look(struct alm_inspection **out, struct alm_store *store,
                            const struct alm_inspect_request *request, const struct alm_model_row *model,
                            const struct alm_forecaster *forecaster, const char *name,
                            struct alm_loaded *series, struct alm_error *error)
{
    const struct alm_inspection_request what = {
        .series = name, .network = request->network > 0 ? request->network - 1 : 0, .step = request->step};
    struct alm_single single;
    int64_t at = INT64_MAX;
    if (request->at != NULL)
        ALM_TRY(alm_request_time(&at, request->at, alm_series_is_index(series->series[0]),
                                 series->series[0]->time_zone, "--at", error));
    ALM_TRY(alm_covariates_load_model(series, store, request->model, model->horizon, error));
    ALM_TRY(alm_single_create(&single, series, at, model->horizon, error));
    enum alm_status status = alm_covariates_check(series, single.bars, model->horizon, error);
    if (status == ALM_OK) status = alm_inspection_create(out, forecaster, &single.history, &what, error);
    alm_single_clear(&single);
    return status;
}

/* The series that is asked for and, where the model is shown several together, the others. */
static enum alm_status load(struct alm_loaded *series, struct alm_store *store,
                            const struct alm_inspect_request *request, const struct alm_model_row *model,
                            const struct alm_forecaster *forecaster, const char *name,
                            struct alm_error *error)
{
    if (!alm_inspection_is_joint(forecaster))
        return alm_load_one(series, store, name, INT64_MAX, request->season, error);
    for (size_t i = 0; i < model->n_series; i++)
        ALM_TRY(alm_load_one(series, store, model->series[i], INT64_MAX, request->season, error));
    return ALM_OK;
}

static enum alm_status inspect(struct alm_inspection **out, struct alm_store *store,
                               const struct alm_inspect_request *request, const struct alm_model_row *model,
                               struct alm_error *error)
{
    struct alm_forecaster *forecaster;
    struct alm_loaded series = {0};
    if (request->series == NULL && model->n_series == 0)
        return alm_fail(error, ALM_USAGE, "%s knows no series; give --series", request->model);
    const char *name = request->series != NULL ? request->series : model->series[0];
    ALM_TRY(alm_forecaster_load(&forecaster, model->data, model->n_bytes, error));
    enum alm_status status = load(&series, store, request, model, forecaster, name, error);
    if (status == ALM_OK) status = look(out, store, request, model, forecaster, name, &series, error);
    alm_loaded_clear(&series);
    alm_forecaster_free(forecaster);
    return status;
}

enum alm_status alm_inspect(struct alm_inspection **out, struct alm_workbench *workbench,
                            const struct alm_inspect_request *request, struct alm_error *error)
{
    struct alm_model_row model = {0};
    *out = NULL;
    ALM_TRY(alm_model_table_load(&model, workbench->store, request->model, error));
    const enum alm_status status = inspect(out, workbench->store, request, &model, error);
    alm_model_row_clear(&model);
    return status;
}
