/* Bytes that no text has. */
#ifndef ALM_INGEST_UTF8_H
#define ALM_INGEST_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Where the first byte stands that ends UTF-8 validity (RFC 3629) or is NUL; n when there is none. */
size_t alm_utf8_find_bad(const char *text, size_t n, bool *nul);

#endif
