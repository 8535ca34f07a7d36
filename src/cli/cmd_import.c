#include "cli/commands.h"
#include "cli/import_dump.h"
#include "cli/printer.h"
#include "cli/session.h"
#include "series/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_SERIES = 24 };

static struct alm_import_request make_request(const struct alm_call *call, const char *file)
{
    return (struct alm_import_request){
        .file = file,
        .series = alm_call_text(call, "series"),
        .time = alm_call_text(call, "time"),
        .value = alm_call_text(call, "value"),
        .by = alm_call_text(call, "by"),
        .layout = alm_call_text(call, "layout"),
        .index = alm_call_has(call, "index"),
        .append = alm_call_has(call, "append"),
        .time_format = alm_call_text(call, "time-format"),
        .time_zone = alm_call_text(call, "tz"),
        .dst = alm_call_text(call, "dst"),
        .encoding = alm_call_text(call, "encoding"),
        .delimiter = alm_call_text(call, "delimiter"),
        .quote = alm_call_text(call, "quote"),
        .escape = alm_call_text(call, "escape"),
        .line_end = alm_call_text(call, "line-end"),
        .header = alm_call_text(call, "header"),
        .columns = alm_call_text(call, "columns"),
        .skip = alm_call_text(call, "skip"),
        .ragged = alm_call_text(call, "ragged"),
        .decimal = alm_call_text(call, "decimal"),
        .thousands = alm_call_text(call, "thousands"),
        .percent = alm_call_text(call, "percent"),
        .currency = alm_call_text(call, "currency"),
        .null_text = alm_call_text(call, "null"),
        .category = alm_call_text(call, "category"),
        .resample = alm_call_text(call, "resample"),
        .memory = alm_call_text(call, "memory"),
        .frequency = alm_call_text(call, "freq"),
        .on_conflict = alm_call_text(call, "on-conflict"),
        .strict = alm_call_has(call, "strict"),
        .max_rejects_given = alm_call_has(call, "max-rejects"),
        .max_rejects = alm_call_count(call, "max-rejects", 0),
        .dry_run = alm_call_has(call, "dry-run"),
    };
}

static void write_time(struct alm_text *out, const struct alm_import_series *series, int64_t ts)
{
    if (series->index)
        alm_text_printf(out, "%lld", (long long)ts);
    else
        alm_ts_write_short(out, ts);
}

static enum alm_status print_one(struct alm_printer *printer, const char *file,
                                 const struct alm_import_series *series, struct alm_error *error)
{
    struct alm_text first = {0}, last = {0};
    write_time(&first, series, series->first);
    write_time(&last, series, series->last);
    enum alm_status status = alm_text_check(&first, error);
    if (status == ALM_OK) status = alm_text_check(&last, error);
    if (file != NULL) alm_printer_text(printer, file);
    alm_printer_text(printer, series->name);
    alm_printer_text(printer, series->created ? "new" : series->added > 0 ? "longer" : "as before");
    alm_printer_text(printer, series->frequency);
    alm_printer_text(printer, series->n > 0 ? alm_text_string(&first) : NULL);
    alm_printer_text(printer, series->n > 0 ? alm_text_string(&last) : NULL);
    alm_printer_integer(printer, (int64_t)series->n);
    alm_printer_integer(printer, (int64_t)series->added);
    alm_printer_integer(printer, (int64_t)series->gaps);
    alm_printer_integer(printer, (int64_t)series->missing);
    if (status == ALM_OK) status = alm_printer_row(printer, error);
    alm_text_clear(&first);
    alm_text_clear(&last);
    return status;
}

/* The series of one file, a row each; for people the first ones, for programs all. */
static enum alm_status print_series(const struct alm_call *call, const char *file,
                                    const struct alm_import_summary *summary, struct alm_error *error)
{
    static const char *const columns[] = {"file",      "series", "state", "frequency", "first_time",
                                          "last_time", "n",      "added", "gaps",      "missing"};
    const bool people = call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
    const size_t shown = people && summary->n_series > SHOWN_SERIES ? SHOWN_SERIES - 4 : summary->n_series;
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(
        &printer, call,
        &(struct alm_printer_options){.columns = columns + people, .n_columns = 10 - (size_t)people}, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < shown && status == ALM_OK; i++)
        status = print_one(printer, people ? NULL : file, &summary->series[i], error);
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    if (shown < summary->n_series)
        alm_call_say(call, "... and %zu more series: `almanac series list`", summary->n_series - shown);
    return status != ALM_OK ? status : closed;
}

/* ---- json: all of the summary as one object ---- */

