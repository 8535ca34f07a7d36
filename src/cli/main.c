/* almanac: the program. Parses the command line, runs one command, turns its status into an exit status. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/meter.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_SIGNAL = 128 };

static void print_error(const struct alm_call *call, const char *text)
{
    struct alm_text visible = {0};
    alm_text_append_visible(&visible, text);
    alm_meter_erase(call->meter);
    fprintf(stderr, "%salmanac: %s%s\n", call->color_error ? "\033[31m" : "",
            call->color_error ? "\033[0m" : "", alm_text_string(&visible));
    alm_text_clear(&visible);
}

static int exit_status(enum alm_status status, const struct alm_cancel *cancel)
{
    switch (alm_status_class(status)) {
    case ALM_CLASS_DONE:
        return EXIT_SUCCESS;
    case ALM_CLASS_FAILED:
        return EXIT_FAILED;
    case ALM_CLASS_USAGE:
        return EXIT_USAGE;
    case ALM_CLASS_REFUSED:
        return EXIT_REFUSED;
    case ALM_CLASS_INTERRUPTED:
        return EXIT_SIGNAL + alm_cancel_number(cancel);
    }
    return EXIT_FAILED;
}

/* Whether nobody reads stdout any more, as after `| head -1`. */
static bool reader_is_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Help for a call that lacks what it needs goes to stderr and is a usage error. */
static enum alm_status help_instead(const struct alm_call *call, bool asked, struct alm_error *error)
{
    struct alm_text text = {0};
    if (asked)
        alm_help_write(&text, call->parent, call->command);
    else
        alm_help_write_short(&text, call->parent, call->command);
    const enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) fputs(alm_text_string(&text), asked ? stdout : stderr);
    alm_text_clear(&text);
    return status != ALM_OK || asked ? status : ALM_USAGE;
}

/* No argument, and no option of the command's own. */
static bool is_bare(const struct alm_call *call)
{
    for (size_t i = 0; i < call->n_given; i++)
        if (alm_option_find(alm_global_options, call->given[i].option->name) != call->given[i].option)
            return false;
    return call->n_arguments == 0;
}

static enum alm_status run_call(struct alm_call *call, int argc, char **argv, struct alm_error *error)
{
    ALM_TRY(alm_call_parse(call, argc, argv, error));
    const struct alm_command *command = call->command;
    if (call->wants_help) return help_instead(call, true, error);
    if (command == NULL || command->run == NULL || call->n_arguments < command->least ||
        (command->never_bare && is_bare(call)))
        return help_instead(call, false, error);
    if (call->terminal_error && !call->quiet) ALM_TRY(alm_meter_create(&call->meter, error));
    return command->run(call, error);
}

/* Nothing counts as done before stdout has taken it. */
static enum alm_status finish_output(enum alm_status status, struct alm_error *error)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    if (reader_is_gone()) return status == ALM_IO ? ALM_OK : status; /* who reads has seen enough */
    return alm_fail(error, ALM_IO, "cannot write to standard output%s%s", errno != 0 ? ": " : "",
                    errno != 0 ? strerror(errno) : "");
}

int main(int argc, char **argv)
{
    struct alm_interrupt interrupt;
    struct alm_error error = {0};
    struct alm_call call = {.cancel = &interrupt.cancel};
    /* character classes only, so that names in UTF-8 align in tables; numbers stay as in C */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "");

    enum alm_status status = alm_interrupt_open(&interrupt, &error);
    const bool watching = status == ALM_OK;
    if (watching) status = run_call(&call, argc, argv, &error);
    status = finish_output(status, &error);
    if (status != ALM_OK && error.text[0] != '\0') print_error(&call, error.text);
    alm_call_clear(&call);
    if (watching) alm_interrupt_close(&interrupt);
    return exit_status(status, &interrupt.cancel);
}
