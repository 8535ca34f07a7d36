#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

/* The scripts ask the program itself (`almanac complete`), so they never grow old. */
static const struct {
    const char *shell, *script;
} scripts[] = {
    {"bash", "_almanac() {\n"
             "    local IFS=$'\\n'\n"
             "    # shellcheck disable=SC2207 # one candidate a line\n"
             "    COMPREPLY=($(almanac complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
             "}\n"
             "complete -o bashdefault -o default -F _almanac almanac\n"},
    {"zsh", "#compdef almanac\n"
            "_almanac() {\n"
            "    local -a found\n"
            "    found=(\"${(@f)$(almanac complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
            "    if [[ -n \"$found[1]\" ]]; then compadd -a found; else _files; fi\n"
            "}\n"
            "compdef _almanac almanac\n"},
    {"fish", "complete -c almanac -a '(almanac complete -- (commandline -opc)[2..-1] (commandline -ct) "
             "2>/dev/null)'\n"},
};

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        if (strcmp(scripts[i].shell, call->arguments[0]) != 0) continue;
        fputs(scripts[i].script, stdout);
        return ALM_OK;
    }
    return alm_fail(error, ALM_USAGE, "there are completions for bash, zsh and fish, not \"%s\"",
                    call->arguments[0]);
}

static const struct alm_example examples[] = {
    {"completion bash > ~/.local/share/bash-completion/completions/almanac", "from the next shell on"},
    {"completion fish > ~/.config/fish/completions/almanac.fish", "the same for fish"},
    {NULL, NULL},
};

const struct alm_command alm_command_completion = {
    .name = "completion",
    .group = "Help",
    .summary = "completion of commands, options, series, runs and models for a shell",
    .arguments = "bash|zsh|fish",
    .least = 1,
    .most = 1,
    .examples = examples,
    .completion = ALM_COMPLETE_SHELL,
    .run = run,
};
