#include "support.h"

#define NONE ((struct alm_ingest_options){0})
#define ROWS "2020-01-01,1,2\n2020-01-02,3,4\n2020-01-03,5,6\n2020-01-04,7,8\n2020-01-05,9,10\n"
#define PAIRS "2020-01-01,1\n2020-01-02,3\n2020-01-03,5\n2020-01-04,7\n"

static void lacks(struct alm_ingest_options options, const char *text, const char *part)
{
    char *log = log_of(options, text);
    LACKS(log, part);
    free(log);
}

/* ---- lines before the header ---- */

Test(preamble, lines_before_the_header_are_passed_over_and_said)
{
    const char *text = "Load of the grid\nSource: somebody, 2020\n\ndate,a,b\n" ROWS;
    gives(NONE, text, "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
    gives(NONE, text, "lines 1 to 3 were passed over: the table begins at line 4\n");
    lacks(NONE, "date,a,b\n" ROWS, "passed over");
}

Test(preamble, names_and_values_of_a_station_are_no_header)
{
    gives(NONE, "Station,Berlin\nLatitude,52.5\nLongitude,13.4\n\ndate,a,b\n" ROWS, "group t.a t.b\n");
    gives(NONE, "Station,Berlin\nId,77\ndate,a\n" PAIRS, "group t\nrows 0\n2020-01-01 1\n");
}

Test(preamble, a_spreadsheet_fills_its_lines_with_delimiters)
{
    gives(NONE, "PREAMBLE,,\n,,\ndate,a,b\n" ROWS, "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
}

Test(preamble, may_look_like_a_table_without_times)
{
    gives(NONE, "latitude,longitude,height\n52.5,13.4,38\n\ndate,a,b\n" ROWS,
          "lines 1 to 3 were passed over");
    gives(NONE, "latitude,longitude,height\n52.5,13.4,38\n\ndate,a,b\n" ROWS, "group t.a t.b\n");
    gives(NONE, "Station,Berlin,\nLatitude,52.5,\n,,\ndate,a,b\n" ROWS,
          "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
}

Test(preamble, may_be_comments_as_wide_as_the_table)
{
    gives(
        NONE,
        "#group,false,false,true\n#datatype,long,dateTime:RFC3339,string\n#default,,,\n,value,_time,_field\n"
        ",1,2020-01-01T00:00:00Z,x\n,2,2020-01-02T00:00:00Z,x\n",
        "lines 1 to 3 were passed over: the table begins at line 4\ntime is column 3 (_time)");
    gives(NONE, "# time,a\n" PAIRS, "group t\nrows 0\n2020-01-01 1\n");
}

Test(preamble, a_title_above_rows_without_header_is_passed_over)
{
    gives(NONE, "My title\n" ROWS, "there is no header\n");
    gives(NONE, "My title\n" ROWS, "rows 0\n2020-01-01 1 2\n");
}

Test(preamble, its_length_can_be_stated)
{
    const char *text = "since,height,name\n2020-01-01,13.4,38\n\ndate,a,b\n" ROWS;
    refused(NONE, text, ALM_DATA, ":4: a second table starts here (date,a,b)");
    refused(NONE, text, ALM_DATA, "--skip 3");
    gives((struct alm_ingest_options){.skip = "3"}, text, "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
    refused((struct alm_ingest_options){.skip = "x"}, text, ALM_USAGE,
            "--skip is a number of lines, not \"x\"");
    refused((struct alm_ingest_options){.skip = "100"}, text, ALM_USAGE, "--skip 100 leaves nothing");
}

/* ---- the header ---- */

Test(header, may_be_missing)
{
    gives(NONE, ROWS, "group t.c2 t.c3\nrows 0\n2020-01-01 1 2\n");
    gives((struct alm_ingest_options){.header = "no"}, "date,a,b\n" ROWS, "reject t.csv:1:1: ");
    gives((struct alm_ingest_options){.header = "0"}, ROWS, "group t.c2 t.c3\nrows 0\n2020-01-01 1 2\n");
}

Test(header, years_may_name_columns_beside_a_clock)
{
    gives(NONE, "date,2019,2020\n" ROWS, "group t.2019 t.2020\nrows 0\n2020-01-01 1 2\n");
    gives(NONE, ",2019,2020\n" ROWS, "group t.2019 t.2020\nrows 0\n2020-01-01 1 2\n");
}

Test(header, may_end_with_a_delimiter_that_its_rows_do_not_have)
{
    gives(NONE, "date,a,b,\n" ROWS, "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
    lacks(NONE, "date,a,b,\n" ROWS, "reject");
}

Test(header, a_bad_cell_in_the_first_row_does_not_make_it_a_header)
{
    gives(NONE, "date,a,b\n2019-01-01,bad,bad\n" ROWS, "reject t.csv:2:12: ");
}

Test(header, units_below_the_names_stay_out_of_them)
{
    gives(NONE, "time,load,wind\n,MW,m/s\n" ROWS, "group t.load t.wind\nrows 0\n2020-01-01 1 2\n");
    gives(NONE, "time,load,wind\n(UTC),[MW],°C\n" ROWS, "line 2 holds units, not names\n");
    gives(NONE, "time,sea,wind\nUTC,degree_C,m s-1\n" ROWS, "group t.sea t.wind\n");
    gives(NONE, "time,load,wind\n(UTC),[MW],°C\n" ROWS, "the header is lines 1 to 2\n");
}

Test(header, groups_stand_before_the_names_of_their_columns)
{
    gives(NONE, ",North,\nDate,load,wind\n" ROWS, "group t.north_load t.north_wind\n");
    gives(NONE, "Date,North,South\n,load,wind\n" ROWS, "group t.north_load t.south_wind\n");
    gives(NONE, "Grid,Grid,Grid\ntime,load,wind\n(UTC),(MW),(m/s)\n" ROWS, "group t.grid_load t.grid_wind\n");
}

Test(header, fields_of_prices_come_behind_their_symbol)
{
    gives(NONE, "Price,Close,Volume\nTicker,AAPL,AAPL\nDate,,\n" ROWS, "group AAPL.close AAPL.volume\n");
    gives(NONE, ",AAPL,\nDate,Open,Close\n" ROWS, "group AAPL.open AAPL.close\n");
}

Test(header, a_line_of_dashes_names_nothing)
{
    gives(NONE, "date,a,b\n----,----,----\n" ROWS, "time is column 1 (date)");
    gives(NONE, "date,a,b\n----,----,----\n" ROWS, "group t.a t.b\n");
}

Test(header, repeated_rows_are_one)
{
    gives(NONE, "date,a,b\ndate,a,b\n" ROWS, "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
    gives(NONE, "date,a,b\ndate,a,b\ndate,a,b\n" ROWS, "group t.a t.b\nrows 0\n2020-01-01 1 2\n");
}

Test(header, its_rows_can_be_stated)
{
    gives((struct alm_ingest_options){.header = "1"}, "x,y,z\ndate,a,b\n" ROWS, "group t.a t.b\n");
    gives((struct alm_ingest_options){.header = "2"}, "x,y,z\ndate,a,b\n" ROWS, "group t.y_a t.z_b\n");
    gives((struct alm_ingest_options){.header = "yes"}, "1,2,3\n" ROWS,
          "group t.2 t.3\nrows 0\n2020-01-01 1 2\n");
}

Test(header, must_be_the_one_that_is_stated)
{
    const struct alm_ingest_options names = {.header = "foo,bar,baz", .index = true};
    gives(names, "foo,bar,baz\n1,2,3\n", "group t.foo t.bar t.baz\n");
    gives(names, "a title\nfoo,bar,baz\n1,2,3\n", "group t.foo t.bar t.baz\n");
    refused(names, "qux,quux,quuz\n1,2,3\n", ALM_DATA,
            ":1: column 1 of the header: expected \"foo\", got \"qux\"");
    refused(names, "foo,bar\n1,2\n", ALM_DATA, ":1: the header has 2 columns");
    refused(names, "foo,bar,baz,more\n1,2,3,4\n", ALM_DATA, "column 4 is \"more\"");
    refused(names, "1,2,3\n4,5,6\n", ALM_DATA, "expected \"foo\", got \"1\"");
    refused(names, "", ALM_DATA, "is empty, expected the header foo,bar,baz");
}

Test(header, alone_is_not_enough)
{
    refused(NONE, "date,a,b\n", ALM_DATA, "no rows below the header");
}

/* ---- below the table ---- */

Test(notes, at_the_end_are_no_rows)
{
    struct outcome out;
    ingest_text(&out, NONE, "date,a,b\n" ROWS "\nSource: somebody\n\"estimated, in part\"\n");
    cr_assert(eq(int, (int)out.status, (int)ALM_OK), "%s", out.error.text);
    cr_expect(eq(sz, out.summary.notes, 2));
    cr_expect(eq(sz, out.summary.first_note_line, 8));
    cr_expect(eq(sz, out.summary.rows_read, 5));
    cr_expect(eq(sz, out.summary.rows_rejected, 0));
    outcome_clear(&out);
    lacks(NONE, "date,a,b\n" ROWS "FOOTNOTE,,\n", "reject");
}

Test(notes, are_not_what_looks_like_data)
{
    gives(NONE, "date,a,b\n" ROWS "Total,25,30\n", "reject t.csv:7:1: ");
    gives(NONE, "date,a,b\n" ROWS "2020-01-06\n", "reject t.csv:7:1: wrong number of fields");
    gives(NONE, "date,a,b\n" ROWS "a note\nTotal,25,30\nthe end\n", "reject t.csv:7:1: ");
}

Test(notes, between_rows_are_rejects)
{
    gives(NONE, "date,a,b\n" ROWS "a remark\n2020-01-06,1,2\n", "reject t.csv:7:1: wrong number of fields");
}

Test(notes, lines_of_delimiters_are_blank)
{
    struct outcome out;
    ingest_text(&out, NONE, "date,a,b\n" ROWS ",,\n,,\n");
    cr_expect(eq(int, (int)out.status, (int)ALM_OK));
    cr_expect(eq(sz, out.summary.blank_lines, 2));
    cr_expect(eq(sz, out.summary.rows_read, 5));
    outcome_clear(&out);
}

Test(second_table, is_refused_with_its_line)
{
    refused(NONE, "date,a,b\n" ROWS "\nname,x\n2020-01-01,3\n", ALM_DATA,
            ":8: a second table starts here (name,x)");
    refused(NONE, "date,a,b\n" ROWS "date,a,b,c\n2020-01-06,1,2,3\n", ALM_DATA,
            ":7: a second table starts here");
    refused(NONE, "date,a,b\n" ROWS "\ndate,p,q\n" ROWS, ALM_DATA,
            ":8: a second table starts here (date,p,q)");
    refused(NONE, "date,a,b\n" ROWS "date,a,b\n" ROWS, ALM_DATA, ":7: a second table starts here (date,a,b)");
    refused(NONE, "date,a,b\n" ROWS "Another table\ndate,p,q\n" ROWS, ALM_DATA, ":8: a second table");
}

Test(second_table, is_found_far_below_the_sample)
{
    struct alm_text text = {0};
    alm_text_append(&text, "date,a,b\n");
    for (int i = 0; i < 3000; i++)
        alm_text_printf(&text, "20%02d-01-01,1,2\n", i % 100);
    const size_t length = text.length;
    alm_text_append(&text, "name,x\n2020-01-01,3\n");
    refused((struct alm_ingest_options){.max_rejects_given = true, .max_rejects = 5000},
            alm_text_string(&text), ALM_DATA, ":3002: a second table starts here (name,x)");
    text.length = length;
    alm_text_append(&text, "date,a,b\n2020-01-01,3,4\n");
    refused((struct alm_ingest_options){.max_rejects_given = true, .max_rejects = 5000},
            alm_text_string(&text), ALM_DATA, ":3002: a second table starts here (date,a,b)");
    alm_text_clear(&text);
}

Test(second_table, is_not_a_row_of_words)
{
    gives(NONE, "date,a,b\n" ROWS "oops,error,error\n2020-01-06,1,2\n", "reject t.csv:7:1: ");
}

/* ---- rows of another width ---- */

static const char ragged[] = "date,a,b\n" ROWS "2020-01-06,1\n2020-01-07,1,2,3\n2020-01-08,1,2\n";

Test(widths, other_than_that_of_the_header_are_rejects)
{
    gives(NONE, ragged, "reject t.csv:7:1: wrong number of fields");
    gives(NONE, ragged, "reject t.csv:8:1: wrong number of fields");
    lacks(NONE, "date,a,b\n" ROWS "2020-01-08,1,2,,\n", "reject");
}

Test(widths, can_be_made_right)
{
    struct outcome out;
    ingest_text(&out, (struct alm_ingest_options){.ragged = "pad"}, ragged);
    cr_assert(eq(int, (int)out.status, (int)ALM_OK), "%s", out.error.text);
    HAS(alm_text_string(&out.log), "2020-01-06 1 ?\n2020-01-07 1 2\n2020-01-08 1 2\n");
    LACKS(alm_text_string(&out.log), "reject");
    cr_expect(eq(sz, out.summary.rows_padded, 2));
    outcome_clear(&out);
}

Test(widths, can_be_left_out)
{
    struct outcome out;
    ingest_text(&out, (struct alm_ingest_options){.ragged = "skip"}, ragged);
    cr_assert(eq(int, (int)out.status, (int)ALM_OK), "%s", out.error.text);
    HAS(alm_text_string(&out.log), "2020-01-05 9 10\n2020-01-08 1 2\n");
    LACKS(alm_text_string(&out.log), "reject");
    cr_expect(eq(sz, out.summary.rows_skipped, 2));
    cr_expect(eq(sz, out.summary.rows_rejected, 0));
    outcome_clear(&out);
    refused((struct alm_ingest_options){.ragged = "what"}, ragged, ALM_USAGE,
            "--ragged is error, pad or skip");
}
