#include "base/option.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static const struct alm_option table[] = {
    {.name = "hidden",
     .help = "units",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "32",
     .minimum = 1,
     .maximum = 4096},
    {.name = "rate",
     .help = "step size",
     .kind = ALM_OPTION_REAL,
     .fallback = "1e-3",
     .minimum = 0,
     .maximum = 1},
    {.name = "loss", .help = "loss", .kind = ALM_OPTION_CHOICE, .fallback = "mse", .choices = "mse|mae"},
    {.name = "of", .help = "members", .kind = ALM_OPTION_SPECS},
    {.name = "levels", .help = "levels", .kind = ALM_OPTION_NUMBERS, .minimum = 0, .maximum = 1},
    {.name = "bias", .help = "bias", .kind = ALM_OPTION_FLAG, .fallback = "1"},
    {0},
};

static enum alm_status make(struct alm_config **out, const char *text, struct alm_error *error)
{
    return alm_config_create(out, table, text, "model", error);
}

Test(option, reads_values_and_falls_back_to_defaults)
{
    struct alm_config *config;
    struct alm_error error = {0};
    size_t n;
    cr_assert(eq(int, make(&config, "hidden=64,levels=0.1+0.9", &error), ALM_OK), "%s", error.text);
    cr_assert(eq(sz, alm_config_size(config, "hidden"), 64));
    cr_assert(eq(dbl, alm_config_real(config, "rate"), 1e-3));
    cr_assert(eq(dbl, alm_config_numbers(config, "levels", &n)[1], 0.9));
    cr_assert(eq(sz, n, 2));
    cr_assert(alm_config_flag(config, "bias"));
    cr_assert_not(alm_config_has(config, "of"));
    cr_assert_not(alm_config_given(config, "rate"));
    alm_config_free(config);
}

Test(option, equal_configs_have_equal_canonical_texts)
{
    struct alm_config *config;
    struct alm_text text = {0};
    cr_assert(eq(int, make(&config, "loss=mse,rate=0.010,hidden=064,of=(naive:a=1,b=2)+mean", NULL), ALM_OK));
    alm_config_write(config, &text);
    cr_assert(eq(str, text.data, "hidden=64,rate=0.01,of=(naive:a=1,b=2)+mean"));
    alm_config_free(config);
    alm_text_clear(&text);
}

Test(option, explains_what_is_wrong)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"hiden=1", "did you mean hidden?"}, {"hidden=0", "within 1 .. 4096"}, {"hidden=1.5", "whole number"},
        {"rate=nan", "expected a number"},   {"loss=huber", "mse|mae"},        {"hidden", "key=value"},
        {"hidden=1,hidden=2", "twice"},      {"bias=yes", "0 or 1"},           {"of=(naive", "without"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_config *config;
        struct alm_error error = {0};
        cr_assert(eq(int, make(&config, cases[i].text, &error), ALM_USAGE), "%s", cases[i].text);
        cr_assert(strstr(error.text, cases[i].part) != NULL, "%s -> %s", cases[i].text, error.text);
        cr_assert(config == NULL);
    }
}

Test(option, one_that_would_have_no_effect_is_refused_with_what_it_needs_or_taken_back)
{
    static const struct alm_option options[] = {
        {.name = "loss", .kind = ALM_OPTION_CHOICE, .fallback = "mse", .choices = "mse|mae|quantile"},
        {.name = "levels",
         .kind = ALM_OPTION_NUMBERS,
         .fallback = "0.5",
         .maximum = 1,
         .needs = "loss=mae|quantile"},
        {.name = "gate", .kind = ALM_OPTION_CHOICES, .fallback = "a", .choices = "a|b|c", .needs = "p>0"},
        {.name = "p", .kind = ALM_OPTION_NUMBERS, .fallback = "0", .maximum = 1, .needs = "gate=b|c"},
        {.name = "q", .kind = ALM_OPTION_REAL, .maximum = 1, .needs = "gate=c, p>0.2"},
        {0},
    };
    static const struct {
        const char *text, *needs, *settled;
    } cases[] = {
        {"", NULL, ""},
        {"levels=0.1", "loss=mae|quantile", ""},
        {"levels=0.5", NULL, ""},
        {"levels=0", NULL, "levels=0"},
        {"levels=0.1+0.9,loss=quantile", NULL, "loss=quantile,levels=0.1+0.9"},
        {"gate=a+b", "p>0", ""},
        {"gate=a+b,p=0+0.1", NULL, "gate=a+b,p=0+0.1"},
        {"gate=b,p=0.3,q=0.1", "gate=c, p>0.2", "gate=b,p=0.3"},
        {"gate=b+c,p=0.3,q=0.1", NULL, "gate=b+c,p=0.3,q=0.1"},
        {"p=0.3,q=0.1", "gate=b|c", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_config *config;
        struct alm_error error = {0};
        struct alm_text text = {0};
        cr_assert(eq(int, alm_config_create(&config, options, cases[i].text, "x", &error), ALM_OK), "%s",
                  error.text);
        cr_assert(eq(int, alm_config_check(config, &error), cases[i].needs == NULL ? ALM_OK : ALM_USAGE),
                  "%s", cases[i].text);
        if (cases[i].needs != NULL) cr_assert(strstr(error.text, cases[i].needs) != NULL, "%s", error.text);
        cr_assert(eq(int, alm_config_settle(config, &error), ALM_OK));
        alm_config_write(config, &text);
        cr_assert(eq(str, (char *)alm_text_string(&text), (char *)cases[i].settled));
        alm_text_clear(&text);
        alm_config_free(config);
    }
}

Test(option, takes_specs_apart)
{
    struct alm_spec spec;
    cr_assert(eq(int, alm_spec_parse(&spec, "big=lstm:hidden=64,loss=mae", NULL), ALM_OK));
    cr_assert(eq(str, spec.label, "big"));
    cr_assert(eq(str, spec.name, "lstm"));
    cr_assert(eq(str, spec.options, "hidden=64,loss=mae"));
    alm_spec_clear(&spec);
    cr_assert(eq(int, alm_spec_parse(&spec, "median:of=naive+(lstm:hidden=4)", NULL), ALM_OK));
    cr_assert(spec.label == NULL);
    cr_assert(eq(str, spec.options, "of=naive+(lstm:hidden=4)"));
    alm_spec_clear(&spec);
    cr_assert(eq(int, alm_spec_parse(&spec, "", NULL), ALM_USAGE));
    cr_assert(eq(int, alm_spec_parse(&spec, "a b=naive", NULL), ALM_USAGE));
}

Test(option, several_pairs_in_one_pair_of_parentheses_are_refused)
{
    static const struct alm_option options[] = {{.name = "of", .kind = ALM_OPTION_SPECS}, {.name = NULL}};
    struct alm_config *config = NULL;
    struct alm_error error = {0};
    /* found by fuzzing: it was read as one value whose canonical text could not be read back */
    cr_assert(alm_config_create(&config, options, "(of=a:b=1,c=2)", "x", &error) == ALM_USAGE);
    cr_assert(strstr(error.text, "expected key=value") != NULL);
}
