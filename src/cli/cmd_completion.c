#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

/* The words that may follow a command: subcommands and options. */
static void write_words(struct alm_text *out, const struct alm_command *command)
{
    const struct alm_command *sub = command->subcommands;
    for (; sub != NULL && sub->name != NULL; sub++)
        alm_text_printf(out, "%s ", sub->name);
    const struct alm_command_option *option = command->options;
    for (; option != NULL && option->name != NULL; option++)
        alm_text_printf(out, "--%s ", option->name);
    for (option = alm_global_options; option->name != NULL; option++)
        alm_text_printf(out, "--%s ", option->name);
}

static void write_bash(struct alm_text *out)
{
    alm_text_append(out, "_almanac() {\n"
                         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\n"
                         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words=\"");
    for (size_t i = 0; alm_commands[i] != NULL; i++)
        alm_text_printf(out, "%s ", alm_commands[i]->name);
    alm_text_append(out, "\"\n  else\n    case \"${COMP_WORDS[1]}\" in\n");
    for (size_t i = 0; alm_commands[i] != NULL; i++) {
        alm_text_printf(out, "    %s) words=\"", alm_commands[i]->name);
        write_words(out, alm_commands[i]);
        alm_text_append(out, "\" ;;\n");
    }
    alm_text_append(out, "    esac\n  fi\n"
                         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n"
                         "}\n"
                         "complete -o filenames -F _almanac almanac\n");
}

static void write_fish(struct alm_text *out)
{
    for (size_t i = 0; alm_commands[i] != NULL; i++) {
        const struct alm_command *c = alm_commands[i];
        alm_text_printf(out, "complete -c almanac -n __fish_use_subcommand -a %s -d '%s'\n", c->name,
                        c->summary);
        const struct alm_command *sub = c->subcommands;
        for (; sub != NULL && sub->name != NULL; sub++)
            alm_text_printf(out, "complete -c almanac -n '__fish_seen_subcommand_from %s' -a %s\n", c->name,
                            sub->name);
        const struct alm_command_option *option = c->options;
        for (; option != NULL && option->name != NULL; option++)
            alm_text_printf(out, "complete -c almanac -n '__fish_seen_subcommand_from %s' -l %s\n", c->name,
                            option->name);
    }
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    const char *shell = call->arguments[0];
    struct alm_text text = {0};
    if (strcmp(shell, "bash") == 0) {
        write_bash(&text);
    } else if (strcmp(shell, "zsh") == 0) {
        alm_text_append(&text, "autoload -U +X bashcompinit && bashcompinit\n");
        write_bash(&text);
    } else if (strcmp(shell, "fish") == 0) {
        write_fish(&text);
    } else {
        return alm_fail(error, ALM_USAGE, "there are completions for bash, zsh and fish, not \"%s\"", shell);
    }
    const enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) fputs(alm_text_string(&text), stdout);
    alm_text_clear(&text);
    return status;
}

static const struct alm_example examples[] = {
    {"completion bash > ~/.local/share/bash-completion/completions/almanac",
     "for bash, from the next shell on"},
    {NULL, NULL},
};

const struct alm_command alm_command_completion = {
    .name = "completion",
    .group = "Help",
    .summary = "completion of commands and options for a shell",
    .arguments = "bash|zsh|fish",
    .least = 1,
    .most = 1,
    .examples = examples,
    .completion = ALM_COMPLETE_SHELL,
    .run = run,
};