static void write_field(struct alm_text *out, const char *name, const char *value)
{
    alm_text_printf(out, "\"%s\": ", name);
    if (value == NULL)
        alm_text_append(out, "null");
    else
        alm_text_append_json(out, value);
}

static void write_texts(struct alm_text *out, const char *name, char *const *texts, size_t n)
{
    alm_text_printf(out, ",\n \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        alm_text_append(out, i == 0 ? "" : ", ");
        alm_text_append_json(out, texts[i]);
    }
    alm_text_append(out, "]");
}

static void write_series(struct alm_text *out, const struct alm_import_series *series)
{
    struct alm_text first = {0}, last = {0};
    write_time(&first, series, series->first);
    write_time(&last, series, series->last);
    alm_text_append(out, "{");
    write_field(out, "series", series->name);
    alm_text_append(out, ", ");
    write_field(out, "frequency", series->frequency);
    alm_text_append(out, ", ");
    write_field(out, "first_time", series->n > 0 ? alm_text_string(&first) : NULL);
    alm_text_append(out, ", ");
    write_field(out, "last_time", series->n > 0 ? alm_text_string(&last) : NULL);
    alm_text_printf(out, ", \"created\": %s, \"n\": %zu, \"added\": %zu, \"gaps\": %zu, \"missing\": %zu}",
                    series->created ? "true" : "false", series->n, series->added, series->gaps,
                    series->missing);
    alm_text_clear(&first);
    alm_text_clear(&last);
}

static enum alm_status print_json(const char *file, const struct alm_import_request *request,
                                  const struct alm_import_summary *summary, struct alm_error *error)
{
    struct alm_text out = {0};
    alm_text_append(&out, "{");
    write_field(&out, "file", file);
    alm_text_append(&out, ", ");
    write_field(&out, "sha256", summary->sha256);
    alm_text_printf(&out,
                    ",\n \"dry_run\": %s, \"known\": %s, \"rows_read\": %zu, \"rows_stored\": %zu, "
                    "\"rows_rejected\": %zu,\n \"values_kept\": %zu, \"values_replaced\": %zu, "
                    "\"blank_lines\": %zu, \"stray_quotes\": %zu, \"seconds\": %.3f,\n \"rejected\": {",
                    request->dry_run ? "true" : "false", summary->known ? "true" : "false",
                    summary->rows_read, summary->rows_stored, summary->rows_rejected, summary->values_kept,
                    summary->values_replaced, summary->blank_lines, summary->stray_quotes, summary->seconds);
    for (size_t i = 0; i < summary->n_reasons; i++)
        alm_text_printf(&out, "%s\"%s\": %zu", i == 0 ? "" : ", ", summary->reasons[i].reason,
                        summary->reasons[i].n);
    alm_text_append(&out, "}");
    write_texts(&out, "first_rejects", summary->rejects, summary->n_rejects);
    write_texts(&out, "assumptions", summary->assumptions, summary->n_assumptions);
    alm_text_append(&out, ",\n \"series\": [");
    for (size_t i = 0; i < summary->n_series; i++) {
        alm_text_append(&out, i == 0 ? "\n  " : ",\n  ");
        write_series(&out, &summary->series[i]);
    }
    alm_text_append(&out, "]}");
    const enum alm_status status = alm_text_check(&out, error);
    if (status == ALM_OK) fputs(alm_text_string(&out), stdout);
    alm_text_clear(&out);
    return status;
}

/* ---- remarks on stderr ---- */

static void say_rejects(const struct alm_call *call, const struct alm_import_summary *summary)
{
    if (summary->rows_rejected == 0) return;
    for (size_t i = 0; i < summary->n_rejects; i++)
        alm_call_say(call, "%s", summary->rejects[i]);
    if (summary->rows_rejected > summary->n_rejects)
        alm_call_say(call, "... and %zu more", summary->rows_rejected - summary->n_rejects);
}

static void say_counts(const struct alm_call *call, const char *file,
                       const struct alm_import_request *request, const struct alm_import_summary *summary)
{
    struct alm_text line = {0};
    alm_text_printf(&line, "%s: %zu rows read, %zu %s", file, summary->rows_read, summary->rows_stored,
                    request->dry_run ? "would be stored" : "stored");
    for (size_t i = 0; i < summary->n_reasons; i++)
        alm_text_printf(&line, ", %zu rejected (%s)", summary->reasons[i].n, summary->reasons[i].reason);
    if (summary->values_kept > 0) alm_text_printf(&line, ", %zu values kept as stored", summary->values_kept);
    if (summary->values_replaced > 0)
        alm_text_printf(&line, ", %zu values replaced", summary->values_replaced);
    if (summary->blank_lines > 0) alm_text_printf(&line, ", %zu blank lines", summary->blank_lines);
    if (summary->stray_quotes > 0)
        alm_text_printf(&line, ", %zu rows with a quote inside an unquoted field", summary->stray_quotes);
    alm_call_say(call, "%s", alm_text_string(&line));
    alm_text_clear(&line);
}

