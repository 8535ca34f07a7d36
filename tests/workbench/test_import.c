#include "scratch.h"

#include "workbench/workbench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
    struct scratch scratch;
    struct alm_workbench workbench;
    struct alm_cancel cancel;
    struct alm_import_summary summary;
    struct alm_error error;
    char file[128];
};

static void open_bench(struct bench *b)
{
    memset(b, 0, sizeof *b);
    scratch_open(&b->scratch);
    b->workbench = (struct alm_workbench){.store = b->scratch.store, .cancel = &b->cancel};
    alm_store_set_cancel(b->scratch.store, &b->cancel);
}

static void close_bench(struct bench *b)
{
    alm_import_summary_clear(&b->summary);
    scratch_remove(&b->scratch);
}

static void put_file(struct bench *b, const char *name, const char *text)
{
    snprintf(b->file, sizeof b->file, "%s/%s", b->scratch.directory, name);
    FILE *file = fopen(b->file, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0);
    fclose(file);
}

static enum alm_status import(struct bench *b, struct alm_import_request request, const char *name,
                              const char *text)
{
    put_file(b, name, text);
    request.file = b->file;
    alm_import_summary_clear(&b->summary);
    return alm_import(&b->workbench, &request, &b->summary, &b->error);
}

#define IMPORTS(...) cr_assert(eq(int, (int)import(&b, __VA_ARGS__), ALM_OK), "%s", b.error.text)
#define REFUSES(status, part, ...)                                                                           \
    do {                                                                                                     \
        cr_assert(eq(int, (int)import(&b, __VA_ARGS__), (int)(status)), "%s", b.error.text);                 \
        cr_assert(strstr(b.error.text, (part)) != NULL, "%s", b.error.text);                                 \
    } while (0)
#define PLAIN ((struct alm_import_request){0})

/* The first value of the first row of a query. */
static const char *value(struct bench *b, const char *sql)
{
    static char out[256];
    return scratch_sql(b->scratch.path, sql, out, sizeof out);
}
#define VALUE(expected, sql) cr_assert(eq(str, (char *)value(&b, sql), (char *)(expected)), "%s", sql)

static const char bars[] =
    "Date,Open,High,Low,Close,Volume\n2020-01-02,1,2,0.5,1.5,100\n2020-01-03,2,3,1.5,2.5,200\n"
    "2020-01-06,3,4,2.5,3.5,300\n2020-01-07,4,5,3.5,4.5,400\n2020-01-08,5,6,4.5,5.5,500\n";

Test(import, makes_series_with_their_frequency_and_a_record_of_the_file)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "GOOG.csv", bars);
    cr_assert(eq(sz, b.summary.n_series, 5));
    cr_assert(eq(str, b.summary.series[3].name, (char *)"GOOG.close"));
    cr_assert(eq(str, b.summary.series[3].frequency, (char *)"B"));
    cr_assert(eq(sz, b.summary.series[3].n, 5));
    cr_assert(eq(sz, b.summary.series[3].added, 5));
    VALUE("5", "select count(*) from v_series where frequency = 'B' and season_length = 5 and n = 5");
    VALUE("25", "select count(*) from v_observation");
    VALUE("4.5", "select printf('%g', value) from v_observation where series = 'GOOG.close' and time = "
                 "'2020-01-07T00:00:00Z'");
    VALUE("5 5 0", "select rows_read || ' ' || rows_stored || ' ' || rows_rejected from v_import");
    VALUE(b.summary.sha256, "select sha256 from v_import");
    VALUE("1", "select count(distinct frame_id) from series");
    close_bench(&b);
}

Test(import, keeps_every_bit_of_a_number_and_missing_values_inside)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv",
            "date,v\n2020-01-01,0.1\n2020-01-02,5e-324\n2020-01-03,\n2020-01-04,1.7976931348623157e308\n2020-"
            "01-05,-123456789.123456789\n2020-01-06,\n");
    struct alm_series_row row;
    struct alm_observations o;
    cr_assert(alm_series_table_find(&row, b.scratch.store, "x", NULL) == ALM_OK);
    cr_assert(alm_observation_table_read(&o, b.scratch.store, &row, NULL) == ALM_OK);
    cr_assert(eq(sz, o.n, 5));
    cr_assert(o.y[0] == 0.1 && o.y[1] == 5e-324 && isnan(o.y[2]) && o.y[3] == 1.7976931348623157e308 &&
              o.y[4] == -123456789.123456789);
    alm_observations_clear(&o);
    alm_series_row_clear(&row);
    close_bench(&b);
}

Test(import, files_wider_than_a_frame_take_several)
{
    struct bench b;
    struct alm_text text = {0};
    open_bench(&b);
    alm_text_append(&text, "date");
    for (int c = 0; c < 20; c++)
        alm_text_printf(&text, ",a%d", c);
    for (int r = 1; r <= 9; r++) {
        alm_text_printf(&text, "\n2020-01-0%d", r);
        for (int c = 0; c < 20; c++)
            alm_text_printf(&text, ",%d", r * 100 + c);
    }
    IMPORTS(PLAIN, "w.csv", text.data);
    VALUE("3", "select count(distinct frame_id) from series");
    VALUE("180", "select count(*) from v_observation");
    VALUE("919",
          "select printf('%g', value) from v_observation where series = 'w.a19' order by ts desc limit 1");
    alm_text_clear(&text);
    close_bench(&b);
}

