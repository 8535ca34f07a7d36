/* Smoothing follows its equations, and its derivatives and those by a batch's inputs and answers are those of
 * central differences. */
#include "nn/smoothing.h"

#include "problem.h"

enum { N = 23, INPUTS = 3, HORIZON = 7 };

static const struct alm_smoothing_shape two = {2, {3, 5}};
static const struct alm_smoothing_shape shapes[] = {{0}, {1, {4}}, {2, {3, 5}}};

static void draw_row(double *z, double *parameters, size_t n)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 3, NULL), ALM_OK));
    draw(z, N, random, -1, 1);
    draw(parameters, n, random, -1, 1);
    alm_random_free(random);
}

Test(smoothing, follows_its_equations)
{
    double z[N], p[1 + 2 + 3 + 5];
    draw_row(z, p, sizeof p / sizeof *p);
    struct alm_smoothing s;
    cr_assert(eq(sz, alm_smoothing_parameters(&two), sizeof p / sizeof *p));
    cr_assert(eq(int, alm_smoothing_init(&s, &two, z, N, NULL), ALM_OK));
    alm_smoothing_run(&s, p);
    const double alpha = 1 / (1 + exp(-p[0])), gamma = 1 / (1 + exp(-p[1])), delta = 1 / (1 + exp(-p[2]));
    cr_assert(epsilon_eq(dbl, s.level[0], z[0] - p[3] - p[6], 1e-14));
    for (size_t t = 1; t < N; t++) { /* Holt and Winters' form */
        const double a = s.season[0][t], b = s.season[1][t], level = s.level[t];
        cr_assert(epsilon_eq(dbl, level, alpha * (z[t] - a - b) + (1 - alpha) * s.level[t - 1], 1e-14));
        cr_assert(epsilon_eq(dbl, s.season[0][t + 3], gamma * (z[t] - level - b) + (1 - gamma) * a, 1e-14));
        cr_assert(epsilon_eq(dbl, s.season[1][t + 5], delta * (z[t] - level - a) + (1 - delta) * b, 1e-14));
    }
    cr_assert(epsilon_eq(dbl, alm_smoothing_season(&s, 9, 7), s.season[0][10] + s.season[1][11], 0));
    cr_assert(epsilon_eq(dbl, alm_smoothing_season(&s, 9, 0), s.season[0][9] + s.season[1][9], 0));
    alm_smoothing_clear(&s);
}

Test(smoothing, starts_at_the_seasons_of_a_series_that_has_nothing_else)
{
    static const double day[] = {1, -2, 1}, week[] = {3, 0, -1, -4, 2};
    double z[45], p[1 + 2 + 3 + 5];
    for (size_t t = 0; t < 45; t++)
        z[t] = 7 + day[t % 3] + week[t % 5];
    struct alm_smoothing s;
    alm_smoothing_start(p, &two, 0.2, 0.3, z, 45);
    cr_assert(eq(int, alm_smoothing_init(&s, &two, z, 45, NULL), ALM_OK));
    alm_smoothing_run(&s, p);
    cr_assert(epsilon_eq(dbl, 1 / (1 + exp(-p[0])), 0.2, 1e-12));
    cr_assert(epsilon_eq(dbl, 1 / (1 + exp(-p[2])), 0.3, 1e-12));
    double before = 0, after = 0;
    for (size_t t = 1; t < 16; t++)
        before += fabs(s.e[t]);
    for (size_t t = 30; t < 45; t++)
        after += fabs(s.e[t]);
    cr_assert(before < 15 * 2 && after < before, "%g, then %g", before, after);
    alm_smoothing_clear(&s);
}

/* A made up loss of everything that a network would see and answer, by a weight each. */
static double weigh(double *d, size_t k)
{
    *d = sin(1.0 + (double)k);
    return *d;
}

static double loss_of(struct alm_smoothing *s, const double *parameters, bool take)
{
    double loss = 0, x[INPUTS], y[HORIZON], weight[HORIZON], d_x[INPUTS], d_y[HORIZON];
    alm_smoothing_run(s, parameters);
    for (size_t t = 0; t < N; t++) {
        alm_smoothing_inputs(x, s, t, INPUTS);
        alm_smoothing_answers(y, weight, s, t, HORIZON);
        for (size_t k = 0; k < INPUTS; k++)
            loss += weigh(&d_x[k], 31 * t + k) * x[k];
        for (size_t h = 0; h < HORIZON; h++) {
            cr_assert(weight[h] == (t + h + 1 < N) && (weight[h] > 0 || y[h] == 0));
            loss += weigh(&d_y[h], 17 * t + h + 5) * weight[h] * y[h];
        }
        if (take) alm_smoothing_take(s, d_x, INPUTS, d_y, HORIZON, t);
    }
    alm_smoothing_penalise(&loss, s, 2.5);
    return loss;
}

