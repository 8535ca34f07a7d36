#include "support.h"

#include "base/random.h"

#include <csv.h>

/* Reads bytes and writes records as `[a|b]` with the fault's number behind a faulty one. */
static char *read_by(const char *bytes, size_t n, struct alm_dialect dialect, bool blocks)
{
    struct alm_source *source;
    struct alm_reader *reader;
    struct alm_error error = {0};
    struct alm_text out = {0};
    cr_assert(eq(int, (int)open_bytes(&source, bytes, n, &error), ALM_OK), "%s", error.text);
    cr_assert(eq(int, (int)alm_reader_create(&reader, source, dialect, &error), ALM_OK));
    alm_reader_set_blocks(reader, blocks);
    for (;;) {
        struct alm_record record;
        bool more;
        cr_assert(eq(int, (int)alm_reader_next(&record, &more, reader, &error), ALM_OK), "%s", error.text);
        if (!more) break;
        alm_text_printf(&out, "%zu[", record.line);
        for (size_t i = 0; i < record.n; i++) {
            alm_text_append(&out, i == 0 ? "" : "|");
            for (size_t k = 0; k < record.fields[i].n; k++)
                alm_text_append_bytes(&out, record.fields[i].text[k] == 0 ? "0" : &record.fields[i].text[k],
                                      1);
        }
        alm_text_append(&out, "]");
        if (record.fault != ALM_RECORD_GOOD) {
            size_t line, column;
            alm_record_place(&line, &column, &record, record.fault_at);
            alm_text_printf(&out, "!%d@%zu:%zu", (int)record.fault, line, column);
        }
        if (record.stray_quote) alm_text_append(&out, "~");
    }
    alm_reader_free(reader);
    alm_source_close(source);
    return out.data == NULL ? strdup("") : out.data;
}

static char *read_all(const char *bytes, size_t n, struct alm_dialect dialect)
{
    return read_by(bytes, n, dialect, true);
}

static const struct alm_dialect comma = {.delimiter = ",", .quote = '"'};

static void reads_as(const char *bytes, const char *expected)
{
    char *records = read_all(bytes, strlen(bytes), comma);
    cr_assert(eq(str, records, (char *)expected));
    free(records);
}

Test(reader, takes_records_apart_at_every_kind_of_line_end)
{
    reads_as("a,b\n1,2\n", "1[a|b]2[1|2]");
    reads_as("a,b\r\n1,2\r\n", "1[a|b]2[1|2]");
    reads_as("a,b\r1,2\r", "1[a|b]2[1|2]");
    reads_as("a,b\n1,2\r\n3,4\r5,6", "1[a|b]2[1|2]3[3|4]4[5|6]");
    reads_as("", "");
}

static void reads_in_dialect(const char *bytes, const char *expected, const char *delimiter,
                             const char *quote, const char *escape, const char *line_end, bool blanks)
{
    struct alm_dialect dialect;
    cr_assert(alm_dialect_state(&dialect, delimiter, quote, escape, line_end, NULL) == ALM_OK);
    dialect.blanks = blanks;
    char *records = read_all(bytes, strlen(bytes), dialect);
    cr_assert(eq(str, records, (char *)(uintptr_t)expected));
    free(records);
}

Test(reader, splits_at_delimiters_of_several_characters)
{
    reads_in_dialect("a, b,c\n\"1, 2\", , \n", "1[a|b,c]2[1, 2||]", ", ", NULL, NULL, NULL, false);
    reads_in_dialect("a||b|||c\n'x||y'||\n", "1[a|b||c]2[x||y|]", "||", "'", NULL, NULL, false);
}

Test(reader, a_run_of_blanks_is_one_delimiter_where_stated)
{
    reads_in_dialect(" 1  2\t3 \n\n4 \"a  b\"  \n   \n\"c\n d\" 5\n", "1[1|2|3]2[]3[4|a  b]4[]5[c\n d|5]",
                     "blanks", NULL, NULL, NULL, false);
}

Test(reader, resolves_backslashes)
{
    reads_in_dialect("1,\"a\\\"b\\\\\",\"c\\n\"\n", "1[1|a\"b\\|c\\n]", NULL, NULL, "backslash", NULL, false);
    reads_in_dialect("a\\,b,c\\\\,d\n\"\\\"\n2\",3,4\n", "1[a,b|c\\|d]2[\"\n2|3|4]", NULL, NULL, "backslash",
                     NULL, false);
    reads_in_dialect("a\\,b\n", "1[a,b]", NULL, "none", "backslash", NULL, false);
}

