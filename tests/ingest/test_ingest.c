#include "support.h"

#define NONE ((struct alm_ingest_options){0})

/* Imports text, which must be refused with this status and a message that has this part. */
static void refused(struct alm_ingest_options options, const char *text, enum alm_status status,
                    const char *part)
{
    struct outcome out;
    ingest_text(&out, options, text);
    cr_assert(eq(int, (int)out.status, (int)status), "%s\n%s", out.error.text, text);
    HAS(out.error.text, part);
    outcome_clear(&out);
}

static void gives(struct alm_ingest_options options, const char *text, const char *part)
{
    char *log = log_of(options, text);
    HAS(log, part);
    free(log);
}

/* ---- columns and names ---- */

Test(columns, one_value_column_has_the_name_of_the_file)
{
    gives(NONE, "date,value\n2020-01-01,1\n2020-01-02,2.5\n2020-01-03,\n",
          "group t\nrows 0\n2020-01-01 1\n2020-01-02 2.5\n2020-01-03 ?\nend 0 D 3 0/0\n");
    gives((struct alm_ingest_options){.series = "co2"}, "date,value\n2020-01-01,1\n", "group co2\n");
}

Test(columns, several_value_columns_are_named_behind_it)
{
    gives(NONE, "Date,Open,Adj Close,pm2.5\n2020-01-01,1,2,3\n2020-01-02,1,2,3\n",
          "group t.open t.adj_close t.pm2_5\n");
}

Test(columns, a_symbol_before_the_fields_of_a_bar_is_the_name)
{
    gives(NONE, "Date,AAPL.Open,AAPL.Volume,up\n2020-01-01,1,2,3\n", "group AAPL.open AAPL.volume AAPL.up\n");
    gives((struct alm_ingest_options){.series = "x"}, "Date,AAPL.Open,AAPL.Volume\n2020-01-01,1,2\n",
          "group x.open x.volume\n");
    gives(NONE, "Date,AAPL.Open,MSFT.Open\n2020-01-01,1,2\n", "group AAPL.open MSFT.open\n");
}

