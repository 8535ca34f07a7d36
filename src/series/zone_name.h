/* Names of time zones, and where their files are. */
#ifndef ALM_SERIES_ZONE_NAME_H
#define ALM_SERIES_ZONE_NAME_H

#include "base/status.h"

#define ALM_ZONE_PATH 1024

/* The path of a zone's file. ALM_USAGE for a name that cannot be one or is not there, with the nearest that
 * is. */
enum alm_status alm_zone_name_find(char out[ALM_ZONE_PATH], const char *name, struct alm_error *error);

#endif
