/* Status codes and error text. Every function that can fail returns a status and writes one sentence
 * into the caller's error object; there is no global error state. */
#ifndef ALM_BASE_STATUS_H
#define ALM_BASE_STATUS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
/* what an installed header declares is what the library exports */
#pragma GCC visibility push(default)

/* The one list of statuses: code, short meaning, and the class that decides the exit status of the program.
 */
#define ALM_STATUS_LIST(X)                                                                                   \
    X(OK, "success", DONE)                                                                                   \
    X(NOMEM, "out of memory", FAILED)                                                                        \
    X(IO, "file error", FAILED)                                                                              \
    X(DB, "database error", FAILED)                                                                          \
    X(NUMERIC, "numerical failure", FAILED)                                                                  \
    X(DIVERGED, "training diverged", FAILED)                                                                 \
    X(INTERNAL, "internal error", FAILED)                                                                    \
    X(USAGE, "usage error", USAGE)                                                                           \
    X(NOTFOUND, "not found", USAGE)                                                                          \
    X(EXISTS, "already exists", USAGE)                                                                       \
    X(SHAPE, "lengths or dimensions do not agree", REFUSED)                                                  \
    X(PARSE, "malformed input", REFUSED)                                                                     \
    X(DATA, "the data were refused", REFUSED)                                                                \
    X(LEAK, "a forecast depends on values after its origin", REFUSED)                                        \
    X(INTERRUPTED, "interrupted", INTERRUPTED)

enum alm_status {
#define X(name, text, class) ALM_##name,
    ALM_STATUS_LIST(X)
#undef X
};

/* What a status means to a caller that only wants to know which kind of end this was. */
enum alm_status_class {
    ALM_CLASS_DONE,        /* it worked */
    ALM_CLASS_FAILED,      /* I/O, database, memory or numbers failed */
    ALM_CLASS_USAGE,       /* the caller asked for something that does not exist or makes no sense */
    ALM_CLASS_REFUSED,     /* the data do not allow it; nothing was stored */
    ALM_CLASS_INTERRUPTED, /* cancelled; finished work is kept */
};

/* Belongs to the caller. text is always terminated; empty means no error. */
struct alm_error {
    enum alm_status status;
    char text[512];
};

/* Writes the formatted text and status into error (which may be NULL) and returns status, so that a function
 * can end with `return alm_fail(error, ALM_DATA, "...", ...)`. Longer texts are cut. */
enum alm_status alm_fail(struct alm_error *error, enum alm_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts `context: ` before the text that error already holds, and returns its status. */
enum alm_status alm_fail_in(struct alm_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Clears error to ALM_OK and an empty text. */
void alm_error_clear(struct alm_error *error);

/* The short meaning of a status, e.g. "malformed input". Never NULL. */
const char *alm_status_text(enum alm_status status);

/* The name of a status as stored in the database, e.g. "PARSE". Never NULL. */
const char *alm_status_name(enum alm_status status);

/* The kind of end that a status is. */
enum alm_status_class alm_status_class(enum alm_status status);

/* Returns from the enclosing function when call does not return ALM_OK. Use it where nothing needs freeing.
 */
#define ALM_TRY(call)                                                                                        \
    do {                                                                                                     \
        const enum alm_status alm_try_status_ = (call);                                                      \
        if (alm_try_status_ != ALM_OK) return alm_try_status_;                                               \
    } while (0)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
