#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

/* Sent by alm_interrupt_close to the watching thread alone. */
enum { END = SIGUSR1 };

static void collect_signals(sigset_t *set)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(set, numbers[i]);
    }
}

/* A library may have started threads before main, whose masks nobody set: one that catches a signal blocks it
 * from then on and sends it again, so that it reaches the watching thread. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)info;
    sigaddset(&((ucontext_t *)context)->uc_sigmask, number);
    kill(getpid(), number);
}

static void set_actions(const sigset_t *set, bool passing)
{
    for (int number = 1; number < SIGRTMIN; number++) {
        struct sigaction action = {.sa_flags = passing ? SA_SIGINFO | SA_RESTART : 0};
        if (sigismember(set, number) != 1) continue;
        if (passing)
            action.sa_sigaction = pass_on;
        else
            action.sa_handler = SIG_DFL;
        sigaction(number, &action, NULL);
    }
}

static void *watch(void *context)
{
    struct alm_cancel *cancel = context;
    sigset_t set, both, end;
    int number = END;
    collect_signals(&set);
    sigemptyset(&end);
    sigaddset(&end, END);
    sigorset(&both, &set, &end);
    if (sigwait(&both, &number) != 0 || number == END) return NULL;
    alm_cancel_request(cancel, number);
    /* the next signal finds this thread without a mask, and its default action ends the process */
    set_actions(&set, false);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sigwait(&end, &number);
    return NULL;
}

enum alm_status alm_interrupt_open(struct alm_interrupt *interrupt, struct alm_error *error)
{
    sigset_t set;
    *interrupt = (struct alm_interrupt){0};
    signal(SIGPIPE, SIG_IGN);
    collect_signals(&set);
    set_actions(&set, true);
    sigaddset(&set, END);
    int problem = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (problem == 0) problem = pthread_create(&interrupt->thread, NULL, watch, &interrupt->cancel);
    return problem == 0 ? ALM_OK : alm_fail(error, ALM_IO, "cannot start a thread: %s", strerror(problem));
}

void alm_interrupt_close(struct alm_interrupt *interrupt)
{
    pthread_kill(interrupt->thread, END);
    pthread_join(interrupt->thread, NULL);
}
