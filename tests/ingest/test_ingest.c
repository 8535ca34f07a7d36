#include "support.h"

#define NONE ((struct alm_ingest_options){0})

/* ---- rows ---- */

Test(rows, are_put_in_order)
{
    gives(NONE, "d,v\n2020-01-03,3\n2020-01-01,1\n2020-01-02,2\n",
          "rows 0\n2020-01-01 1\n2020-01-02 2\n2020-01-03 3\n");
}

Test(rows, of_one_time_the_first_or_the_last_is_kept)
{
    struct alm_ingest_options options = {0};
    const char *text = "d,v\n2020-01-02,2\n2020-01-01,1\n2020-01-02,9\n2020-01-03,3\n2020-01-03,4\n";
    char *log = log_of(options, text);
    HAS(log, "rows 0\n2020-01-01 1\n2020-01-02 2\n2020-01-03 3\n");
    HAS(log, "reject t.csv:4:1: time already given: \"2020-01-02\"\n");
    HAS(log, "reject t.csv:6:1: ");
    free(log);
    options.last_wins = true;
    log = log_of(options, text);
    HAS(log, "rows 0\n2020-01-01 1\n2020-01-02 9\n2020-01-03 4\n");
    HAS(log, "reject t.csv:2:1: ");
    HAS(log, "reject t.csv:5:1: ");
    free(log);
}

Test(rows, that_cannot_be_read_are_rejects_with_their_place)
{
    char *log = log_of(
        NONE,
        "date,open,close\n2020-01-01,1,2\n2020-01-02,3,n/a\n2020-02-30,1,2\n2020-01-04,1\n"
        "2020-01-05,1,2,3\n2020-01-06,\"x\n\",2\n2020-01-07,1,\"a\"b\n2020-01-08,5,6,,\n2020-01-"
        "09,\"1,5\",2\n"
        "2020-01-10,1,1\n2020-01-11,1,1\n2020-01-12,1,1\n2020-01-13,1,1\n2020-01-14,1,1\n2020-01-15,1,1\n");
    HAS(log, "reject t.csv:3:14: close: expected a number, got \"n/a\" (try --null n/a)\n");
    HAS(log,
        "reject t.csv:4:1: date: expected a time, got \"2020-02-30\" (times here are written as ISO 8601)\n");
    HAS(log, "reject t.csv:5:1: wrong number of fields: \"2020-01-04,1\" (expected 3 fields, got 2)\n");
    HAS(log, "reject t.csv:6:1: wrong number of fields: \"2020-01-05,1,2,3\" (expected 3 fields, got 4)\n");
    HAS(log, "reject t.csv:7:12: open: expected a number, got \"x\" (try --null x)\n");
    HAS(log, "reject t.csv:9:17: text after a closing quote: \"b\" (");
    HAS(log, "reject t.csv:11:12: open: expected a number, got \"1,5\" (try --decimal ,)\n");
    HAS(log, "rows 0\n2020-01-01 1 2\n2020-01-08 5 6\n2020-01-10 1 1\n");
    free(log);
}

Test(rows, columns_of_a_reject_count_characters)
{
    char *log = log_of((struct alm_ingest_options){.by = "k"},
                       "k,date,v\n\xC3\xA4\xC3\xB6,2020-01-01,1\n\xC3\xA4\xC3\xB6,2020-01-02,x\na,2020-01-01,"
                       "1\na,2020-01-02,1\na,2020-01-03,1\n");
    HAS(log, "reject t.csv:3:15: v: ");
    free(log);
}

Test(rows, blank_lines_and_windows_line_ends_are_nothing_special)
{
    struct outcome out;
    ingest_text(&out, NONE, "\xEF\xBB\xBF\"date\",\"v\"\r\n\r\n\"2020-01-01\", 1 \r\n\r\n\"2020-01-02\",2");
    HAS(out.log.data, "rows 0\n2020-01-01 1\n2020-01-02 2\n");
    cr_assert(eq(sz, out.summary.blank_lines, 2));
    cr_assert(eq(sz, out.summary.rows_read, 2));
    outcome_clear(&out);
}

Test(rows, decimal_commas_and_null_words_can_be_stated)
{
    gives((struct alm_ingest_options){.decimal = ",", .null_text = "k.A."},
          "d;v\n2020-01-01;1,5\n2020-01-02;k.A.\n", "rows 0\n2020-01-01 1.5\n2020-01-02 ?\n");
    gives((struct alm_ingest_options){.delimiter = "tab"}, "d\tv\n2020-01-01\t1\n", "rows 0\n2020-01-01 1\n");
}

