/* Forecasts of characters as a text again, for people. */
#include "cli/results.h"

#include "store/rows.h"

#include <stdio.h>
#include <string.h>

/* Appends what a label of `import --layout text` stands for; false when it is not one character. */
static bool append_character(struct alm_text *out, const char *label)
{
    static const char *const escapes[] = {"\\n", "\n", "\\t", "\t", "\\r", "\r"};
    size_t characters = 0;
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i += 2)
        if (strcmp(label, escapes[i]) == 0) {
            alm_text_append(out, escapes[i + 1]);
            return true;
        }
    for (const char *p = label; *p != '\0'; p++)
        characters += ((unsigned char)*p & 0xC0) != 0x80; /* UTF-8 goes on with these */
    alm_text_append(out, label);
    return characters == 1;
}

/* Line by line, so that nothing in it can steer the terminal. */
static void print_text(const char *series, const char *text)
{
    struct alm_text out = {0};
    alm_text_append(&out, "\ntext of ");
    alm_text_append_visible(&out, series);
    alm_text_append(&out, ":\n");
    while (*text != '\0') {
        char line[256];
        const size_t n = strcspn(text, "\n"), part = n < sizeof line ? n : sizeof line - 1;
        snprintf(line, sizeof line, "%.*s", (int)part, text);
        alm_text_append_visible(&out, line);
        text += part;
        if (*text != '\n') continue;
        alm_text_append(&out, "\n");
        text++;
    }
    fputs(alm_text_string(&out), stdout);
    fputs("\n", stdout);
    alm_text_clear(&out);
}

enum alm_status alm_call_print_texts(struct alm_rows *rows, struct alm_error *error)
{
    const size_t series = alm_rows_find_column(rows, "series"), class = alm_rows_find_column(rows, "class");
    struct alm_text name = {0}, text = {0};
    bool row = false, is_text = false;
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        const char *own = alm_rows_text(rows, series), *label = alm_rows_text(rows, class);
        if (name.length == 0 || strcmp(alm_text_string(&name), own) != 0) {
            if (is_text) print_text(alm_text_string(&name), alm_text_string(&text));
            alm_text_reset(&name);
            alm_text_append(&name, own);
            alm_text_reset(&text);
            is_text = true;
        }
        is_text = label != NULL && append_character(&text, label) && is_text;
        status = alm_rows_step(rows, &row, error);
    }
    if (status == ALM_OK) status = alm_text_check(&text, error);
    if (status == ALM_OK && is_text) print_text(alm_text_string(&name), alm_text_string(&text));
    alm_text_clear(&name);
    alm_text_clear(&text);
    return status;
}