Test(import, the_same_file_again_changes_nothing)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "GOOG.csv", bars);
    cr_assert_not(b.summary.known);
    IMPORTS(PLAIN, "GOOG.csv", bars);
    cr_assert(b.summary.known);
    cr_assert(eq(sz, b.summary.rows_stored, 0));
    VALUE("1", "select count(*) from v_import");
    VALUE("25", "select count(*) from v_observation");
    /* under another name it is another import */
    IMPORTS((struct alm_import_request){.series = "copy"}, "GOOG.csv", bars);
    cr_assert_not(b.summary.known);
    VALUE("50", "select count(*) from v_observation");
    close_bench(&b);
}

Test(import, a_dropped_series_comes_back)
{
    struct bench b;
    struct alm_series_row row;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n");
    cr_assert(alm_series_table_find(&row, b.scratch.store, "x", NULL) == ALM_OK);
    cr_assert(alm_series_table_drop(b.scratch.store, &row, 1, NULL) == ALM_OK);
    alm_series_row_clear(&row);
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n");
    cr_assert_not(b.summary.known);
    VALUE("2", "select count(*) from v_observation");
    close_bench(&b);
}

Test(import, the_next_file_extends_a_series)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n");
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-03,3\n2020-01-04,4\n2020-01-06,6\n");
    cr_assert_not(b.summary.series[0].created);
    cr_assert(eq(sz, b.summary.series[0].added, 2));
    cr_assert(eq(sz, b.summary.series[0].n, 5));
    cr_assert(eq(sz, b.summary.series[0].gaps, 1));
    cr_assert(eq(str, b.summary.series[0].frequency, (char *)"D"));
    VALUE("5", "select n from v_series");
    close_bench(&b);
}

Test(import, conflicts_with_stored_values_follow_the_policy)
{
    struct bench b;
    const char *other = "date,v\n2020-01-02,20\n2020-01-04,4\n";
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n");
    REFUSES(ALM_DATA, "x.csv: x at 2020-01-02: 2 is stored, 20 came", PLAIN, "x.csv", other);
    VALUE("3", "select count(*) from v_observation");
    VALUE("1", "select count(*) from v_import");
    IMPORTS((struct alm_import_request){.on_conflict = "keep"}, "x.csv", other);
    cr_assert(eq(sz, b.summary.values_kept, 1));
    VALUE("2", "select printf('%g', value) from v_observation where ts = 1577923200000000");
    VALUE("4", "select count(*) from v_observation");
    IMPORTS((struct alm_import_request){.on_conflict = "replace"}, "x.csv", other);
    cr_assert(eq(sz, b.summary.values_replaced, 1));
    cr_assert_not(b.summary.known);
    VALUE("20", "select printf('%g', value) from v_observation where ts = 1577923200000000");
    REFUSES(ALM_USAGE, "--on-conflict", (struct alm_import_request){.on_conflict = "maybe"}, "x.csv", other);
    close_bench(&b);
}

Test(import, a_new_column_beside_stored_ones_gets_a_frame_of_its_own)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv", "date,a,b\n2020-01-01,1,2\n2020-01-02,3,4\n");
    IMPORTS(PLAIN, "x.csv", "date,c,b,a\n2020-01-02,9,4,3\n2020-01-03,7,6,5\n");
    VALUE("2", "select count(distinct frame_id) from series");
    VALUE("5", "select printf('%g', value) from v_observation where series = 'x.a' order by ts desc limit 1");
    VALUE("6", "select printf('%g', value) from v_observation where series = 'x.b' order by ts desc limit 1");
    VALUE("2", "select n from v_series where series = 'x.c'");
    close_bench(&b);
}

Test(import, index_series_are_appended_to_only_when_told)
{
    struct bench b;
    const struct alm_import_request rows = {.layout = "rows", .index = true},
                                    more = {.layout = "rows", .index = true, .append = true};
    open_bench(&b);
    IMPORTS(rows, "train.csv", "H1,1,2,3\nH2,4,5\n");
    REFUSES(ALM_DATA, "--append goes on", rows, "test.csv", "H1,7,8\nH2,9,10\n");
    IMPORTS(more, "test.csv", "H1,7,8\nH2,9,10\n");
    cr_assert(eq(sz, b.summary.series[0].n, 5));
    cr_assert(eq(int, (int)b.summary.series[0].last, 4));
    VALUE("7", "select printf('%g', value) from v_observation where series = 'H1' and ts = 3");
    VALUE("9", "select printf('%g', value) from v_observation where series = 'H2' and ts = 2");
    IMPORTS(more, "test.csv", "H1,7,8\nH2,9,10\n");
    cr_assert(b.summary.known);
    VALUE("9", "select count(*) from v_observation");
    REFUSES(ALM_USAGE, "--index", (struct alm_import_request){.append = true}, "test.csv", "H1,7,8\n");
    close_bench(&b);
}

