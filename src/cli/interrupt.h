/* Signals become requests to stop: a thread of its own waits for them, so that no handler runs anywhere. */
#ifndef ALM_CLI_INTERRUPT_H
#define ALM_CLI_INTERRUPT_H

#include "base/hooks.h"
#include "base/status.h"

#include <pthread.h>

struct alm_interrupt {
    struct alm_cancel cancel;
    pthread_t thread;
};

/* From now on SIGINT, SIGTERM and SIGHUP set cancel to their number; after the first one they end the process
 * at once again. A signal that the process was started to ignore stays ignored. SIGPIPE is ignored: writing
 * to a closed pipe fails instead. Call before any other thread is started. */
enum alm_status alm_interrupt_open(struct alm_interrupt *interrupt, struct alm_error *error);
/* Ends the thread; signals stay blocked. Only after a successful open. */
void alm_interrupt_close(struct alm_interrupt *interrupt);

#endif
