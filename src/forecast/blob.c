/* A fitted forecaster as bytes: magic, version, spec, settings, series, states, and a digest of it all. */
#include "base/digest.h"
#include "base/memory.h"
#include "forecast/wrapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 0x464D4C41 /* "ALMF" */, VERSION = 2, DIGEST = ALM_DIGEST_SIZE - 1 };

/* ---- writing ---- */

static void save_transform(const struct alm_transform_fit *fit, struct alm_bytes *out)
{
    alm_bytes_put_f64(out, fit->lambda);
    alm_bytes_put_f64(out, fit->unit);
    alm_bytes_put_f64(out, fit->shift);
    alm_bytes_put_f64(out, fit->scale);
    alm_bytes_put_u64(out, (uint64_t)fit->first);
    alm_bytes_put_u64(out, (uint64_t)fit->last);
    alm_bytes_put_u64(out, fit->n);
}

static void load_transform(struct alm_transform_fit *fit, struct alm_bytes_reader *in)
{
    fit->lambda = alm_bytes_get_f64(in);
    fit->unit = alm_bytes_get_f64(in);
    fit->shift = alm_bytes_get_f64(in);
    fit->scale = alm_bytes_get_f64(in);
    fit->first = (int64_t)alm_bytes_get_u64(in);
    fit->last = (int64_t)alm_bytes_get_u64(in);
    fit->n = (size_t)alm_bytes_get_u64(in);
}

static void save_fitted(const struct alm_fitted *fitted, const struct alm_transform_choice *choice,
                        struct alm_bytes *out)
{
    alm_bytes_put_text(out, fitted->name);
    alm_bytes_put_text(out, alm_status_name(fitted->outcome.status));
    alm_bytes_put_text(out, fitted->outcome.reason);
    alm_bytes_put_text(out, fitted->outcome.fallback);
    alm_bytes_put_u64(out, fitted->outcome.n_train);
    alm_bytes_put_u64(out, fitted->outcome.filled);
    alm_conformal_save(&fitted->conformal, out);
    if (alm_transform_is_on(&choice->transform)) save_transform(&fitted->transform, out);
}

static enum alm_status save_self(const struct alm_forecaster *f, const void *self, struct alm_bytes *out,
                                 struct alm_error *error)
{
    struct alm_bytes state = {0};
    enum alm_status status = ALM_OK;
    alm_bytes_put_u32(out, self != NULL);
    if (self == NULL) return ALM_OK;
    status = f->type->save(self, &state, error);
    if (status == ALM_OK) status = alm_bytes_check(&state, error);
    if (status == ALM_OK) {
        alm_bytes_put_u64(out, state.length);
        alm_bytes_put(out, state.data, state.length);
    }
    alm_bytes_clear(&state);
    return status;
}

enum alm_status alm_forecaster_save_part(const struct alm_forecaster *forecaster, struct alm_bytes *out,
                                         struct alm_error *error)
{
    struct alm_bytes part = {0};
    const enum alm_status status = alm_forecaster_save(forecaster, &part, error);
    alm_bytes_put_u64(out, part.length);
    alm_bytes_put(out, part.data, part.length);
    alm_bytes_clear(&part);
    return status;
}

static enum alm_status save_members(const struct alm_forecaster *f, struct alm_bytes *out,
                                    struct alm_error *error)
{
    for (size_t i = 0; i < f->n_members; i++) {
        if (f->n_self > 0 && f->member[i].forecaster->n_self == 0)
            return alm_fail(error, ALM_USAGE, "the members of %s are not its own to be saved", f->type->name);
        ALM_TRY(alm_forecaster_save_part(f->member[i].forecaster, out, error));
    }
    return ALM_OK;
}

