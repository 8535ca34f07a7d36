#include "ingest/tsf.h"
#include "support.h"

static const struct alm_ingest_options as_tsf = {.layout = "tsf"};

#define HEADER                                                                                               \
    "# a comment, caf\xE9\n@relation test\n@attribute series_name string\n@attribute place string\n"         \
    "@attribute start_timestamp date\n@frequency monthly\n@horizon 8\n@missing true\n@equallength false\n"   \
    "@data\n"

Test(tsf, each_line_is_a_series_from_its_start)
{
    gives(as_tsf, HEADER "T1:north:1979-01-31 00-00-00:1,?,2.5\nT2:south:1980-02-01 00-00-00:-3e2\n",
          "the file's horizon is 8\ngroup T1.north\nrows 0\n1979-01-31 1\n1979-02-28 ?\n1979-03-31 2.5\n"
          "end 0 M 3 0/0\ngroup T2.south\nrows 1\n1980-02-01 -300\nend 1 M 1 0/0\n");
    gives(as_tsf, HEADER "\r\n#x:y\r\nT1:north:1979-01-01 00-00-00:1,2\r\n",
          "1979-01-01 1\n1979-02-01 2\nend 0 M 2");
    gives((struct alm_ingest_options){.layout = "tsf", .series = "m", .frequency = "4S"},
          HEADER "a:b:1979-01-01 00-00-08:1,2\n",
          "group m.a.b\nrows 0\n1979-01-01T00:00:08Z 1\n1979-01-01T00:00:12Z 2\nend 0 4S");
    gives(as_tsf, "@attribute id numeric\n@DATA\n7:1,2\n",
          "series have no start: their values are counted 0, 1, 2, ...\ngroup 7\nrows 0\n1970-01-01 1\n");
}

Test(tsf, frequencies_are_those_of_the_archive)
{
    static const char *const words[][2] = {{"4_seconds", "4S"},    {"minutely", "T"}, {"10_minutes", "10T"},
                                           {"half_hourly", "30T"}, {"hourly", "H"},   {"daily", "D"},
                                           {"weekly", "W"},        {"monthly", "M"},  {"quarterly", "Q"},
                                           {"yearly", "Y"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct alm_frequency frequency;
        struct alm_text text = {0};
        cr_assert(alm_tsf_frequency(&frequency, words[i][0], NULL) == ALM_OK, "%s", words[i][0]);
        alm_frequency_write(&text, frequency);
        cr_assert(strcmp(alm_text_string(&text), words[i][1]) == 0, "%s: %s", words[i][0], text.data);
        alm_text_clear(&text);
    }
    static const char *const bad[] = {"",         "fortnightly", "0_minutes",       "4_",
                                      "_seconds", "s",           "10000000000_days"};
    struct alm_frequency frequency;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(alm_tsf_frequency(&frequency, bad[i], NULL) == ALM_DATA, "<%s>", bad[i]);
}

Test(tsf, what_is_wrong_has_its_place)
{
    struct alm_ingest_options options = {.layout = "tsf", .max_rejects_given = true, .max_rejects = 99};
    char *log = log_of(options, HEADER
                       "T1:north:1979-01-01 00-00-00:1,x,nan,4\nT1:north:1979-01-01 00-00-00:1\n"
                       "T2:1979-01-01 00-00-00:1,2\nT3:n:1979-13-01 00-00-00:1\n"
                       "T4:n:s:1979-01-01 00-00-00:1\nT5:n:1979-01-01 00-00-00:\nT6:\xFF:1979-01-01:1\n"
                       "T7::1979-01-01:1\nT8\nT9:n:1979-01-01:5");
    HAS(log, "reject t.csv:11:32: T1.north: expected a number, got \"x\"\n");
    HAS(log, "reject t.csv:11:34: T1.north: expected a number, got \"nan\"\n");
    HAS(log, "rows 0\n1979-01-01 1\n1979-04-01 4\n");
    HAS(log, "reject t.csv:12:30: T1.north: time already given: \"1\" (series of one name)\n");
    HAS(log,
        "reject t.csv:13:24: wrong number of fields: \"1,2\" (a series has its attributes, then values)\n");
    HAS(log, "reject t.csv:14:6: start_timestamp: expected a time, got \"1979-13-01 00-00-00\"");
    HAS(log, "reject t.csv:15:6: start_timestamp: expected a time, got \"s\"");
    HAS(log, "reject t.csv:16:26: wrong number of fields: \"\" (a series without values)\n");
    HAS(log, "reject t.csv:17:4: place: not UTF-8: ");
    HAS(log, "reject t.csv:18:4: place: expected a name without control characters, got \"\"\n");
    HAS(log, "reject t.csv:19:1: wrong number of fields: \"T8\"");
    HAS(log, "group T9.n\n");
    free(log);
    refused(as_tsf, "@relation x\n@attribute a text\n@data\n", ALM_DATA,
            "t.csv:2:1: @attribute needs a name");
    refused(as_tsf, "@relation x\n@attribute a string\na:1\n", ALM_DATA, "t.csv:3:1: expected @relation");
    refused(as_tsf, "@relation x\n@attribute a string\n", ALM_DATA, "there is no @data");
    refused(as_tsf, "@relation x\n@data\n1,2\n", ALM_DATA, "there is no @attribute");
    refused(as_tsf, "@attribute a date\n@attribute b date\n@data\n", ALM_DATA, "starts once");
    refused(as_tsf, "@attribute s string\n@attribute a date\n@data\nx:2020-01-01:1\n", ALM_USAGE, "--freq");
    refused(as_tsf, "@attribute s string\n@data\n", ALM_DATA, "no good rows");
    refused((struct alm_ingest_options){.layout = "tsf", .value = "x"}, HEADER, ALM_USAGE, "--value");
}

Test(tsf, a_line_may_be_long_and_is_not_kept)
{
    struct alm_text text = {0};
    struct outcome out;
    alm_text_append(&text, "@attribute s string\n@attribute t date\n@frequency 4_seconds\n@data\n");
    for (size_t s = 0; s < 2; s++) {
        alm_text_printf(&text, "s%zu:2020-01-01 00-00-00:0", s);
        for (size_t i = 1; i < 300000; i++)
            alm_text_append(&text, ",123456");
        alm_text_append(&text, "\n");
    }
    cr_assert(text.length > 4000000);
    ingest_text(&out, (struct alm_ingest_options){.layout = "tsf"}, text.data);
    cr_assert(eq(int, (int)out.status, ALM_OK), "%s", out.error.text);
    cr_assert(eq(sz, out.summary.rows_read, 600000));
    HAS(out.log.data, "end 1 4S 300000 0/0\n");
    outcome_clear(&out);
    alm_text_clear(&text);
}

Test(tsf, is_known_by_its_name)
{
    cr_assert(alm_tsf_is_path("a/b.tsf") && alm_tsf_is_path("b.TSF.gz") && alm_tsf_is_path("b.tsf.zst"));
    cr_assert_not(alm_tsf_is_path("b.tsf.csv") || alm_tsf_is_path(".tsf") || alm_tsf_is_path("tsf"));
}
