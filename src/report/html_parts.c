#include "report/html_parts.h"

#include "report/number.h"

/* Appends what a function of words.h writes, escaped. */
void alm_html_words(struct alm_text *out, void (*write)(struct alm_text *, const struct alm_facts *),
                    const struct alm_facts *facts)
{
    struct alm_text text = {0};
    write(&text, facts);
    alm_text_append_safe(out, alm_text_string(&text));
    if (text.failed) out->failed = true;
    alm_text_clear(&text);
}

enum alm_status alm_html_table(struct alm_text *out,
                               void (*fill)(struct alm_grid *, const struct alm_facts *),
                               const struct alm_facts *facts, const char *caption, struct alm_error *error)
{
    struct alm_grid grid = {0};
    fill(&grid, facts);
    const enum alm_status status = alm_grid_check(&grid, error);
    if (status == ALM_OK) alm_grid_write_html(out, &grid, caption);
    alm_grid_clear(&grid);
    return status;
}

enum alm_status alm_html_details(struct alm_text *out, const char *summary,
                                 void (*fill)(struct alm_grid *, const struct alm_facts *),
                                 const struct alm_facts *facts, struct alm_error *error)
{
    struct alm_text table = {0};
    const enum alm_status status = alm_html_table(&table, fill, facts, NULL, error);
    if (table.length > 0) {
        alm_text_printf(out, "<details><summary>%s</summary>\n", summary);
        alm_text_append(out, alm_text_string(&table));
        alm_text_append(out, "</details>\n");
    }
    if (table.failed) out->failed = true;
    alm_text_clear(&table);
    return status;
}

void alm_html_heading(struct alm_text *out, const char *id, const char *title)
{
    alm_text_printf(out, "<h2 id=\"%s\">%s</h2>\n", id, title);
}
