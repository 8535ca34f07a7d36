#include "cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* A handler can be told nothing but the signal, so what it sets must be found from here. A thread that waits
 * for signals would not do: OpenBLAS starts threads before main, which take signals that main has blocked. */
static _Atomic(struct alm_cancel *) watched;

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_NUMBERS = sizeof numbers / sizeof *numbers };

static void on_signal(int number)
{
    const int saved = errno;
    struct alm_cancel *cancel = atomic_load(&watched);
    int none = 0;
    if (cancel != NULL && !atomic_compare_exchange_strong(&cancel->requested, &none, number)) {
        signal(number, SIG_DFL);
        raise(number);
    }
    errno = saved;
}

enum alm_status alm_interrupt_open(struct alm_interrupt *interrupt, struct alm_error *error)
{
    *interrupt = (struct alm_interrupt){0};
    atomic_store(&watched, &interrupt->cancel);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < N_NUMBERS; i++) {
        struct sigaction action, old;
        memset(&action, 0, sizeof action);
        action.sa_handler = on_signal;
        sigemptyset(&action.sa_mask);
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) continue;
        if (sigaction(numbers[i], &action, NULL) != 0)
            return alm_fail(error, ALM_IO, "cannot catch signals: %s", strerror(errno));
    }
    return ALM_OK;
}

void alm_interrupt_close(struct alm_interrupt *interrupt)
{
    (void)interrupt;
    atomic_store(&watched, NULL);
}
