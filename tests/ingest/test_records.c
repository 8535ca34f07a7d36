/* What must hold for every table in every dialect: it is found and read back, whatever the chunks of the
 * file, and a quote gone wrong stays in its own line. */
#include "support.h"

#include "base/random.h"
#include "ingest/dump.h"

enum { COLUMNS = 5, MAX_ROWS = 40, CHUNK = 256 * 1024 };

struct table {
    char cells[MAX_ROWS][COLUMNS][48];
    size_t rows;
};

/* ---- tables and how they are written ---- */

static void append(char out[48], const char *text)
{
    const size_t n = strlen(out);
    snprintf(out + n, 48 - n, "%s", text);
}

static void append_random_text(char out[48], struct alm_random *random, const struct alm_dialect *dialect)
{
    static const char *const words[] = {"red", "boots", "Fleece", "of wool", "x1", "caf\xC3\xA9", "two"};
    const char quote[2] = {dialect->quote, '\0'};
    const size_t n = 1 + alm_random_below(random, 3);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        append(out, words[alm_random_below(random, 7)]);
        if (dialect->quote != '\0' && alm_random_below(random, 3) == 0) append(out, dialect->delimiter);
        /* unescaped, a quote must not stand before a delimiter: a word follows */
        if (dialect->quote != '\0' && alm_random_below(random, 3) == 0) {
            append(out, dialect->escape == ALM_ESCAPE_NONE ? " " : "");
            append(out, quote);
            append(out, dialect->escape == ALM_ESCAPE_NONE ? "s" : "");
        }
        append(out, i + 1 < n ? " " : "");
    }
    if (dialect->escape == ALM_ESCAPE_NONE || dialect->quote == '\0') append(out, "e");
}

static void make_table(struct table *table, struct alm_random *random, const struct alm_dialect *dialect)
{
    static const char *const header[COLUMNS] = {"time", "kind", "value", "note", "last"};
    table->rows = 8 + alm_random_below(random, MAX_ROWS - 8);
    for (size_t r = 0; r < table->rows; r++) {
        char(*row)[48] = table->cells[r];
        if (r == 0) {
            for (size_t c = 0; c < COLUMNS; c++)
                snprintf(row[c], 48, "%s", header[c]);
            continue;
        }
        snprintf(row[0], 48, "2021-03-%02zu", 1 + r % 28);
        snprintf(row[1], 48, "k%zu", alm_random_below(random, 9));
        snprintf(row[2], 48, "%.2f", alm_random_normal(random));
        append_random_text(row[3], random, dialect);
        /* that quotes are not escaped is believed when several records show it */
        if (dialect->quote != '\0' && dialect->escape == ALM_ESCAPE_NONE && r < 4)
            snprintf(row[3], 48, "5%c pipe", dialect->quote);
        snprintf(row[4], 48, "%zu", alm_random_below(random, 1000));
    }
}

static bool wants_quotes(const char *cell, const struct alm_dialect *dialect, bool text)
{
    return dialect->quote != '\0' &&
           (text || strstr(cell, dialect->delimiter) != NULL || strchr(cell, dialect->quote) != NULL);
}

static void write_cell(struct alm_text *out, const char *cell, const struct alm_dialect *dialect, bool text)
{
    const bool quotes = wants_quotes(cell, dialect, text);
    if (quotes) alm_text_append_bytes(out, &dialect->quote, 1);
    for (const char *p = cell; *p != '\0'; p++) {
        const bool special =
            quotes && (*p == dialect->quote || (*p == '\\' && dialect->escape == ALM_ESCAPE_BACKSLASH));
        if (special && dialect->escape == ALM_ESCAPE_DOUBLE) alm_text_append_bytes(out, &dialect->quote, 1);
        if (special && dialect->escape == ALM_ESCAPE_BACKSLASH) alm_text_append(out, "\\");
        alm_text_append_bytes(out, p, 1);
    }
    if (quotes) alm_text_append_bytes(out, &dialect->quote, 1);
}

static void write_row(struct alm_text *out, const struct table *table, size_t row,
                      const struct alm_dialect *dialect, const char *line_end)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        if (c > 0) alm_text_append(out, dialect->delimiter);
        write_cell(out, table->cells[row][c], dialect, row > 0 && c == 3);
    }
    alm_text_append(out, line_end);
}

static void write_table(struct alm_text *out, const struct table *table, const struct alm_dialect *dialect,
                        const char *line_end)
{
    for (size_t r = 0; r < table->rows; r++)
        write_row(out, table, r, dialect, line_end);
}