Test(columns, price_bars_are_called_alike_whatever_their_spelling)
{
    static const char *const files[] = {
        "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-01,1,4,0,2,2,9\n",    /* Yahoo */
        "Date,Open,High,Low,Close*,Adj Close**,Volume\n2020-01-01,1,4,0,2,2,9\n", /* its page */
        ("<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<ADJCLOSE>\t<VOL>\n"
         "2020.01.01\t00:00:00\t1\t4\t0\t2\t2\t9\n"), /* MetaTrader */
        "timestamp,1. open,2. high,3. low,4. close,5. adjusted close,6. volume\n2020-01-01,1,4,0,2,2,9\n",
        "date,o,h,l,c,adjusted,v\n2020-01-01,1,4,0,2,2,9\n",
        "Date,Open,High,Low,Close/Last,Adj_Close,Vol.\n2020-01-01,1,4,0,2,2,9\n",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        gives(NONE, files[i],
              "group t.open t.high t.low t.close t.adjusted t.volume\nrows 0\n2020-01-01 1 4 0 2 2 9\n");
    gives(NONE, "Date,Price,Open,High,Low\n2020-01-01,2,1,4,0\n", "group t.close t.open t.high t.low\n");
    gives(NONE, "Date,Close,Price,Open,High,Low\n2020-01-01,2,2,1,4,0\n",
          "group t.close t.price t.open t.high t.low\n");
    gives(NONE, "Date,Open,Low,Close,Adj Close\n2020-01-01,2,2,1,4\n",
          "group t.open t.low t.close t.adj_close\n");
    gives(NONE, "Date,AdjOpen,AdjClose,Open,High,Low,Close\n2020-01-01,2,2,1,4,2,3\n",
          "group t.adjopen t.adjclose t.open t.high t.low t.close\n");
    /* those of a bar come first when they would not be stored side by side */
    gives(NONE, "Date,a,b,c,d,e,f,Open,High,Low,Close\n2020-01-01,1,2,3,4,5,6,7,9,8,7\n",
          "group t.open t.high t.low t.close t.a t.b t.c t.d t.e t.f\nrows 0\n2020-01-01 7 9 8 7 1 2 3 4 5 "
          "6\n");
}

Test(columns, symbols_stand_before_or_behind_a_field)
{
    gives(NONE, "Date,Close.AAPL,AAPL.Adj Close\n2020-01-01,1,2\n", "group AAPL.close_aapl AAPL.adjusted\n");
    gives(NONE, "Date,AAPL.Close,MSFT.Close,AAPL.Open,MSFT.Open\n2020-01-01,1,2,3,4\n",
          "group AAPL.close AAPL.open MSFT.close MSFT.open\nrows 0\n2020-01-01 1 3 2 4\n");
    gives(NONE, "Date,Open AAPL,High AAPL,Low AAPL,Close AAPL\n2020-01-01,1,3,1,2\n",
          "group AAPL.open AAPL.high AAPL.low AAPL.close\n");
    gives(NONE, "Date,BTC-USD_open,BTC-USD_high,BTC-USD_low,BTC-USD_close\n2020-01-01,1,3,1,2\n",
          "group BTC-USD.open BTC-USD.high BTC-USD.low BTC-USD.close\n");
    gives(NONE, "Date,AIR_open,AIR_temp\n2020-01-01,1,3\n", "group t.air_open t.air_temp\n");
}

Test(columns, names_can_be_stated_for_a_file_without_header)
{
    gives((struct alm_ingest_options){.columns = "date,time,open"},
          "2020-01-01,10:00,1\n2020-01-01,10:05,2\n", "time is column 1 (date) and 2 (time), written as");
    gives((struct alm_ingest_options){.columns = "date,,close"}, "2020-01-01,7,1\n2020-01-02,8,2\n",
          "column 2 (no name) was left out: not named by --columns\ngroup t\nrows 0\n2020-01-01 1\n");
    gives((struct alm_ingest_options){.columns = "when,price"}, "a,b\n2020-01-01,7\n2020-01-02,8\n",
          "the names of the header were replaced by those of --columns\n");
    refused((struct alm_ingest_options){.columns = "date,x"}, "2020-01-01,7,1\n2020-01-02,8,2\n", ALM_USAGE,
            "--columns gives 2 names, the rows have 3 fields");
    refused((struct alm_ingest_options){.columns = "date,x", .value = "y"}, "2020-01-01,7\n", ALM_USAGE,
            "did you mean \"x\"?");
    static const char *const units[] = {"", "000"};
    for (size_t u = 0; u < 2; u++) { /* milliseconds until 2024, microseconds since */
        char text[512];
        snprintf(text, sizeof text,
                 "1577836800000%s,1.5,4,1,2,9,1577840399999%s,18,5,3,6,0\n"
                 "1577840400000%s,2,3,1,2.5,9,1577843999999%s,18,5,3,6,0\n",
                 units[u], u == 0 ? "" : "999", units[u], u == 0 ? "" : "999");
        gives(
            (struct alm_ingest_options){.columns = "binance"}, text,
            "group t.open t.high t.low t.close t.volume t.quote_volume t.trades t.taker_base t.taker_quote\n"
            "rows 0\n2020-01-01 1.5 4 1 2 9 18 5 3 6\n2020-01-01T01:00:00Z 2 3 1 2.5 9 18 5 3 6\n");
    }
    gives(NONE,
          "open_time,open,high,low,close,volume,close_time,quote_volume,count,ignore\n"
          "1577836800000,1.5,4,1,2,9,1577840399999,18,5,0\n1577840400000,1.5,4,1,2,9,1577843999999,18,5,0\n",
          "group t.open t.high t.low t.close t.volume t.quote_volume t.count\n");
}

Test(columns, what_is_not_numeric_is_left_out_and_said)
{
    gives(NONE, "date,v,weather,empty\n2020-01-01,1,sun,\n2020-01-02,2,rain,\n",
          "column 3 (weather) was left out: not numeric\n");
    gives(NONE, "date,v,weather,empty\n2020-01-01,1,sun,\n2020-01-02,2,rain,\n",
          "column 4 (empty) was left out: empty");
    gives((struct alm_ingest_options){.value = "b"}, "date,a,b\n2020-01-01,1,2\n",
          "group t\nrows 0\n2020-01-01 2\n");
    gives((struct alm_ingest_options){.value = "b,A"}, "date,a,b\n2020-01-01,1,2\n",
          "group t.b t.a\nrows 0\n2020-01-01 2 1\n");
}

Test(columns, a_nameless_column_that_counts_rows_is_no_series)
{
    gives(NONE, ",Date,v\n0,2020-01-01,5\n1,2020-01-02,6\n2,2020-01-03,8\n",
          "group t\nrows 0\n2020-01-01 5\n");
    gives(NONE, ",Date,v\n0,2020-01-01,5\n2,2020-01-02,6\n3,2020-01-03,8\n", "group t.c1 t.v\n");
    gives(NONE, "n,Date,v\n0,2020-01-01,5\n1,2020-01-02,6\n2,2020-01-03,8\n", "group t.n t.v\n");
}

Test(columns, a_header_is_recognised_by_what_stands_below)
{
    gives((struct alm_ingest_options){.index = true}, "1.5,2\n3,4\n",
          "there is no header\ngroup t.c1 t.c2\nrows 0\n0 1.5 2\n1 3 4\n");
    gives((struct alm_ingest_options){.index = true}, "a,b\n3,4\n", "group t.a t.b\nrows 0\n0 3 4\n");
    gives(NONE, "2020-01-01,5\n2020-01-02,6\n", "group t\nrows 0\n2020-01-01 5\n2020-01-02 6\n");
    gives(NONE, ",v\n2020-01-01,5\n2020-01-02,6\n", "group t\nrows 0\n2020-01-01 5\n");
    gives((struct alm_ingest_options){.header = "yes"}, "2020-01-01,5\n2020-01-02,6\n",
          "group t\nrows 0\n2020-01-02 6\n");
    gives(
        (struct alm_ingest_options){
            .header = "no", .value = "c2", .max_rejects_given = true, .max_rejects = 1},
        "date,x\n2020-01-01,5\n2020-01-02,5\n2020-01-03,5\n2020-01-04,5\n", "reject t.csv:1:1");
}

Test(columns, the_time_column_is_found_by_content_then_by_name)
{
    gives(NONE, "v,when\n1,2020-01-01\n2,2020-01-02\n", "time is column 2 (when), written as ISO 8601");
    gives(NONE, "seen,v,Time\n2020-01-01,1,2021-01-01\n", "time is column 3 (Time)");
    gives(NONE, "ts,v\n1609459200,1\n1609459260,2\n",
          "written as epoch seconds; without a zone it is UTC\ngroup t\nrows 0\n2021-01-01 1\n");
    gives(NONE, "date;v\n20200101;1\n20200102;2\n", "written as %Y%m%d");
    gives((struct alm_ingest_options){.time = "seen"}, "seen,v,Time\n2020-01-01,1,2021-01-01\n",
          "rows 0\n2020-01-01 1\n");
    refused(NONE, "count,v\n1609459200,1\n1609459260,2\n", ALM_USAGE, "--time");
    refused(NONE, "d,v\n1/2/2020,1\n3/4/2020,2\n", ALM_USAGE, "--time-format '%d/%m/%Y' or '%m/%d/%Y'");
    gives((struct alm_ingest_options){.time_format = "%m/%d/%Y"}, "d,v\n1/2/2020,1\n3/4/2020,2\n",
          "2020-01-02 1\n2020-03-04 2\n");
    gives((struct alm_ingest_options){.time_format = "%m/%d/%Y"}, "v,w,d\n1,2,1/2/2020\n",
          "2020-01-02 1 2\n");
}

Test(columns, years_and_months_are_times_where_nothing_else_is)
{
    gives(NONE, "Year,v\n1999,1\n2000,2\n",
          "written as %Y; without a zone it is UTC\ngroup t\nrows 0\n1999-01-01 1\n");
    gives(NONE, "v,month\n1,199912\n2,200001\n", "rows 0\n1999-12-01 1\n2000-01-01 2\n");
    gives(NONE, "year,when,v\n2020,2020-01-01,1\n2020,2020-01-02,2\n", "time is column 2 (when)");
    gives(NONE, "year,month,v\n2020,1,1\n2020,2,2\n", "written as %Y %m");
    gives(NONE, "quarter,v\n2020Q1,1\n2020Q2,2\n", "rows 0\n2020-01-01 1\n2020-04-01 2\n");
    refused(NONE, "date,v\n43831,1\n43832,2\n", ALM_USAGE, "--time-format excel");
}

Test(columns, a_time_may_be_split_over_columns)
{
    const char *pollution = "No,year,month,day,hour,pm2.5,cbwd\n1,2010,1,1,0,NA,NW\n2,2010,1,1,1,129,NW\n"
                            "3,2010,1,1,2,148,cv\n4,2010,1,32,3,1,cv\n5,2010,1,1,4,1,cv\n6,2010,1,1,5,1,cv\n";
    gives(NONE, pollution,
          "time is column 2 (year) and 3 (month) and 4 (day) and 5 (hour), written as %Y %m %d %H; ");
    gives(NONE, pollution, "rows 0\n2010-01-01 ?\n2010-01-01T01:00:00Z 129\n2010-01-01T02:00:00Z 148\n");
    gives(NONE, pollution,
          "reject t.csv:5:3: year,month,day,hour: expected a time, got \"2010 1 32 3\" (times here are "
          "written as");
    gives(NONE, "Date,Time,v\n2020-01-01,10:00,1\n2020-01-01,10:05,2\n",
          "rows 0\n2020-01-01T10:00:00Z 1\n2020-01-01T10:05:00Z 2\n");
    gives((struct alm_ingest_options){.time = "d,t"}, "v,t,d\n1,10:00,2020-01-01\n2,10:05,2020-01-01\n",
          "group t\nrows 0\n2020-01-01T10:00:00Z 1\n");
    gives((struct alm_ingest_options){.time = "m,y"}, "y,m,v\n2020,2,1\n2020,3,2\n",
          "rows 0\n2020-02-01 1\n");
    gives((struct alm_ingest_options){.time = "a,b", .time_format = "%d %m %Y %H"},
          "a,b,v\n5 4 2020,7,1\n6 4 2020,7,2\n", "rows 0\n2020-04-05T07:00:00Z 1\n");
    /* a whole time beats its parts */
    gives(NONE, "year,month,day,stamp,v\n2020,1,1,2020-01-01 05:00,1\n2020,1,1,2020-01-01 06:00,2\n",
          "time is column 4 (stamp)");
    refused((struct alm_ingest_options){.time = "d,w"}, "d,w,v\n2020-01-01,x,1\n", ALM_USAGE, "\"d,w\"");
    refused((struct alm_ingest_options){.time = "d,d"}, "d,w,v\n2020-01-01,x,1\n", ALM_USAGE, "already used");
    refused((struct alm_ingest_options){.time = "d,q"}, "d,w,v\n2020-01-01,x,1\n", ALM_USAGE,
            "no column \"q\"");
    refused(NONE, "date,time,v\n1/2/2020,10:00,1\n3/4/2020,11:00,2\n", ALM_USAGE, "--time-format '%d/%m/%Y");
}

Test(columns, options_that_do_not_fit_are_refused_with_a_suggestion)
{
    refused((struct alm_ingest_options){.time = "dat"}, "date,v\n2020-01-01,1\n", ALM_USAGE,
            "did you mean \"date\"?");
    refused((struct alm_ingest_options){.value = "xyzzy"}, "date,v\n2020-01-01,1\n", ALM_USAGE,
            "there are: date, v");
    refused((struct alm_ingest_options){.value = "date", .time = "date"}, "date,v\n2020-01-01,1\n", ALM_USAGE,
            "already used");
    refused((struct alm_ingest_options){.layout = "tall"}, "date,v\n2020-01-01,1\n", ALM_USAGE, "--layout");
    refused((struct alm_ingest_options){.layout = "long"}, "date,v\n2020-01-01,1\n", ALM_USAGE, "--by");
    refused((struct alm_ingest_options){.index = true, .time = "date"}, "date,v\n2020-01-01,1\n", ALM_USAGE,
            "--index");
    refused((struct alm_ingest_options){.time_zone = "Europe/Berlim"}, "date,v\n2020-01-01,1\n", ALM_USAGE,
            "did you mean \"Europe/Berlin\"");
    refused((struct alm_ingest_options){.dst = "skip"}, "date,v\n2020-01-01,1\n", ALM_USAGE, "--tz ZONE");
    refused((struct alm_ingest_options){.decimal = ","}, "date,v\n2020-01-01,1\n", ALM_USAGE, "--delimiter");
    refused((struct alm_ingest_options){.time_format = "%Q"}, "date,v\n2020-01-01,1\n", ALM_USAGE, "%Q");
    refused((struct alm_ingest_options){.frequency = "X"}, "date,v\n2020-01-01,1\n", ALM_USAGE, "X");
    refused((struct alm_ingest_options){.series = "a\nb"}, "date,v\n2020-01-01,1\n", ALM_USAGE, "control");
    refused(NONE, "date,a b,a_b\n2020-01-01,1,2\n", ALM_DATA, "both be called a_b");
    refused(NONE, "date,v\n2020-01-01,x\n", ALM_DATA, "no column holds numbers");
    refused(NONE, "", ALM_DATA, "no rows");
    refused(NONE, "date,v\n", ALM_DATA, "below the header");
}

/* ---- numbers and labels ---- */

Test(cells, number_styles_are_stated_and_hinted_at)
{
    gives((struct alm_ingest_options){.thousands = ",", .currency = "$", .percent = "points"},
          "d,p,q\n2020-01-01,\"$1,234.50\",5%\n2020-01-02,$3,-1 %\n",
          "rows 0\n2020-01-01 1234.5 5\n2020-01-02 3 -1\n");
    gives((struct alm_ingest_options){.decimal = ",", .thousands = "."}, "d,v\n2020-01-01,\"1.234,5\"\n",
          "2020-01-01 1234.5\n");
    gives(NONE, "d,v,p\n2020-01-01,1,5%\n2020-01-02,2,6%\n",
          "column 3 (p) was left out: not numeric (try --percent points)\n");
    gives(NONE, "d,v,p\n2020-01-01,1,?\n2020-01-02,2,6\n",
          "column 3 (p) was left out: not numeric (try --null '?')\n");
    /* 1.000 may be a thousand here */
    const char *german = "d;v;w\n2020-01-01;1.000;1.234,5\n2020-01-02;2.000;7,5\n";
    refused(
        NONE, german, ALM_USAGE,
        "column \"w\" holds numbers that are written otherwise (try --decimal , --thousands .); or choose "
        "columns "
        "with --value");
    gives((struct alm_ingest_options){.value = "v"}, german, "2020-01-01 1\n");
    gives((struct alm_ingest_options){.decimal = ",", .thousands = "."}, german, "2020-01-01 1000 1234.5\n");
    refused(NONE, "d,v,w\n2020-01-01,\"1,234\",$3\n2020-01-02,\"2,345\",$4\n", ALM_USAGE,
            "\"v\" holds numbers that are written otherwise (try --thousands , --currency '$')");
    refused((struct alm_ingest_options){.strict = true},
            "d,v\n2020-01-01,1\n2020-01-02,2\n2020-01-03,12%\n2020-01-04,1\n2020-01-05,1\n", ALM_DATA,
            "v: expected a number, got \"12%\" (try --percent points)");
}

Test(cells, labels_are_codes_in_the_order_in_which_they_come)
{
    gives((struct alm_ingest_options){.category = "weather"},
          "date,v,weather\n2020-01-01,1,sun\n2020-01-02,2,rain\n2020-01-03,3,sun\n2020-01-04,4,NA\n",
          "group t.v t.weather\nlabel 0.1 0 sun\nlabel 0.1 1 rain\nrows 0\n2020-01-01 1 0\n2020-01-02 2 1\n"
          "2020-01-03 3 0\n2020-01-04 4 ?\n");
    gives((struct alm_ingest_options){.category = "weather"},
          "date,weather\n2020-01-01,sun\n2020-01-02,rain\n",
          "group t\nlabel 0.0 0 sun\nlabel 0.0 1 rain\nrows 0\n2020-01-01 0\n2020-01-02 1\n");
    gives((struct alm_ingest_options){.category = "s,r", .by = "k"},
          "date,k,r,s,v\n2020-01-01,a,x,1,1\n2020-01-01,b,y,2,2\n2020-01-02,a,z,1,3\n",
          "group a.v a.s a.r\nlabel 0.1 0 1\nlabel 0.2 0 x\ngroup b.v b.s b.r\nlabel 1.1 0 2\nlabel 1.2 0 "
          "y\nlabel 0.2 1 z\n");
    char *log =
        log_of((struct alm_ingest_options){.category = "w", .max_rejects_given = true, .max_rejects = 9},
               "date,w\n2020-01-01,\"a\x1b\"\n2020-01-02,b\n");
    HAS(log, "reject t.csv:2:12: w: expected a label of at most 1,024 bytes without control characters, got");
    HAS(log, "label 0.0 0 b\n");
    free(log);
    refused((struct alm_ingest_options){.category = "x"}, "date,w\n2020-01-01,b\n", ALM_USAGE, "--category");
    refused((struct alm_ingest_options){.category = "w", .value = "w"}, "date,w\n2020-01-01,b\n", ALM_USAGE,
            "already used");
}

/* ---- layouts ---- */

Test(layouts, long_rows_are_told_apart_by_their_keys)
{
    gives((struct alm_ingest_options){.by = "symbol"},
          "symbol,date,price\nMSFT,2020-01-01,1\nIBM,2020-01-01,2\nMSFT,2020-01-02,3\n",
          "group MSFT\ngroup IBM\nrows 0\n2020-01-01 1\n2020-01-02 3\nend 0");
    gives((struct alm_ingest_options){.by = "symbol,place", .series = "x"},
          "symbol,place,date,p,q\nMSFT,NY,2020-01-01,1,2\n", "group x.MSFT.NY.p x.MSFT.NY.q\n");
    char *log = log_of((struct alm_ingest_options){.by = "k", .max_rejects_given = true, .max_rejects = 9},
                       "k,date,v\na,2020-01-01,1\n,2020-01-02,2\n\"b\x1b\",2020-01-02,2\n");
    HAS(log, "reject t.csv:3:1: k: expected a name without control characters, got \"\"\n");
    HAS(log, "reject t.csv:4:1: k: expected a name without control characters, got \"b\\x1b\"\n");
    free(log);
}

Test(layouts, duplicates_hint_at_the_column_that_tells_rows_apart)
{
    struct alm_ingest_options options = {.max_rejects_given = true, .max_rejects = 9};
    gives(options, "place,date,price\nNY,2020-01-01,1\nLA,2020-01-01,2\n", "(try --by place)");
    gives(options, "a,b,date,price\n1,x,2020-01-01,1\n2,x,2020-01-01,2\n1,y,2020-01-01,3\n2,y,2020-01-01,4\n",
          "(try --by a,b)");
    options.layout = "wide";
    gives(options, "symbol,date,price\nMSFT,2020-01-01,1\nIBM,2020-01-01,2\n", "(try --by symbol)");
}

Test(layouts, a_key_that_shows_late_is_asked_for)
{
    struct alm_text text = {0};
    alm_text_append(&text, "place,date,v\n");
    for (size_t i = 0; i < 4000; i++)
        alm_text_printf(&text, "%s,%zu,1\n", i < 2000 ? "NY" : "LA", 1600000000 + 60 * (i % 2000));
    refused(NONE, text.data, ALM_DATA,
            "2000 of 4000 rows have a time that another row has: nothing was stored; if place tells them "
            "apart, say --by place");
    alm_text_clear(&text);
}

Test(layouts, a_key_that_nobody_named_is_taken_when_nothing_else_is_left)
{
    const char *taken =
        "each place is a series of its own, as with --by place (--layout wide takes all rows as one)\n";
    gives(NONE, "place,date,v\nNY,2020-01-01,1\nNY,2020-01-02,2\nLA,2020-01-01,3\nLA,2020-01-02,4\n", taken);
    gives(NONE, "place,date,v\nNY,2020-01-01,1\nNY,2020-01-02,2\nLA,2020-01-01,3\nLA,2020-01-02,4\n",
          "rows 0\n2020-01-01 1\n2020-01-02 2\nend 0");
    /* two that go hand in hand are one */
    gives(
        NONE,
        "place,name,date,v\nNY,New York,2020-01-01,1\nNY,New York,2020-01-02,2\nLA,Los Angeles,2020-01-01,3\n"
        "LA,Los Angeles,2020-01-02,4\n",
        taken);
    /* a name that says so needs no proof, but a proof against it counts */
    gives(NONE, "ticker,date,v\nX,2020-01-01,1\nX,2020-01-02,2\n", "group X\n");
    gives((struct alm_ingest_options){.series = "mine"}, "ticker,date,v\nX,2020-01-01,1\nX,2020-01-02,2\n",
          "group mine\n");
    gives(NONE, "unique_id,ds,y\n1,2020-01-01,1\n2,2020-01-01,2\n", "group 1\n");
    gives((struct alm_ingest_options){.value = "unique_id,y"},
          "unique_id,ds,y\n1,2020-01-01,1\n2,2020-01-02,2\n", "group t.unique_id t.y\n");
    gives((struct alm_ingest_options){.layout = "wide"}, "ticker,date,v\nX,2020-01-01,1\nX,2020-01-02,2\n",
          "group t\n");
    /* weather of a day that is there twice is none */
    gives(NONE,
          "date,v,weather\n2020-01-01,1,sun\n2020-01-01,2,rain\n2020-01-02,2,sun\n2020-01-03,2,rain\n"
          "2020-01-04,2,rain\n",
          "group t\n");
    /* nor is a remark that never comes again */
    gives((struct alm_ingest_options){.max_rejects_given = true, .max_rejects = 9},
          "date,v,remark\n2020-01-01,1,a\n2020-01-01,2,b\n2020-01-02,2,c\n2020-01-02,2,d\n", "group t\n");
    gives((struct alm_ingest_options){.category = "place"},
          "place,date,v\nNY,2020-01-01,1\nNY,2020-01-02,2\nLA,2020-01-01,3\nLA,2020-01-02,4\n",
          "group t.v t.place\n");
}

Test(layouts, files_without_times_are_counted_where_nothing_else_is_left)
{
    gives(NONE, "0.5,1.5\n0.4,1.6\n0.6,1.7\n",
          "no column holds times: rows are counted 0, 1, 2, ..., as with --index\n");
    refused(NONE, "1990.1,1.5\n1990.2,1.6\n1990.3,1.1\n", ALM_USAGE, "--index"); /* years, perhaps */
    refused(NONE, "time,v\n0.5,1.5\n0.4,1.6\n0.6,1.7\n", ALM_USAGE, "--index");
    refused(NONE, "a,v\nx,1.5\ny,1.6\nz,1.7\n", ALM_USAGE, "--index");
    gives(NONE, "V1,V2,V3,V4\nH1,5,6,\nH2,1,2,3\n", "as with --layout rows\ngroup H1\nrows 0\n");
    gives(NONE, "H1,5,6,\nH2,1,2,3\n", "group H2\nrows 1\n");
    refused(NONE, "country,gdp,people\nH1,5,6\nH2,1,2\n", ALM_USAGE, "--index");
    refused(NONE, "V1,V2,V3,V4\nH1,5,6,\nH1,1,2,3\n", ALM_USAGE, "--index");
}

Test(layouts, a_row_can_be_a_series)
{
    const struct alm_ingest_options rows = {.layout = "rows", .index = true};
    gives(rows, "\"V1\",\"V2\",\"V3\",\"V4\"\n\"H1\",\"5\",\"6\",\"\"\n\"H2\",\"1\",,\"3\"\n",
          "group H1\nrows 0\n0 5\n1 6\nend 0 index 2 0/0\ngroup H2\nrows 1\n0 1\n1 ?\n2 3\nend 1 index 3 "
          "0/0\n");
    gives((struct alm_ingest_options){.layout = "rows", .index = true, .series = "m4"}, "a,1,2\nb,3,4\n",
          "group m4.a\n");
    char *log = log_of(
        (struct alm_ingest_options){
            .layout = "rows", .index = true, .max_rejects_given = true, .max_rejects = 9},
        "a,1,2\nb,3,x\na,5,6\n");
    HAS(log, "reject t.csv:2:5: expected a number, got \"x\"");
    HAS(log, "reject t.csv:3:1: time already given: \"a\"");
    free(log);
}

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
    atomic_store(&cancel.requested, 2);
    cr_assert(eq(int, (int)alm_ingest(&options, &sink, &cancel, NULL, &summary, &error), ALM_INTERRUPTED));
    remove_file(options.path);
}