enum alm_status alm_forecaster_save(const struct alm_forecaster *forecaster, struct alm_bytes *out,
                                    struct alm_error *error)
{
    const struct alm_forecaster *f = forecaster;
    const size_t start = out->length;
    struct alm_text spec = {0};
    char digest[ALM_DIGEST_SIZE];
    alm_forecaster_write_spec(f, &spec);
    alm_bytes_put_u32(out, MAGIC);
    alm_bytes_put_u32(out, VERSION);
    alm_bytes_put_text(out, alm_text_string(&spec));
    const enum alm_status status = alm_text_check(&spec, error);
    alm_text_clear(&spec);
    ALM_TRY(status);
    alm_bytes_put_u64(out, f->settings.seed);
    alm_bytes_put_u32(out, (uint32_t)f->settings.missing);
    alm_bytes_put_u64(out, f->settings.conformal_folds);
    alm_bytes_put_u64(out, f->n_series);
    alm_bytes_put_u64(out, f->n_self);
    for (size_t i = 0; i < f->n_series; i++)
        save_fitted(&f->fitted[i], &f->choice, out);
    for (size_t i = 0; i < f->n_self; i++)
        ALM_TRY(save_self(f, f->self[i], out, error));
    ALM_TRY(save_members(f, out, error));
    ALM_TRY(alm_bytes_check(out, error));
    alm_digest_of(digest, out->data + start, out->length - start);
    alm_bytes_put(out, digest, DIGEST);
    return alm_bytes_check(out, error);
}

/* ---- reading ---- */

static enum alm_status damaged(struct alm_error *error)
{
    return alm_fail(error, ALM_PARSE, "the stored model is damaged; train it again");
}