Test(reader, without_escapes_a_quote_closes_before_a_delimiter)
{
    reads_in_dialect("\"5\" pipe\",\"24\"\",\"\"\n1,\"2\n3\"x\",4\n", "1[5\" pipe|24\"|]2[1|2\n3\"x|4]", NULL,
                     NULL, "none", NULL, false);
    /* the next line's quote opens a field, so this one's was never closed */
    reads_in_dialect("1,\"x\n2,\"y\"\n", "1[]!1@1:32[2|y]", NULL, NULL, "none", NULL, false);
}

Test(reader, a_stated_line_end_is_the_only_one)
{
    reads_in_dialect("a\rb,c\n1,2\r\n", "1[a\rb|c]2[1|2\r]", NULL, NULL, NULL, "lf", false);
    reads_in_dialect("a\nb,c\r\n1,2\r\n", "1[a\nb|c]2[1|2]", NULL, NULL, NULL, "crlf", false);
    reads_in_dialect("a\nb,c\r1,\"2\"\r", "1[a\nb|c]2[1|2]", NULL, NULL, NULL, "cr", false);
    reads_in_dialect("a,\"b\"\rc\"\n1,2\n", "1[]!2@1:62[1|2]", NULL, NULL, NULL, "lf", false);
    reads_in_dialect("\r\n\n\r\n", "1[]2[\n]", NULL, NULL, NULL, "crlf", false);
}

Test(reader, blanks_may_stand_around_quoted_fields_where_they_do)
{
    reads_in_dialect("1, \"a, b\" ,  c \n", "1[1|a, b|  c ]", NULL, NULL, NULL, NULL, true);
    reads_in_dialect("1, \"a, b\",c\n", "1[1| \"a| b\"|c]~", NULL, NULL, NULL, NULL, false);
}

Test(reader, quotes_that_enclose_nothing_are_text)
{
    reads_in_dialect("\"a,b\"\n'c',d\n", "1[\"a|b\"]2['c'|d]", NULL, "none", NULL, NULL, false);
}

Test(reader, keeps_quotes_blanks_and_empty_fields)
{
    reads_as("a,\"b,c\",\"d\"\"e\"\n", "1[a|b,c|d\"e]");
    reads_as(" a , b\t,\"\",\n", "1[ a | b\t||]");
    reads_as("\"\"\n", "1[]");
    reads_as("\xC3\xA4,\xF0\x9F\x98\x8E\n", "1[\xC3\xA4|\xF0\x9F\x98\x8E]");
}

Test(reader, counts_physical_lines_through_quoted_line_ends)
{
    reads_as("a,\"b\nc\"\n1,2\n", "1[a|b\nc]3[1|2]");
    reads_as("a,\"b\r\nc\r\nd\"\r\n1,2\r\n", "1[a|b\r\nc\r\nd]4[1|2]");
    reads_as("a,\"b\rc\"\r1,2\r", "1[a|b\rc]3[1|2]");
}

Test(reader, delivers_blank_lines)
{
    reads_as("a\n\nb\n\n", "1[a]2[]3[b]4[]");
    reads_as("\r\n\r\n", "1[]2[]");
}

Test(reader, strips_a_byte_order_mark)
{
    reads_as("\xEF\xBB\xBF"
             "a,b\n1,2\n",
             "1[a|b]2[1|2]");
    reads_as("\xEF\xBB\xBF\"a\",b\n", "1[a|b]");
    reads_as("\xEF\xBB\xBF", "");
}

Test(reader, an_unclosed_quote_fails_at_its_own_line)
{
    reads_as("a,b\n1,\"x\n2,3\n4,5\n", "1[a|b]2[]!1@2:33[2|3]4[4|5]");
    /* a later quoted field must not be taken for the end */
    reads_as("a,b\n1,\"x\n2,\"y\"\n4,5\n", "1[a|b]2[]!1@2:33[2|y]4[4|5]");
    reads_as("1,\"x", "1[]!1@1:3");
}

Test(reader, an_unclosed_quote_takes_no_more_than_the_lines_limit)
{
    struct alm_text file = {0};
    alm_text_append(&file, "1,\"x\n");
    for (int i = 0; i < 5000; i++)
        alm_text_append(&file, "2,3\n");
    char *records = read_all(file.data, file.length, comma);
    cr_assert(strncmp(records, "1[]!1@1:32[2|3]3[2|3]", 21) == 0);
    HAS(records, "5001[2|3]");
    free(records);
    alm_text_clear(&file);
}

Test(reader, text_after_a_closing_quote_is_a_fault_of_its_row)
{
    reads_as("1,\"Hey, I missed \" it\",3\n4,5,6\n", "1[]!2@1:192[4|5|6]");
    reads_as("1,\"a\"b,3\n4,5,6\n", "1[]!2@1:62[4|5|6]");
}

Test(reader, a_quote_inside_an_unquoted_field_is_kept_and_marked)
{
    reads_as("1,This \"quotes\" stays,3\n", "1[1|This \"quotes\" stays|3]~");
}

