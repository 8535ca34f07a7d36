/* Settings of the numerical libraries that hold for the whole process. */
#ifndef ALM_BASE_NUMERIC_H
#define ALM_BASE_NUMERIC_H

/* GSL's own error handler ends the process; from now on its failures are read from what its functions return.
 * Any number of calls. */
void alm_numeric_init(void);

/* The version of GSL that is loaded, e.g. "2.7.1". */
const char *alm_numeric_version(void);

#endif
