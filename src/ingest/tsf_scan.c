#include "base/memory.h"
#include "ingest/tsf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BUFFER = 64 * 1024 };

bool alm_tsf_is_path(const char *path)
{
    static const char *const endings[] = {".tsf", ".tsf.gz", ".tsf.zst"};
    const size_t n = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > strlen(endings[i]) && strcasecmp(path + n - strlen(endings[i]), endings[i]) == 0) return true;
    return false;
}

enum alm_status alm_tsf_scan_init(struct alm_tsf_scan *scan, struct alm_decoder *decoder,
                                  struct alm_error *error)
{
    *scan = (struct alm_tsf_scan){.decoder = decoder, .line = 1, .column = 1};
    return ALM_NEW(&scan->buffer, BUFFER, error);
}

void alm_tsf_scan_clear(struct alm_tsf_scan *scan)
{
    free(scan->buffer);
    scan->buffer = NULL;
}

static enum alm_status refill(struct alm_tsf_scan *scan, struct alm_error *error)
{
    scan->at = 0;
    ALM_TRY(alm_decoder_read(&scan->n, scan->decoder, scan->buffer, BUFFER, error));
    scan->at_end = scan->n == 0;
    return ALM_OK;
}

enum alm_status alm_tsf_scan_next(struct alm_tsf_scan *scan, char separator, char other,
                                  struct alm_error *error)
{
    scan->length = 0;
    scan->cut = false;
    scan->stop = '\0';
    scan->token_line = scan->line;
    scan->token_column = scan->column;
    for (;;) {
        if (scan->at == scan->n) ALM_TRY(refill(scan, error));
        if (scan->at_end) break;
        const char c = scan->buffer[scan->at++];
        scan->column += ((unsigned char)c & 0xC0) != 0x80;
        if (c == '\n' || (c == separator && c != '\0') || (c == other && c != '\0')) {
            scan->stop = c;
            break;
        }
        if (scan->length + 1 < ALM_TSF_TOKEN_LIMIT)
            scan->token[scan->length++] = c;
        else
            scan->cut = true;
    }
    if (scan->stop == '\n') {
        scan->line++;
        scan->column = 1;
    }
    if (scan->length > 0 && scan->token[scan->length - 1] == '\r' && scan->stop != separator) scan->length--;
    scan->token[scan->length] = '\0';
    return ALM_OK;
}
