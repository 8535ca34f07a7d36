#include "ingest/stage.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 256 << 10 };

/* A row in memory. */
struct held {
    int64_t ts;
    size_t group, line;
    double values[];
};

struct chunk {
    struct chunk *next;
    size_t n;
    char rows[];
};

struct alm_stage {
    size_t width, row_bytes, chunk_rows;
    const struct alm_ingest_sink *sink;
    struct chunk *chunks; /* the one that is filled first */
    size_t n;             /* rows in memory */
    bool spilled, sorted;
    struct held **order; /* [n] when sorted in memory */
    size_t at;
    bool pending; /* row is the next one, not taken yet */
    bool ended;
    struct alm_stage_row row;
    double *values; /* of row, when it comes from the temporary storage */
};

enum alm_status alm_stage_create(struct alm_stage **out, size_t width, const struct alm_ingest_sink *sink,
                                 struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->width = width;
    (*out)->row_bytes = sizeof(struct held) + width * sizeof(double);
    (*out)->chunk_rows = CHUNK_BYTES / (*out)->row_bytes + 1;
    (*out)->sink = sink;
    return ALM_OK;
}

static void free_chunks(struct alm_stage *stage)
{
    while (stage->chunks != NULL) {
        struct chunk *next = stage->chunks->next;
        free(stage->chunks);
        stage->chunks = next;
    }
    stage->n = 0;
}

void alm_stage_free(struct alm_stage *stage)
{
    if (stage == NULL) return;
    free_chunks(stage);
    free(stage->order);
    free(stage->values);
    free(stage);
}

static struct held *row_at(const struct alm_stage *stage, struct chunk *chunk, size_t i)
{
    return (struct held *)(void *)(chunk->rows + i * stage->row_bytes);
}

enum alm_status alm_stage_add(struct alm_stage *stage, const struct alm_stage_row *row,
                              struct alm_error *error)
{
    if (stage->chunks == NULL || stage->chunks->n == stage->chunk_rows) {
        struct chunk *chunk = malloc(sizeof *chunk + stage->chunk_rows * stage->row_bytes);
        if (chunk == NULL) return alm_fail(error, ALM_NOMEM, "out of memory for rows that wait");
        *chunk = (struct chunk){.next = stage->chunks};
        stage->chunks = chunk;
    }
    struct held *held = row_at(stage, stage->chunks, stage->chunks->n++);
    held->ts = row->ts;
    held->group = row->group;
    held->line = row->line;
    memcpy(held->values, row->values, stage->width * sizeof(double));
    stage->n++;
    return ALM_OK;
}

size_t alm_stage_bytes(const struct alm_stage *stage)
{
    /* with the pointers that sorting needs */
    return stage->sink->stage == NULL ? 0 : stage->n * (stage->row_bytes + 2 * sizeof(void *));
}

enum alm_status alm_stage_spill(struct alm_stage *stage, struct alm_error *error)
{
    const struct alm_ingest_sink *sink = stage->sink;
    for (struct chunk *chunk = stage->chunks; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->n; i++) {
            const struct held *held = row_at(stage, chunk, i);
            ALM_TRY(sink->stage(sink->context, held->group, held->ts, held->line, held->values, stage->width,
                                error));
        }
    }
    stage->spilled = stage->spilled || stage->n > 0;
    free_chunks(stage);
    return ALM_OK;
}

static int compare(const void *a, const void *b)
{
    const struct held *x = *(struct held *const *)a, *y = *(struct held *const *)b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->ts != y->ts) return x->ts < y->ts ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static enum alm_status sort(struct alm_stage *stage, struct alm_error *error)
{
    size_t n = 0;
    stage->sorted = true;
    if (stage->spilled) {
        ALM_TRY(alm_stage_spill(stage, error));
        return ALM_NEW(&stage->values, stage->width, error);
    }
    ALM_TRY(ALM_NEW(&stage->order, stage->n, error));
    for (struct chunk *chunk = stage->chunks; chunk != NULL; chunk = chunk->next)
        for (size_t i = 0; i < chunk->n; i++)
            stage->order[n++] = row_at(stage, chunk, i);
    qsort(stage->order, n, sizeof *stage->order, compare);
    return ALM_OK;
}

static enum alm_status fetch(struct alm_stage *stage, struct alm_error *error)
{
    struct alm_stage_row *row = &stage->row;
    if (stage->spilled) {
        row->values = stage->values;
        return stage->sink->unstage(stage->sink->context, &stage->pending, &row->group, &row->ts, &row->line,
                                    stage->values, stage->width, error);
    }
    stage->pending = stage->at < stage->n;
    if (!stage->pending) return ALM_OK;
    const struct held *held = stage->order[stage->at++];
    *row = (struct alm_stage_row){held->ts, held->group, held->line, held->values};
    return ALM_OK;
}

enum alm_status alm_stage_next(struct alm_stage_row *out, bool *more, struct alm_stage *stage, size_t group,
                               struct alm_error *error)
{
    *more = false;
    if (!stage->sorted) ALM_TRY(sort(stage, error));
    if (!stage->pending && !stage->ended) {
        ALM_TRY(fetch(stage, error));
        stage->ended = !stage->pending;
    }
    *more = stage->pending && stage->row.group == group;
    if (!*more) return ALM_OK;
    stage->pending = false;
    *out = stage->row;
    return ALM_OK;
}
