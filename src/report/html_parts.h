/* What the sections of the page are made of. */
#ifndef ALM_REPORT_HTML_PARTS_H
#define ALM_REPORT_HTML_PARTS_H

#include "report/facts.h"
#include "report/grid.h"

/* Appends what a function of words.h writes, escaped. */
void alm_html_words(struct alm_text *out, void (*write)(struct alm_text *, const struct alm_facts *),
                    const struct alm_facts *facts);

void alm_html_heading(struct alm_text *out, const char *id, const char *title);

/* A table of tables.h; caption may be NULL. */
enum alm_status alm_html_table(struct alm_text *out,
                               void (*fill)(struct alm_grid *, const struct alm_facts *),
                               const struct alm_facts *facts, const char *caption, struct alm_error *error);

/* The same, folded under a summary; nothing if it has no rows. */
enum alm_status alm_html_details(struct alm_text *out, const char *summary,
                                 void (*fill)(struct alm_grid *, const struct alm_facts *),
                                 const struct alm_facts *facts, struct alm_error *error);

/* html_classes.c: the section on forecasts of classes. */
enum alm_status alm_html_classes(struct alm_text *out, const struct alm_facts *facts,
                                 struct alm_error *error);

#endif
