/* What is kept of trainings under way. */
#include "scratch.h"

#include "store/training_table.h"

#include <stdlib.h>
#include <string.h>

static void make_run(struct scratch *s, struct alm_run_owner *owner)
{
    const struct alm_run_new run = {
        .kind = ALM_RUN_TRAIN, .spec = "{}", .data_digest = "d", .version = "1", .kernel = "k"};
    OK(alm_run_table_create(owner, s->store, &run, &s->error));
}

static void save(struct scratch *s, const struct alm_run_owner *owner, size_t fit, size_t training,
                 const char *text)
{
    struct alm_bytes state = {0};
    alm_bytes_put(&state, text, strlen(text));
    OK(alm_checkpoint_save(s->store, owner, fit, training, &state, &s->error));
    alm_bytes_clear(&state);
}

static void check(struct scratch *s, int64_t run, size_t fit, size_t training, const char *expected)
{
    struct alm_bytes state = {0};
    OK(alm_checkpoint_load(&state, s->store, run, fit, training, &s->error));
    cr_assert(eq(sz, state.length, strlen(expected)));
    cr_assert(state.length == 0 || memcmp(state.data, expected, state.length) == 0);
    alm_bytes_clear(&state);
}

Test(training, keeps_the_last_state_of_each_until_it_is_dropped)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner, other;
    scratch_open(s);
    make_run(s, &owner);
    make_run(s, &other);
    check(s, owner.run, 0, 0, "");
    save(s, &owner, 0, 0, "first");
    save(s, &owner, 0, 1, "member");
    save(s, &owner, 1, 0, "inner");
    save(s, &other, 0, 0, "of another run");
    save(s, &owner, 0, 0, "second");
    scratch_reopen(s, ALM_STORE_WRITE);
    check(s, owner.run, 0, 0, "second");
    check(s, owner.run, 0, 1, "member");
    check(s, owner.run, 1, 0, "inner");
    OK(alm_training_table_drop(s->store, owner.run, false, &s->error));
    check(s, owner.run, 0, 0, "");
    check(s, other.run, 0, 0, "of another run");
    scratch_remove(s);
}

Test(training, is_found_by_its_command_until_its_run_is_done)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    char *command, *name;
    int64_t run;
    scratch_open(s);
    OK(alm_training_table_open(&run, s->store, "c", &s->error));
    cr_assert(eq(i64, run, 0));
    make_run(s, &owner);
    OK(alm_training_table_note(s->store, owner.run, "c", "net", &s->error));
    OK(alm_training_table_open(&run, s->store, "c", &s->error));
    cr_assert(eq(i64, run, owner.run));
    OK(alm_training_table_find(&command, &name, s->store, run, &s->error));
    cr_assert(eq(str, command, "c"));
    cr_assert(eq(str, name, "net"));
    free(command);
    free(name);
    OK(alm_run_table_finish(s->store, &owner, ALM_INTERRUPTED, NULL, 0, 0, &s->error));
    OK(alm_training_table_open(&run, s->store, "c", &s->error));
    cr_assert(eq(i64, run, owner.run));
    OK(alm_run_table_take(&owner, s->store, run, "1", "k", &s->error));
    OK(alm_run_table_finish(s->store, &owner, ALM_OK, NULL, 0, 0, &s->error));
    OK(alm_training_table_open(&run, s->store, "c", &s->error));
    cr_assert(eq(i64, run, 0));
    OK(alm_run_table_drop(s->store, owner.run, &s->error));
    cr_assert(
        eq(int, (int)alm_training_table_find(&command, &name, s->store, owner.run, &s->error), ALM_NOTFOUND));
    scratch_remove(s);
}

Test(training, takes_no_state_from_a_process_that_does_not_own_the_run_and_gives_no_damaged_one)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner, thief;
    struct alm_bytes state = {0};
    char text[64];
    scratch_open(s);
    make_run(s, &owner);
    save(s, &owner, 0, 0, "mine");
    thief = owner;
    thief.token[0] ^= 1;
    alm_bytes_put(&state, "theirs", 6);
    cr_assert(eq(int, (int)alm_checkpoint_save(s->store, &thief, 0, 0, &state, &s->error), ALM_DB));
    check(s, owner.run, 0, 0, "mine");
    scratch_sql(s->path, "UPDATE checkpoint SET data = X'00'", text, sizeof text);
    cr_assert(eq(int, (int)alm_checkpoint_load(&state, s->store, owner.run, 0, 0, &s->error), ALM_DB));
    cr_assert(strstr(s->error.text, "damaged") != NULL, "%s", s->error.text);
    alm_bytes_clear(&state);
    scratch_remove(s);
}
