#include "ingest/detect.h"

#include <string.h>

enum {
    SAMPLE = 64 * 1024, /* bytes that are looked at, or LEAST_LINES lines, whichever is more */
    LEAST_LINES = 20,
    LONGEST_SAMPLE = 512 * 1024,
    BELIEVED = 3, /* records that must show an unusual thing before it is taken for the rule */
};

/* What may separate fields, and how likely it is that it does when all else is equal. */
static const struct {
    const char *delimiter;
    double likelihood;
    bool runs;
} candidates[] = {
    {",", 1, false},          {", ", 1, false},    {";", 1, false},          {"; ", 1, false},
    {"\t", 1, false},         {"|", 1, false},     {" | ", 1, false},        {"| ", 1, false},
    {"||", 1, false},         {",,", 0.9, false},  {";;", 0.9, false},       {"\t\t", 0.9, false},
    {" ", 0.7, false},        {" ", 0.7, true},    {"\x1F", 0.9, false},     {"\x01", 0.9, false},
    {"::", 0.9, false},       {":", 0.5, false},   {"^", 0.5, false},        {"~", 0.5, false},
    {"^^", 0.6, false},       {"~~", 0.6, false},  {" ; ", 0.9, false},      {" , ", 0.9, false},
    {"\xC2\xA6", 0.9, false}, {"\\t", 0.9, false}, {"\xC2\xA7", 0.8, false},
};

struct guess {
    struct alm_dialect dialect;
    struct alm_detect_count count;
    double score;
};

static unsigned see_line_ends(const char *sample, size_t n)
{
    unsigned seen = 0;
    for (size_t i = 0; i < n; i++) {
        if (sample[i] == '\n') seen |= i > 0 && sample[i - 1] == '\r' ? ALM_SEEN_CRLF : ALM_SEEN_LF;
        if (sample[i] == '\r' && (i + 1 == n || sample[i + 1] != '\n')) seen |= ALM_SEEN_CR;
    }
    return seen;
}

/* Keeps as many whole lines as are worth looking at. */
static size_t shorten(const char *sample, size_t n)
{
    size_t lines = 0, end = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == LONGEST_SAMPLE) return end > 0 ? end : i;
        if (sample[i] != '\n' && (sample[i] != '\r' || (i + 1 < n && sample[i + 1] == '\n'))) continue;
        end = i + 1;
        if (++lines >= LEAST_LINES && i >= SAMPLE) return end;
    }
    return n;
}

/* Whether delimiter is only the half of a doubled one: all its runs have an even length. */
static bool is_half(const char *delimiter, const char *sample, size_t n)
{
    size_t even = 0, odd = 0, run = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && sample[i] == delimiter[0]) {
            run++;
        } else if (run > 0) {
            *(run % 2 == 0 ? &even : &odd) += 1;
            run = 0;
        }
    }
    return even > 20 * odd;
}

/* How quotes inside quoted fields are escaped, as the count under doubling tells; whether it tells. */
static bool guess_escape(enum alm_escape *out, const struct alm_detect_count *doubled,
                         const struct alm_detect_count *slashed, const struct alm_detect_count *unescaped)
{
    *out = ALM_ESCAPE_DOUBLE;
    const size_t bad = doubled->faulty + doubled->stray, left = slashed->faulty + slashed->stray;
    const bool slashes_help = left < bad || (left == bad && slashed->agreement > doubled->agreement);
    if (slashed->backslashed > doubled->paired && slashes_help)
        *out = ALM_ESCAPE_BACKSLASH;
    else if (unescaped->single >= BELIEVED && unescaped->single > unescaped->paired &&
             unescaped->faulty < doubled->faulty)
        *out = ALM_ESCAPE_NONE;
    return *out != ALM_ESCAPE_DOUBLE || doubled->paired > 0;
}

