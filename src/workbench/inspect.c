/* A look into a kept model. */
#include "forecast/inspection.h"
#include "store/model_table.h"
#include "workbench/covariates.h"
#include "workbench/request.h"
#include "workbench/single.h"

#include <string.h>

static enum alm_status look(struct alm_inspection **out, struct alm_store *store,
                            const struct alm_inspect_request *request, const struct alm_model_row *model,
                            struct alm_loaded *series, struct alm_error *error)
{
    const struct alm_inspection_request what = {.network = request->network > 0 ? request->network - 1 : 0,
                                                .step = request->step};
    struct alm_single single;
    struct alm_forecaster *forecaster;
    int64_t at = INT64_MAX;
    if (request->at != NULL)
        ALM_TRY(alm_request_time(&at, request->at, alm_series_is_index(series->series[0]), "--at", error));
    ALM_TRY(alm_covariates_load_model(series, store, request->model, model->horizon, error));
    ALM_TRY(alm_single_create(&single, series, at, model->horizon, error));
    enum alm_status status = alm_covariates_check(series, single.bars, model->horizon, error);
    if (status == ALM_OK) status = alm_forecaster_load(&forecaster, model->data, model->n_bytes, error);
    if (status == ALM_OK) {
        status = alm_inspection_create(out, forecaster, &single.history, &what, error);
        alm_forecaster_free(forecaster);
    }
    alm_single_clear(&single);
    return status;
}

enum alm_status alm_inspect(struct alm_inspection **out, struct alm_workbench *workbench,
                            const struct alm_inspect_request *request, struct alm_error *error)
{
    struct alm_model_row model = {0};
    struct alm_loaded series = {0};
    *out = NULL;
    ALM_TRY(alm_model_table_load(&model, workbench->store, request->model, error));
    enum alm_status status = ALM_OK;
    if (request->series == NULL && model.n_series == 0)
        status = alm_fail(error, ALM_USAGE, "%s knows no series; give --series", request->model);
    const char *name = request->series != NULL ? request->series
                       : model.n_series > 0    ? model.series[0]
                                               : NULL;
    if (status == ALM_OK)
        status = alm_load_one(&series, workbench->store, name, INT64_MAX, request->season, error);
    if (status == ALM_OK) status = look(out, workbench->store, request, &model, &series, error);
    alm_loaded_clear(&series);
    alm_model_row_clear(&model);
    return status;
}
