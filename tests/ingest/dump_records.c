/* Prints the records of a CSV file as JSON, one array of fields a line, or {"fault": N, "line": N}. For
 * test_conformance.py. */
#include "ingest/reader.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_field(struct alm_text *out, const struct alm_field *field)
{
    char *text = strndup(field->text, field->n);
    if (text != NULL) alm_text_append_json(out, text);
    free(text);
}

static void write_record(struct alm_text *out, const struct alm_record *record)
{
    if (record->fault != ALM_RECORD_GOOD || record->stray_quote) {
        alm_text_printf(out, "{\"fault\": %d, \"line\": %zu}\n", (int)record->fault, record->line);
        return;
    }
    alm_text_append(out, "[");
    for (size_t i = 0; i < record->n; i++) {
        if (i > 0) alm_text_append(out, ", ");
        write_field(out, &record->fields[i]);
    }
    alm_text_append(out, "]\n");
}

int main(int argc, char **argv)
{
    struct alm_source *source = NULL;
    struct alm_reader *reader = NULL;
    struct alm_error error = {0};
    struct alm_text out = {0};
    const struct alm_dialect dialect = alm_dialect_default();
    if (argc != 2) return 2;
    enum alm_status status = alm_source_open(&source, argv[1], NULL, NULL, &error);
    if (status == ALM_OK) status = alm_reader_create(&reader, source, dialect, &error);
    for (bool more = status == ALM_OK; more;) {
        struct alm_record record;
        status = alm_reader_next(&record, &more, reader, &error);
        if (status != ALM_OK) break;
        if (more) write_record(&out, &record);
    }
    if (status != ALM_OK) fprintf(stderr, "%s\n", error.text);
    fputs(alm_text_string(&out), stdout);
    alm_text_clear(&out);
    alm_reader_free(reader);
    alm_source_close(source);
    return status == ALM_OK ? 0 : 1;
}
