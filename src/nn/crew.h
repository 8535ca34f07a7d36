/* A few threads that wait for parts of short work, over and over: a training step is too short to start
 * threads for. (For long, independent tasks there is base/pool.h.) */
#ifndef ALM_NN_CREW_H
#define ALM_NN_CREW_H

#include "base/status.h"

#include <stddef.h>

struct alm_crew;

/* A crew of `threads` workers, of which the thread that calls alm_crew_run is one (so 1 starts no thread).
 * ALM_NOMEM if not even one helper can be started; fewer than asked for are put up with. */
enum alm_status alm_crew_create(struct alm_crew **out, size_t threads, struct alm_error *error);
void alm_crew_free(struct alm_crew *crew);

/* Does work(context, part, worker) for every part from 0 to parts - 1 (parts < 65536) and returns when all
 * are done. Parts are started in order; which worker (0 .. threads - 1) gets one is chance. Workers treat
 * denormals as the caller does. Helpers that wait for work look out for it a moment, about 50 µs, and then
 * sleep. */
void alm_crew_run(struct alm_crew *crew, void (*work)(void *context, size_t part, size_t worker),
                  void *context, size_t parts);

#endif
