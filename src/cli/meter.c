#include "cli/meter.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { N_ACTIVITIES = 4, BAR = 20 };

static const int64_t first_after = 1000000, again_after = 100000; /* µs */

/* One of the things going on: a backtest, and the fit that it waits for. */
struct activity {
    char name[48], unit[24];
    double done, total, first_done;
    int64_t started; /* 0: free */
};

struct alm_meter {
    struct alm_progress progress;
    pthread_mutex_t lock;
    int64_t started, drawn; /* 0: not yet */
    bool visible;
    struct activity activities[N_ACTIVITIES]; /* in the order of their first report */
};

static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

static void append_count(struct alm_text *out, double n)
{
    if (n >= 1e7)
        alm_text_printf(out, "%.1f M", n / 1e6);
    else if (n >= 1e5)
        alm_text_printf(out, "%.0f k", n / 1e3);
    else
        alm_text_printf(out, "%.0f", n);
}

static void append_duration(struct alm_text *out, double seconds)
{
    const long long s = (long long)ceil(seconds);
    if (s >= 3600)
        alm_text_printf(out, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        alm_text_printf(out, "%lld:%02lld", s / 60, s % 60);
}

static void append_bar(struct alm_text *out, double share)
{
    const int full = (int)(share * BAR);
    alm_text_append(out, " [");
    for (int i = 0; i < BAR; i++)
        alm_text_append(out, i < full ? "#" : ".");
    alm_text_append(out, "]");
}

static void append_activity(struct alm_text *out, const struct activity *a, int64_t now, bool bar)
{
    const double seconds = (double)(now - a->started) / 1e6;
    const double rate = seconds > 0 ? (a->done - a->first_done) / seconds : 0;
    alm_text_append_visible(out, a->name);
    if (bar && a->total > 0) append_bar(out, fmin(1, a->done / a->total));
    alm_text_append(out, " ");
    append_count(out, a->done);
    if (a->total > 0) {
        alm_text_append(out, "/");
        append_count(out, a->total);
    }
    alm_text_printf(out, " %s", a->unit);
    if (!bar || rate <= 0) return;
    if (rate >= 1) {
        alm_text_append(out, ", ");
        append_count(out, rate);
        alm_text_append(out, "/s");
    } else {
        alm_text_printf(out, ", %.1f s each", 1 / rate);
    }
    if (a->total > a->done) {
        alm_text_append(out, ", ETA ");
        append_duration(out, (a->total - a->done) / rate);
    }
}

/* The first activity with its bar, the newest other one behind it, cut to the terminal. */
static void draw(struct alm_meter *meter, const struct activity *latest, int64_t now)
{
    struct alm_text line = {0};
    append_activity(&line, &meter->activities[0], now, true);
    if (latest != &meter->activities[0]) {
        alm_text_append(&line, " | ");
        append_activity(&line, latest, now, false);
    }
    const int columns = terminal_columns();
    int shown = (int)line.length;
    if (columns > 1 && shown > columns - 1) shown = columns - 1;
    fprintf(stderr, "\r%.*s\033[K", shown, alm_text_string(&line));
    fflush(stderr);
    alm_text_clear(&line);
    meter->visible = true;
    meter->drawn = now;
}

/* The activity's place; a new one takes the place of those that are over, or of the last. */
static struct activity *find_activity(struct alm_meter *meter, const char *name, double done, int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < N_ACTIVITIES && meter->activities[i].started != 0; i++) {
        const struct activity a = meter->activities[i];
        const bool same = strncmp(a.name, name, sizeof a.name - 1) == 0;
        if (!same && a.total > 0 && a.done >= a.total) continue;
        meter->activities[n++] = a;
    }
    for (size_t i = n; i < N_ACTIVITIES; i++)
        meter->activities[i] = (struct activity){0};
    for (size_t i = 0; i < n; i++) {
        struct activity *a = &meter->activities[i];
        if (strncmp(a->name, name, sizeof a->name - 1) != 0) continue;
        if (done < a->done) { /* it begins anew */
            a->started = now;
            a->first_done = done;
        }
        return a;
    }
    struct activity *a = &meter->activities[n < N_ACTIVITIES ? n : N_ACTIVITIES - 1];
    *a = (struct activity){.started = now, .first_done = done};
    snprintf(a->name, sizeof a->name, "%s", name);
    return a;
}

static void report(void *context, const char *name, double done, double total, const char *unit)
{
    struct alm_meter *meter = context;
    const int64_t now = alm_clock_now();
    pthread_mutex_lock(&meter->lock);
    if (meter->started == 0) meter->started = now;
    struct activity *a = find_activity(meter, name, done, now);
    a->done = done;
    a->total = total;
    snprintf(a->unit, sizeof a->unit, "%s", unit);
    if (now - meter->started >= first_after && now - meter->drawn >= again_after) draw(meter, a, now);
    pthread_mutex_unlock(&meter->lock);
}

void alm_meter_erase(struct alm_meter *meter)
{
    if (meter == NULL) return;
    pthread_mutex_lock(&meter->lock);
    if (meter->visible) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        meter->visible = false;
    }
    pthread_mutex_unlock(&meter->lock);
}

enum alm_status alm_meter_create(struct alm_meter **out, struct alm_error *error)
{
    struct alm_meter *meter;
    *out = NULL;
    ALM_TRY(ALM_NEW(&meter, 1, error));
    meter->progress = (struct alm_progress){.context = meter, .report = report};
    if (pthread_mutex_init(&meter->lock, NULL) != 0) {
        free(meter);
        return alm_fail(error, ALM_INTERNAL, "cannot make a lock");
    }
    *out = meter;
    return ALM_OK;
}

void alm_meter_free(struct alm_meter *meter)
{
    if (meter == NULL) return;
    alm_meter_erase(meter);
    pthread_mutex_destroy(&meter->lock);
    free(meter);
}

const struct alm_progress *alm_meter_progress(const struct alm_meter *meter)
{
    return &meter->progress;
}
