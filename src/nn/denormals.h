/* Numbers too small for a whole mantissa cost up to 3x on some CPUs and mean nothing to a network. */
#ifndef ALM_NN_DENORMALS_H
#define ALM_NN_DENORMALS_H

/* Sets flush-to-zero and denormals-are-zero on this thread and returns what was set before, for
 * alm_denormals_restore. */
unsigned alm_denormals_flush(void);
void alm_denormals_restore(unsigned before);

/* What is set on this thread; alm_denormals_restore sets it on another. */
unsigned alm_denormals_state(void);

#endif
