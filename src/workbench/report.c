/* A run's report into a file. */
#include "report/report.h"

#include "base/text.h"
#include "store/run_table.h"
#include "workbench/output.h"
#include "workbench/workbench.h"

#include <string.h>

static enum alm_status write_file(const char *path, const struct alm_text *text, struct alm_error *error)
{
    struct alm_output_file file;
    ALM_TRY(alm_output_file_open(&file, path, error));
    const enum alm_status status =
        file.output.write(file.output.context, alm_text_string(text), text->length, error);
    return alm_output_file_close(&file, status, error);
}

enum alm_status alm_report(struct alm_workbench *workbench, const char *run, const char *path,
                           const char *format, struct alm_error *error)
{
    struct alm_text text = {0};
    int64_t id;
    ALM_TRY(alm_run_table_find_id(&id, workbench->store, run, error));
    enum alm_status status;
    if (strcmp(format, "html") == 0)
        status = alm_report_html(&text, workbench->store, id, error);
    else if (strcmp(format, "md") == 0)
        status = alm_report_md(&text, workbench->store, id, error);
    else
        status = alm_fail(error, ALM_USAGE, "a report is html or md, not \"%s\"", format);
    if (status == ALM_OK) status = alm_text_check(&text, error);
    if (status == ALM_OK) status = write_file(path, &text, error);
    alm_text_clear(&text);
    return status;
}
