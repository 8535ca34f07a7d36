/* Signals become requests to stop. */
#ifndef ALM_CLI_INTERRUPT_H
#define ALM_CLI_INTERRUPT_H

#include "base/hooks.h"
#include "base/status.h"

struct alm_interrupt {
    struct alm_cancel cancel;
};

/* From now on SIGINT, SIGTERM and SIGHUP set cancel to their number, whichever thread gets them; after the
 * first one they end the process at once again. A signal that the process was started to ignore stays
 * ignored. SIGPIPE is ignored: writing to a closed pipe fails instead. */
enum alm_status alm_interrupt_open(struct alm_interrupt *interrupt, struct alm_error *error);
/* From now on signals are ignored: the work is over. */
void alm_interrupt_close(struct alm_interrupt *interrupt);

#endif