static enum alm_status report(const struct alm_call *call, const struct alm_import_request *request,
                              const struct alm_import_summary *summary, struct alm_error *error)
{
    const char *file = request->file;
    if (call->format == ALM_FORMAT_JSON) return print_json(file, request, summary, error);
    say_rejects(call, summary);
    if (summary->known) {
        alm_call_say(call, "%s: imported before (the same bytes): nothing changed", file);
        return ALM_OK;
    }
    for (size_t i = 0; i < summary->n_assumptions; i++)
        alm_call_say(call, "%s: %s", file, summary->assumptions[i]);
    say_counts(call, file, request, summary);
    return print_series(call, file, summary, error);
}

static enum alm_status import_one(const struct alm_call *call, struct alm_workbench *workbench,
                                  const char *file, struct alm_error *error)
{
    const struct alm_import_request request = make_request(call, file);
    struct alm_import_summary summary;
    enum alm_status status = alm_import(workbench, &request, &summary, error);
    if (status == ALM_OK)
        status = report(call, &request, &summary, error);
    else
        say_rejects(call, &summary);
    if (status == ALM_INTERRUPTED)
        alm_fail(error, ALM_INTERRUPTED, "%s: interrupted; nothing of it was stored: import it again", file);
    alm_import_summary_clear(&summary);
    return status;
}