static enum alm_status status_of_name(enum alm_status *out, const char *name, struct alm_error *error)
{
#define X(code, text, class)                                                                                 \
    if (strcmp(name, #code) == 0) return *out = ALM_##code, ALM_OK;
    ALM_STATUS_LIST(X)
#undef X
    return damaged(error);
}

static enum alm_status load_fitted(struct alm_fitted *fitted, struct alm_bytes_reader *in, bool has_fallback,
                                   struct alm_error *error)
{
    char *status_name = NULL, *reason = NULL, *fallback = NULL;
    struct alm_series_outcome *outcome = &fitted->outcome;
    enum alm_status status = alm_bytes_get_text(in, &fitted->name, error);
    if (status == ALM_OK) status = alm_bytes_get_text(in, &status_name, error);
    if (status == ALM_OK) status = alm_bytes_get_text(in, &reason, error);
    if (status == ALM_OK && has_fallback) status = alm_bytes_get_text(in, &fallback, error);
    if (status == ALM_OK) status = status_of_name(&outcome->status, status_name, error);
    if (status == ALM_OK) snprintf(outcome->reason, sizeof outcome->reason, "%s", reason);
    if (fallback != NULL) snprintf(outcome->fallback, sizeof outcome->fallback, "%s", fallback);
    free(status_name);
    free(reason);
    free(fallback);
    ALM_TRY(status);
    outcome->n_train = (size_t)alm_bytes_get_u64(in);
    outcome->filled = (size_t)alm_bytes_get_u64(in);
    return alm_conformal_load(&fitted->conformal, in, error);
}

static enum alm_status load_self(struct alm_forecaster *f, void **self, struct alm_bytes_reader *in,
                                 struct alm_error *error)
{
    if (alm_bytes_get_u32(in) == 0) return ALM_OK;
    const uint64_t n = alm_bytes_get_u64(in);
    const void *state = n > in->length ? NULL : alm_bytes_get(in, (size_t)n);
    if (in->failed || state == NULL) return damaged(error);
    struct alm_bytes_reader part = {.data = state, .length = (size_t)n};
    ALM_TRY(f->type->create(self, f->config, f->settings.seed, error));
    ALM_TRY(f->type->load(*self, &part, error));
    return alm_bytes_reader_end(&part, error);
}

enum alm_status alm_forecaster_load_part(struct alm_forecaster **forecaster, struct alm_bytes_reader *in,
                                         struct alm_error *error)
{
    struct alm_forecaster *loaded;
    const uint64_t n = alm_bytes_get_u64(in);
    const void *data = n > in->length ? NULL : alm_bytes_get(in, (size_t)n);
    if (in->failed || data == NULL) return damaged(error);
    ALM_TRY(alm_forecaster_load(&loaded, data, (size_t)n, error));
    alm_forecaster_free(*forecaster);
    *forecaster = loaded;
    return ALM_OK;
}

static enum alm_status load_members(struct alm_forecaster *f, struct alm_bytes_reader *in,
                                    struct alm_error *error)
{
    for (size_t i = 0; i < f->n_members; i++) {
        ALM_TRY(alm_forecaster_load_part(&f->member[i].forecaster, in, error));
        if (f->member[i].forecaster->n_series != f->n_series) return damaged(error);
    }
    return ALM_OK;
}

static enum alm_status load_body(struct alm_forecaster *f, struct alm_bytes_reader *in, bool has_fallback,
                                 struct alm_error *error)
{
    const uint64_t n_series = alm_bytes_get_u64(in), n_self = alm_bytes_get_u64(in);
    if (in->failed || n_series > in->length) return damaged(error);
    if (n_self == 0) {
        ALM_TRY(load_members(f, in, error));
        return alm_bytes_reader_end(in, error);
    }
    ALM_TRY(alm_forecaster_reset(f, (size_t)n_series, error));
    if (f->n_self != n_self) return damaged(error);
    for (size_t i = 0; i < f->n_series; i++) {
        ALM_TRY(load_fitted(&f->fitted[i], in, has_fallback, error));
        if (alm_transform_is_on(&f->choice.transform)) load_transform(&f->fitted[i].transform, in);
    }
    for (size_t i = 0; i < f->n_self; i++)
        ALM_TRY(load_self(f, &f->self[i], in, error));
    ALM_TRY(load_members(f, in, error));
    return alm_bytes_reader_end(in, error);
}

/* Magic, version and digest, before anything else is believed. */
static enum alm_status check_header(uint32_t *version, const unsigned char *data, size_t n,
                                    struct alm_error *error)
{
    struct alm_bytes_reader in = {.data = data, .length = n};
    char digest[ALM_DIGEST_SIZE];
    if (alm_bytes_get_u32(&in) != MAGIC) return alm_fail(error, ALM_PARSE, "this is not a stored model");
    *version = alm_bytes_get_u32(&in);
    if (*version > VERSION)
        return alm_fail(error, ALM_PARSE, "the model was stored by a newer almanac (format %u, known is %d)",
                        (unsigned)*version, VERSION);
    if (n < 8 + DIGEST) return damaged(error);
    alm_digest_of(digest, data, n - DIGEST);
    return memcmp(digest, data + n - DIGEST, DIGEST) == 0 ? ALM_OK : damaged(error);
}

enum alm_status alm_forecaster_load(struct alm_forecaster **out, const void *data, size_t n,
                                    struct alm_error *error)
{
    struct alm_forecaster *f = NULL;
    char *spec = NULL;
    uint32_t version = 0;
    *out = NULL;
    ALM_TRY(check_header(&version, data, n, error));
    struct alm_bytes_reader in = {.data = data, .length = n - DIGEST, .offset = 8};
    ALM_TRY(alm_bytes_get_text(&in, &spec, error));
    struct alm_forecaster_settings settings = {.seed = alm_bytes_get_u64(&in)};
    settings.missing = alm_bytes_get_u32(&in) == ALM_MISSING_REFUSE ? ALM_MISSING_REFUSE : ALM_MISSING_FILL;
    settings.conformal_folds = (size_t)alm_bytes_get_u64(&in);
    enum alm_status status = alm_forecaster_create_stored(&f, spec, &settings, error);
    if (status == ALM_OK) status = load_body(f, &in, version >= 2, error);
    free(spec);
    if (status != ALM_OK) {
        alm_forecaster_free(f);
        return status;
    }
    *out = f;
    return ALM_OK;
}
