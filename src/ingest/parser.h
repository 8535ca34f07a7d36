/* One record taken apart. libcsv does it where quotes are concerned; this is the only file that includes it.
 */
#ifndef ALM_INGEST_PARSER_H
#define ALM_INGEST_PARSER_H

#include "ingest/scan.h"

struct alm_field {
    const char *text; /* not terminated */
    size_t n;
};

struct alm_parser;

/* In dialect (borrowed). */
enum alm_status alm_parser_create(struct alm_parser **out, const struct alm_dialect *dialect,
                                  struct alm_error *error);
void alm_parser_free(struct alm_parser *parser);

/* The fields of the record [text, text + n), without its line end, in *fields[*count]; valid until the next
 * call. A record without quotes and escapes: taken apart in place, a view into text. */
enum alm_status alm_parser_split(const struct alm_field **fields, size_t *count, struct alm_parser *parser,
                                 const char *text, size_t n, struct alm_error *error);
/* Any other: scan says where its fields are. In a dialect that libcsv knows it gets the record as it stands
 * unless lenient is set; else it gets the fields as scanned, escapes resolved, rewritten as RFC 4180. */
enum alm_status alm_parser_parse(const struct alm_field **fields, size_t *count, struct alm_parser *parser,
                                 const char *text, size_t n, const struct alm_scan *scan,
                                 struct alm_error *error);

#endif
