#include "workbench/origin_file.h"

#include "base/memory.h"
#include "workbench/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    int64_t moment;
    size_t line, column;
};

struct reading {
    const char *path, *time_zone;
    bool index;
    struct entry *entry; /* [n] */
    size_t n, capacity, line;
};

/* Cuts what is no part of the time off, and finds where it begins. */
static size_t trim(char *text, size_t length)
{
    const char *blanks = " \t\r\n";
    static const char mark[] = "\xEF\xBB\xBF"; /* that some editors put at the beginning */
    char *comment = memchr(text, '#', length);
    if (comment != NULL) *comment = '\0';
    size_t first = strncmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
    first += strspn(text + first, blanks);
    size_t end = strlen(text);
    while (end > first && strchr(blanks, text[end - 1]) != NULL)
        text[--end] = '\0';
    return first;
}

static enum alm_status add(struct reading *r, char *text, size_t length, struct alm_error *error)
{
    struct alm_error own = {0};
    struct entry entry = {.line = ++r->line};
    const bool whole = strlen(text) == length;
    const size_t first = trim(text, length);
    entry.column = first + 1;
    if (whole && text[first] == '\0') return ALM_OK;
    if (!whole ||
        alm_request_time(&entry.moment, text + first, r->index, r->time_zone, "origin", &own) != ALM_OK)
        return alm_fail(error, ALM_DATA, "%s:%zu:%zu: %s", r->path, entry.line, entry.column,
                        whole ? own.text : "the file is no text");
    ALM_TRY(alm_grow((void **)&r->entry, &r->capacity, r->n + 1, sizeof entry, error));
    r->entry[r->n++] = entry;
    return ALM_OK;
}

static enum alm_status read_lines(struct reading *r, struct alm_error *error)
{
    FILE *file = fopen(r->path, "re");
    char *text = NULL;
    size_t size = 0;
    ssize_t length;
    enum alm_status status = ALM_OK;
    if (file == NULL)
        return alm_fail(
            error, errno == ENOENT ? ALM_NOTFOUND : ALM_IO,
            "--origins %s: no rule such as weekly:mon or monthly:first, and the file cannot be read: %s",
            r->path, strerror(errno));
    while (status == ALM_OK && (length = getline(&text, &size, file)) >= 0)
        status = add(r, text, (size_t)length, error);
    if (status == ALM_OK && ferror(file))
        status = alm_fail(error, ALM_IO, "%s: cannot be read: %s", r->path, strerror(errno));
    free(text);
    fclose(file);
    if (status == ALM_OK && r->n == 0)
        status = alm_fail(error, ALM_DATA, "%s: there is no time in the file", r->path);
    return status;
}

static int compare_moments(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->moment != y->moment) return x->moment < y->moment ? -1 : 1;
    return x->line < y->line ? -1 : 1;
}

static enum alm_status hand_over(struct alm_origin_file *out, const struct reading *r,
                                 struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&out->moment, r->n, error));
    ALM_TRY(ALM_NEW(&out->line, r->n, error));
    for (size_t i = 0; i < r->n; i++) {
        const struct entry *e = &r->entry[i];
        if (i > 0 && e->moment == r->entry[i - 1].moment)
            return alm_fail(error, ALM_DATA, "%s:%zu:%zu: the same time stands on line %zu", r->path, e->line,
                            e->column, r->entry[i - 1].line);
        out->moment[i] = e->moment;
        out->line[i] = e->line;
    }
    out->n = r->n;
    return ALM_OK;
}

enum alm_status alm_origin_file_read(struct alm_origin_file *out, const char *path, bool index,
                                     const char *time_zone, struct alm_error *error)
{
    struct reading r = {.path = path, .index = index, .time_zone = time_zone};
    *out = (struct alm_origin_file){0};
    enum alm_status status = read_lines(&r, error);
    if (status == ALM_OK) {
        qsort(r.entry, r.n, sizeof *r.entry, compare_moments);
        status = hand_over(out, &r, error);
    }
    free(r.entry);
    return status;
}

void alm_origin_file_clear(struct alm_origin_file *file)
{
    free(file->moment);
    free(file->line);
    *file = (struct alm_origin_file){0};
}
