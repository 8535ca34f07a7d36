/* What the completion scripts call: the words of a command line so far, the last one unfinished, and on
 * stdout what it may become, one candidate a line; nothing where a file name is expected. */
#include "cli/commands.h"
#include "cli/session.h"

#include "forecast/forecaster.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

struct place {
    const char *begun;                       /* the unfinished word */
    const struct alm_command *command;       /* NULL: none so far */
    bool sub;                                /* command is a subcommand */
    const struct alm_command_option *option; /* whose value is expected, or NULL */
    const char *database;                    /* --db so far, or NULL */
};

static void offer(const struct place *place, const char *word)
{
    if (strncmp(word, place->begun, strlen(place->begun)) != 0) return;
    struct alm_text visible = {0};
    alm_text_append_visible(&visible, word);
    printf("%s\n", alm_text_string(&visible));
    alm_text_clear(&visible);
}

static const struct alm_command_option *option_of(const struct place *place, const char *word)
{
    const struct alm_command_option *tables[] = {place->command == NULL ? NULL : place->command->options,
                                                 alm_global_options};
    for (size_t i = 0; i < 2; i++) {
        const struct alm_command_option *o = tables[i];
        for (; o != NULL && o->name != NULL; o++)
            if ((word[1] == '-' && strcmp(o->name, word + 2) == 0) ||
                (word[1] == o->letter && word[1] != '\0' && word[2] == '\0'))
                return o;
    }
    return NULL;
}

static void read_word(struct place *place, const char *word)
{
    if (place->option != NULL) {
        if (strcmp(place->option->name, "db") == 0) place->database = word;
        place->option = NULL;
    } else if (word[0] == '-') {
        const struct alm_command_option *o = option_of(place, word);
        if (o != NULL && o->kind != ALM_ARGUMENT_FLAG) place->option = o;
        if (strncmp(word, "--db=", 5) == 0) place->database = word + 5;
    } else if (place->command == NULL) {
        place->command = alm_command_find(word);
    } else if (!place->sub && place->command->subcommands != NULL) {
        const struct alm_command *sub = alm_subcommand_find(place->command, word);
        if (sub != NULL) place->command = sub;
        place->sub = sub != NULL;
    }
}

static void offer_commands(const struct place *place)
{
    for (size_t i = 0; alm_commands[i] != NULL; i++)
        if (alm_commands[i]->group != NULL) offer(place, alm_commands[i]->name);
}

static void offer_options(const struct place *place)
{
    const struct alm_command_option *tables[] = {place->command == NULL ? NULL : place->command->options,
                                                 alm_global_options};
    for (size_t i = 0; i < 2; i++) {
        const struct alm_command_option *o = tables[i];
        for (; o != NULL && o->name != NULL; o++) {
            char word[80];
            snprintf(word, sizeof word, "--%s", o->name);
            offer(place, word);
        }
    }
}

static void offer_choices(const struct place *place, const char *choices)
{
    for (const char *p = choices;;) {
        char word[64];
        const size_t n = strcspn(p, "|");
        snprintf(word, sizeof word, "%.*s", (int)n, p);
        offer(place, word);
        if (p[n] == '\0') return;
        p += n + 1;
    }
}

/* What the database knows; without one there is nothing to offer. */
static void offer_stored(const struct alm_call *call, const struct place *place, const char *query,
                         const char *column)
{
    struct alm_call own = *call;
    struct alm_workbench *workbench;
    char **names;
    own.quiet = true;
    if (place->database != NULL) own.database = place->database;
    if (alm_call_open(&workbench, &own, false, NULL) != ALM_OK) return;
    if (alm_call_names(&names, workbench, query, column, NULL) == ALM_OK) {
        for (size_t i = 0; names[i] != NULL; i++)
            offer(place, names[i]);
        alm_names_free(names);
    }
    alm_workbench_close(workbench);
}

static void offer_kind(const struct alm_call *call, const struct place *place, enum alm_completion kind)
{
    struct alm_named_query query;
    switch (kind) {
    case ALM_COMPLETE_NOTHING:
    case ALM_COMPLETE_FILE:
        break;
    case ALM_COMPLETE_SERIES:
        offer_stored(call, place, "series", "series");
        break;
    case ALM_COMPLETE_RUN:
        offer_stored(call, place, "runs", "run");
        offer_stored(call, place, "runs", "name");
        break;
    case ALM_COMPLETE_MODEL:
        offer_stored(call, place, "models", "model");
        break;
    case ALM_COMPLETE_FORECASTER:
        for (size_t i = 0; alm_forecaster_types[i] != NULL; i++)
            offer(place, alm_forecaster_types[i]->name);
        break;
    case ALM_COMPLETE_QUERY:
        for (size_t i = 0; alm_named_query_at(&query, i); i++)
            offer(place, query.name);
        break;
    case ALM_COMPLETE_COMMAND:
        offer_commands(place);
        break;
    case ALM_COMPLETE_SHELL:
        offer_choices(place, "bash|zsh|fish");
        break;
    }
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    (void)error;
    struct place place = {.begun = call->arguments[call->n_arguments - 1]};
    for (size_t i = 0; i + 1 < call->n_arguments; i++)
        read_word(&place, call->arguments[i]);
    if (place.option != NULL && place.option->choices != NULL) {
        offer_choices(&place, place.option->choices);
    } else if (place.option != NULL) {
        offer_kind(call, &place, place.option->completion);
    } else if (place.begun[0] == '-') {
        offer_options(&place);
    } else if (place.command == NULL) {
        offer_commands(&place);
    } else if (!place.sub && place.command->subcommands != NULL) {
        const struct alm_command *sub = place.command->subcommands;
        for (; sub->name != NULL; sub++)
            offer(&place, sub->name);
    } else {
        offer_kind(call, &place, place.command->completion);
    }
    return ALM_OK;
}

const struct alm_command alm_command_complete = {
    .name = "complete",
    .summary = "what the last of the words may become (for completion scripts)",
    .arguments = "-- WORD…",
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
