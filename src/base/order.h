/* Numbers in order. */
#ifndef ALM_BASE_ORDER_H
#define ALM_BASE_ORDER_H

#include <stddef.h>

/* Sorts n numbers, none of them NaN, rising. */
void alm_sort_numbers(double *numbers, size_t n);

/* The value at share q (0 .. 1) of n >= 1 sorted numbers, linear between neighbours (definition 7 of Hyndman
 * & Fan 1996). */
double alm_sorted_quantile(const double *sorted, size_t n, double q);

#endif
