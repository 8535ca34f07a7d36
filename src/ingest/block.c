#include "ingest/block.h"

#include "base/memory.h"
#include "ingest/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { STEP = 64 }; /* bytes looked at together, a bit for each */

/* Where in STEP bytes there is what. */
struct marks {
    uint64_t ends;     /* delimiters and LF */
    uint64_t returns;  /* CR */
    uint64_t specials; /* quotes and NUL */
    uint64_t high;     /* bytes beyond ASCII */
};

void alm_block_clear(struct alm_block *block)
{
    free(block->fields);
    free(block->rows);
    *block = (struct alm_block){0};
}

bool alm_block_suits(const struct alm_dialect *dialect)
{
    const unsigned char delimiter = (unsigned char)dialect->delimiter[0];
    return !dialect->runs && dialect->delimiter[1] == '\0' && delimiter < 0x80 && delimiter != '\r' &&
           dialect->escape != ALM_ESCAPE_BACKSLASH &&
           (dialect->line_end == ALM_LINE_END_AUTO || dialect->line_end == ALM_LINE_END_LF);
}

#ifdef __SSE2__
static inline uint64_t bits_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 | (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

static inline struct marks look(const char *p, char delimiter, char quote)
{
    const __m128i delimiters = _mm_set1_epi8(delimiter), feeds = _mm_set1_epi8('\n'),
                  returns = _mm_set1_epi8('\r'), quotes = _mm_set1_epi8(quote), zero = _mm_setzero_si128();
    __m128i v[4], ends[4], back[4], special[4];
    for (int i = 0; i < 4; i++) {
        v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        ends[i] = _mm_or_si128(_mm_cmpeq_epi8(v[i], delimiters), _mm_cmpeq_epi8(v[i], feeds));
        back[i] = _mm_cmpeq_epi8(v[i], returns);
        special[i] = _mm_or_si128(_mm_cmpeq_epi8(v[i], quotes), _mm_cmpeq_epi8(v[i], zero));
    }
    return (struct marks){
        bits_of(ends[0], ends[1], ends[2], ends[3]), bits_of(back[0], back[1], back[2], back[3]),
        bits_of(special[0], special[1], special[2], special[3]), bits_of(v[0], v[1], v[2], v[3])};
}
#else
static inline struct marks look(const char *p, char delimiter, char quote)
{
    struct marks marks = {0};
    for (int i = 0; i < STEP; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        if (p[i] == delimiter || p[i] == '\n') marks.ends |= bit;
        if (p[i] == '\r') marks.returns |= bit;
        if (p[i] == quote || p[i] == '\0') marks.specials |= bit;
        if ((unsigned char)p[i] >= 0x80) marks.high |= bit;
    }
    return marks;
}
#endif

/* One pass over a text. */
struct pass {
    struct alm_block *block;
    const char *text;
    size_t n, n_fields, start, line; /* start of the field and of the line that are open */
    bool trims;                      /* a CR before a LF belongs to the line's end */
    bool high;
};

static inline void end_line(struct pass *pass, size_t at)
{
    struct alm_block *block = pass->block;
    struct alm_field *last = &block->fields[pass->n_fields - 1];
    if (pass->trims && last->n > 0 && last->text[last->n - 1] == '\r') last->n--;
    block->rows[block->n].end = at + 1;
    block->n++;
    block->rows[block->n].first = pass->n_fields;
    block->rows[block->n].start = pass->line = at + 1;
}

/* Goes through STEP bytes at `at`, of which stop are there and plain. */
static inline void take(struct pass *pass, size_t at, uint64_t ends)
{
    struct alm_field *fields = pass->block->fields;
    while (ends != 0) {
        const size_t i = at + (size_t)__builtin_ctzll(ends);
        ends &= ends - 1;
        fields[pass->n_fields++] = (struct alm_field){pass->text + pass->start, i - pass->start};
        pass->start = i + 1;
        if (pass->text[i] == '\n') end_line(pass, i);
    }
}

/* Bits below the lowest of mask; all when there is none. */
static inline uint64_t below(uint64_t mask)
{
    return mask == 0 ? ~UINT64_C(0) : (mask & -mask) - 1;
}

static void scan(struct pass *pass, const struct alm_dialect *dialect)
{
    const char delimiter = dialect->delimiter[0], quote = dialect->quote;
    char tail[STEP];
    for (size_t at = 0; at < pass->n; at += STEP) {
        const size_t left = pass->n - at;
        const char *p = pass->text + at;
        if (left < STEP) {
            memset(tail, 0, sizeof tail); /* NUL stops */
            memcpy(tail, p, left);
            p = tail;
        }
        struct marks marks = look(p, delimiter, quote);
        if (pass->trims && marks.returns != 0) {
            uint64_t feeds = 0;
            for (int i = 1; i < STEP; i++)
                feeds |= (uint64_t)(p[i] == '\n') << (i - 1);
            if (left > STEP) feeds |= (uint64_t)(p[STEP] == '\n') << (STEP - 1);
            marks.specials |= marks.returns & ~feeds;
        }
        const uint64_t plain = below(marks.specials);
        pass->high |= (marks.high & plain) != 0;
        take(pass, at, marks.ends & plain);
        if (marks.specials != 0) return;
    }
}

/* Leaves out lines from the first on that is not UTF-8. */
static void check_utf8(struct alm_block *block)
{
    bool nul;
    const size_t end = block->rows[block->n].start;
    const size_t bad = alm_utf8_find_bad(block->text, end, &nul);
    while (block->n > 0 && block->rows[block->n - 1].end > bad)
        block->n--;
}

enum alm_status alm_block_split(struct alm_block *block, const struct alm_dialect *dialect, const char *text,
                                size_t n, struct alm_error *error)
{
    struct pass pass = {.block = block, .text = text, .n = n < ALM_BLOCK_BYTES ? n : ALM_BLOCK_BYTES};
    pass.trims = dialect->line_end == ALM_LINE_END_AUTO;
    block->text = text;
    block->n = block->at = 0;
    /* as many as there can be: a field or a line takes a byte */
    ALM_TRY(
        alm_grow((void **)&block->fields, &block->fields_capacity, pass.n + 1, sizeof *block->fields, error));
    ALM_TRY(alm_grow((void **)&block->rows, &block->rows_capacity, pass.n + 2, sizeof *block->rows, error));
    block->rows[0] = (struct alm_block_row){0};
    scan(&pass, dialect);
    if (pass.high) check_utf8(block);
    return ALM_OK;
}
