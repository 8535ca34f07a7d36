#include "scratch.h"

#include "store/trial_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void make_run(struct scratch *s, struct alm_run_owner *owner)
{
    const struct alm_run_new run = {
        .kind = ALM_RUN_TUNE, .spec = "{}", .data_digest = "d", .version = "1", .kernel = "k"};
    OK(alm_run_table_create(owner, s->store, &run, &s->error));
}

static const char *const options[] = {"lookback", "loss"};

static struct alm_trial_row make_row(size_t trial, double loss)
{
    static char *values[] = {"24", "mse"};
    return (struct alm_trial_row){
        .trial = trial,
        .configuration = trial,
        .budget = 3,
        .epochs = 9,
        .spec = "lstm:lookback=24,loss=mse",
        .status = isnan(loss) ? ALM_DATA : ALM_OK,
        .reason = isnan(loss) ? "too short" : NULL,
        .loss = loss,
        .naive_loss = 2,
        .seconds = 0.5,
        .seconds_per_epoch = 0.25,
        .train_loss = 1,
        .validation_loss = 1.5,
        .gap = 0.5,
        .option = options,
        .value = values,
        .n_options = 2,
    };
}

Test(trial, trials_are_read_back_by_number_whatever_the_order_they_came_in)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    struct alm_trial_stored *stored;
    size_t n;
    char text[256];
    scratch_open(s);
    make_run(s, &owner);
    const struct alm_trial_row rows[] = {make_row(2, 1.25), make_row(0, (double)NAN), make_row(1, 0)};
    for (size_t i = 0; i < 3; i++)
        OK(alm_trial_table_commit(s->store, &owner, &rows[i], &s->error));
    OK(alm_trial_table_list(&stored, &n, s->store, owner.run, &s->error));
    cr_assert(n == 3 && isnan(stored[0].loss) && stored[1].loss == 0 && stored[2].loss == 1.25);
    cr_assert(stored[2].configuration == 2 && stored[0].naive_loss == 2);
    free(stored);
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path,
                                     "SELECT group_concat(trial || status || coalesce(reason, '') || "
                                     "coalesce(skill, '-'), ' ') FROM (SELECT * FROM v_trial ORDER BY trial)",
                                     text, sizeof text),
                 "0DATAtoo short- 1OK1.0 2OK0.375"));
    cr_assert(
        eq(str,
           (char *)scratch_sql(s->path,
                               "SELECT group_concat(\"option\" || value || coalesce(number, '-'), ' ') FROM "
                               "(SELECT * FROM v_trial_option WHERE trial = 2 ORDER BY \"option\")",
                               text, sizeof text),
           "lookback2424.0 lossmse-"));
    scratch_remove(s);
}

Test(trial, a_process_that_lost_the_run_adds_none)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    char text[16];
    scratch_open(s);
    make_run(s, &owner);
    const struct alm_trial_row row = make_row(0, 1);
    struct alm_run_owner other = owner;
    other.token[0] = other.token[0] == 'x' ? 'y' : 'x';
    cr_assert(alm_trial_table_commit(s->store, &other, &row, &s->error) == ALM_DB);
    cr_assert(eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM trial", text, sizeof text), "0"));
    OK(alm_trial_table_commit(s->store, &owner, &row, &s->error));
    cr_assert(alm_trial_table_commit(s->store, &owner, &row, &s->error) !=
              ALM_OK); /* a number is used once */
    cr_assert(
        eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM trial_option", text, sizeof text), "2"));
    scratch_remove(s);
}

Test(trial, sensitivities_are_replaced_and_go_with_their_run)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    char text[64];
    const struct alm_sensitivity_row rows[] = {{"lookback", 0.5, (double)NAN, 9, 3},
                                               {"loss", (double)NAN, 1, 9, 2}};
    scratch_open(s);
    make_run(s, &owner);
    const struct alm_trial_row row = make_row(0, 1);
    OK(alm_trial_table_commit(s->store, &owner, &row, &s->error));
    OK(alm_trial_table_set_sensitivity(s->store, owner.run, rows, 2, &s->error));
    OK(alm_trial_table_set_sensitivity(s->store, owner.run, rows, 2, &s->error));
    cr_assert(
        eq(str,
           (char *)scratch_sql(s->path,
                               "SELECT count(*) || ' ' || count(share) || ' ' || count(rank_correlation) "
                               "FROM v_sensitivity",
                               text, sizeof text),
           "2 1 1"));
    OK(alm_run_table_finish(s->store, &owner, ALM_OK, NULL, 0, 0, &s->error));
    OK(alm_run_table_drop(s->store, owner.run, &s->error));
    cr_assert(
        eq(str,
           (char *)scratch_sql(s->path,
                               "SELECT (SELECT count(*) FROM trial) + (SELECT count(*) FROM trial_option) + "
                               "(SELECT count(*) FROM trial_sensitivity)",
                               text, sizeof text),
           "0"));
    scratch_remove(s);
}
