/* Options: each is written down once, in a table, with its help, default and range. The same table is parsed
 * from, checked against, printed from and stored from. Specs such as `lstm:hidden=64,loss=huber` are read
 * with it. */
#ifndef ALM_BASE_OPTION_H
#define ALM_BASE_OPTION_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_option_kind {
    ALM_OPTION_INTEGER, /* whole number within [minimum, maximum] */
    ALM_OPTION_REAL,    /* finite number within [minimum, maximum] */
    ALM_OPTION_FLAG,    /* 0 or 1 */
    ALM_OPTION_CHOICE,  /* one of choices, `a|b|c` */
    ALM_OPTION_CHOICES, /* list of choices joined with `+` */
    ALM_OPTION_NUMBERS, /* list of numbers joined with `+`, each within [minimum, maximum] */
    ALM_OPTION_TEXT,    /* any text without `,` */
    ALM_OPTION_SPECS,   /* list of specs joined with `+`; one with options of its own stands in parentheses */
};

struct alm_option {
    const char *name, *help;
    enum alm_option_kind kind;
    const char *fallback; /* default, written as a user would; NULL: no default, the option is unset */
    double minimum, maximum;
    const char *choices; /* for ALM_OPTION_CHOICE and ALM_OPTION_CHOICES */
    /* What must hold for the option to have an effect, or NULL: conditions joined with `, `, each of them
     * `option=a|b` (it, or a member of its list, is one of these) or `option>x` (it, or a member, is a number
     * above x). */
    const char *needs;
};

/* The values of one option table. Opaque. */
struct alm_config;

/* Reads `key=value,key=value` (text may be NULL or empty) against options, which end with a NULL name
 * (options may be NULL: none). what names the owner in messages ("lstm"). Unknown keys give a suggestion,
 * values outside their range an error with the range; a key given twice is an error. The table's texts must
 * outlive the config. */
enum alm_status alm_config_create(struct alm_config **out, const struct alm_option *options, const char *text,
                                  const char *what, struct alm_error *error);
/* The same with two tables: those of options and, behind them, those of more (may be NULL). The tables are
 * copied, the texts in them must outlive the config. */
enum alm_status alm_config_create_joined(struct alm_config **out, const struct alm_option *options,
                                         const struct alm_option *more, const char *text, const char *what,
                                         struct alm_error *error);
/* Writes an option's text in another way, before anybody reads the config. */
enum alm_status alm_config_replace(struct alm_config *config, const char *name, const char *text,
                                   struct alm_error *error);
void alm_config_free(struct alm_config *config);

/* Values by name. The name must be in the table (assert) and its kind must fit. An unset option without
 * default reads as NAN, 0, false or NULL; alm_config_has says whether there is a value (given or default),
 * alm_config_given whether the user gave one. */
bool alm_config_has(const struct alm_config *config, const char *name);
bool alm_config_is_default(const struct alm_config *config, const char *name);
bool alm_config_given(const struct alm_config *config, const char *name);
double alm_config_real(const struct alm_config *config, const char *name);
long long alm_config_integer(const struct alm_config *config, const char *name);
size_t alm_config_size(const struct alm_config *config, const char *name); /* an integer with minimum >= 0 */
bool alm_config_flag(const struct alm_config *config, const char *name);
const char *alm_config_text(const struct alm_config *config,
                            const char *name); /* TEXT, CHOICE, SPECS as written */
/* Index of the value among the choices. */
size_t alm_config_choice(const struct alm_config *config, const char *name);
/* A list's numbers, or the indices of its choices; *n is set. Owned by the config. */
const double *alm_config_numbers(const struct alm_config *config, const char *name, size_t *n);

/* The table, and whose it is in messages. */
const struct alm_option *alm_config_options(const struct alm_config *config);
const char *alm_config_what(const struct alm_config *config);

/* Gives an option its default, or nothing if it has none. */
enum alm_status alm_config_reset(struct alm_config *config, const char *name, struct alm_error *error);

/* option_needs.c. An option is on when it is neither at its default nor 0, and idle when it is on and a
 * condition that it needs does not hold: it would have no effect. alm_config_meets says whether one condition
 * (of `needs`) holds. alm_config_check fails with ALM_USAGE for an idle option, naming what it needs.
 * alm_config_settle gives idle options their defaults, until there is none. */
bool alm_config_is_on(const struct alm_config *config, const char *name);
bool alm_config_meets(const struct alm_config *config, const char *condition);
enum alm_status alm_config_check(const struct alm_config *config, struct alm_error *error);
enum alm_status alm_config_settle(struct alm_config *config, struct alm_error *error);

/* Appends the canonical text: the options whose value differs from the default, in table order, numbers in
 * their shortest form. Equal configs have equal texts. Nothing when all are at their defaults. */
void alm_config_write(const struct alm_config *config, struct alm_text *out);
/* Appends all set options as a JSON object. */
void alm_config_write_json(const struct alm_config *config, struct alm_text *out);

/* A spec taken apart: `[LABEL=]name[:options]`. */
struct alm_spec {
    char *label;   /* NULL when none was stated; else [A-Za-z0-9_.-]+ */
    char *name;    /* what stands before the first `:` */
    char *options; /* what stands after it; "" when nothing does */
};

/* Takes text apart; it does not look at the options. ALM_USAGE for an empty name or a bad label. */
enum alm_status alm_spec_parse(struct alm_spec *out, const char *text, struct alm_error *error);
void alm_spec_clear(struct alm_spec *spec);

/* Splits a list joined with separator at the top level (parentheses protect their inside; one pair around a
 * whole item is taken off) and calls each item in order; stops at the first failure. */
enum alm_status alm_list_each(const char *list, char separator, void *context,
                              enum alm_status (*item)(void *context, const char *text,
                                                      struct alm_error *error),
                              struct alm_error *error);

#endif
