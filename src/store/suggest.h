/* The name that somebody may have meant. Not for other rooms. */
#ifndef ALM_STORE_SUGGEST_H
#define ALM_STORE_SUGGEST_H

#include "store/store.h"

#include <stddef.h>

/* Writes ` (did you mean NAME?)` with the name nearest to wanted in the first column of the named query, or
 * otherwise (a sentence in parentheses with its blank before it, or "") when none is near. Never fails;
 * returns how many names there are. */
#define ALM_SUGGESTION_SIZE 96
size_t alm_store_suggest(char out[ALM_SUGGESTION_SIZE], struct alm_store *store, const char *query,
                         const char *wanted, const char *otherwise);

#endif