/* ---- reading ---- */

static bool is_row(const struct alm_record *record, const struct table *table, size_t row)
{
    if (record->n != COLUMNS || record->fault != ALM_RECORD_GOOD) return false;
    for (size_t c = 0; c < COLUMNS; c++) {
        const char *cell = table->cells[row][c];
        if (record->fields[c].n != strlen(cell) || memcmp(record->fields[c].text, cell, strlen(cell)) != 0)
            return false;
    }
    return true;
}

static void open_reader(struct alm_source **source, struct alm_reader **reader, const struct alm_text *file,
                        const struct alm_dialect *dialect)
{
    cr_assert(open_bytes(source, file->data, file->length, NULL) == ALM_OK);
    cr_assert(alm_reader_create(reader, *source, *dialect, NULL) == ALM_OK);
}

/* How many rows of the table, from the first one on, are the records of file under dialect. */
static size_t count_equal(const struct table *table, const struct alm_text *file,
                          const struct alm_dialect *dialect)
{
    struct alm_source *source;
    struct alm_reader *reader;
    size_t equal = 0;
    open_reader(&source, &reader, file, dialect);
    for (;;) {
        struct alm_record record;
        bool more;
        cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK);
        if (!more || equal == table->rows || !is_row(&record, table, equal)) break;
        equal++;
    }
    alm_reader_free(reader);
    alm_source_close(source);
    return equal;
}

Test(records, tables_in_every_dialect_are_found_and_read_back)
{
    static const char *const delimiters[] = {",", ";", "\t", "|", ", ", "||", " | ", "; ", "\x1F"};
    static const char quotes[] = {'"', '\'', '\0'};
    static const char *const line_ends[] = {"\n", "\r\n", "\r"};
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 5, NULL) == ALM_OK);
    for (size_t i = 0; i < 9 * 3 * 3 * 3 * 3; i++) {
        struct alm_dialect meant = alm_dialect_default(), found = meant;
        struct table table;
        struct alm_text file = {0};
        snprintf(meant.delimiter, sizeof meant.delimiter, "%s", delimiters[i % 9]);
        meant.quote = quotes[i / 9 % 3];
        meant.escape = (enum alm_escape)(i / 27 % 3);
        make_table(&table, random, &meant);
        write_table(&file, &table, &meant, line_ends[i / 81 % 3]);
        alm_dialect_detect(&found, file.data, file.length);
        cr_assert(strcmp(found.delimiter, meant.delimiter) == 0, "<%s> instead of <%s> in:\n%s",
                  found.delimiter, meant.delimiter, file.data);
        cr_assert(eq(sz, found.width, COLUMNS));
        cr_assert(eq(sz, count_equal(&table, &file, &found), table.rows), "%s", file.data);
        alm_text_clear(&file);
    }
    alm_random_free(random);
}

/* A space separates, too, where texts with blanks are quoted. */
Test(records, tables_separated_by_spaces_are_found_and_read_back)
{
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 6, NULL) == ALM_OK);
    for (size_t i = 0; i < 30; i++) {
        struct alm_dialect meant = alm_dialect_default(), found = meant;
        struct table table;
        struct alm_text file = {0};
        snprintf(meant.delimiter, sizeof meant.delimiter, "%s", " ");
        make_table(&table, random, &meant);
        write_table(&file, &table, &meant, "\n");
        alm_dialect_detect(&found, file.data, file.length);
        cr_assert(eq(sz, count_equal(&table, &file, &found), table.rows), "%s", file.data);
        alm_text_clear(&file);
    }
    alm_random_free(random);
}

/* ---- chunks ---- */

Test(records, records_are_whole_wherever_a_chunk_ends)
{
    static const char records[] = "1,\"a \"\"b\"\"\r\nc\",x\r\n2,\"d,\r\",\r\n";
    const struct alm_dialect dialect = alm_dialect_default();
    const size_t n = sizeof records - 1;
    for (size_t before = CHUNK - n - 2; before <= CHUNK + 2; before++) {
        struct alm_text file = {0};
        while (file.length + 64 < before)
            alm_text_append(&file, "0,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,y\n");
        alm_text_append(&file, "0,");
        while (file.length + 3 < before)
            alm_text_append(&file, "b");
        alm_text_append(&file, ",y\n");
        cr_assert(eq(sz, file.length, before));
        alm_text_append(&file, records);
        struct alm_source *source;
        struct alm_reader *reader;
        struct alm_record record = {0};
        bool more = true;
        open_reader(&source, &reader, &file, &dialect);
        while (more && (record.n == 0 || record.fields[0].text[0] == '0'))
            cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK);
        cr_assert(more && record.n == 3 && record.fault == ALM_RECORD_GOOD);
        cr_assert(record.fields[1].n == 8 && memcmp(record.fields[1].text, "a \"b\"\r\nc", 8) == 0);
        cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK && more && record.n == 3);
        cr_assert(record.fields[1].n == 3 && memcmp(record.fields[1].text, "d,\r", 3) == 0);
        cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK && !more);
        alm_reader_free(reader);
        alm_source_close(source);
        alm_text_clear(&file);
    }
}

