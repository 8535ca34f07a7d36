/* Progress of long work, as one line on a terminal's stderr that is erased at the end. */
#ifndef ALM_CLI_METER_H
#define ALM_CLI_METER_H

#include "base/hooks.h"
#include "base/status.h"

struct alm_meter;

/* Release with alm_meter_free, after the work is over. */
enum alm_status alm_meter_create(struct alm_meter **out, struct alm_error *error);
/* NULL-safe; erases first. */
void alm_meter_free(struct alm_meter *meter);
/* What work reports to; valid as long as the meter. */
const struct alm_progress *alm_meter_progress(const struct alm_meter *meter);
/* Takes the line off the screen, so that other output can follow; it comes back with the next report.
 * NULL-safe. */
void alm_meter_erase(struct alm_meter *meter);

#endif
