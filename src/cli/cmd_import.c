#include "cli/commands.h"
#include "cli/import_dump.h"
#include "cli/import_report.h"
#include "cli/session.h"

#include <stdio.h>
#include <unistd.h>

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

static enum alm_status import_one(const struct alm_call *call, struct alm_workbench *workbench,
                                  const char *file, struct alm_error *error)
{
    const struct alm_import_request request = make_request(call, file);
    struct alm_import_summary summary;
    enum alm_status status = alm_import(workbench, &request, &summary, error);
    if (status == ALM_OK)
        status = alm_import_report(call, &request, &summary, error);
    else
        alm_import_report_failure(call, &request, &summary, error == NULL ? "" : error->text);
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
    if (status == ALM_OK)
        alm_workbench_close(workbench);
    else if (alm_workbench_discard(workbench) && !own.database_stated)
        alm_call_say(call, "removed the database %s again: nothing is stored in it", call->database);
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
     .choices = "auto|wide|long|rows|tsf|text",
     .help = "wide: a series a column; long: see --by; rows: a series a row, its name first; tsf: that of "
             "Monash; text: no table, each character is a label (default: auto)"},
    {.name = "index", .help = "no clock: rows count 0, 1, 2, …"},
    {.name = "append", .help = "with --index: go on after the last stored value"},
    {.name = "time-format",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FMT",
     .help = "how times are written: iso, s, ms, us, ns (since 1970), excel, excel1904, or a pattern of %Y "
             "%m %d %H "
             "%M %S %f %b %y %p %z %j %q %V …; cut: before it cuts what is finer than a microsecond "
             "(default: found)"},
    {.name = "tz",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "ZONE",
     .help = "zone of times without one, such as Europe/Berlin; the series keep it (default: UTC)"},
    {.name = "dst",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "POLICY",
     .choices = "error|earlier|later|skip",
     .help = "with --tz, local times that exist twice or never: error rejects them (default), earlier and "
             "later take one of the two moments, skip leaves them out"},
    {.name = "encoding",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME",
     .help = "of the file: latin1, windows-1252, utf-16le, … (default: UTF-8, or UTF-16 by its mark)"},
    {.name = "delimiter",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "C",
     .help =
         "what separates fields: characters, or comma, semicolon, tab, pipe, space, blanks (default: found)"},
    {.name = "quote",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "C",
     .help = "what encloses fields, or none (default: found)"},
    {.name = "escape",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "HOW",
     .choices = "double|backslash|none",
     .help = "how a quote stands inside quotes: double, behind a backslash, or none: never (default: found)"},
    {.name = "line-end",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "WHICH",
     .choices = "auto|lf|crlf|cr",
     .help = "what ends a record: lf, crlf or cr (default: auto, which takes all three, mixed ones too)"},
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
     .help = "rows of another width than the header: error rejects them (default), pad fills or cuts them, "
             "skip leaves them out"},
    {.name = "decimal",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "C",
     .choices = ".|,",
     .help = "the decimal sign, . or , (default: found)"},
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
     .help = "when a stored value is given differently: fail refuses the file (default), keep leaves what is "
             "stored, replace takes the new one"},
    {.name = "max-rejects",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "refuse the file with more rejected rows (default: 1 % of the rows, at least 10)"},
    {.name = "strict", .help = "refuse the file on the first reject"},
    {.name = "dry-run",
     .help = "show how the file is read, its columns and first rows, and what came out; store nothing"},
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
    {"import book.txt --layout text", "a text: each character is a label"},
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
        "Lines before the header, notes below the last row, headers of two or three rows (groups, units) are "
        "found and said, too; --dry-run shows them with the columns and the first rows. A second table in a "
        "file is refused with its line.\n\n"
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
