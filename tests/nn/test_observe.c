/* What an observation says of gates holds by the equations, and its derivatives by central differences. */
#include "nn/observe.h"

#include "problem.h"

#include "golden.h"
#include "lstm_gates_torch.h"

enum { T = 4, B = 18, F = 2, H = 5, HORIZON = 4 };
#define SMALL .inputs = F, .hidden = H, .layers = 2, .horizon = HORIZON, .levels = 1

static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
static const struct alm_network_shape shapes[] = {
    {SMALL},
    {SMALL, .extras = 2},
    {SMALL, .labels = ALM_LABELS_LAST, .peephole = true, .residual = true, .window = 3},
    {SMALL, .forget = ALM_FORGET_ALL(ALM_FORGET_ZERO, 0.3, 0), .dropout_input = 0.3},
    {SMALL, .cell = ALM_CELL_SLSTM, .n_series = 2, .embedding = 3},
    {SMALL, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT, .segment = 2, .extras = 2, .ahead = 3,
     .n_series = 2, .embedding = 3, .window = 3},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void check_cells(const struct alm_observation *o, bool slstm)
{
    const size_t state = (size_t)B * H;
    for (size_t k = 0; k < 2 * T * state; k++) {
        const double before = k / state % T == 0 ? 0 : o->c[k - state];
        cr_assert(epsilon_eq(dbl, o->c[k], o->f[k] * before + o->i[k] * o->g[k], 1e-14));
        cr_assert(epsilon_eq(dbl, o->h[k], o->o[k] * (slstm ? o->c[k] : tanh(o->c[k])), 1e-14));
        cr_assert(o->i[k] >= 0 && o->i[k] <= 1 && o->f[k] >= 0 && o->f[k] <= 1);
    }
}

/* What the sLSTM has of its own gives the shares, and the decoder steps from the last memory. */
static void check_own(const struct alm_observation *o)
{
    const size_t state = (size_t)B * H;
    for (size_t k = 0; o->log_i != NULL && k < 2 * T * state; k++) {
        cr_assert(epsilon_eq(dbl, o->i[k], exp(o->log_i[k] - o->log_n[k]), 1e-12));
        if (k / state % T == 0) continue;
        cr_assert(epsilon_eq(dbl, o->f[k], o->own_f[k] * exp(o->log_n[k - state] - o->log_n[k]), 1e-12));
    }
    for (size_t k = 0; k < o->decoder.segments * state; k++) {
        const struct alm_observed_decoder *d = &o->decoder;
        const double before = o->c[(2 * T - 1) * state + k % state];
        cr_assert(epsilon_eq(dbl, d->c[k], d->f[k] * before + d->i[k] * d->g[k], 1e-14));
        cr_assert(epsilon_eq(dbl, d->h[k], d->o[k] * tanh(d->c[k]), 1e-14));
    }
}

static double value(struct problem *p, const double *d_answers, size_t n)
{
    const double *answers = alm_network_forward(p->tape, p->network, &p->batch);
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += d_answers[k] * answers[k];
    return sum;
}

static void check_derivatives(struct problem *p, double *at, const double *d_at, size_t n,
                              const double *d_answers, size_t answers)
{
    for (size_t k = 0; k < n; k++) {
        const double kept = at[k];
        at[k] = kept + 1e-5;
        const double above = value(p, d_answers, answers);
        at[k] = kept - 1e-5;
        const double slope = (above - value(p, d_answers, answers)) / 2e-5;
        at[k] = kept;
        cr_assert(epsilon_eq(dbl, slope, d_at[k], 1e-8), "%zu: %g, not %g", k, d_at[k], slope);
    }
}

static void check(const struct alm_network_shape *shape, uint64_t key)
{
    const size_t n = (shape->labels == ALM_LABELS_ALL ? T : 1) * (size_t)B * HORIZON;
    struct problem p = problem_create(shape, &mse, T, B);
    struct alm_observation *o;
    double d_answers[T * B * HORIZON];
    for (size_t k = 0; k < n; k++)
        d_answers[k] = sin((double)k);
    p.batch.key = key;
    cr_assert(eq(int, alm_observation_create(&o, p.network, &p.batch, d_answers, NULL), ALM_OK));
    check_cells(o, shape->cell == ALM_CELL_SLSTM);
    check_own(o);
    cr_assert(eq(sz, o->decoder.segments, shape->decoder == ALM_DECODER_SEGMENT ? 2 : 0));
    cr_assert(eq(int, o->log_i != NULL, shape->cell == ALM_CELL_SLSTM));
    const double *answers = alm_network_forward(p.tape, p.network, &p.batch);
    for (size_t k = 0; k < n; k++)
        cr_assert(epsilon_eq(dbl, o->answers[k], answers[k], 1e-14));
    check_derivatives(&p, p.batch.x, o->d_x, (size_t)T * B * F, d_answers, n);
    if (shape->window > 0)
        check_derivatives(&p, p.batch.window, o->d_window, B * shape->window, d_answers, n);
    if (shape->extras > 0)
        check_derivatives(&p, p.batch.extras, o->d_extras, B * shape->extras, d_answers, n);
    if (shape->ahead > 0)
        check_derivatives(&p, p.batch.ahead, o->d_ahead, B * HORIZON / shape->segment * shape->ahead,
                          d_answers, n);
    check_derivatives(&p, p.network->parameters, o->gradient, 8 * H, d_answers, n);
    alm_observation_free(o);
    cr_assert(eq(int, alm_observation_create(&o, p.network, &p.batch, NULL, NULL), ALM_OK));
    cr_assert(o->d_x == NULL && o->gradient == NULL);
    check_cells(o, shape->cell == ALM_CELL_SLSTM);
    alm_observation_free(o);
    problem_clear(&p);
}

Test(observe, gates_obey_the_equations_and_derivatives_equal_central_differences)
{
    for (size_t i = 0; i < SHAPES; i++) {
        check(&shapes[i], 0);
        check(&shapes[i], 77);
    }
}

Test(observe, gates_memories_and_outputs_are_those_of_pytorch_at_every_step)
{
    enum { NUMBERS = GATES_LAYERS * GATES_STEPS * GATES_ROWS * GATES_HIDDEN };
    const struct alm_network_shape shape = {
        .inputs = GATES_INPUTS, .hidden = GATES_HIDDEN, .layers = GATES_LAYERS, .horizon = 1, .levels = 1};
    struct problem p = problem_create(&shape, &mse, GATES_STEPS, GATES_ROWS);
    struct alm_observation *o;
    fill_parameters(p.network);
    fill(p.batch.x, GATES_STEPS * GATES_ROWS * GATES_INPUTS, 0.5, 1);
    cr_assert(eq(int, alm_observation_create(&o, p.network, &p.batch, NULL, NULL), ALM_OK));
    const struct {
        const char *name;
        const double *ours, *theirs;
    } parts[] = {{"i", o->i, golden_i}, {"f", o->f, golden_f}, {"g", o->g, golden_g},
                 {"o", o->o, golden_o}, {"c", o->c, golden_c}, {"h", o->h, golden_h}};
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++)
        for (size_t k = 0; k < NUMBERS; k++)
            cr_assert(epsilon_eq(dbl, parts[part].ours[k], parts[part].theirs[k], 1e-14), "%s, number %zu",
                      parts[part].name, k);
    alm_observation_free(o);
    problem_clear(&p);
}
