#include "cli/import_dump.h"

#include "cli/meter.h"
#include "cli/output.h"

static enum alm_status say(void *context, const char *bytes, size_t n, struct alm_error *error)
{
    (void)error;
    alm_call_say(context, "%.*s", (int)n, bytes);
    return ALM_OK;
}

enum alm_status alm_import_dump(const struct alm_call *call, struct alm_workbench *workbench,
                                const struct alm_import_request *request, struct alm_error *error)
{
    struct alm_call own = *call;
    const struct alm_output records = alm_standard_output(), remarks = {&own, say};
    alm_meter_erase(call->meter);
    return alm_import_dump_records(workbench, request, &records, &remarks, error);
}
