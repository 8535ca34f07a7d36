#include "cli/command.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- words ---- */

const struct alm_command_option *alm_option_find(const struct alm_command_option *options, const char *name)
{
    for (; options != NULL && options->name != NULL; options++)
        if (strcmp(options->name, name) == 0) return options;
    return NULL;
}

const struct alm_command *alm_command_find(const char *name)
{
    for (size_t i = 0; alm_commands[i] != NULL; i++)
        if (strcmp(alm_commands[i]->name, name) == 0) return alm_commands[i];
    return NULL;
}

const struct alm_command *alm_subcommand_find(const struct alm_command *command, const char *name)
{
    for (const struct alm_command *sub = command->subcommands; sub != NULL && sub->name != NULL; sub++)
        if (strcmp(sub->name, name) == 0) return sub;
    return NULL;
}

const char *alm_command_suggest(const struct alm_command *command, const char *word)
{
    enum { LIMIT = 64 };
    const char *names[LIMIT + 1] = {NULL};
    size_t n = 0;
    if (command == NULL) {
        for (size_t i = 0; alm_commands[i] != NULL && n < LIMIT; i++)
            if (alm_commands[i]->group != NULL) names[n++] = alm_commands[i]->name;
    } else {
        for (const struct alm_command *sub = command->subcommands; sub != NULL && sub->name != NULL; sub++)
            if (n < LIMIT) names[n++] = sub->name;
    }
    return alm_text_suggest(word, names);
}

static const char *suggest_option(const struct alm_command *command, const char *word)
{
    enum { LIMIT = 64 };
    const char *names[LIMIT + 1] = {NULL};
    size_t n = 0;
    const struct alm_command_option *o = command == NULL ? NULL : command->options;
    for (; o != NULL && o->name != NULL && n < LIMIT; o++)
        names[n++] = o->name;
    for (o = alm_global_options; o->name != NULL && n < LIMIT; o++)
        names[n++] = o->name;
    return alm_text_suggest(word, names);
}

/* ---- values ---- */

static enum alm_status add_value(struct alm_given *given, const char *text, double number,
                                 struct alm_error *error)
{
    size_t texts = given->capacity, numbers = given->capacity;
    ALM_TRY(alm_grow((void **)&given->texts, &texts, given->n + 1, sizeof *given->texts, error));
    ALM_TRY(alm_grow((void **)&given->numbers, &numbers, given->n + 1, sizeof *given->numbers, error));
    given->capacity = texts < numbers ? texts : numbers;
    given->texts[given->n] = text;
    given->numbers[given->n++] = number;
    return ALM_OK;
}

static enum alm_status read_number(double *out, const struct alm_command_option *o, const char *text,
                                   struct alm_error *error)
{
    const double maximum = o->maximum == 0 ? (double)INT64_MAX : o->maximum;
    const bool whole = o->kind == ALM_ARGUMENT_COUNT;
    const bool ok = alm_text_to_number(out, text, strlen(text)) && *out >= o->minimum && *out <= maximum &&
                    (!whole || (*out == floor(*out) && strpbrk(text, ".eE") == NULL));
    if (ok) return ALM_OK;
    if (o->maximum == 0)
        return alm_fail(error, ALM_USAGE, "--%s: expected a %snumber from %g, got \"%s\"", o->name,
                        whole ? "whole " : "", o->minimum, text);
    return alm_fail(error, ALM_USAGE, "--%s: expected a %snumber from %g to %g, got \"%s\"", o->name,
                    whole ? "whole " : "", o->minimum, o->maximum, text);
}

static bool is_choice(const char *choices, const char *text)
{
    const size_t n = strlen(text);
    for (const char *p = choices; n > 0;) {
        const char *end = strchrnul(p, '|');
        if ((size_t)(end - p) == n && strncmp(p, text, n) == 0) return true;
        if (*end == '\0') break;
        p = end + 1;
    }
    return false;
}

/* Splits a list at its commas; the pieces belong to the call. */
static enum alm_status add_list(struct alm_call *call, struct alm_given *given, const char *text,
                                struct alm_error *error)
{
    const struct alm_command_option *o = given->option;
    for (const char *start = text;;) {
        const size_t n = strcspn(start, ",");
        double number = 0;
        if (n == 0) return alm_fail(error, ALM_USAGE, "--%s: an empty entry in \"%s\"", o->name, text);
        ALM_TRY(alm_grow((void **)&call->owned, &call->owned_capacity, call->n_owned + 1, sizeof *call->owned,
                         error));
        char *piece;
        ALM_TRY(ALM_NEW(&piece, n + 1, error));
        memcpy(piece, start, n);
        call->owned[call->n_owned++] = piece;
        if (o->kind == ALM_ARGUMENT_NUMBERS) ALM_TRY(read_number(&number, o, piece, error));
        ALM_TRY(add_value(given, piece, number, error));
        if (start[n] == '\0') return ALM_OK;
        start += n + 1;
    }
}

