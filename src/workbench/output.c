#include "workbench/output.h"

#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum alm_status fail(const struct alm_output_file *file, struct alm_error *error)
{
    return alm_fail(error, ALM_IO, "%s: %s", file->path, strerror(errno));
}

static enum alm_status write_file(void *context, const char *bytes, size_t n, struct alm_error *error)
{
    struct alm_output_file *file = context;
    return fwrite(bytes, 1, n, file->file) == n ? ALM_OK : fail(file, error);
}

/* A device, a pipe or a link is written to, never replaced. */
static bool is_replaceable(const char *path)
{
    struct stat info;
    return lstat(path, &info) != 0 || S_ISREG(info.st_mode);
}

enum alm_status alm_output_file_open(struct alm_output_file *out, const char *path, struct alm_error *error)
{
    struct alm_text temporary = {0};
    *out = (struct alm_output_file){.output = {out, write_file}, .path = path};
    alm_text_printf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    ALM_TRY(alm_text_check(&temporary, error));
    out->temporary = temporary.data;
    if (!is_replaceable(path)) {
        free(out->temporary);
        out->temporary = NULL;
    }
    out->file = fopen(out->temporary == NULL ? path : out->temporary, "wb");
    if (out->file != NULL) return ALM_OK;
    const enum alm_status status = fail(out, error);
    free(out->temporary);
    return status;
}

enum alm_status alm_output_file_close(struct alm_output_file *file, enum alm_status status,
                                      struct alm_error *error)
{
    if (fclose(file->file) != 0 && status == ALM_OK) status = fail(file, error);
    if (file->temporary == NULL) return status;
    if (status == ALM_OK && rename(file->temporary, file->path) != 0) status = fail(file, error);
    if (status != ALM_OK) remove(file->temporary);
    free(file->temporary);
    return status;
}

enum alm_status alm_output_text(const struct alm_text *text, const char *path,
                                const struct alm_output *output, struct alm_error *error)
{
    struct alm_output_file file;
    if (path == NULL) return output->write(output->context, alm_text_string(text), text->length, error);
    ALM_TRY(alm_output_file_open(&file, path, error));
    const enum alm_status status =
        file.output.write(file.output.context, alm_text_string(text), text->length, error);
    return alm_output_file_close(&file, status, error);
}