Test(rows, zones_are_taken_into_account)
{
    gives(NONE, "d,v\n2020-01-01T00:00:00+02:00,1\n2020-01-01T00:00:00Z,2\n",
          "rows 0\n2019-12-31T22:00:00Z 1\n2020-01-01 2\n");
}

Test(rows, local_times_are_read_in_their_zone)
{
    const char *spring =
        "d,v\n2020-03-29 01:30,1\n2020-03-29 02:30,2\n2020-03-29 03:30,3\n2020-03-29 02:30Z,4\n";
    struct alm_ingest_options options = {.time_zone = "Europe/Berlin"};
    struct outcome out;
    gives(options, spring,
          "reject t.csv:3:1: d: time does not exist in the zone: \"2020-03-29 02:30\" (in Europe/Berlin; see "
          "--dst)");
    gives(options, spring,
          "rows 0\n2020-03-29T00:30:00Z 1\n2020-03-29T01:30:00Z 3\n2020-03-29T02:30:00Z 4\n");
    gives(options, "d,v\n2020-10-25 02:30,1\n2020-10-26,2\n", "time exists twice in the zone");
    options.dst = "later";
    gives(options, "d,v\n2020-10-25 02:30,1\n", "rows 0\n2020-10-25T01:30:00Z 1\n");
    options.dst = "skip";
    ingest_text(&out, options, spring);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    cr_assert(eq(sz, out.summary.rows_read, 4));
    cr_assert(eq(sz, out.summary.rows_rejected, 0));
    cr_assert(out.summary.dst_holes == 1 && out.summary.dst_folds == 0 && out.summary.dst_skipped == 1);
    outcome_clear(&out);
}

Test(rows, a_later_row_with_day_and_month_exchanged_says_so)
{
    gives((struct alm_ingest_options){.max_rejects_given = true, .max_rejects = 1},
          "d,v\n13/1/2020,1\n14/1/2020,2\n15/1/2020,2\n16/1/2020,2\n17/1/2020,2\nx/1/2020,3\n",
          "times here are written as %d/%m/%Y");
    gives((struct alm_ingest_options){.time_format = "%d/%m/%Y"}, "d,v\n13/1/2020,1\n1/14/2020,2\n",
          "this one as %m/%d/%Y; see --time-format");
}

/* ---- how many rejects are too many ---- */

static char *many_rows(size_t good, size_t bad)
{
    struct alm_text text = {0};
    alm_text_append(&text, "v,d\n");
    for (size_t i = 0; i < good + bad; i++)
        alm_text_printf(&text, "%s,%zu\n",
                        i % ((good + bad) / bad) == 0 && i / ((good + bad) / bad) < bad ? "x" : "1",
                        1600000000 + i);
    return text.data;
}

Test(rejects, ten_or_one_in_a_hundred_are_tolerated)
{
    const struct alm_ingest_options options = {.time = "d", .value = "v"};
    struct outcome out;
    char *text = many_rows(90, 10);
    ingest_text(&out, options, text);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    cr_assert(eq(sz, out.summary.rows_rejected, 10));
    cr_assert(eq(sz, out.summary.rejected[ALM_REJECT_NUMBER], 10));
    outcome_clear(&out);
    free(text);
    text = many_rows(89, 11);
    refused(options, text, ALM_DATA, "--max-rejects 11");
    free(text);
    text = many_rows(2000, 20);
    ingest_text(&out, options, text);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    outcome_clear(&out);
    free(text);
    text = many_rows(2000, 21);
    refused(options, text, ALM_DATA, "--max-rejects 21");
    free(text);
}

Test(rejects, strict_and_a_limit_refuse_at_once)
{
    const char *text = "d,v\n2020-01-01,1\n2020-01-02,x\n2020-01-03,y\n2020-01-04,4\n2020-01-05,5\n";
    struct alm_ingest_options options = {.value = "v", .strict = true};
    refused(options, text, ALM_DATA, "t.csv:3:12: v: expected a number, got \"x\"");
    options = (struct alm_ingest_options){.value = "v", .max_rejects_given = true, .max_rejects = 1};
    refused(options, text, ALM_DATA, "more than 1 rejected row");
    options.max_rejects = 2;
    gives(options, text, "rows 0\n2020-01-01 1\n2020-01-04 4\n");
}

/* ---- frequency and gaps ---- */

