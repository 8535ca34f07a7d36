#include "store/suggest.h"

#include "base/text.h"
#include "store/statement.h"

#include <stdio.h>
#include <string.h>

size_t alm_store_suggest(char out[ALM_SUGGESTION_SIZE], struct alm_store *store, const char *query,
                         const char *wanted, const char *otherwise)
{
    struct alm_statement s;
    size_t best = strlen(wanted) <= 3 ? 2 : 3, n = 0; /* as far as alm_text_suggest goes */
    bool row;
    snprintf(out, ALM_SUGGESTION_SIZE, "%s", otherwise);
    if (alm_statement_begin(&s, store, query, NULL) != ALM_OK) return 0;
    for (; alm_statement_step(&s, &row, NULL) == ALM_OK && row; n++) {
        const size_t distance = alm_text_distance(wanted, alm_column_text(&s, 0));
        if (distance >= best) continue;
        best = distance;
        snprintf(out, ALM_SUGGESTION_SIZE, " (did you mean %s?)", alm_column_text(&s, 0));
    }
    alm_statement_end(&s);
    return n;
}
