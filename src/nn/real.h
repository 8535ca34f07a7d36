/* The number type of the networks: float in the program, double in the build that the gradient tests link. */
#ifndef ALM_NN_REAL_H
#define ALM_NN_REAL_H

#ifdef ALM_REAL_DOUBLE
typedef double alm_real;
#else
typedef float alm_real;
#endif

#endif
