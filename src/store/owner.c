#include "store/owner.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int64_t silence = INT64_C(600) * 1000000; /* microseconds */

/* The first line of a file; empty when it cannot be read. */
static void read_line(char *out, size_t size, const char *path)
{
    FILE *file = fopen(path, "r");
    out[0] = '\0';
    if (file == NULL) return;
    if (fgets(out, (int)size, file) != NULL) out[strcspn(out, "\n")] = '\0';
    fclose(file);
}

/* Field 22 of /proc/PID/stat, counted after the program's name, which may have blanks and parentheses. */
static void process_start(char *out, size_t size, int64_t pid)
{
    char path[48], line[1024], boot[48];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    read_line(line, sizeof line, path);
    read_line(boot, sizeof boot, "/proc/sys/kernel/random/boot_id");
    const char *field = strrchr(line, ')');
    for (int i = 2; field != NULL && i < 22; i++)
        field = strchr(field + 1, ' ');
    if (field == NULL)
        out[0] = '\0';
    else
        snprintf(out, size, "%s/%.*s", boot, (int)strcspn(field + 1, " "), field + 1);
}

void alm_process_self(struct alm_process *out)
{
    if (gethostname(out->host, sizeof out->host) != 0) out->host[0] = '\0';
    out->host[sizeof out->host - 1] = '\0';
    out->pid = getpid();
    process_start(out->start, sizeof out->start, out->pid);
}

bool alm_process_lives(const char *host, int64_t pid, const char *start, int64_t heartbeat)
{
    struct alm_process self;
    char now[sizeof self.start];
    alm_process_self(&self);
    if (host == NULL || strcmp(host, self.host) != 0) return alm_clock_now() - heartbeat < silence;
    if (pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH)) return false;
    process_start(now, sizeof now, pid);
    return start == NULL || start[0] == '\0' || now[0] == '\0' || strcmp(start, now) == 0;
}
