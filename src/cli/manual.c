#include "cli/manual.h"

#include "cli/command.h"

#include <string.h>

/* Text of a line: what troff would take for a request or an escape is written out. */
static void append_roff(struct alm_text *out, const char *text)
{
    if (*text == '.' || *text == '\'') alm_text_append(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            alm_text_append(out, "\\e");
        else if (*text == '-')
            alm_text_append(out, "\\-");
        else if (strncmp(text, "…", strlen("…")) == 0) {
            alm_text_append(out, "...");
            text += strlen("…") - 1;
        } else
            alm_text_append_bytes(out, text, 1);
    }
}

/* Paragraphs; an empty line begins the next. */
static void append_paragraphs(struct alm_text *out, const char *text)
{
    for (;;) {
        const char *end = strstr(text, "\n\n");
        struct alm_text one = {0};
        alm_text_append_bytes(&one, text, end == NULL ? strlen(text) : (size_t)(end - text));
        append_roff(out, alm_text_string(&one));
        alm_text_append(out, "\n");
        if (one.failed) out->failed = true;
        alm_text_clear(&one);
        if (end == NULL) return;
        alm_text_append(out, ".PP\n");
        text = end + 2;
    }
}

static void append_options(struct alm_text *out, const struct alm_command_option *option)
{
    for (; option != NULL && option->name != NULL; option++) {
        alm_text_append(out, ".TP\n.B ");
        if (option->letter != 0) alm_text_printf(out, "\\-%c, ", option->letter);
        alm_text_append(out, "\\-\\-");
        append_roff(out, option->name);
        if (option->value != NULL) {
            alm_text_append(out, " \\fI");
            append_roff(out, option->value);
            alm_text_append(out, "\\fR");
        }
        alm_text_append(out, "\n");
        append_roff(out, option->help);
        alm_text_append(out, ".\n");
    }
}

static void append_examples(struct alm_text *out, const struct alm_example *example)
{
    for (; example != NULL && example->line != NULL; example++) {
        alm_text_append(out, ".TP\n.B almanac ");
        append_roff(out, example->line);
        alm_text_append(out, "\n");
        append_roff(out, example->help);
        alm_text_append(out, ".\n");
    }
}

static void append_command(struct alm_text *out, const struct alm_command *parent,
                           const struct alm_command *command)
{
    struct alm_text usage = {0};
    alm_help_usage(&usage, parent, command);
    alm_text_append(out, ".SS ");
    append_roff(out, alm_text_string(&usage));
    alm_text_append(out, "\n");
    if (usage.failed) out->failed = true;
    alm_text_clear(&usage);
    append_roff(out, command->summary);
    alm_text_append(out, ".\n");
    if (command->description != NULL) {
        alm_text_append(out, ".PP\n");
        append_paragraphs(out, command->description);
    }
    append_options(out, command->options);
    append_examples(out, command->examples);
    const struct alm_command *sub = command->subcommands;
    for (; sub != NULL && sub->name != NULL; sub++)
        append_command(out, command, sub);
}

void alm_manual_write(struct alm_text *out)
{
    alm_text_append(out, ".TH ALMANAC 1 \"\" \"almanac " ALM_VERSION "\" \"User Commands\"\n"
                         ".SH NAME\nalmanac \\- forecasting of time series over one SQLite file\n"
                         ".SH SYNOPSIS\n.B almanac\n.I COMMAND\n.RI [ options ]\n"
                         ".SH DESCRIPTION\n");
    append_paragraphs(out, alm_help_about);
    alm_text_append(out, ".SH OPTIONS\nThese may stand before or after the command.\n");
    append_options(out, alm_global_options);
    alm_text_append(out, ".SH COMMANDS\n");
    for (size_t i = 0; alm_commands[i] != NULL; i++)
        if (alm_commands[i]->group != NULL) append_command(out, NULL, alm_commands[i]);
    alm_text_append(out, ".SH EXIT STATUS\n");
    append_paragraphs(out, alm_help_exit);
    alm_text_append(
        out, ".SH ENVIRONMENT\n.TP\n.B ALMANAC_DB\nThe database, unless \\-\\-db names one.\n"
             ".TP\n.B NO_COLOR\nWhen set and not empty: no colours.\n"
             ".SH FILES\n.TP\n.I almanac.db\nThe database, in the working directory, unless another is "
             "named.\n");
}
