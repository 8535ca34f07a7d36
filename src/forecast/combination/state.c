/* Life of a combination's state. */
#include "base/memory.h"
#include "forecast/combination/learn.h"

#include <stdlib.h>

static enum alm_status add_name(void *context, const char *text, struct alm_error *error)
{
    struct alm_combination *c = context;
    struct alm_spec spec;
    if (c->n_members == ALM_MEMBERS_MOST) return ALM_OK; /* the wrapper refuses it */
    ALM_TRY(alm_spec_parse(&spec, text, error));
    const enum alm_status status =
        alm_copy_text(&c->name[c->n_members++], spec.label != NULL ? spec.label : text, error);
    alm_spec_clear(&spec);
    return status;
}

enum alm_status alm_combination_create(void **self, const struct alm_config *config, uint64_t seed,
                                       struct alm_error *error)
{
    struct alm_combination *c;
    (void)seed;
    *self = NULL;
    if (!alm_config_has(config, "of"))
        return alm_fail(error, ALM_USAGE, "a combination needs its members: of=naive+ses+(lstm:hidden=64)");
    ALM_TRY(ALM_NEW(&c, 1, error));
    c->config = config;
    enum alm_status status = ALM_NEW(&c->name, ALM_MEMBERS_MOST, error);
    if (status == ALM_OK) status = alm_list_each(alm_config_text(config, "of"), '+', c, add_name, error);
    if (status != ALM_OK) {
        alm_combination_free(c);
        return status;
    }
    *self = c;
    return ALM_OK;
}

void alm_combination_free(void *self)
{
    struct alm_combination *c = self;
    if (c == NULL) return;
    for (size_t k = 0; c->name != NULL && k < c->n_members; k++)
        free(c->name[k]);
    free(c->name);
    free(c->weight);
    free(c);
}

size_t alm_combination_minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 1; /* each member has its own */
}

enum alm_status alm_combination_save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_combination *c = self;
    alm_bytes_put_u64(out, c->n_series);
    alm_bytes_put_u64(out, c->groups);
    alm_bytes_put_u64(out, c->horizon);
    alm_bytes_put_f64s(out, c->weight, c->n_series * c->groups * c->n_members);
    return alm_bytes_check(out, error);
}

enum alm_status alm_combination_load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_combination *c = self;
    const uint64_t n_series = alm_bytes_get_u64(in), groups = alm_bytes_get_u64(in),
                   horizon = alm_bytes_get_u64(in);
    size_t n;
    if (in->failed || n_series > in->length || groups > in->length || (n_series > 0 && horizon == 0) ||
        !alm_multiply(&n, (size_t)n_series, (size_t)groups) || !alm_multiply(&n, n, c->n_members) ||
        n > in->length / sizeof(double))
        return alm_fail(error, ALM_PARSE, "the weights of the members are damaged");
    ALM_TRY(ALM_NEW(&c->weight, n, error));
    alm_bytes_get_f64s(in, c->weight, n);
    c->n_series = (size_t)n_series;
    c->groups = (size_t)groups;
    c->horizon = (size_t)horizon;
    return in->failed ? alm_fail(error, ALM_PARSE, "the weights of the members are cut off") : ALM_OK;
}

/* Last of a group's steps, from 1. */
static size_t last_step(const struct alm_combination *c, size_t group)
{
    size_t step = 0;
    while (step < c->horizon && alm_combination_group(c, step) <= group)
        step++;
    return step;
}

void alm_combination_describe(const void *self, struct alm_text *out)
{
    const struct alm_combination *c = self;
    for (size_t g = 0; c->n_series > 0 && g < c->groups; g++)
        for (size_t k = 0; k < c->n_members; k++) {
            double sum = 0;
            for (size_t s = 0; s < c->n_series; s++)
                sum += c->weight[(s * c->groups + g) * c->n_members + k];
            alm_text_printf(out, "weight(%s", c->name[k]);
            if (c->groups > 1) alm_text_printf(out, ", steps to %zu", last_step(c, g));
            alm_text_printf(out, ")=%.6g\n", sum / (double)c->n_series);
        }
}
