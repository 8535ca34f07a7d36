#include "ingest/table.h"

#include "base/memory.h"
#include "ingest/bar.h"
#include "ingest/cells.h"
#include "ingest/name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PARTS = 16 };

/* ---- units ---- */

static bool is_unit_word(const char *text, size_t n)
{
    static const char *const words[] = {
        "utc",  "gmt",   "local", "yyyy-mm-dd", "iso8601", "unixtime", "mm",   "cm",    "m",     "km",  "m/s",
        "km/h", "mph",   "kn",    "kt",         "in",      "inch",     "ft",   "mi",    "hpa",   "kpa", "pa",
        "mbar", "bar",   "psi",   "w",          "kw",      "mw",       "gw",   "wh",    "kwh",   "mwh", "gwh",
        "w/m2", "w/m^2", "v",     "mv",         "kv",      "a",        "ma",   "hz",    "khz",   "mhz", "k",
        "c",    "f",     "degc",  "degf",       "deg",     "rad",      "g",    "kg",    "t",     "l",   "ml",
        "s",    "sec",   "min",   "h",          "d",       "ppm",      "ppb",  "ug/m3", "mg/m3", "usd", "eur",
        "gbp",  "jpy",   "chf",   "cny",        "pct",     "percent",  "unit", "units", "rpm",   "n",   "nm",
        "j",    "kj",    "mol",   "lux",        "db",      "x1000",    NULL};
    for (size_t i = 0; words[i] != NULL; i++)
        if (strlen(words[i]) == n && strncasecmp(words[i], text, n) == 0) return true;
    return n > 6 && strncasecmp(text, "degree", 6) == 0; /* degree_C, degrees_north */
}

/* Unit words with exponents between blanks, strokes, stars: `m s-1`, `W/m^2`. */
static bool is_product(const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t end = at;
        while (end < n && strchr(" /*", text[end]) == NULL)
            end++;
        size_t word = end;
        while (word > at && strchr("-^123", text[word - 1]) != NULL)
            word--;
        if (word == at || !is_unit_word(text + at, word - at)) return false;
        at = end + 1;
    }
    return n > 0;
}

static struct alm_field trim(const struct alm_field *cell)
{
    struct alm_field out = *cell;
    while (out.n > 0 && out.text[0] == ' ') {
        out.text++;
        out.n--;
    }
    while (out.n > 0 && out.text[out.n - 1] == ' ')
        out.n--;
    return out;
}

static bool is_bracketed(const struct alm_field *cell)
{
    const char open = cell->text[0], close = cell->n > 2 ? cell->text[cell->n - 1] : '\0';
    return (open == '(' && close == ')') || (open == '[' && close == ']');
}

static bool is_unit(const struct alm_field *cell)
{
    const struct alm_field unit = trim(cell);
    const char *p = unit.text, *end = p + unit.n;
    if (p == end) return false;
    if (is_bracketed(&unit)) return true;
    if (is_unit_word(p, (size_t)(end - p)) || is_product(p, (size_t)(end - p))) return true;
    /* °C, %, €/MWh, µg/m³: a sign that stands in no name */
    static const char *const signs[] = {"%", "$", "°", "µ", "μ", "³", "²", "€", "£", "Ω", NULL};
    for (size_t i = 0; signs[i] != NULL; i++)
        if (memmem(p, (size_t)(end - p), signs[i], strlen(signs[i])) != NULL) return (size_t)(end - p) <= 16;
    return false;
}

bool alm_ingest_table_holds_units(const struct alm_ingest_table_row *row)
{
    size_t units = 0;
    for (size_t c = 0; c < row->n; c++) {
        if (row->cells[c].n == 0) continue;
        if (!is_unit(&row->cells[c])) return false;
        units++;
    }
    return units > 0;
}

/* ---- several rows to one ---- */

/* The cell of a group row that holds for column c: of an empty one, that to its left. */
static const struct alm_field *group_cell(const struct alm_ingest_table_row *rows, size_t r, size_t last,
                                          size_t c, size_t time)
{
    const struct alm_ingest_table_row *row = &rows[r];
    if (c >= row->n) return NULL;
    if (row->cells[c].n > 0) return &row->cells[c];
    const bool below = c < rows[last].n && rows[last].cells[c].n > 0;
    if (r == last || !below || c == time) return NULL;
    for (size_t k = c; k-- > 0;)
        if (k != time && row->cells[k].n > 0) return &row->cells[k];
    return NULL;
}

static bool is_price_field(const struct alm_field *part)
{
    char name[64] = "x.";
    struct alm_bar_header bar;
    if (part->n > 32) return false;
    memcpy(name + 2, part->text, part->n);
    return alm_bar_split(&bar, name) && bar.certain;
}

static void join_parts(struct alm_text *out, const struct alm_field **parts, size_t n)
{
    /* Close above AAPL is AAPL.Close, as other files say it */
    if (n == 2 && is_price_field(parts[0]) && !is_price_field(parts[1])) {
        const struct alm_field *first = parts[0];
        parts[0] = parts[1];
        parts[1] = first;
    }
    for (size_t i = 0; i < n; i++) {
        if (i > 0) alm_text_append(out, ".");
        alm_text_append_bytes(out, parts[i]->text, parts[i]->n);
    }
}