Test(reader, nul_bytes_and_invalid_utf8_are_faults_with_their_place)
{
    char *records = read_all("a\n1,\0002\n3\n", 9, comma);
    cr_assert(eq(str, records, (char *)"1[a]2[1|02]!4@2:33[3]"));
    free(records);
    static const char *const bad[] = {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\xC3", "\x80",     "\xE2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[32];
        snprintf(line, sizeof line, "\xC3\xA4,%s,b\nx\n", bad[i]);
        records = read_all(line, strlen(line), comma);
        HAS(records, "!5@1:3");
        HAS(records, "2[x]");
        free(records);
    }
}

Test(reader, a_field_over_the_limit_is_a_fault_and_reading_goes_on)
{
    struct alm_text file = {0};
    alm_text_append(&file, "a,");
    for (size_t i = 0; i <= ALM_READER_FIELD_LIMIT / 64; i++)
        alm_text_append(&file, "0123456789012345678901234567890123456789012345678901234567890123");
    alm_text_append(&file, ",b\nc,d,e\n");
    char *records = read_all(file.data, file.length, comma);
    HAS(records, "!3@1:3");
    HAS(records, "2[c|d|e]");
    free(records);
    alm_text_clear(&file);
}

Test(reader, a_line_over_the_record_limit_is_cut_and_reading_goes_on)
{
    const size_t n = ALM_SOURCE_RECORD_LIMIT + 1000000;
    char *bytes = malloc(n + 10);
    cr_assert(bytes != NULL);
    memset(bytes, 'x', n);
    memcpy(bytes + n, "\nc,d\n", 5);
    char *records = read_all(bytes, n + 5, comma);
    cr_assert(eq(str, records, (char *)"1[]!3@1:12[c|d]"));
    free(records);
    free(bytes);
}

Test(reader, lines_across_chunk_borders_are_whole)
{
    struct alm_text file = {0};
    for (int i = 0; i < 60000; i++)
        alm_text_printf(&file, "%d,%d%s", i, i * 7, i % 3 == 0 ? "\r\n" : i % 3 == 1 ? "\n" : "\r");
    struct alm_source *source;
    struct alm_reader *reader;
    cr_assert(open_bytes(&source, file.data, file.length, NULL) == ALM_OK);
    cr_assert(alm_reader_create(&reader, source, comma, NULL) == ALM_OK);
    for (int i = 0; i < 60000; i++) {
        struct alm_record record;
        bool more;
        char expected[32];
        cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK && more);
        snprintf(expected, sizeof expected, "%d", i * 7);
        cr_assert(record.n == 2 && record.line == (size_t)i + 1 && record.fields[1].n == strlen(expected) &&
                      memcmp(record.fields[1].text, expected, strlen(expected)) == 0,
                  "line %d", i + 1);
    }
    alm_reader_free(reader);
    alm_source_close(source);
    alm_text_clear(&file);
}

/* ---- against libcsv itself ---- */

static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}
static void field_to_text(void *field, size_t n, void *context)
{
    struct alm_text *out = context;
    alm_text_append(out, out->length > 0 && out->data[out->length - 1] != '[' ? "|" : "");
    alm_text_append_bytes(out, field, n);
}
static void end_to_text(int c, void *context)
{
    (void)c;
    alm_text_append(context, "][");
}

/* What libcsv makes of a whole file. */
static void read_with_libcsv(struct alm_text *out, const char *bytes, size_t n)
{
    struct csv_parser parser;
    cr_assert(csv_init(&parser, 0) == 0);
    csv_set_space_func(&parser, no_space);
    alm_text_append(out, "[");
    cr_assert(csv_parse(&parser, bytes, n, field_to_text, end_to_text, out) == n);
    csv_fini(&parser, field_to_text, end_to_text, out);
    csv_free(&parser);
}

