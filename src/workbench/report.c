/* A run's report into a file. */
#include "report/report.h"

#include "base/text.h"
#include "store/run_table.h"
#include "workbench/workbench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Under a temporary name beside path, renamed when complete. */
static enum alm_status write_file(const char *path, const struct alm_text *text, struct alm_error *error)
{
    struct alm_text temporary = {0};
    alm_text_printf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    enum alm_status status = alm_text_check(&temporary, error);
    FILE *file = status == ALM_OK ? fopen(alm_text_string(&temporary), "wb") : NULL;
    if (status == ALM_OK && file == NULL) status = alm_fail(error, ALM_IO, "%s: %s", path, strerror(errno));
    if (file != NULL) {
        const bool written = fwrite(alm_text_string(text), 1, text->length, file) == text->length;
        const bool closed = fclose(file) == 0;
        if (!written || !closed || rename(alm_text_string(&temporary), path) != 0) {
            status = alm_fail(error, ALM_IO, "%s: %s", path, strerror(errno));
            remove(alm_text_string(&temporary));
        }
    }
    alm_text_clear(&temporary);
    return status;
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