static enum alm_status set_option(struct alm_call *call, const struct alm_command_option *o, const char *text,
                                  struct alm_error *error)
{
    struct alm_given *given = NULL;
    double number = 0;
    for (size_t i = 0; i < call->n_given; i++)
        if (call->given[i].option == o) given = &call->given[i];
    if (given != NULL && !o->repeatable && o->kind != ALM_ARGUMENT_TEXTS && o->kind != ALM_ARGUMENT_FLAG)
        return alm_fail(error, ALM_USAGE, "option --%s is given twice", o->name);
    if (given == NULL) {
        ALM_TRY(alm_grow((void **)&call->given, &call->given_capacity, call->n_given + 1, sizeof *call->given,
                         error));
        given = &call->given[call->n_given++];
        *given = (struct alm_given){.option = o};
    }
    switch (o->kind) {
    case ALM_ARGUMENT_FLAG:
    case ALM_ARGUMENT_TEXT:
        break;
    case ALM_ARGUMENT_CHOICE:
        if (!is_choice(o->choices, text))
            return alm_fail(error, ALM_USAGE, "--%s: expected one of %s, got \"%s\"", o->name, o->choices,
                            text);
        break;
    case ALM_ARGUMENT_COUNT:
        ALM_TRY(read_number(&number, o, text, error));
        break;
    case ALM_ARGUMENT_TEXTS:
    case ALM_ARGUMENT_NUMBERS:
        return add_list(call, given, text, error);
    }
    return add_value(given, text, number, error);
}

/* ---- words of the command line ---- */

struct reading {
    struct alm_call *call;
    int argc, next; /* next: the argument to read */
    char **argv;
    bool only_arguments; /* `--` was seen */
};

static enum alm_status unknown_option(const struct reading *r, const char *shown, const char *name,
                                      struct alm_error *error)
{
    const struct alm_call *call = r->call;
    const char *near = name == NULL ? NULL : suggest_option(call->command, name);
    const char *of = call->command == NULL ? "almanac" : call->command->name;
    const char *before = call->parent == NULL ? "" : call->parent->name;
    const char *blank = call->parent == NULL ? "" : " ";
    if (near != NULL)
        return alm_fail(error, ALM_USAGE, "%s%s%s has no option %s (did you mean --%s?)", before, blank, of,
                        shown, near);
    if (call->command == NULL)
        return alm_fail(error, ALM_USAGE, "no option %s may stand before the command (see `almanac help`)",
                        shown);
    return alm_fail(error, ALM_USAGE, "%s%s%s has no option %s (see `almanac help %s%s%s`)", before, blank,
                    of, shown, before, blank, of);
}

static const struct alm_command_option *find_option(const struct alm_call *call, const char *name,
                                                    char letter)
{
    const struct alm_command_option *tables[] = {call->command == NULL ? NULL : call->command->options,
                                                 alm_global_options};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct alm_command_option *o = tables[i]; o != NULL && o->name != NULL; o++)
            if (name != NULL ? strcmp(o->name, name) == 0 : o->letter == letter) return o;
    return NULL;
}

/* The value of option o: attached (after `=` or the letter) or the next argument. */
static enum alm_status take_value(struct reading *r, const struct alm_command_option *o, const char *attached,
                                  struct alm_error *error)
{
    if (o->kind == ALM_ARGUMENT_FLAG) {
        if (attached != NULL) return alm_fail(error, ALM_USAGE, "option --%s takes no value", o->name);
        return set_option(r->call, o, "", error);
    }
    if (attached == NULL) {
        const char *value = r->next < r->argc ? r->argv[r->next] : NULL;
        /* `--series --model naive` is a forgotten value, not a series called --model */
        if (value == NULL || (strncmp(value, "--", 2) == 0 && find_option(r->call, value + 2, 0) != NULL))
            return alm_fail(error, ALM_USAGE, "option --%s needs a value: --%s %s", o->name, o->name,
                            o->value);
        attached = value;
        r->next++;
    }
    return set_option(r->call, o, attached, error);
}

static enum alm_status read_long(struct reading *r, const char *word, struct alm_error *error)
{
    const char *equals = strchr(word, '=');
    char name[64], shown[80];
    const size_t n = equals == NULL ? strlen(word) : (size_t)(equals - word);
    if (n >= sizeof name)
        return alm_fail(error, ALM_USAGE, "unknown option --%.40s… (see `almanac help`)", word);
    memcpy(name, word, n);
    name[n] = '\0';
    const struct alm_command_option *o = find_option(r->call, name, 0);
    snprintf(shown, sizeof shown, "--%s", name);
    if (o == NULL) return unknown_option(r, shown, name, error);
    return take_value(r, o, equals == NULL ? NULL : equals + 1, error);
}

/* `-qv`, `-o FILE` or `-oFILE`. */
static enum alm_status read_letters(struct reading *r, const char *letters, struct alm_error *error)
{
    for (; *letters != '\0'; letters++) {
        const struct alm_command_option *o = find_option(r->call, NULL, *letters);
        const char shown[] = {'-', *letters, '\0'};
        if (o == NULL) return unknown_option(r, shown, NULL, error);
        if (o->kind != ALM_ARGUMENT_FLAG)
            return take_value(r, o, letters[1] == '\0' ? NULL : letters + 1, error);
        ALM_TRY(take_value(r, o, NULL, error));
    }
    return ALM_OK;
}

