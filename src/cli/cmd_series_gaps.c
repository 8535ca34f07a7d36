#include "cli/cmd_series.h"
#include "cli/session.h"
#include "series/timestamp.h"
#include "store/rows.h"

#include <string.h>

/* What was found in all series of a call. */
struct total {
    size_t series, gaps, missing, bars;
};

/* "2d 3h", the two largest units. */
static void write_duration(struct alm_text *out, int64_t length)
{
    static const struct {
        int64_t length;
        const char *name;
    } units[] = {{ALM_DAY, "d"}, {ALM_HOUR, "h"}, {ALM_MINUTE, "min"}};
    const size_t start = out->length;
    for (size_t i = 0; i < 3 && length >= ALM_MINUTE; i++) {
        if (length >= units[i].length)
            alm_text_printf(out, "%s%lld%s", out->length > start ? " " : "",
                            (long long)(length / units[i].length), units[i].name);
        length %= units[i].length;
    }
    if (length == 0 && out->length > start) return;
    if (out->length > start) alm_text_append(out, " ");
    alm_text_append_number(out, (double)length / (double)ALM_SECOND);
    alm_text_append(out, "s");
}

static void push_time(struct alm_printer *printer, bool index, int64_t ts)
{
    struct alm_text time = {0};
    if (index) {
        alm_printer_integer(printer, ts);
        return;
    }
    alm_ts_write_iso(&time, ts);
    alm_printer_text(printer, alm_text_string(&time));
    alm_text_clear(&time);
}

static enum alm_status print_gap(struct alm_printer *printer, const char *name, bool index,
                                 const struct alm_gap *gap, struct alm_error *error)
{
    struct alm_text duration = {0};
    alm_printer_text(printer, name);
    push_time(printer, index, gap->first);
    push_time(printer, index, gap->last);
    alm_printer_integer(printer, (int64_t)gap->missing);
    if (!index) write_duration(&duration, gap->duration);
    alm_printer_text(printer, index ? NULL : alm_text_string(&duration));
    alm_text_clear(&duration);
    return alm_printer_row(printer, error);
}

/* What is no gap by the calendar of the series. */
static void explain(const struct alm_call *call, const char *name, const struct alm_gap_list *list)
{
    if (list->rests[0] != '\0')
        alm_call_say(call, "%s rests regularly (%s UTC): that and whole sessions without bars are no gaps",
                     name, list->rests);
    else if (strchr(list->frequency, 'B') != NULL)
        alm_call_say(call, "%s has business days: a day without a bar is a holiday, no gap", name);
    else if (strcmp(list->frequency, "irregular") == 0)
        alm_call_say(call, "%s is irregular: only values that are missing in its rows are gaps", name);
}

static enum alm_status print_series(const struct alm_call *call, struct alm_printer *printer,
                                    struct alm_workbench *workbench, const char *name, struct total *total,
                                    struct alm_error *error)
{
    struct alm_gap_list list;
    enum alm_status status = alm_series_gaps(workbench, name, &list, error);
    const bool index = strcmp(list.frequency, "index") == 0;
    for (size_t i = 0; status == ALM_OK && i < list.n; i++)
        status = print_gap(printer, name, index, &list.gaps[i], error);
    if (status == ALM_OK && total->series++ == 0) explain(call, name, &list);
    total->gaps += list.n;
    total->missing += list.missing;
    total->bars += list.bars;
    alm_gap_list_clear(&list);
    return status;
}

static enum alm_status print_matches(const struct alm_call *call, struct alm_printer *printer,
                                     struct alm_workbench *workbench, struct total *total,
                                     struct alm_error *error)
{
    struct alm_rows *rows;
    bool row;
    ALM_TRY(alm_call_query(&rows, workbench, "series", "series", call->arguments[0], error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        status = print_series(call, printer, workbench, alm_rows_text(rows, 0), total, error);
        if (status == ALM_OK && alm_cancelled(call->cancel))
            status = alm_fail(error, ALM_INTERRUPTED, "interrupted");
        if (status == ALM_OK) status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    return status;
}

static void say_total(const struct alm_call *call, const struct total *total)
{
    const double share = total->bars == 0 ? 0 : 100 * (double)total->missing / (double)total->bars;
    const char *of = total->series == 1 ? "" : " in all";
    if (total->gaps == 0)
        alm_call_say(call, "no gaps: %zu bars%s", total->bars, of);
    else
        alm_call_say(call, "%zu gap%s%s: %zu of %zu bars are missing (%.2g %%)", total->gaps,
                     total->gaps == 1 ? "" : "s", of, total->missing, total->bars, share);
}

enum alm_status alm_series_gaps_run(const struct alm_call *call, struct alm_error *error)
{
    static const char *const columns[] = {"series", "start", "end", "missing", "duration"};
    struct alm_workbench *workbench;
    struct alm_printer *printer = NULL;
    struct total total = {0};
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_printer_open(
        &printer, call, &(struct alm_printer_options){.columns = columns, .n_columns = 5}, error);
    if (status == ALM_OK) status = print_matches(call, printer, workbench, &total, error);
    if (status == ALM_OK && total.series == 0)
        status = alm_call_need_series(workbench, call->arguments[0], error);
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    if (status == ALM_OK) status = closed;
    if (status == ALM_OK) say_total(call, &total);
    alm_workbench_close(workbench);
    return status;
}
