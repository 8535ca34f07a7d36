#include "ingest/reject.h"

static const char *const words[] = {
#define X(name, text) [ALM_REJECT_##name] = text,
    ALM_REJECT_LIST(X)
#undef X
};

/* What the message says for a reason that concerns a cell's content. */
static const char *expectation(enum alm_reject_reason reason)
{
    switch (reason) {
    case ALM_REJECT_TIME:
        return "expected a time";
    case ALM_REJECT_NUMBER:
        return "expected a number";
    case ALM_REJECT_KEY:
        return "expected a name without control characters";
    case ALM_REJECT_LABEL:
        return "expected a label of at most 1,024 bytes without control characters";
    default:
        return NULL;
    }
}

enum alm_reject_reason alm_record_fault_reason(enum alm_record_fault fault)
{
    static const enum alm_reject_reason reasons[] = {
        [ALM_RECORD_UNCLOSED_QUOTE] = ALM_REJECT_UNCLOSED_QUOTE,
        [ALM_RECORD_TEXT_AFTER_QUOTE] = ALM_REJECT_TEXT_AFTER_QUOTE,
        [ALM_RECORD_TOO_LONG] = ALM_REJECT_TOO_LONG,
        [ALM_RECORD_NUL] = ALM_REJECT_NUL,
        [ALM_RECORD_NOT_UTF8] = ALM_REJECT_NOT_UTF8,
    };
    return reasons[fault];
}

const char *alm_ingest_reject_words(enum alm_reject_reason reason)
{
    return words[reason];
}

static void write_sentence(struct alm_text *out, const struct alm_ingest_reject *reject, bool with_text)
{
    const char *expected = expectation(reject->reason);
    if (reject->where != NULL) {
        alm_text_append_visible(out, reject->where);
        alm_text_append(out, ": ");
    }
    alm_text_append(out, expected != NULL ? expected : words[reject->reason]);
    if (with_text) {
        alm_text_append(out, expected != NULL ? ", got \"" : ": \"");
        alm_text_append_visible(out, reject->text);
        alm_text_append(out, "\"");
    }
    if (reject->hint != NULL) {
        alm_text_append(out, " (");
        alm_text_append_visible(out, reject->hint);
        alm_text_append(out, ")");
    }
}

void alm_ingest_reject_explain(struct alm_text *out, const struct alm_ingest_reject *reject)
{
    write_sentence(out, reject, false);
}

void alm_ingest_reject_write(struct alm_text *out, const char *file, const struct alm_ingest_reject *reject)
{
    alm_text_append_visible(out, file);
    alm_text_printf(out, ":%zu:%zu: ", reject->line, reject->column);
    write_sentence(out, reject, true);
}