/* Whether a backslash stands before a quote or a delimiter anywhere. */
static bool has_escapes(const struct alm_dialect *dialect, const char *sample, size_t n)
{
    if (dialect->delimiter[0] == '\\') return false;
    for (const char *p = sample; (p = memchr(p, '\\', n - (size_t)(p - sample))) != NULL; p++)
        if (p + 1 < sample + n &&
            (p[1] == dialect->delimiter[0] || (dialect->quote != '\0' && p[1] == dialect->quote)))
            return true;
    return false;
}

/* Counts the sample under the dialect of guess, whose escape is found unless stated. */
static enum alm_status count_with_escape(struct guess *guess, struct alm_scan *scan, const char *sample,
                                         size_t n)
{
    struct alm_dialect *dialect = &guess->dialect;
    ALM_TRY(alm_detect_count(&guess->count, scan, dialect, sample, n));
    if (dialect->escape_origin == ALM_ORIGIN_STATED) return ALM_OK;
    struct alm_detect_count counts[3] = {guess->count, guess->count, guess->count};
    for (int escape = ALM_ESCAPE_BACKSLASH; escape <= ALM_ESCAPE_NONE; escape++) {
        if (guess->count.faulty == 0 && (escape == ALM_ESCAPE_NONE || !has_escapes(dialect, sample, n)))
            continue;
        dialect->escape = (enum alm_escape)escape;
        ALM_TRY(alm_detect_count(&counts[escape], scan, dialect, sample, n));
    }
    const bool found = guess_escape(&dialect->escape, &counts[ALM_ESCAPE_DOUBLE],
                                    &counts[ALM_ESCAPE_BACKSLASH], &counts[ALM_ESCAPE_NONE]);
    if (found) dialect->escape_origin = ALM_ORIGIN_FOUND;
    guess->count = counts[dialect->escape];
    return ALM_OK;
}

/* Whether quotes that follow a delimiter and blanks are met with. */
static bool has_padded_quotes(const struct alm_dialect *dialect, const char *sample, size_t n)
{
    const size_t length = strlen(dialect->delimiter);
    for (const char *p = sample; (p = memchr(p, dialect->quote, n - (size_t)(p - sample))) != NULL; p++) {
        const char *q = p;
        while (q > sample && (q[-1] == ' ' || q[-1] == '\t'))
            q--;
        if (q < p && (size_t)(q - sample) >= length && memcmp(q - length, dialect->delimiter, length) == 0)
            return true;
    }
    return false;
}

/* The guess with one quote character, with and without blanks before quotes. */
static enum alm_status count_with_quote(struct guess *guess, struct alm_scan *scan, const char *sample,
                                        size_t n)
{
    struct guess padded = *guess;
    ALM_TRY(count_with_escape(guess, scan, sample, n));
    if (!has_padded_quotes(&guess->dialect, sample, n)) return ALM_OK;
    padded.dialect.blanks = true;
    ALM_TRY(count_with_escape(&padded, scan, sample, n));
    if (padded.count.proper > guess->count.proper && padded.count.faulty <= guess->count.faulty)
        *guess = padded;
    return ALM_OK;
}

/* Finds quote and escape for the delimiter of guess. */
static enum alm_status find_quote(struct guess *guess, struct alm_scan *scan, const char *sample, size_t n)
{
    if (guess->dialect.quote_origin == ALM_ORIGIN_STATED) return count_with_quote(guess, scan, sample, n);
    struct guess apostrophe = *guess, none = *guess;
    ALM_TRY(count_with_quote(guess, scan, sample, n));
    if (guess->count.proper > 0) guess->dialect.quote_origin = ALM_ORIGIN_FOUND;
    if (guess->count.proper == 0 && guess->count.faulty >= BELIEVED) {
        none.dialect.quote = '\0';
        none.dialect.quote_origin = ALM_ORIGIN_FOUND;
        ALM_TRY(count_with_escape(&none, scan, sample, n));
        if (none.count.agreement > guess->count.agreement) *guess = none;
    }
    if (memchr(sample, '\'', n) == NULL) return ALM_OK;
    apostrophe.dialect.quote = '\'';
    apostrophe.dialect.quote_origin = ALM_ORIGIN_FOUND;
    ALM_TRY(count_with_quote(&apostrophe, scan, sample, n));
    /* apostrophes before and after words are no quotes: hardly anything must go wrong */
    const struct alm_detect_count *count = &apostrophe.count;
    if (count->proper > guess->count.proper && count->proper > 2 * count->faulty + count->spread)
        *guess = apostrophe;
    return ALM_OK;
}

