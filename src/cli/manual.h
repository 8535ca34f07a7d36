/* The manual page, made from the command tables. */
#ifndef ALM_CLI_MANUAL_H
#define ALM_CLI_MANUAL_H

#include "base/text.h"

/* Appends almanac(1) in man(7) macros: the program, then every command. */
void alm_manual_write(struct alm_text *out);

#endif
