/* Which process this is, and whether another one lives. Not for other rooms. */
#ifndef ALM_STORE_OWNER_H
#define ALM_STORE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct alm_process {
    char host[72];
    int64_t pid;
    char start[80]; /* boot and start time: a process number used again is another process */
};

void alm_process_self(struct alm_process *out);
/* Whether the process that left these traces at time heartbeat lives: certain for this host, presumed for
 * another one while its last sign is younger than ten minutes. */
bool alm_process_lives(const char *host, int64_t pid, const char *start, int64_t heartbeat);

#endif