/* Shows how the files are read; all of them, whatever they are like. */
static enum alm_status dump_all(const struct alm_call *call, struct alm_error *error)
{
    struct alm_call own = *call;
    struct alm_workbench *workbench;
    enum alm_status status = ALM_OK;
    own.database = ":memory:";
    own.database_stated = true;
    ALM_TRY(alm_call_open(&workbench, &own, true, error));
    for (size_t i = 0; i < call->n_arguments && (status == ALM_OK || status == ALM_DATA); i++) {
        const struct alm_import_request request = make_request(call, call->arguments[i]);
        const enum alm_status earlier = status;
        const struct alm_error said = *error;
        status = alm_import_dump(call, workbench, &request, error);
        if (status != ALM_OK && earlier != ALM_OK) alm_call_say(call, "%s", said.text);
        if (status == ALM_OK) status = earlier;
    }
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_call own = *call;
    struct alm_workbench *workbench;
    if (alm_call_has(call, "dump-records")) return dump_all(call, error);
    /* a dry run leaves no database behind */
    if (alm_call_has(call, "dry-run") && access(call->database, F_OK) != 0) {
        own.database = ":memory:";
        own.database_stated = true;
    }
    ALM_TRY(alm_call_open(&workbench, &own, true, error));
    const bool json = call->format == ALM_FORMAT_JSON;
    enum alm_status status = ALM_OK;
    size_t done = 0;
    if (json) fputs("[", stdout);
    for (; done < call->n_arguments && status == ALM_OK; done += status == ALM_OK) {
        if (json && done > 0) fputs(",\n", stdout);
        status = import_one(call, workbench, call->arguments[done], error);
    }
    if (json) fputs("]\n", stdout);
    if (status != ALM_OK && call->n_arguments > 1 && !alm_call_has(call, "dry-run"))
        alm_call_say(call, "%zu of %zu files were imported; %s and those after it were not", done,
                     call->n_arguments, call->arguments[done]);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "series",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME",
     .help = "name of the series, or what stands before the columns' names ('': nothing, they stay as they "
             "are; default: the file's name)"},
    {.name = "time",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "COL[,COL…]",
     .help = "the columns that hold the time: one, or date,time, or year,month,day,hour (default: found)"},
    {.name = "value",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "COL[,COL…]",
     .help = "the columns that become series (default: all that are numeric)"},
    {.name = "by",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "COL[,COL…]",
     .help = "the columns that name the series, for files with rows of many"},
    {.name = "layout",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "LAYOUT",
     .choices = "auto|wide|long|rows|tsf",
     .help = "wide: a series a column; long: see --by; rows: a series a row, its name first"},
    {.name = "index", .help = "no clock: rows count 0, 1, 2, …"},
    {.name = "append", .help = "with --index: go on after the last stored value"},
    {.name = "time-format",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FMT",
     .help = "how times are written: iso, s, ms, us, ns (since 1970), or %Y %m %d %H %M %S %f %b %z …"},
    {.name = "tz",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "ZONE",
     .help = "zone of times without one, such as Europe/Berlin (default: UTC)"},
    {.name = "dst",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "POLICY",
     .choices = "error|earlier|later|skip",
     .help = "with --tz: what to do with local times that exist twice or never"},
    {.name = "encoding",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME",
     .help = "of the file: latin1, windows-1252, utf-16le, … (default: UTF-8, or UTF-16 by its mark)"},
    {.name = "delimiter",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "C",
     .help = "what separates fields: characters, or comma, semicolon, tab, pipe, space (default: found)"},
    {.name = "quote",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "C",
     .help = "what encloses fields, or none (default: found)"},
    {.name = "escape",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "HOW",
     .choices = "double|backslash|none",
     .help = "how a quote stands inside quotes (default: found)"},
    {.name = "line-end",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "WHICH",
     .choices = "auto|lf|crlf|cr",
     .help = "what ends a record (default: auto, which takes all three, mixed ones too)"},
    {.name = "header",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "WHAT",
     .help = "auto, yes, no, the number of header rows, or the names that must stand there (default: auto)"},
    {.name = "columns",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME[,NAME…]",
     .help = "names for a file without a header; binance: those of its klines"},
    {.name = "skip",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "N",
     .help = "lines before the header (default: found)"},
    {.name = "ragged",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "WHAT",
     .choices = "error|pad|skip",
     .help = "rows of another width than the header: reject, fill or cut, leave out (default: error)"},
    {.name = "decimal",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "C",
     .choices = ".|,",
     .help = "the decimal sign (default: .)"},
    {.name = "thousands",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "C",
     .help = "the sign that groups digits, or space (default: none)"},
    {.name = "percent",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "HOW",
     .choices = "points|fraction",
     .help = "take numbers with a % sign: 5% as 5 (points) or as 0.05 (fraction)"},
    {.name = "currency",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "SIGN[,SIGN…]",
     .help = "signs or codes taken off numbers, such as $,€,USD"},
    {.name = "null",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TEXT[,TEXT…]",
     .help = "more words for a missing value, beside empty, NA, N/A, null, NULL and -"},
    {.name = "category",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "COL[,COL…]",
     .help = "columns of labels that become categorical series"},
    {.name = "resample",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "F=HOW",
     .help = "make bars of frequency F: 1H=mean, sum, first, last, min, max, count or ohlc"},
    {.name = "memory",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "SIZE",
     .help = "for rows that wait to be sorted, beyond that they wait on disk (default: 32M)"},
    {.name = "freq",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "F",
     .help = "the frequency: S T H D B W M Q Y, 15T, irregular (default: found)"},
    {.name = "on-conflict",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "WHAT",
     .choices = "fail|keep|replace",
     .help = "when a stored value is given differently: fail refuses the file (default)"},
    {.name = "max-rejects",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "refuse the file with more rejected rows (default: 1 % of the rows, at least 10)"},
    {.name = "strict", .help = "refuse the file on the first reject"},
    {.name = "dry-run", .help = "do everything, show what came out, store nothing"},
    {.name = "dump-records",
     .help =
         "write every record as it is read to standard output, as CSV with commas; store nothing. Irregular "
         "ones are named, then the exit status is 3"},
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"import prices.csv", "a file with a header, a time column and numbers"},
    {"import stocks.csv --by symbol", "many series in one file, told apart by a column"},
    {"import Hourly-train.csv --layout rows --index", "a series a row, as in the M4 files"},
    {"import log.txt --delimiter tab --time-format '%d.%m.%Y %H:%M' --decimal ,", "a file from elsewhere"},
    {NULL, NULL},
};

const struct alm_command alm_command_import = {
    .name = "import",
    .group = "Data",
    .summary = "read CSV files into the database",
    .arguments = "FILE…|-",
    .least = 1,
    .most = SIZE_MAX,
    .description =
        "Each numeric column becomes a series called NAME.column (NAME alone when there is one), where NAME "
        "is the "
        "file's name without its ending. Delimiter, header, time column and frequency are found and said.\n\n"
        "A file is stored whole or not at all; rows that cannot be read are counted, listed in v_reject with "
        "their "
        "line, and left out. Rows may stand in any order. Of rows with one time the first is kept (the last "
        "with "
        "--on-conflict replace). A file imported before changes nothing.",
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_FILE,
    .run = run,
};