Test(frequency, is_found_or_stated_and_gaps_are_counted)
{
    gives(NONE, "d,v\n2020-01-01 00:00,1\n2020-01-01 01:00,1\n2020-01-01 02:00,1\n2020-01-01 05:00,1\n",
          "end 0 H 4 1/2\n");
    gives((struct alm_ingest_options){.frequency = "irregular"},
          "d,v\n2020-01-01,1\n2020-01-02,1\n2020-01-03,1\n", "end 0 irregular 3 0/0\n");
}

/* ---- long files ---- */

/* n hourly rows; where row i stands is given by place(i, n). */
static void long_file(size_t n, size_t (*place)(size_t, size_t), struct outcome *out)
{
    struct alm_text text = {0};
    alm_text_append(&text, "ts,v\n");
    for (size_t i = 0; i < n; i++)
        alm_text_printf(&text, "%zu,%zu\n", 1600000000 + 3600 * place(i, n), place(i, n));
    ingest_text(out, NONE, text.data);
    alm_text_clear(&text);
    cr_assert(eq(int, (int)out->status, ALM_OK), "%s", out->error.text);
}

static size_t rising(size_t i, size_t n)
{
    (void)n;
    return i;
}
static size_t falling(size_t i, size_t n)
{
    return n - 1 - i;
}
/* ordered for long, then the second half before the first, with three times that come twice */
static size_t stepping_back(size_t i, size_t n)
{
    return i < n / 2 ? i + n / 2 - 3 : i - n / 2;
}
static size_t shuffled(size_t i, size_t n)
{
    return i * 7919 % n; /* 7919 is prime and does not divide n */
}

Test(long_files, all_orders_give_the_same_series)
{
    size_t (*const places[])(size_t, size_t) = {rising, falling, shuffled};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        struct outcome out;
        long_file(20000, places[p], &out);
        HAS(out.log.data, "end 0 H 20000 0/0\n");
        LACKS(out.log.data, "reject");
        outcome_clear(&out);
    }
}

Test(long_files, late_rows_are_delivered_once)
{
    struct outcome out;
    long_file(20000, stepping_back, &out);
    HAS(out.log.data, "end 0 H 19997 0/0\n");
    cr_assert(eq(sz, out.summary.rejected[ALM_REJECT_DUPLICATE], 3));
    HAS(out.log.data, "reject t.csv:20000:1");
    outcome_clear(&out);
}

Test(long_files, a_duplicate_across_a_block_is_found)
{
    struct alm_text text = {0};
    struct outcome out;
    alm_text_append(&text, "ts,v\n");
    for (size_t i = 0; i < 9000; i++)
        alm_text_printf(&text, "%zu,%zu\n", 1600000000 + i / 2, i);
    ingest_text(&out, (struct alm_ingest_options){.max_rejects_given = true, .max_rejects = 9000}, text.data);
    cr_assert(eq(sz, out.summary.rejected[ALM_REJECT_DUPLICATE], 4500));
    HAS(out.log.data, "end 0 S 4500 0/0\n");
    LACKS(out.log.data, " 4097\n");
    outcome_clear(&out);
    alm_text_clear(&text);
}

Test(long_files, many_keys_in_turn)
{
    struct alm_text text = {0};
    struct outcome out;
    alm_text_append(&text, "ts,k,v\n");
    for (size_t i = 0; i < 100; i++)
        for (size_t k = 0; k < 300; k++)
            alm_text_printf(&text, "%zu,key%zu,%zu\n", 1600000000 + i, k, i * k);
    ingest_text(&out, (struct alm_ingest_options){.by = "k"}, text.data);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    HAS(out.log.data, "group key299\n");
    HAS(out.log.data, "end 299 S 100 0/0\n");
    outcome_clear(&out);
    alm_text_clear(&text);
}

static enum alm_status accept(void *context, const struct alm_schema *schema, struct alm_error *error)
{
    (void)context;
    (void)schema;
    (void)error;
    return ALM_OK;
}

Test(long_files, can_be_interrupted)
{
    struct alm_cancel cancel = {0};
    struct alm_ingest_summary summary;
    struct alm_error error;
    const char text[] = "d,v\n2020-01-01,1\n";
    const struct alm_ingest_options options = {.path = write_file("t.csv", text, sizeof text - 1)};
    const struct alm_ingest_sink sink = {.schema = accept};
    alm_cancel_request(&cancel, 2);
    cr_assert(eq(int, (int)alm_ingest(&options, &sink, &cancel, NULL, &summary, &error), ALM_INTERRUPTED));
    remove_file(options.path);
}