Test(import, an_index_and_a_clock_do_not_mix)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n");
    REFUSES(ALM_DATA, "x is stored with a clock", (struct alm_import_request){.index = true}, "x.csv",
            "v\n1\n2\n");
    close_bench(&b);
}

Test(import, rejects_are_rows_that_say_where_and_why)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv",
            "date,v\n2020-01-01,1\n2020-01-02,n/"
            "a\n2020-01-03,3\n2020-01-04,4\n2020-01-05,5\n2020-01-06,6\n2020-01-06,7\n");
    VALUE("3 12 n/a", "select line || ' ' || \"column\" || ' ' || text from v_reject order by line limit 1");
    VALUE("v: expected a number (try --null n/a)", "select reason from v_reject order by line limit 1");
    VALUE("8 time already given 2020-01-06",
          "select line || ' ' || reason || ' ' || text from v_reject order by line desc limit 1");
    VALUE("7 5 2", "select rows_read || ' ' || rows_stored || ' ' || rows_rejected from v_import");
    cr_assert(eq(sz, b.summary.n_reasons, 2));
    cr_assert(eq(sz, b.summary.n_rejects, 2));
    cr_assert(strstr(b.summary.rejects[0],
                     "x.csv:3:12: v: expected a number, got \"n/a\" (try --null n/a)") != NULL);
    close_bench(&b);
}

Test(import, bytes_that_are_not_text_are_written_out_in_rejects)
{
    struct bench b;
    open_bench(&b);
    IMPORTS(PLAIN, "x.csv", "date,v\n2020-01-01,1\n2020-01-02,\xFF\x1b\n2020-01-03,3\n");
    VALUE("3 12 \\xff\\x1b not UTF-8 (try --encoding windows-1252)",
          "select line || ' ' || \"column\" || ' ' || text || ' ' || reason from v_reject");
    close_bench(&b);
}

static void holds_nothing(struct bench *b_)
{
    struct bench b = *b_;
    VALUE("0", "select (select count(*) from series) + (select count(*) from observation) + (select count(*) "
               "from import) + "
               "(select count(*) from reject) + (select count(*) from frame)");
}

Test(import, what_is_refused_interrupted_or_tried_leaves_nothing)
{
    struct bench b;
    open_bench(&b);
    REFUSES(ALM_DATA, "x.csv:6:12: v: expected a number", (struct alm_import_request){.strict = true},
            "x.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-04,4\n2020-01-05,x\n");
    holds_nothing(&b);
    IMPORTS((struct alm_import_request){.dry_run = true}, "GOOG.csv", bars);
    cr_assert(eq(sz, b.summary.rows_stored, 5));
    cr_assert(eq(sz, b.summary.n_series, 5));
    holds_nothing(&b);
    alm_cancel_request(&b.cancel, SIGINT);
    REFUSES(ALM_INTERRUPTED, "", PLAIN, "GOOG.csv", bars);
    alm_cancel_request(&b.cancel, 0);
    holds_nothing(&b);
    IMPORTS(PLAIN, "GOOG.csv", bars);
    close_bench(&b);
}

Test(import, a_kill_leaves_all_rows_of_a_file_or_none)
{
    enum { ROWS = 40000, KILLS = 12 };
    struct bench b;
    struct alm_text text = {0};
    size_t none = 0;
    open_bench(&b);
    alm_text_append(&text, "ts,a,b,c\n");
    for (int i = 0; i < ROWS; i++)
        alm_text_printf(&text, "%d,%d.5,%d.25,%d\n", 1600000000 + 60 * i, i, i, i);
    put_file(&b, "big.csv", text.data);
    alm_text_clear(&text);
    alm_store_close(b.scratch.store);
    b.scratch.store = NULL;
    for (int k = 0; k < KILLS; k++) {
        const pid_t child = fork();
        cr_assert(child >= 0);
        if (child == 0) {
            struct alm_store *store;
            if (alm_store_open(&store, b.scratch.path, &(struct alm_store_settings){ALM_STORE_WRITE, false},
                               NULL) != ALM_OK)
                _exit(1);
            struct alm_workbench workbench = {.store = store};
            const struct alm_import_request request = {.file = b.file};
            _exit(alm_import(&workbench, &request, &b.summary, NULL) == ALM_OK ? 0 : 1);
        }
        usleep((useconds_t)(1000 + 9000 * k));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        const char *n = value(&b, "select count(*) from observation");
        cr_assert(strcmp(n, "0") == 0 || strcmp(n, "40000") == 0, "%s rows", n);
        none += strcmp(n, "0") == 0;
        VALUE("ok", "pragma integrity_check");
    }
    cr_assert(gt(sz, none, 0));
    scratch_reopen(&b.scratch, ALM_STORE_WRITE);
    b.workbench.store = b.scratch.store;
    const struct alm_import_request request = {.file = b.file};
    cr_assert(alm_import(&b.workbench, &request, &b.summary, &b.error) == ALM_OK, "%s", b.error.text);
    VALUE("40000", "select count(*) from observation");
    close_bench(&b);
}