Test(smoothing, derivatives_equal_central_differences)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        double z[N], p[16], gradient[16] = {0}, wrong = 0, size = 0;
        const size_t n = alm_smoothing_parameters(&shapes[i]);
        draw_row(z, p, n);
        struct alm_smoothing s;
        cr_assert(eq(int, alm_smoothing_init(&s, &shapes[i], z, N, NULL), ALM_OK));
        loss_of(&s, p, true);
        alm_smoothing_backward(gradient, &s, p, 0.5);
        for (size_t k = 0; k < n; k++) {
            static const double at[] = {1, -1, 2, -2, 3, -3}, factors[] = {45, -45, -9, 9, 1, -1};
            const double kept = p[k];
            double sum = 0;
            for (size_t j = 0; j < 6; j++) {
                p[k] = kept + at[j] * STEP;
                sum += factors[j] * loss_of(&s, p, false) / (60 * STEP);
            }
            p[k] = kept;
            wrong += (gradient[k] - sum / 2) * (gradient[k] - sum / 2);
            size += sum / 2 * sum / 2;
        }
        cr_expect(sqrt(wrong / size) < 1e-7, "%zu seasons: off by %g", shapes[i].n_seasons,
                  sqrt(wrong / size));
        alm_smoothing_clear(&s);
    }
}

Test(smoothing, a_pass_gives_the_derivatives_by_what_was_asked_and_wanted)
{
    static const double level = 0.48;
    static const struct alm_loss loss = {.kind = ALM_LOSS_QUANTILE, .n_levels = 1, .levels = &level};
    enum { T = 4, B = 19 };
    const struct alm_network_shape shape = {.inputs = 2,
                                            .hidden = 5,
                                            .layers = 3,
                                            .horizon = 3,
                                            .levels = 1,
                                            .residual = true,
                                            .dilation = {1, 2, 4}};
    double d_x[T * B * 2], d_y[T * B * 3];
    struct problem p = problem_create(&shape, &loss, T, B);
    alm_tape_free(p.tape);
    cr_assert(eq(int, alm_tape_create_asking(&p.tape, p.network, T, B, 2, NULL), ALM_OK));
    double *gradient = calloc(p.network->n_parameters, sizeof *gradient);
    struct alm_loss_sum total = {0};
    p.batch.d_x = d_x, p.batch.d_y = d_y;
    alm_network_gradient(&total, gradient, p.tape, p.network, &loss, &p.batch);
    for (size_t k = 0; k < T * B * 2; k++)
        cr_assert(epsilon_eq(dbl, d_x[k], problem_difference(&p, &p.batch.x[k]), 1e-8), "x %zu", k);
    for (size_t k = 0; k < T * B * 3; k++)
        cr_assert(epsilon_eq(dbl, d_y[k], problem_difference(&p, &p.batch.y[k]), 1e-8), "y %zu", k);
    free(gradient);
    problem_clear(&p);
}

Test(smoothing, dilated_layers_are_interleaved_ones)
{
    /* rows t, t + 2, … of a network with dilation 2 are a network without on every second step */
    enum { T = 6, B = 2 };
    struct alm_network_shape shape = {
        .inputs = 2, .hidden = 4, .layers = 2, .horizon = 2, .levels = 1, .dilation = {2, 2}};
    const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
    struct problem wide = problem_create(&shape, &mse, T, B);
    shape.dilation[0] = shape.dilation[1] = 0;
    struct problem plain = problem_create(&shape, &mse, T / 2, B);
    memcpy(plain.network->parameters, wide.network->parameters, wide.network->n_parameters * sizeof(double));
    const double *answers = alm_network_forward(wide.tape, wide.network, &wide.batch);
    for (size_t t = 0; t < 2; t++) {
        for (size_t k = 0; k < T / 2; k++)
            memcpy(plain.batch.x + k * B * 2, wide.batch.x + (2 * k + t) * B * 2, B * 2 * sizeof(double));
        const double *own = alm_network_forward(plain.tape, plain.network, &plain.batch);
        for (size_t k = 0; k < T / 2 * B * 2; k++)
            cr_assert(
                epsilon_eq(dbl, answers[((2 * (k / (B * 2)) + t) * B) * 2 + k % (B * 2)], own[k], 1e-14));
    }
    struct alm_tape *tape;
    cr_assert(eq(int, alm_tape_create(&tape, wide.network, T - 1, B, NULL), ALM_SHAPE));
    problem_clear(&wide);
    problem_clear(&plain);
}
