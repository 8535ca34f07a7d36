/* What a command is, and what one call of it was given. Each command is written down once, as a table: it is
 * parsed from, and help, manual page, completion and suggestions are made from the same table. */
#ifndef ALM_CLI_COMMAND_H
#define ALM_CLI_COMMAND_H

#include "almanac.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- tables ---- */

enum alm_argument_kind {
    ALM_ARGUMENT_FLAG,    /* no value */
    ALM_ARGUMENT_TEXT,    /* any text */
    ALM_ARGUMENT_TEXTS,   /* texts joined with `,`; several options of the same name go on */
    ALM_ARGUMENT_COUNT,   /* whole number within [minimum, maximum] (maximum 0: no limit) */
    ALM_ARGUMENT_NUMBERS, /* numbers joined with `,`, each within [minimum, maximum] */
    ALM_ARGUMENT_CHOICE,  /* one of choices, `a|b|c` */
};

/* What an argument or an option's value names, so that a shell can complete it. */
enum alm_completion {
    ALM_COMPLETE_NOTHING,
    ALM_COMPLETE_FILE,
    ALM_COMPLETE_SERIES,
    ALM_COMPLETE_RUN,
    ALM_COMPLETE_MODEL,      /* kept models */
    ALM_COMPLETE_FORECASTER, /* specs */
    ALM_COMPLETE_QUERY,
    ALM_COMPLETE_COMMAND,
    ALM_COMPLETE_SHELL,
};

struct alm_command_option {
    const char *name; /* without `--` */
    char letter;      /* without `-`; 0: none */
    enum alm_argument_kind kind;
    const char *value; /* what the help calls the value, e.g. "N"; NULL for a flag */
    const char *help;  /* one or two lines, no full stop; says the default */
    const char *choices;
    double minimum, maximum;
    bool repeatable; /* TEXT may be given several times */
    enum alm_completion completion;
};

struct alm_example {
    const char *line; /* as typed, without `almanac ` */
    const char *help; /* what it does */
};

struct alm_call;

/* Constant, one per command. A command either runs or has subcommands. */
struct alm_command {
    const char *name;
    const char *group;                        /* heading in `almanac help`; NULL: hidden */
    const char *summary;                      /* one line, lower case, no full stop */
    const char *arguments;                    /* for the usage line, e.g. "FILE…"; NULL: none */
    size_t least, most;                       /* number of arguments; most SIZE_MAX: any */
    const char *description;                  /* paragraphs separated by one empty line; may be NULL */
    const struct alm_command_option *options; /* ends with a NULL name; may be NULL */
    const struct alm_example *examples;       /* ends with a NULL line; may be NULL */
    enum alm_completion completion;           /* of the arguments */
    const struct alm_command *subcommands;    /* ends with a NULL name; may be NULL */
    bool never_bare; /* without arguments and options there is nothing to run: its help is shown instead */
    enum alm_status (*run)(const struct alm_call *call, struct alm_error *error);
};

/* Every command, in the order of the help; ends with NULL. */
extern const struct alm_command *const alm_commands[];
/* Options that every command takes, before or after its name; ends with a NULL name. */
extern const struct alm_command_option alm_global_options[];

/* NULL if unknown. */
const struct alm_command *alm_command_find(const char *name);
const struct alm_command *alm_subcommand_find(const struct alm_command *command, const char *name);
/* The known name nearest to word, or NULL. command NULL: among all commands, else among its subcommands. */
const char *alm_command_suggest(const struct alm_command *command, const char *word);
const struct alm_command_option *alm_option_find(const struct alm_command_option *options, const char *name);

/* ---- one call ---- */

enum alm_format { ALM_FORMAT_TABLE, ALM_FORMAT_CSV, ALM_FORMAT_JSON, ALM_FORMAT_JSONL, ALM_FORMAT_MD };

/* What was given for one option. */
struct alm_given {
    const struct alm_command_option *option;
    const char **texts; /* [n] */
    double *numbers;    /* [n], for COUNT and NUMBERS */
    size_t n, capacity;
};

struct alm_meter;

struct alm_call {
    const struct alm_command *parent;  /* NULL unless command is a subcommand */
    const struct alm_command *command; /* NULL: none was named */
    const char **arguments;            /* [n_arguments] */
    size_t n_arguments, argument_capacity;
    struct alm_given *given; /* [n_given], only options that were given */
    size_t n_given, given_capacity;
    char **owned; /* [n_owned] pieces of split lists */
    size_t n_owned, owned_capacity;

    bool wants_help; /* --help or -h stood somewhere */
    const char *database;
    bool database_stated; /* --db or $ALMANAC_DB, not the default */
    enum alm_format format;
    bool format_stated;
    bool quiet, verbose, fast;
    bool terminal_error;         /* stderr is a terminal that can do more than print */
    bool color_out, color_error; /* whether stdout and stderr may get escape sequences */
    struct alm_cancel *cancel;
    struct alm_meter *meter; /* NULL unless stderr is a terminal */
};

/* Reads argv into call, whose cancel is kept (alm_call_clear releases it, also after a
 * failure). Unknown commands and options, missing or surplus arguments and malformed values are ALM_USAGE
 * with a suggestion where there is one. Texts point into argv. With wants_help set, arguments are not
 * checked. */
enum alm_status alm_call_parse(struct alm_call *call, int argc, char **argv, struct alm_error *error);
void alm_call_clear(struct alm_call *call);

/* Whether the option was given. Names must be in the command's table or the global one (assert). */
bool alm_call_has(const struct alm_call *call, const char *option);
/* The (last) value, NULL if not given. */
const char *alm_call_text(const struct alm_call *call, const char *option);
/* All values; *n is set, 0 if not given. */
const char *const *alm_call_texts(const struct alm_call *call, const char *option, size_t *n);
size_t alm_call_count(const struct alm_call *call, const char *option, size_t fallback);
const double *alm_call_numbers(const struct alm_call *call, const char *option, size_t *n);

/* One line for people on stderr, unless --quiet. Control characters are made visible. */
void alm_call_say(const struct alm_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- help ---- */

extern const char alm_help_about[]; /* what the program is */
extern const char alm_help_exit[];  /* its exit statuses */

/* Appends the help of a command (command NULL: of the program), at most 79 columns wide. */
void alm_help_write(struct alm_text *out, const struct alm_command *parent,
                    const struct alm_command *command);
/* The short form for a call without what it needs: usage, subcommands, where to read on. */
void alm_help_write_short(struct alm_text *out, const struct alm_command *parent,
                          const struct alm_command *command);
/* Appends text filled to width columns, every line indented; the first one continues at column. */
void alm_help_fill(struct alm_text *out, const char *text, size_t column, size_t indent, size_t width);
/* Appends the usage line of a command, without a newline: "almanac series show NAME". */
void alm_help_usage(struct alm_text *out, const struct alm_command *parent,
                    const struct alm_command *command);

#endif