/* Better: fields that agree, that look like something, many of them. */
static double judge(const struct alm_detect_count *count, double likelihood)
{
    const double fields = count->width < 2 ? 0.5 : 1 - 1 / ((double)count->width + 1);
    return count->agreement * count->plausibility * fields * likelihood;
}

static enum alm_status try_delimiter(struct guess *best, size_t index, struct alm_scan *scan,
                                     const struct alm_dialect *stated, const char *sample, size_t n)
{
    const char *delimiter = candidates[index].delimiter;
    struct guess guess = {.dialect = *stated};
    if (memmem(sample, n, delimiter, strlen(delimiter)) == NULL) return ALM_OK;
    if (stated->escape == ALM_ESCAPE_BACKSLASH && delimiter[0] == '\\') return ALM_OK;
    if (stated->quote_origin == ALM_ORIGIN_STATED && strchr(delimiter, stated->quote) != NULL &&
        stated->quote != '\0')
        return ALM_OK;
    if (strlen(delimiter) == 1 && !candidates[index].runs && is_half(delimiter, sample, n)) return ALM_OK;
    memcpy(guess.dialect.delimiter, delimiter, strlen(delimiter) + 1);
    guess.dialect.runs = candidates[index].runs;
    guess.dialect.delimiter_origin = ALM_ORIGIN_FOUND;
    ALM_TRY(find_quote(&guess, scan, sample, n));
    if (guess.count.width < 2) return ALM_OK;
    guess.score = judge(&guess.count, candidates[index].likelihood);
    /* of two that do equally well, the longer: its blanks are no part of the fields */
    const double margin = strlen(delimiter) > strlen(best->dialect.delimiter) ? -1e-9 : 1e-9;
    if (guess.score > best->score + margin) *best = guess;
    return ALM_OK;
}

static enum alm_status detect(struct alm_dialect *dialect, struct alm_scan *scan, const char *sample,
                              size_t n)
{
    struct guess best = {.dialect = *dialect};
    ALM_TRY(find_quote(&best, scan, sample, n));
    if (dialect->delimiter_origin != ALM_ORIGIN_STATED) {
        /* under the comma a file of one column is judged, too */
        best.score = best.count.width < 2 ? judge(&best.count, 1) : 0;
        for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
            ALM_TRY(try_delimiter(&best, i, scan, dialect, sample, n));
    }
    best.dialect.width = best.count.width;
    *dialect = best.dialect;
    return ALM_OK;
}

void alm_dialect_detect(struct alm_dialect *dialect, const char *sample, size_t n)
{
    struct alm_scan scan = {0};
    const size_t kept = shorten(sample, n);
    const bool torn = kept < n && sample[kept - 1] != '\n' && sample[kept - 1] != '\r';
    n = kept;
    dialect->line_ends_seen = see_line_ends(sample, n);
    if (dialect->line_ends_seen != 0 && dialect->line_end_origin != ALM_ORIGIN_STATED)
        dialect->line_end_origin = ALM_ORIGIN_FOUND;
    /* short of memory, what is stated or usual is as good a guess */
    if (n > 0) (void)detect(dialect, &scan, sample, n);
    if (torn) dialect->width = 0; /* a line too long to be looked at whole */
    alm_scan_clear(&scan);
}