/* ---- quotes gone wrong ---- */

/* Whether all rows but the one at bad are read from file as they stand in the table. */
static bool others_are_kept(const struct table *table, size_t bad, const struct alm_text *file,
                            const struct alm_dialect *dialect, bool lenient)
{
    struct alm_source *source;
    struct alm_reader *reader;
    bool more = true, kept = true;
    size_t row = 0;
    open_reader(&source, &reader, file, dialect);
    alm_reader_set_lenient(reader, lenient);
    while (kept) {
        struct alm_record record;
        cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK);
        if (!more) break;
        kept = record.line == row + 1 && (row == bad || is_row(&record, table, row));
        kept = kept && (record.n > 0 || !lenient);
        row++;
    }
    alm_reader_free(reader);
    alm_source_close(source);
    return kept && row == table->rows;
}

Test(records, a_quote_put_anywhere_changes_no_other_line)
{
    static const enum alm_escape escapes[] = {ALM_ESCAPE_DOUBLE, ALM_ESCAPE_BACKSLASH, ALM_ESCAPE_NONE};
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 8, NULL) == ALM_OK);
    for (int round = 0; round < 12; round++) {
        struct alm_dialect dialect = alm_dialect_default();
        struct table table;
        struct alm_text start = {0}, line = {0}, end = {0};
        dialect.escape = escapes[round % 3];
        dialect.width = COLUMNS;
        make_table(&table, random, &dialect);
        const size_t bad = 1 + alm_random_below(random, table.rows - 1);
        for (size_t r = 0; r < table.rows; r++)
            write_row(r < bad ? &start : r > bad ? &end : &line, &table, r, &dialect, "\n");
        for (size_t at = 0; at < line.length; at++) {
            struct alm_text file = {0};
            alm_text_append(&file, alm_text_string(&start));
            alm_text_append_bytes(&file, line.data, at);
            alm_text_append(&file, "\"");
            alm_text_append(&file, line.data + at);
            alm_text_append(&file, alm_text_string(&end));
            cr_assert(others_are_kept(&table, bad, &file, &dialect, false), "at %zu of\n%s", at, line.data);
            cr_assert(others_are_kept(&table, bad, &file, &dialect, true), "at %zu of\n%s", at, line.data);
            alm_text_clear(&file);
        }
        alm_text_clear(&start);
        alm_text_clear(&line);
        alm_text_clear(&end);
    }
    alm_random_free(random);
}

/* ---- records as they are dumped ---- */

struct dumped {
    struct alm_text records, remarks;
    struct alm_dump_counts counts;
};

static enum alm_status keep(void *context, const char *bytes, size_t n, struct alm_error *error)
{
    (void)error;
    alm_text_append_bytes(context, bytes, n);
    return ALM_OK;
}

static enum alm_status keep_line(void *context, const char *bytes, size_t n, struct alm_error *error)
{
    (void)error;
    const char *name = strstr(bytes, "t.csv:");
    cr_assert(name != NULL && name < bytes + n);
    alm_text_append_bytes(context, name, n - (size_t)(name - bytes));
    alm_text_append(context, "\n");
    return ALM_OK;
}

static void dump(struct dumped *out, const char *bytes, size_t n)
{
    *out = (struct dumped){0};
    const struct alm_output records = {&out->records, keep}, remarks = {&out->remarks, keep_line};
    const struct alm_ingest_options options = {.path = write_file("t.csv", bytes, n)};
    cr_assert(alm_dump_records(&out->counts, &options, &records, &remarks, NULL, NULL, NULL) == ALM_OK);
    remove_file(options.path);
}

