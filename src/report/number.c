#include "report/number.h"

#include <math.h>

#define MINUS "\xE2\x88\x92"
#define DASH "\xE2\x80\x93"

static void append_whole(struct alm_text *out, unsigned long long value)
{
    char digits[32];
    size_t at = sizeof digits, n = 0;
    do {
        if (n > 0 && n % 3 == 0) digits[--at] = ',';
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
        n++;
    } while (value > 0);
    alm_text_append_bytes(out, digits + at, sizeof digits - at);
}

void alm_number_fixed(struct alm_text *out, double value, int decimals)
{
    if (isnan(value)) {
        alm_text_append(out, DASH);
        return;
    }
    if (decimals < 0) decimals = 0;
    if (decimals > 12) decimals = 12;
    unsigned long long scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    const double scaled = round(fabs(value) * (double)scale);
    if (!(scaled < 9e15)) { /* more digits than a double has: as it is */
        alm_text_append_number(out, value);
        return;
    }
    const unsigned long long parts = (unsigned long long)scaled;
    if (value < 0 && parts > 0) alm_text_append(out, MINUS);
    append_whole(out, parts / scale);
    if (decimals == 0) return;
    char fraction[16];
    unsigned long long rest = parts % scale;
    for (int i = decimals; i-- > 0; rest /= 10)
        fraction[i] = (char)('0' + rest % 10);
    alm_text_append(out, ".");
    alm_text_append_bytes(out, fraction, (size_t)decimals);
}

int alm_number_decimals(const double *values, size_t n)
{
    double largest = 0, smallest = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double size = fabs(values[i]);
        if (!(size > 0) || isinf(size)) continue;
        if (size > largest) largest = size;
        if (size < smallest) smallest = size;
    }
    if (largest <= 0) return 0;
    const int least = 3 - (int)floor(log10(largest)), most = 3 - (int)floor(log10(smallest));
    const int decimals = most > least + 2 ? least + 2 : most;
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

void alm_number_short(struct alm_text *out, double value, int digits)
{
    if (isnan(value) || value == 0 || isinf(value)) {
        alm_number_fixed(out, isinf(value) ? NAN : value, 0);
        return;
    }
    const int exponent = (int)floor(log10(fabs(value)));
    if (exponent < -6 || exponent > 14) {
        alm_text_append_number(out, value);
        return;
    }
    int decimals = digits - 1 - exponent;
    /* no zeros at the end: 0.5, not 0.500 */
    while (decimals > 0 && fmod(round(fabs(value) * pow(10, decimals)), 10) < 0.5)
        decimals--;
    alm_number_fixed(out, value, decimals);
}

void alm_number_p(struct alm_text *out, double p)
{
    if (p < 0.001)
        alm_text_append(out, "< 0.001");
    else
        alm_number_fixed(out, p, p < 0.1 ? 3 : 2);
}

void alm_number_count(struct alm_text *out, long long count, const char *one, const char *many)
{
    alm_number_fixed(out, (double)count, 0);
    alm_text_append(out, " ");
    alm_text_append(out, count == 1 ? one : many);
}

void alm_text_append_safe(struct alm_text *out, const char *text)
{
    struct alm_text visible = {0};
    alm_text_append_visible(&visible, text);
    if (visible.failed) out->failed = true;
    alm_text_append_html(out, alm_text_string(&visible));
    alm_text_clear(&visible);
}
