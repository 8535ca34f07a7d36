#include "support.h"

#define NONE ((struct alm_ingest_options){0})

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
    gives(NONE, "_start,_time,v\n2020-01-01,2020-01-02,1\n2020-01-01,2020-01-03,2\n",
          "time is column 2 (_time)");
    gives(NONE, "STATIONS_ID;MESS_DATUM;TT\n44;2020010203;-1.5\n44;2020010204;-1.7\n",
          "time is column 2 (MESS_DATUM), written as %Y%m%d%H");
    /* of a short column more than half must be times */
    gives(NONE, "when,v\n2023-02-28,1\n2023-02-29,2\n2023-03-01,3\n",
          "reject t.csv:3:1: when: expected a time");
    refused(NONE, "when,v\n2023-02-28,1\n2023-02-29,2\n", ALM_USAGE, "no column holds times");
    refused(NONE, ",v\n2020-01-06/2020-01-12,1\n2020-01-13/2020-01-19,2\n", ALM_USAGE,
            "no column holds times");
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
    /* whatever the columns are called */
    gives(NONE, "2020.01.01,10:00,1\n2020.01.01,10:05,2\n2020.01.02,10:00,3\n",
          "rows 0\n2020-01-01T10:00:00Z 1\n2020-01-01T10:05:00Z 2\n2020-01-02T10:00:00Z 3\n");
    gives(NONE, "Tag;Stunde;v\n31.12.2020;23:59:59;1\n1.1.2021;0:00:00;2\n",
          "rows 0\n2020-12-31T23:59:59Z 1\n2021-01-01 2\n");
    gives((struct alm_ingest_options){.time_format = "%d/%m/%Y %H:%M"},
          "v,Date,Time\n1,1/2/2020,10:00\n2,3/4/2020,11:00\n", "rows 0\n2020-02-01T10:00:00Z 1\n");
    gives(NONE, "YEAR MO DY HR T\n2020 1 2 3 5\n2020 1 2 4 6\n", "rows 0\n2020-01-02T03:00:00Z 5\n");
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
    refused(NONE, "date,a b,a_b\n2020-01-01,1,2\n", ALM_DATA,
            "both be called a_b; choose with --value, or name all with --columns");
    refused((struct alm_ingest_options){.value = "v"}, "date,v,v\n2020-01-01,1,2\n", ALM_USAGE,
            "2 columns are called \"v\"; --columns gives them other names");
    refused(NONE, "date,v\n2020-01-01,x\n", ALM_DATA, "no column holds numbers");
    refused(NONE, "", ALM_DATA, "no rows");
    refused(NONE, "date,v\n", ALM_DATA, "below the header");
    refused(NONE, "\"date,v\n", ALM_DATA, "no row can be read: line 1: quote not closed");
    refused(NONE, "date,v\n2020-01-01,NaN\n2020-01-02,NaN\n2020-01-03,1\n", ALM_USAGE, "try --null NaN");
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
    /* a comma is taken where it can be nothing else and no number has a point */
    gives(NONE, "d;v;n\n2020-01-01;1,5;1\n2020-01-02;2,125;2\n",
          "numbers have a decimal comma, as with --decimal ,\n");
    gives(NONE, "d;v;n\n2020-01-01;1,5;1\n2020-01-02;2,125;2\n", "2020-01-02 2.125 2\n");
    refused(NONE, "d;v\n2020-01-01;1,250\n2020-01-02;2,125\n", ALM_USAGE, "written otherwise");
    refused(NONE, "d;v;w\n2020-01-01;1,5;1.5\n2020-01-02;2,5;2.5\n", ALM_USAGE, "--decimal ,");
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
    gives(NONE, ",,v\n2020-01-01,x,1\n2020-01-01,y,2\n2020-01-02,x,3\n2020-01-02,y,4\n",
          "each text of column 2 is a series of its own (--layout wide takes all rows as one)\n");
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

Test(layouts, columns_and_fields_have_limits)
{
    struct alm_text text = {0};
    for (size_t i = 0; i < 40000; i++)
        alm_text_append(&text, "1,");
    refused(NONE, alm_text_string(&text), ALM_DATA, "40001 columns are more than 32768");
    for (size_t i = 0; i < 260000; i++)
        alm_text_append(&text, "1,");
    refused(NONE, alm_text_string(&text), ALM_DATA, "no row can be read: line 1: record too long");
    alm_text_clear(&text);
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