static void dumps_as(const char *bytes, const char *records, const char *remarks)
{
    struct dumped got;
    dump(&got, bytes, strlen(bytes));
    cr_assert(eq(str, (char *)(uintptr_t)alm_text_string(&got.records), (char *)(uintptr_t)records));
    cr_assert(eq(str, (char *)(uintptr_t)alm_text_string(&got.remarks), (char *)(uintptr_t)remarks));
    alm_text_clear(&got.records);
    alm_text_clear(&got.remarks);
}

Test(dump, writes_regular_records_as_rfc_4180)
{
    dumps_as("a;b\r\n1,5;'x;y'\r\n2,5;'z'\r\n", "a,b\n\"1,5\",x;y\n\"2,5\",z\n", "");
    dumps_as("a,b\n\"x\ny\",\" z\"\"\"\n\n1,2\n", "a,b\n\"x\ny\",\" z\"\"\"\n1,2\n", "");
    dumps_as("a\n\nb\n", "a\n\"\"\nb\n", "");
    dumps_as("", "", "");
}

Test(dump, reads_a_faulty_line_as_sensibly_as_possible)
{
    dumps_as("a,b,c\n1,\"2,3\n4,5,6\n", "a,b,c\n1,\"\"\"2\",3\n4,5,6\n", "t.csv:2:3: quote not closed\n");
    dumps_as("a,b,c\n1,\"x, \"y\" z\",3\n4,5,6\n", "a,b,c\n1,\"x, \"\"y\"\" z\",3\n4,5,6\n",
             "t.csv:2:8: text after a closing quote\n");
    dumps_as("a,b,c\n1,\"2,\"x, y\"\n3,4,\"z\"\n4,5,6\n", "a,b,c\n1,\"\"\"2\",\"x, y\"\n3,4,z\n4,5,6\n",
             "t.csv:2:7: text after a closing quote\n");
    dumps_as("a,b\n1,\"\n2,\"x\"\n", "a,b\n1,\"\"\"\"\n2,x\n", "t.csv:2:3: quote not closed\n");
    dumps_as("a,b\n1,x\"y\n2,3\n", "a,b\n1,\"x\"\"y\"\n2,3\n", "t.csv:2:4: quote inside an unquoted field\n");
}

Test(dump, names_records_of_another_width_and_bad_bytes)
{
    dumps_as("a,b\n1,2\n3\n4,5,6\n", "a,b\n1,2\n3\n4,5,6\n",
             "t.csv:3:1: expected 2 fields, got 1\nt.csv:4:1: expected 2 fields, got 3\n");
    dumps_as("a,b\n1,\xFF\n3,4\n", "a,b\n1,\xFF\n3,4\n", "t.csv:2:3: not UTF-8\n");
    struct dumped got;
    dump(&got, "a,b\n1,\0\n3,4\n", 12);
    cr_assert(eq(sz, got.records.length, 12));
    cr_assert(eq(sz, got.counts.irregular, 1));
    HAS(got.remarks.data, "t.csv:2:3: NUL byte");
    alm_text_clear(&got.records);
    alm_text_clear(&got.remarks);
}

Test(dump, what_was_dumped_dumps_the_same)
{
    static const char *const pieces[] = {",",  ",",  "a",       "12", " ", "\n",
                                         "\n", "\"", "\"x,y\"", "'",  ";", "\\"};
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 9, NULL) == ALM_OK);
    for (int round = 0; round < 500; round++) {
        struct alm_text file = {0};
        struct dumped first, second;
        const size_t n = 1 + alm_random_below(random, 60);
        for (size_t i = 0; i < n; i++)
            alm_text_append(&file, pieces[alm_random_below(random, sizeof pieces / sizeof *pieces)]);
        dump(&first, file.data, file.length);
        struct alm_output records = {&second.records, keep}, remarks = {&second.remarks, keep_line};
        const struct alm_ingest_options options = {
            .path = write_file("t.csv", alm_text_string(&first.records), first.records.length),
            .delimiter = ",",
            .quote = "\"",
            .escape = "double"};
        second = (struct dumped){0};
        cr_assert(alm_dump_records(&second.counts, &options, &records, &remarks, NULL, NULL, NULL) == ALM_OK);
        remove_file(options.path);
        cr_assert(eq(str, (char *)(uintptr_t)alm_text_string(&second.records),
                     (char *)(uintptr_t)alm_text_string(&first.records)),
                  "<%s>", file.data);
        alm_text_clear(&first.records);
        alm_text_clear(&first.remarks);
        alm_text_clear(&second.records);
        alm_text_clear(&second.remarks);
        alm_text_clear(&file);
    }
    alm_random_free(random);
}