static enum alm_status unknown_command(const struct alm_command *parent, const char *word,
                                       struct alm_error *error)
{
    const char *near = alm_command_suggest(parent, word);
    const char *of = parent == NULL ? "" : parent->name, *blank = parent == NULL ? "" : " ";
    if (near != NULL)
        return alm_fail(error, ALM_USAGE, "unknown command \"%s%s%s\" (did you mean `almanac %s%s%s`?)", of,
                        blank, word, of, blank, near);
    return alm_fail(error, ALM_USAGE, "unknown command \"%s%s%s\" (see `almanac help%s%s`)", of, blank, word,
                    blank, of);
}

static enum alm_status read_argument(struct reading *r, const char *word, struct alm_error *error)
{
    struct alm_call *call = r->call;
    if (call->command == NULL) {
        call->command = alm_command_find(word);
        return call->command == NULL ? unknown_command(NULL, word, error) : ALM_OK;
    }
    if (call->command->subcommands != NULL && call->parent == NULL && call->n_arguments == 0) {
        const struct alm_command *sub = alm_subcommand_find(call->command, word);
        if (sub != NULL) {
            call->parent = call->command;
            call->command = sub;
            return ALM_OK;
        }
        return unknown_command(call->command, word, error);
    }
    ALM_TRY(alm_grow((void **)&call->arguments, &call->argument_capacity, call->n_arguments + 1,
                     sizeof *call->arguments, error));
    call->arguments[call->n_arguments++] = word;
    return ALM_OK;
}

static enum alm_status read_word(struct reading *r, struct alm_error *error)
{
    const char *word = r->argv[r->next++];
    if (r->only_arguments || word[0] != '-' || word[1] == '\0') return read_argument(r, word, error);
    if (strcmp(word, "--") == 0) {
        r->only_arguments = true;
        return ALM_OK;
    }
    if (word[1] == '-') return read_long(r, word + 2, error);
    return read_letters(r, word + 1, error);
}

/* ---- what every call has ---- */

static enum alm_format format_of(const char *name)
{
    static const char *const names[] = {"table", "csv", "json", "jsonl", "md"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name != NULL && strcmp(names[i], name) == 0) return (enum alm_format)i;
    return ALM_FORMAT_TABLE;
}

static bool is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

static bool may_color(const char *color, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    if (color != NULL && strcmp(color, "always") == 0) return true;
    if (color != NULL && strcmp(color, "never") == 0) return false;
    if (no_color != NULL && *no_color != '\0') return false;
    return is_terminal(fd);
}

static void settle(struct alm_call *call)
{
    const char *environment = getenv("ALMANAC_DB"), *stated = alm_call_text(call, "db");
    if (stated == NULL && environment != NULL && *environment != '\0') stated = environment;
    call->database_stated = stated != NULL;
    call->database = stated != NULL ? stated : "almanac.db";
    call->format = format_of(alm_call_text(call, "format"));
    call->format_stated = alm_call_has(call, "format");
    call->quiet = alm_call_has(call, "quiet");
    call->verbose = alm_call_has(call, "verbose");
    call->fast = alm_call_has(call, "fast");
    call->terminal_error = is_terminal(STDERR_FILENO);
    call->color_out = may_color(alm_call_text(call, "color"), STDOUT_FILENO);
    call->color_error = may_color(alm_call_text(call, "color"), STDERR_FILENO);
    call->wants_help = alm_call_has(call, "help");
}

static enum alm_status check_arguments(const struct alm_call *call, struct alm_error *error)
{
    const struct alm_command *command = call->command;
    struct alm_text usage = {0};
    if (command == NULL || call->wants_help || command->run == NULL) return ALM_OK;
    if (call->n_arguments >= command->least && call->n_arguments <= command->most) return ALM_OK;
    /* a bare command gets its help instead of a complaint */
    if (call->n_arguments == 0 && call->n_given == 0) return ALM_OK;
    alm_help_usage(&usage, call->parent, command);
    if (call->n_arguments < command->least)
        alm_fail(error, ALM_USAGE, "an argument is missing: %s", alm_text_string(&usage));
    else
        alm_fail(error, ALM_USAGE, "unexpected argument \"%s\": %s", call->arguments[command->most],
                 alm_text_string(&usage));
    alm_text_clear(&usage);
    return ALM_USAGE;
}

enum alm_status alm_call_parse(struct alm_call *call, int argc, char **argv, struct alm_error *error)
{
    struct reading r = {.call = call, .argc = argc, .next = 1, .argv = argv};
    *call = (struct alm_call){.cancel = call->cancel};
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && r.next < r.argc)
        status = read_word(&r, error);
    settle(call);
    return status == ALM_OK ? check_arguments(call, error) : status;
}
