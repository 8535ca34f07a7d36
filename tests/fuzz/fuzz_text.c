/* Specs and option lists: what is accepted has a canonical text that is accepted again and stays the same. */
#include "base/option.h"
#include "base/text.h"
#include "fuzz.h"

static const struct alm_option options[] = {
    {.name = "hidden", .kind = ALM_OPTION_INTEGER, .fallback = "32", .minimum = 1, .maximum = 4096},
    {.name = "rate", .kind = ALM_OPTION_REAL, .fallback = "0.001", .minimum = 0, .maximum = 1},
    {.name = "loss", .kind = ALM_OPTION_CHOICE, .fallback = "mse", .choices = "mse|mae|huber"},
    {.name = "levels", .kind = ALM_OPTION_NUMBERS, .minimum = -1e9, .maximum = 1e9},
    {.name = "of", .kind = ALM_OPTION_SPECS},
    {.name = NULL},
};

static void check_options(const char *text)
{
    struct alm_config *config = NULL, *again = NULL;
    struct alm_error error = {0};
    if (alm_config_create(&config, options, text, "fuzz", &error) != ALM_OK) {
        REQUIRE(error.text[0] != '\0');
        return;
    }
    struct alm_text first = {0}, second = {0};
    alm_config_write(config, &first);
    REQUIRE(alm_config_create(&again, options, alm_text_string(&first), "fuzz", NULL) == ALM_OK);
    alm_config_write(again, &second);
    REQUIRE(strcmp(alm_text_string(&first), alm_text_string(&second)) == 0);
    alm_text_clear(&first);
    alm_text_clear(&second);
    alm_config_free(config);
    alm_config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = copy_text(data, n);
    check_options(text);
    struct alm_spec spec = {0};
    if (alm_spec_parse(&spec, text, NULL) == ALM_OK) check_options(spec.options);
    alm_spec_clear(&spec);
    free(text);
    return 0;
}
