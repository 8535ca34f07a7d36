#include "forecast/transform_options.h"

#include <string.h>

static const struct alm_option options[] = {
    {.name = "log",
     .help = "natural logarithm of the values, which must be above 0",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "boxcox",
     .help =
         "Box-Cox transform (y^L - 1) / L of values above 0: L, or auto for Guerrero's choice within 0 .. "
         "1",
     .kind = ALM_OPTION_TEXT},
    {.name = "asinh",
     .help = "arcsinh of the values divided by their median size: like a logarithm, for any sign",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "returns",
     .help = "log returns: the same as log=1,difference=1",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {.name = "seasonal_difference",
     .help = "how often to take differences to the value one season before",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "0",
     .minimum = 0,
     .maximum = 2},
    {.name = "difference",
     .help = "how often to take differences to the value before, after seasonal ones. With either, quantiles "
             "are those of inner folds, as errors add up from step to step",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "0",
     .minimum = 0,
     .maximum = 2},
    {.name = "normalise",
     .help =
         "after all that, divide by: the standard deviation, less the mean; the interquartile range, less "
         "the median; the size of the last value; the mean absolute seasonal difference. All of the "
         "training part",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|standard|robust|last|season"},
    {.name = "bias",
     .help = "adjust the mean for the curve, by the variance that the forecaster's quantiles tell: 1 + v / 2 "
             "times with log. Without it, the forecast is about the median",
     .kind = ALM_OPTION_FLAG,
     .fallback = "0"},
    {0},
};

const struct alm_option *alm_forecaster_common_options(const struct alm_forecaster_type *type)
{
    return type->rule != NULL || (type->traits & ALM_TRAIT_CLASSES_ONLY) != 0 ? NULL : options;
}

enum alm_status alm_forecaster_config_create(struct alm_config **out, const struct alm_forecaster_type *type,
                                             const char *text, struct alm_error *error)
{
    return alm_config_create_joined(out, type->options, alm_forecaster_common_options(type), text, type->name,
                                    error);
}

const struct alm_option *alm_forecaster_option_find(const struct alm_forecaster_type *type, const char *name)
{
    const struct alm_option *const tables[] = {type->options, alm_forecaster_common_options(type)};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct alm_option *o = tables[i]; o != NULL && o->name != NULL; o++)
            if (strcmp(o->name, name) == 0) return o;
    return NULL;
}

static enum alm_status read_boxcox(struct alm_transform *out, const char *text, const char *what,
                                   struct alm_error *error)
{
    out->curve = ALM_CURVE_BOXCOX;
    out->guerrero = strcmp(text, "auto") == 0;
    if (out->guerrero ||
        (alm_text_to_number(&out->lambda, text, strlen(text)) && out->lambda >= -1 && out->lambda <= 2))
        return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s: boxcox=%s: expected auto or a number within -1 .. 2", what, text);
}

static enum alm_status check_bias(const struct alm_transform_choice *choice, const char *what,
                                  struct alm_error *error)
{
    const struct alm_transform *t = &choice->transform;
    if (!choice->bias) return ALM_OK;
    if (t->curve == ALM_CURVE_NONE)
        return alm_fail(error, ALM_USAGE, "%s: bias would have no effect: it needs log, boxcox or asinh",
                        what);
    if (t->differences + t->seasonal_differences > 0)
        return alm_fail(error, ALM_USAGE,
                        "%s: bias is not known where differences are undone: errors add up over steps", what);
    return ALM_OK;
}

enum alm_status alm_transform_choice_read(struct alm_transform_choice *out, const struct alm_config *config,
                                          struct alm_error *error)
{
    const char *what = alm_config_what(config);
    struct alm_transform *t = &out->transform;
    const bool returns = alm_config_flag(config, "returns");
    const size_t curves = (size_t)alm_config_flag(config, "log") + alm_config_has(config, "boxcox") +
                          alm_config_flag(config, "asinh") + returns;
    *out = (struct alm_transform_choice){.bias = alm_config_flag(config, "bias")};
    if (curves > 1) return alm_fail(error, ALM_USAGE, "%s: give one of log, boxcox, asinh and returns", what);
    if (alm_config_flag(config, "log") || returns) t->curve = ALM_CURVE_BOXCOX; /* with lambda 0 */
    if (alm_config_flag(config, "asinh")) t->curve = ALM_CURVE_ARCSINH;
    if (alm_config_has(config, "boxcox"))
        ALM_TRY(read_boxcox(t, alm_config_text(config, "boxcox"), what, error));
    t->seasonal_differences = alm_config_size(config, "seasonal_difference");
    t->differences = alm_config_size(config, "difference");
    if (returns && t->differences > 0)
        return alm_fail(error, ALM_USAGE, "%s: returns=1 is log=1,difference=1: leave difference out", what);
    if (returns) t->differences = 1;
    t->normalisation = (enum alm_normalisation)alm_config_choice(config, "normalise");
    return check_bias(out, what, error);
}
