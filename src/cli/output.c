#include "cli/output.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Control characters never reach a terminal. */
static enum alm_status write_visible(const char *bytes, size_t n, struct alm_error *error)
{
    struct alm_text raw = {0}, safe = {0};
    alm_text_append_bytes(&raw, bytes, n);
    for (char *line = raw.data, *end; line != NULL && *line != '\0'; line = end) {
        end = strchr(line, '\n');
        if (end != NULL) *end++ = '\0';
        alm_text_append_visible(&safe, line);
        if (end == NULL) break;
        alm_text_append(&safe, "\n");
    }
    enum alm_status status = alm_text_check(raw.failed ? &raw : &safe, error);
    if (status == ALM_OK) fputs(alm_text_string(&safe), stdout);
    alm_text_clear(&raw);
    alm_text_clear(&safe);
    return status;
}

static enum alm_status write_stdout(void *context, const char *bytes, size_t n, struct alm_error *error)
{
    (void)context;
    if (isatty(STDOUT_FILENO) == 1)
        ALM_TRY(write_visible(bytes, n, error));
    else
        fwrite(bytes, 1, n, stdout);
    if (!ferror(stdout)) return ALM_OK;
    return alm_fail(error, ALM_IO, "cannot write to standard output: %s", strerror(errno));
}

struct alm_output alm_standard_output(void)
{
    return (struct alm_output){NULL, write_stdout};
}
