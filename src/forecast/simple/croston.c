/* Intermittent demand: Croston's method and its kin. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>

enum { LEVEL };
enum kind { CLASSIC, SBA, TSB, ADIDA };

static const struct alm_option options[] = {
    {.name = "kind",
     .help = "classic: demand per period as size over interval; sba: the same less its bias; tsb: size times "
             "probability, which falls while nothing is asked for; adida: smoothing of sums over one mean "
             "interval",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "classic",
     .choices = "classic|sba|tsb|adida"},
    {.name = "alpha",
     .help = "smoothing of sizes and intervals (tsb: of sizes; adida: of sums)",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.1",
     .minimum = 0,
     .maximum = 1},
    {.name = "beta",
     .help = "smoothing of the probability of demand, for tsb",
     .kind = ALM_OPTION_REAL,
     .fallback = "0.1",
     .minimum = 0,
     .maximum = 1},
    {0},
};

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 1;
}

/* What the demand so far says of its sizes and of the periods between them. */
struct demand {
    size_t n, last;        /* how often there was any; its last period, from 1 */
    double size, interval; /* smoothed: z and p */
    double probability;    /* smoothed share of periods with demand */
};

static void smooth(double *level, double value, double alpha)
{
    *level += alpha * (value - *level);
}

/* z_t = z + alpha (y_t - z), p_t = p + alpha (q_t - p) where y_t is not 0, q_t periods after the last demand
 * (Croston 1972, eq. 1 to 4; from the first size and interval on); d_t = d + beta (1{y_t} - d) always
 * (Teunter, Syntetos & Babai 2011, eq. 2). */
static struct demand follow(struct alm_span y, double alpha, double beta)
{
    struct demand d = {0};
    for (size_t t = 0; t < y.n; t++) {
        const bool any = y.y[t] != 0;
        if (t == 0) d.probability = any;
        smooth(&d.probability, any, beta);
        if (!any) continue;
        const double interval = (double)(t + 1 - d.last);
        if (d.n == 0) {
            d.size = y.y[t];
            d.interval = interval;
        }
        smooth(&d.size, y.y[t], alpha);
        smooth(&d.interval, interval, alpha);
        d.n++;
        d.last = t + 1;
    }
    return d;
}

/* Sums over neighbouring periods, as many as lie between demands on average, the oldest that fill no sum left
 * out; simple exponential smoothing of them (Nikolopoulos et al. 2011). */
static double adida(struct alm_span y, const struct demand *d, double alpha)
{
    size_t width = (size_t)round((double)d->last / (double)d->n);
    if (width > y.n) width = y.n;
    double level = 0;
    for (size_t t = y.n % width, first = t; t < y.n; t += width) {
        double sum = 0;
        for (size_t i = 0; i < width; i++)
            sum += y.y[t + i];
        if (t == first) level = sum;
        smooth(&level, sum, alpha);
    }
    return level / (double)width;
}

static double rate(const struct alm_config *config, struct alm_span y)
{
    const double alpha = alm_config_real(config, "alpha");
    const struct demand d = follow(y, alpha, alm_config_real(config, "beta"));
    if (d.n == 0) return 0;
    switch ((enum kind)alm_config_choice(config, "kind")) {
    case SBA:
        return (1 - alpha / 2) * d.size / d.interval; /* Syntetos & Boylan 2005, eq. 4 */
    case TSB:
        return d.probability * d.size;
    case ADIDA:
        return adida(y, &d, alpha);
    case CLASSIC:
        break;
    }
    return d.size / d.interval;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks, (void)error;
    struct alm_parameters *p = self;
    p->value[LEVEL] = rate(p->config, history->series[0].target);
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    (void)error;
    const struct alm_parameters *p = self;
    const double level = rate(p->config, history->series[0].target);
    for (size_t i = 0; i < history->horizon; i++)
        out->mean[i] = level;
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    alm_parameters_describe(out, "demand_per_period", ((const struct alm_parameters *)self)->value[LEVEL]);
}

const struct alm_forecaster_type alm_croston = {
    .name = "croston",
    .summary = "demand per period of what is asked for only now and then",
    .use =
        "For series that are mostly 0, such as spare parts: its forecast is a rate, not the next value. sba "
        "corrects Croston's bias; tsb follows items that die out.",
    .reference =
        "Croston (1972), Operational Research Quarterly 23; Syntetos & Boylan (2005), International "
        "Journal of Forecasting 21; Teunter, Syntetos & Babai (2011), European Journal of Operational "
        "Research 214; Nikolopoulos et al. (2011), Journal of the Operational Research Society 62",
    .options = options,
    .traits = ALM_TRAIT_SCALE,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
