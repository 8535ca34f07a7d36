/* Where an axis has its ticks and what they are called: round numbers, powers of ten, calendar units. */
#ifndef ALM_REPORT_TICKS_H
#define ALM_REPORT_TICKS_H

#include <stddef.h>
#include <stdint.h>

#define ALM_TICKS_MAX 16

/* Ticks of a numeric axis, rising. All lie within the range they were made for. */
struct alm_ticks {
    double at[ALM_TICKS_MAX];
    size_t n;
    int decimals; /* that all labels need, 0 .. 12 */
};

/* Multiples of 1, 2 or 5 times a power of ten within low .. high, as many as fit without exceeding wanted
 * (1 .. ALM_TICKS_MAX), at least one where the range holds a multiple. None when the range is empty or not
 * finite. */
void alm_ticks_linear(struct alm_ticks *out, double low, double high, size_t wanted);

/* The same, whole numbers only. */
void alm_ticks_whole(struct alm_ticks *out, double low, double high, size_t wanted);

/* 1, 2 and 5 times powers of ten (or powers of ten alone where that is too many) within low .. high, both
 * > 0; linear ones where the range is less than a factor of three. */
void alm_ticks_log(struct alm_ticks *out, double low, double high, size_t wanted);

/* Widens *low .. *high to something that can be drawn: by share of the range on both sides, or around the
 * value when there is no range. Neither bound crosses zero by widening. */
void alm_range_widen(double *low, double *high, double share);

/* A tick of a time axis. context is the coarser part of the date (year, or day), given at the first tick and
 * wherever it changes, else empty. */
struct alm_time_tick {
    int64_t at;
    char label[16], context[24];
};

struct alm_time_ticks {
    struct alm_time_tick tick[ALM_TICKS_MAX];
    size_t n;
};

/* Beginnings of seconds, minutes, hours, days, weeks, months or years (UTC) within low .. high, the finest
 * unit that gives no more than wanted. */
void alm_ticks_time(struct alm_time_ticks *out, int64_t low, int64_t high, size_t wanted);

#endif