Test(reader, gives_what_libcsv_gives_for_random_files)
{
    static const char *const pieces[] = {",",    ",",       "a",    "12",         " ",        "\n",
                                         "\r\n", "\"x,y\"", "\"\"", "\"a\"\"b\"", "\xC3\xA4", "\t"};
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 7, NULL) == ALM_OK);
    for (int round = 0; round < 3000; round++) {
        struct alm_text file = {0}, expected = {0}, got = {0};
        bool open = false; /* inside an unquoted field: no quotes there */
        const size_t n = 1 + alm_random_below(random, 40);
        for (size_t i = 0; i < n; i++) {
            const char *piece = pieces[alm_random_below(random, sizeof pieces / sizeof *pieces)];
            const bool separates = strpbrk(piece, ",\n") != NULL && piece[0] != '"';
            if (open && piece[0] == '"') continue;
            alm_text_append(&file, piece);
            if (piece[0] == '"') alm_text_append(&file, ",");
            open = !separates && piece[0] != '"';
        }
        read_with_libcsv(&expected, file.data, file.length);
        struct alm_source *source;
        struct alm_reader *reader;
        cr_assert(open_bytes(&source, file.data, file.length, NULL) == ALM_OK);
        cr_assert(alm_reader_create(&reader, source, comma, NULL) == ALM_OK);
        alm_text_append(&got, "[");
        for (;;) {
            struct alm_record record;
            bool more;
            cr_assert(alm_reader_next(&record, &more, reader, NULL) == ALM_OK);
            if (!more) break;
            if (record.blank) continue; /* libcsv swallows them */
            cr_assert(eq(int, (int)record.fault, ALM_RECORD_GOOD));
            for (size_t i = 0; i < record.n; i++)
                field_to_text((void *)(uintptr_t)record.fields[i].text, record.fields[i].n, &got);
            end_to_text(0, &got);
        }
        cr_assert(eq(str, got.data, expected.data), "<%s>", file.data);
        alm_reader_free(reader);
        alm_source_close(source);
        alm_text_clear(&file);
        alm_text_clear(&expected);
        alm_text_clear(&got);
    }
    alm_random_free(random);
}

/* A file of mostly plain lines with one in `rare` that is not, longer than what is taken apart at once. */
static void write_mostly_plain(struct alm_text *file, struct alm_random *random, size_t n, size_t rare)
{
    static const char *const plain[] = {",", ";", "a", "12.5", " ", "\xC3\xA4", "x,y,z", "\n", "\n", "\r\n"};
    static const char *const special[] = {"\"", "\"a,\nb\"", "\r", "\xFF", "\"\"", "\xC3", "\\", "\n\n", "'"};
    for (size_t i = 0; i < n; i++) {
        if (alm_random_below(random, rare) > 0)
            alm_text_append(file, plain[alm_random_below(random, sizeof plain / sizeof *plain)]);
        else if (alm_random_below(random, 10) == 0)
            alm_text_append_bytes(file, "\0", 1);
        else
            alm_text_append(file, special[alm_random_below(random, sizeof special / sizeof *special)]);
    }
}

Test(reader, blocks_of_plain_lines_are_the_same_as_lines_one_by_one)
{
    const struct alm_dialect dialects[] = {
        comma,
        {.delimiter = ";", .quote = '\0'},
        {.delimiter = ",", .quote = '\'', .line_end = ALM_LINE_END_LF},
        {.delimiter = ",", .quote = '"', .line_end = ALM_LINE_END_CRLF},
        {.delimiter = ",", .quote = '"', .escape = ALM_ESCAPE_BACKSLASH},
        {.delimiter = " ", .quote = '"', .runs = true},
    };
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 11, NULL) == ALM_OK);
    for (size_t round = 0; round < 300; round++) {
        struct alm_text file = {0};
        write_mostly_plain(&file, random, round % 10 == 0 ? 50000 : 500, 2 + round % 7 * 100);
        const struct alm_dialect dialect = dialects[round % (sizeof dialects / sizeof *dialects)];
        char *blocks = read_by(file.data, file.length, dialect, true);
        char *lines = read_by(file.data, file.length, dialect, false);
        cr_assert(strcmp(blocks, lines) == 0, "round %zu", round);
        free(blocks);
        free(lines);
        alm_text_clear(&file);
    }
    alm_random_free(random);
}

Test(source, gives_the_digest_of_all_bytes)
{
    char expected[ALM_DIGEST_SIZE], digest[ALM_DIGEST_SIZE];
    const char bytes[] = "\xEF\xBB\xBF"
                         "a,b\n1,2\n";
    struct alm_source *source;
    const char *text;
    size_t n;
    bool cut;
    alm_digest_of(expected, bytes, sizeof bytes - 1);
    cr_assert(open_bytes(&source, bytes, sizeof bytes - 1, NULL) == ALM_OK);
    do
        cr_assert(alm_source_line(&text, &n, &cut, source, NULL) == ALM_OK);
    while (n > 0);
    alm_source_digest(digest, source);
    cr_assert(eq(str, digest, expected));
    cr_assert(eq(sz, alm_source_position(source), sizeof bytes - 1));
    alm_source_close(source);
}

Test(source, refuses_what_cannot_be_read)
{
    struct alm_source *source;
    struct alm_error error;
    cr_assert(eq(int, (int)alm_source_open(&source, "/no/such/file", NULL, NULL, &error), ALM_NOTFOUND));
    HAS(error.text, "/no/such/file");
    cr_assert(eq(int, (int)alm_source_open(&source, "/tmp", NULL, NULL, &error), ALM_IO));
    HAS(error.text, "directory");
}
