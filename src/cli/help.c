#include "cli/command.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 79, INDENT = 2, COLUMN = 25 };

/* Columns that the first n bytes of UTF-8 text take (every character counts one). */
static size_t columns(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static void append_blanks(struct alm_text *out, size_t n)
{
    for (; n > 0; n--)
        alm_text_append(out, " ");
}

void alm_help_fill(struct alm_text *out, const char *text, size_t column, size_t indent, size_t width)
{
    bool first = true;
    for (const char *p = text; *p != '\0';) {
        const size_t n = strcspn(p, " \n"), cost = columns(p, n);
        if (n > 0) {
            if (!first && column + 1 + cost > width) {
                alm_text_append(out, "\n");
                column = 0;
                first = true;
            }
            if (column < indent) {
                append_blanks(out, indent - column);
                column = indent;
            }
            if (!first) alm_text_append(out, " ");
            alm_text_append_bytes(out, p, n);
            column += cost + !first;
            first = false;
        }
        p += n;
        if (p[0] == '\n' && p[1] == '\n') { /* a new paragraph */
            alm_text_append(out, "\n\n");
            column = 0;
            first = true;
            p++;
        }
        if (*p != '\0') p++;
    }
    alm_text_append(out, "\n");
}

/* `left` in a column of its own, `right` filled beside it. */
static void append_entry(struct alm_text *out, const char *left, const char *right)
{
    const size_t used = INDENT + columns(left, strlen(left));
    append_blanks(out, INDENT);
    alm_text_append(out, left);
    if (used + 2 > COLUMN) alm_text_append(out, "\n");
    alm_help_fill(out, right, used + 2 > COLUMN ? 0 : used, COLUMN, WIDTH);
}

static void append_options(struct alm_text *out, const char *heading,
                           const struct alm_command_option *options)
{
    if (options == NULL || options->name == NULL) return;
    alm_text_printf(out, "\n%s:\n", heading);
    for (const struct alm_command_option *o = options; o->name != NULL; o++) {
        char left[160];
        const char letter[] = {'-', o->letter, ',', ' ', '\0'};
        snprintf(left, sizeof left, "%s--%s%s%s", o->letter == 0 ? "    " : letter, o->name,
                 o->value == NULL ? "" : " ", o->value == NULL ? "" : o->value);
        append_entry(out, left, o->help);
    }
}

static void append_examples(struct alm_text *out, const struct alm_example *examples)
{
    if (examples == NULL || examples->line == NULL) return;
    alm_text_append(out, "\nExamples:\n");
    for (const struct alm_example *e = examples; e->line != NULL; e++) {
        alm_text_printf(out, "  almanac %s\n", e->line);
        alm_help_fill(out, e->help, 0, 6, WIDTH);
    }
}

static void append_subcommands(struct alm_text *out, const struct alm_command *command)
{
    if (command->subcommands == NULL) return;
    alm_text_append(out, "\nCommands:\n");
    for (const struct alm_command *sub = command->subcommands; sub->name != NULL; sub++) {
        char left[160];
        snprintf(left, sizeof left, "%s%s%s", sub->name, sub->arguments == NULL ? "" : " ",
                 sub->arguments == NULL ? "" : sub->arguments);
        append_entry(out, left, sub->summary);
    }
}

void alm_help_usage(struct alm_text *out, const struct alm_command *parent, const struct alm_command *command)
{
    alm_text_append(out, "almanac");
    if (parent != NULL) alm_text_printf(out, " %s", parent->name);
    if (command == NULL) {
        alm_text_append(out, " COMMAND …");
        return;
    }
    alm_text_printf(out, " %s", command->name);
    if (command->arguments != NULL)
        alm_text_printf(out, " %s", command->arguments);
    else if (command->subcommands != NULL)
        alm_text_append(out, " COMMAND …");
    if (command->options != NULL && command->options->name != NULL) alm_text_append(out, " [options]");
}

static void append_usage(struct alm_text *out, const struct alm_command *parent,
                         const struct alm_command *command)
{
    alm_text_append(out, "Usage: ");
    alm_help_usage(out, parent, command);
    alm_text_append(out, "\n");
}

static void append_commands(struct alm_text *out)
{
    const char *group = NULL;
    for (size_t i = 0; alm_commands[i] != NULL; i++) {
        const struct alm_command *command = alm_commands[i];
        if (command->group == NULL) continue;
        if (group == NULL || strcmp(group, command->group) != 0)
            alm_text_printf(out, "\n%s:\n", command->group);
        group = command->group;
        append_entry(out, command->name, command->summary);
    }
}

const char alm_help_about[] =
    "almanac: forecasts time series and remembers everything in one SQLite file. Series come in "
    "from CSV files, forecasters are backtested walking forward, every forecast and every error is "
    "kept as a row, and reports and plain SQL read them.";

const char alm_help_exit[] =
    "0 done, 1 failed, 2 usage, 3 the data were refused or a check gave a failing verdict, "
    "130 or 143 interrupted (finished work is kept).";

static const struct alm_example first_steps[] = {
    {"import prices.csv", "read a CSV file into ./almanac.db"},
    {"backtest --series prices.close -m ses -m lstm --horizon 5 --folds 50",
     "see whether they beat the naive forecast"},
    {"report 1 -o report.html", "write what run 1 found as one HTML page"},
    {NULL, NULL},
};

static void write_program(struct alm_text *out)
{
    append_usage(out, NULL, NULL);
    alm_text_append(out, "\n");
    alm_help_fill(out, alm_help_about, 0, 0, WIDTH);
    append_examples(out, first_steps);
    append_commands(out);
    append_options(out, "Options of every command, before or after its name", alm_global_options);
    alm_text_append(out, "\nExit status: ");
    alm_help_fill(out, alm_help_exit, 13, 2, WIDTH);
    alm_text_append(out, "\n`almanac help COMMAND` says more about each.\n");
}

void alm_help_write(struct alm_text *out, const struct alm_command *parent, const struct alm_command *command)
{
    if (command == NULL) {
        write_program(out);
        return;
    }
    append_usage(out, parent, command);
    alm_text_append(out, "\n");
    alm_help_fill(out, command->summary, 0, 0, WIDTH);
    append_examples(out, command->examples);
    if (command->description != NULL) {
        alm_text_append(out, "\n");
        alm_help_fill(out, command->description, 0, 0, WIDTH);
    }
    append_subcommands(out, command);
    append_options(out, "Options", command->options);
    alm_text_append(out, "\nOptions of every command (--db, --format, …): `almanac help`\n");
}

void alm_help_write_short(struct alm_text *out, const struct alm_command *parent,
                          const struct alm_command *command)
{
    append_usage(out, parent, command);
    if (command == NULL) {
        append_commands(out);
        alm_text_append(out, "\n`almanac help` says more.\n");
        return;
    }
    alm_text_append(out, "\n");
    alm_help_fill(out, command->summary, 0, 0, WIDTH);
    append_subcommands(out, command);
    append_examples(out, command->examples);
    alm_text_printf(out, "\n`almanac help %s%s%s` says more.\n", parent == NULL ? "" : parent->name,
                    parent == NULL ? "" : " ", command->name);
}