/* Not a line of dashes. */
static bool has_letters(const struct alm_field *cell)
{
    for (size_t i = 0; i < cell->n; i++)
        if (isalnum((unsigned char)cell->text[i]) || (unsigned char)cell->text[i] >= 0x80) return true;
    return false;
}

static bool says_time(const struct alm_field *part)
{
    char name[64];
    if (part->n >= sizeof name) return false;
    memcpy(name, part->text, part->n);
    name[part->n] = '\0';
    return alm_name_is_time(name);
}

static void join_column(struct alm_text *out, const struct alm_ingest_table_row *rows, size_t last, size_t c,
                        size_t time)
{
    const struct alm_field *parts[PARTS];
    size_t n = 0;
    for (size_t r = 0; r <= last && n < PARTS; r++) {
        const struct alm_field *cell = group_cell(rows, r, last, c, time);
        bool known = cell == NULL || !has_letters(cell);
        for (size_t i = 0; i < n && !known; i++)
            known = alm_cells_equal(parts[i], 1, cell, 1);
        if (!known) parts[n++] = cell;
    }
    /* the times are named by what says so, else by what stands right above them */
    size_t best = n - 1;
    for (size_t i = 0; c == time && i < n; i++)
        if (says_time(parts[i])) best = i;
    if (c == time && n > 1)
        join_parts(out, &parts[best], 1);
    else
        join_parts(out, parts, n);
}

/* The units of a row, taken out of their brackets. */
static enum alm_status copy_units(struct alm_sample_record *out, const struct alm_ingest_table_row *row,
                                  struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&out->cells, row->n, error));
    out->line = row->line;
    out->n = row->n;
    for (size_t c = 0; c < row->n; c++) {
        struct alm_field unit = trim(&row->cells[c]);
        if (is_bracketed(&unit)) {
            unit = (struct alm_field){unit.text + 1, unit.n - 2};
            unit = trim(&unit);
        }
        ALM_TRY(alm_allocate((void **)&out->cells[c], unit.n + 1, 1, error));
        memcpy(out->cells[c], unit.text, unit.n);
    }
    return ALM_OK;
}

enum alm_status alm_ingest_table_join(struct alm_sample_record *out, struct alm_sample_record *units,
                                      struct alm_text *said, const struct alm_ingest_table_row *rows,
                                      size_t n, size_t time, struct alm_error *error)
{
    struct alm_text name = {0};
    size_t last = n - 1;
    *out = (struct alm_sample_record){.line = rows[0].line};
    if (n > 1 && alm_ingest_table_holds_units(&rows[last])) {
        alm_text_printf(said, "line %zu holds units, not names\n", rows[last].line);
        ALM_TRY(copy_units(units, &rows[last], error));
        last--;
    }
    const size_t width = rows[n - 1].n > rows[last].n ? rows[n - 1].n : rows[last].n;
    ALM_TRY(ALM_NEW(&out->cells, width, error));
    enum alm_status status = ALM_OK;
    for (; out->n < width && status == ALM_OK; out->n++) {
        alm_text_reset(&name);
        join_column(&name, rows, last, out->n, time);
        status = alm_text_check(&name, error);
        if (status == ALM_OK) status = alm_copy_text(&out->cells[out->n], alm_text_string(&name), error);
    }
    alm_text_clear(&name);
    return status;
}

/* ---- the header that was stated ---- */

/* Name number index of a list; false behind its end. */
static bool find_name(struct alm_field *out, const char *names, size_t index)
{
    const char *p = names;
    for (; index > 0; index--) {
        p = strchr(p, ',');
        if (p == NULL) return false;
        p++;
    }
    *out = (struct alm_field){p, strcspn(p, ",")};
    return true;
}

enum alm_status alm_ingest_table_check_names(const char *file, const struct alm_ingest_table_row *row,
                                             const char *names, struct alm_error *error)
{
    struct alm_field name = {0};
    size_t n = 0;
    for (; find_name(&name, names, n); n++) {
        if (n >= row->n)
            return alm_fail(
                error, ALM_DATA,
                "%s:%zu: the header has %zu columns, expected more (%s): there is no column %zu, %.*s", file,
                row->line, row->n, names, n + 1, (int)name.n, name.text);
        const struct alm_field *cell = &row->cells[n];
        if (!alm_cells_equal(cell, 1, &name, 1))
            return alm_fail(
                error, ALM_DATA, "%s:%zu: column %zu of the header: expected \"%.*s\", got \"%.*s\"", file,
                row->line, n + 1, (int)name.n, name.text, (int)(cell->n < 80 ? cell->n : 80), cell->text);
    }
    if (row->n == n) return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    "%s:%zu: the header has %zu columns, expected %zu (%s): column %zu is \"%.*s\"", file,
                    row->line, row->n, n, names, n + 1, (int)(row->cells[n].n < 80 ? row->cells[n].n : 80),
                    row->cells[n].text);
}
