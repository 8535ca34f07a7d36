#include "ingest/detect.h"
#include "ingest/plausible.h"

#include <string.h>

enum { LINES = 50 }; /* a record may have in a sample */

/* The end of the line at at, its end included. */
static size_t line_end(const char *sample, size_t at, size_t n, enum alm_line_end which)
{
    for (size_t i = at; i < n; i++) {
        const bool lf = sample[i] == '\n', cr = sample[i] == '\r';
        if (!lf && !cr) continue;
        const bool crlf = cr && i + 1 < n && sample[i + 1] == '\n';
        if (which == ALM_LINE_END_AUTO) return crlf ? i + 2 : i + 1;
        if (which == ALM_LINE_END_CRLF && crlf) return i + 2;
        if ((which == ALM_LINE_END_LF && lf) || (which == ALM_LINE_END_CR && cr)) return i + 1;
    }
    return n;
}

/* Scans the record at *at as the reader would; a faulty one is its first line, read leniently. */
static enum alm_status scan_record(bool *faulty, size_t *at, struct alm_scan *scan,
                                   const struct alm_dialect *dialect, const char *sample, size_t n)
{
    const size_t start = *at, first = line_end(sample, start, n, dialect->line_end);
    const size_t first_content = alm_line_content(sample + start, first - start, dialect->line_end);
    size_t from = start, end = first;
    alm_scan_begin(scan, dialect);
    for (size_t lines = 0; lines < LINES; lines++) {
        const size_t content = alm_line_content(sample + from, end - from, dialect->line_end);
        ALM_TRY(alm_scan_line(scan, sample + start, from - start, from - start + content, NULL));
        if (!scan->open || scan->text_after || end == n) break;
        from = end;
        end = line_end(sample, from, n, dialect->line_end);
    }
    *at = end;
    *faulty = scan->open || scan->text_after;
    if (!*faulty) return ALM_OK;
    *at = first;
    return alm_scan_lenient(scan, dialect, sample + start, first_content, 0, NULL);
}

static double plausibility(const struct alm_scan_field *field, const char *record)
{
    const char *text = record + field->content;
    const size_t n = field->end - field->content;
    /* raw ones with a quote inside may be several fields taken for one */
    const bool doubtful = field->stray || (field->raw && memchr(text, text[-1], n) != NULL);
    return doubtful ? 0.1 : field->quoted ? 0.9 : alm_cell_plausibility(text, n);
}

static void count_cells(struct alm_detect_count *out, double *sum, size_t *cells, const struct alm_scan *scan,
                        const char *record)
{
    out->proper += scan->quoted;
    out->stray += scan->stray;
    out->backslashed += scan->backslashes > 0;
    out->paired += scan->pairs > 0;
    out->single += scan->singles > 0;
    for (size_t i = 0; i < scan->n; i++) {
        const struct alm_scan_field *field = &scan->fields[i];
        *sum += plausibility(field, record);
    }
    *cells += scan->n;
}

/* The commonest width and its share. */
static void judge_widths(struct alm_detect_count *out, const size_t *widths, const bool *faulty)
{
    double best = 0;
    for (size_t i = 0; i < out->records; i++) {
        double same = 0;
        for (size_t k = 0; k < out->records; k++)
            if (widths[k] == widths[i]) same += faulty[k] ? 0.5 : 1;
        /* of equally common ones the first, so that a header counts; but a title of one field does not */
        if (same > best || (same == best && out->width < 2)) {
            best = same;
            out->width = widths[i];
        }
    }
    out->agreement = out->records == 0 ? 0 : best / (double)out->records;
}

enum alm_status alm_detect_count(struct alm_detect_count *out, struct alm_scan *scan,
                                 const struct alm_dialect *dialect, const char *sample, size_t n)
{
    size_t widths[ALM_DETECT_RECORDS], cells = 0;
    bool faulty[ALM_DETECT_RECORDS];
    double sum = 0;
    *out = (struct alm_detect_count){0};
    for (size_t at = 0; at < n && out->records < ALM_DETECT_RECORDS;) {
        const size_t start = at;
        ALM_TRY(scan_record(&faulty[out->records], &at, scan, dialect, sample, n));
        if (alm_line_content(sample + start, at - start, dialect->line_end) == 0) continue;
        out->spread += at > line_end(sample, start, n, dialect->line_end);
        count_cells(out, &sum, &cells, scan, sample + start);
        out->faulty += faulty[out->records];
        widths[out->records++] = scan->n;
    }
    judge_widths(out, widths, faulty);
    out->plausibility = cells == 0 ? 0 : sum / (double)cells;
    return ALM_OK;
}
