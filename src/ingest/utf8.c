#include "ingest/utf8.h"

#include <stdint.h>
#include <string.h>

size_t alm_utf8_find_bad(const char *text, size_t n, bool *nul)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
    *nul = false;
    while (i < n) {
        uint64_t word;
        if (n - i >= 8) {
            memcpy(&word, p + i, 8);
            /* all ASCII and no zero byte */
            if (((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0) {
                i += 8;
                continue;
            }
        }
        if (p[i] == 0) {
            *nul = true;
            return i;
        }
        size_t more = 0;
        unsigned low = 0x80, high = 0xBF;
        if (p[i] >= 0xC2 && p[i] <= 0xDF) {
            more = 1;
        } else if (p[i] >= 0xE0 && p[i] <= 0xEF) {
            more = 2;
            if (p[i] == 0xE0) low = 0xA0;
            if (p[i] == 0xED) high = 0x9F;
        } else if (p[i] >= 0xF0 && p[i] <= 0xF4) {
            more = 3;
            if (p[i] == 0xF0) low = 0x90;
            if (p[i] == 0xF4) high = 0x8F;
        } else if (p[i] >= 0x80) {
            return i;
        }
        if (more > n - i - 1) return i;
        for (size_t k = 1; k <= more; k++, low = 0x80, high = 0xBF)
            if (p[i + k] < low || p[i + k] > high) return i;
        i += more + 1;
    }
    return n;
}
