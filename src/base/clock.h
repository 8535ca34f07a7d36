/* Clocks, for durations that are reported and for timestamps of runs. Nothing that makes a forecast reads
 * them. */
#ifndef ALM_BASE_CLOCK_H
#define ALM_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since the Unix epoch, UTC. */
int64_t alm_clock_now(void);
/* Seconds on a clock that never goes back. */
double alm_clock_wall(void);
/* CPU seconds (user and system) of the calling thread, and of the whole process. */
double alm_clock_thread_cpu(void);
double alm_clock_process_cpu(void);
/* Largest resident memory of the process so far, bytes. */
int64_t alm_clock_peak_memory(void);

#endif
