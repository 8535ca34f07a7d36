/* Everything that a network can have beside the plain LSTM: derivatives of every tensor against central
 * differences, in training (masks and samples fixed by the key) and with a carried state, and limit cases. */
#include "problem.h"

#define TOLERANCE 1e-7

static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
static const double thirds[] = {0.2, 0.8};
static const struct alm_loss quantile = {.kind = ALM_LOSS_QUANTILE, .n_levels = 2, .levels = thirds};

#define SMALL .inputs = 2, .hidden = 5, .layers = 2, .horizon = 4

static const struct option_case {
    const char *name;
    struct alm_network_shape shape;
} cases[] = {
    {"plain", {SMALL}},
    {"peephole", {SMALL, .peephole = true}},
    {"layer norm", {SMALL, .layer_norm = true}},
    {"forget zero", {SMALL, .forget = ALM_FORGET_ALL(ALM_FORGET_ZERO, 0.4, 0)}},
    {"forget one", {SMALL, .forget = ALM_FORGET_ALL(ALM_FORGET_ONE, 0.4, 0)}},
    {"forget noise", {SMALL, .forget = ALM_FORGET_ALL(ALM_FORGET_NOISE, 0.7, 0.6)}},
    {"another forgetting in each layer",
     {SMALL, .forget = {{ALM_FORGET_ONE, 0.5, 0}, {ALM_FORGET_NOISE, 0.6, 0.4}}}},
    {"the plain layer above one that forgets", {SMALL, .forget = {{ALM_FORGET_ZERO, 0.5, 0}}}},
    {"always zero", {SMALL, .forget = ALM_FORGET_ALL(ALM_FORGET_ZERO, 1, 0)}},
    {"always one", {SMALL, .forget = ALM_FORGET_ALL(ALM_FORGET_ONE, 1, 0)}},
    {"recurrent dropout", {SMALL, .dropout_recurrent = 0.3}},
    {"dropout around", {SMALL, .dropout_input = 0.3, .dropout_layer = 0.4}},
    {"projection", {SMALL, .projection = 6}},
    {"projection with everything around",
     {SMALL, .projection = 1, .n_series = 3, .embedding = 2, .dropout_input = 0.2, .dropout_layer = 0.2,
      .residual = true}},
    {"dropout before the head", {SMALL, .dropout_head = 0.4}},
    {"residual", {SMALL, .residual = true}},
    {"dropped residual", {SMALL, .residual = true, .dropout_layer = 0.4}},
    {"dilated below", {SMALL, .dilation = {2}}},
    {"dilated above", {SMALL, .dilation = {0, 2}}},
    {"dilated with everything around",
     {SMALL, .dilation = {4, 2}, .residual = true, .n_series = 3, .embedding = 2, .extras = 2,
      .dropout_input = 0.2, .dropout_layer = 0.3, .dropout_head = 0.2}},
    {"dilated peephole", {SMALL, .dilation = {2, 4}, .peephole = true, .layer_norm = true}},
    {"dilated slstm", {SMALL, .dilation = {2, 1}, .cell = ALM_CELL_SLSTM, .residual = true}},
    {"skip", {SMALL, .labels = ALM_LABELS_LAST, .window = 7}},
    {"extras", {SMALL, .extras = 3}},
    {"embedding", {SMALL, .n_series = 3, .embedding = 2, .dropout_input = 0.2}},
    {"segments", {SMALL, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT, .segment = 2}},
    {"segments with what is known of each",
     {SMALL, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT, .segment = 2, .ahead = 3}},
    {"segments with everything around",
     {SMALL, .ahead = 2, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT, .segment = 1, .extras = 2,
      .n_series = 2, .embedding = 3, .window = 5, .residual = true, .dropout_layer = 0.2,
      .dropout_head = 0.3}},
    {"slstm", {SMALL, .cell = ALM_CELL_SLSTM}},
    {"slstm with norm and dropout",
     {SMALL, .cell = ALM_CELL_SLSTM, .layer_norm = true, .dropout_recurrent = 0.3, .residual = true}},
    {"slstm with segments",
     {SMALL, .cell = ALM_CELL_SLSTM, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT, .segment = 4,
      .extras = 2}},
    {"all of the lstm cell",
     {SMALL, .levels = 2, .labels = ALM_LABELS_LAST, .peephole = true, .layer_norm = true, .residual = true,
      .forget = ALM_FORGET_ALL(ALM_FORGET_NOISE, 0.5, 0.5), .dropout_input = 0.2, .dropout_layer = 0.2,
      .dropout_recurrent = 0.2, .window = 3, .extras = 2, .n_series = 4, .embedding = 1,
      .decoder = ALM_DECODER_SEGMENT, .segment = 2}},
};

static void check_gradient(const char *name, struct problem *p, const char *how)
{
    double *gradient = calloc(p->network->n_parameters, sizeof *gradient);
    struct alm_loss_sum total = {0};
    alm_network_gradient(&total, gradient, p->tape, p->network, p->loss, &p->batch);
    for (size_t i = 0; i < p->network->n_tensors; i++) {
        const double error = problem_error(p, gradient, &p->network->tensors[i]);
        cr_expect(error < TOLERANCE, "%s, %s: %s is off by %g", name, how, p->network->tensors[i].name,
                  error);
    }
    free(gradient);
}

static void check_carried(const char *name, struct problem *p, const struct alm_layer_state *start,
                          const struct alm_layer_state *last)
{
    p->batch.last = start;
    problem_loss(p); /* the state after four steps */
    p->batch.last = last;
    check_gradient(name, p, "training");
    p->batch.start = start;
    check_gradient(name, p, "carried state");
}

/* As a prediction sees it, in training, and in training from a state that is not zero. */
static void check_case(const struct option_case *c, enum alm_labels labels)
{
    struct alm_network_shape shape = c->shape;
    shape.labels = labels;
    if (shape.levels == 0) shape.levels = 1;
    struct problem p = problem_create(&shape, shape.levels == 2 ? &quantile : &mse, 4, 3);
    struct alm_layer_state *start, *last;
    cr_assert(eq(int, alm_state_create(&start, &shape, 3, NULL), ALM_OK));
    cr_assert(eq(int, alm_state_create(&last, &shape, 3, NULL), ALM_OK));
    check_gradient(c->name, &p, "prediction");
    p.batch.key = 12345;
    if (shape.dilation[0] + shape.dilation[1] > 0) /* such batches have no start */
        check_gradient(c->name, &p, "training");
    else
        check_carried(c->name, &p, start, last);
    alm_state_free(start);
    alm_state_free(last);
    problem_clear(&p);
}

Test(options, every_tensor_equals_central_differences)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_case(&cases[i], ALM_LABELS_LAST);
        if (cases[i].shape.labels == ALM_LABELS_ALL) check_case(&cases[i], ALM_LABELS_ALL);
    }
}

/* h of the last layer at every step stands in the answers when the head is the identity. */
static struct problem open_network(const struct alm_network_shape *shape, size_t steps, size_t rows)
{
    struct problem p = problem_create(shape, &mse, steps, rows);
    const struct alm_tensor *w = alm_tensor_find(p.network, "head.W"),
                            *b = alm_tensor_find(p.network, "head.b");
    cr_assert(eq(sz, shape->hidden, shape->horizon));
    for (size_t k = 0; k < w->rows * w->columns; k++)
        p.network->parameters[w->offset + k] = k / w->columns == k % w->columns;
    memset(p.network->parameters + b->offset, 0, b->columns * sizeof(double));
    return p;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One unit with R = 0, so that the cell can be followed by hand; what stands for f is told. */
static void check_memory(enum alm_forget_mode mode, double rate, double noise, uint64_t key,
                         double (*replaced)(double f))
{
    const struct alm_network_shape shape = {.inputs = 1,
                                            .hidden = 1,
                                            .layers = 1,
                                            .horizon = 1,
                                            .levels = 1,
                                            .forget = ALM_FORGET_ALL(mode, rate, noise)};
    struct problem p = open_network(&shape, 6, 2);
    const double *w = p.network->parameters + alm_tensor_find(p.network, "layer0.W")->offset;
    const double *b = p.network->parameters + alm_tensor_find(p.network, "layer0.b")->offset;
    memset(p.network->parameters + alm_tensor_find(p.network, "layer0.R")->offset, 0, 4 * sizeof(double));
    p.batch.key = key;
    const double *h = alm_network_forward(p.tape, p.network, &p.batch);
    for (size_t row = 0; row < 2; row++) {
        double c = 0;
        for (size_t t = 0; t < 6; t++) {
            const double x = p.batch.x[t * 2 + row], i = sigmoid(w[0] * x + b[0]),
                         f = sigmoid(w[1] * x + b[1]), g = tanh(w[2] * x + b[2]),
                         o = sigmoid(w[3] * x + b[3]);
            c = replaced(f) * c + i * g;
            cr_assert(epsilon_eq(dbl, h[t * 2 + row], o * tanh(c), 1e-14));
        }
    }
    problem_clear(&p);
}

static double nothing(double f)
{
    (void)f;
    return 0;
}

static double all_of_it(double f)
{
    (void)f;
    return 1;
}

static double itself(double f)
{
    return f;
}

static double a_third_less(double f)
{
    return f * (1 - 1.0 / 3);
}

static double towards_one(double f)
{
    return f * 0.75 + 0.25;
}

static double towards_half(double f)
{
    return f * (1 - 0.5 * 0.4) + 0.5 * 0.4 / 2;
}

Test(options, forgetting_always_one_is_the_cell_of_1997_and_always_zero_has_no_memory)
{
    for (uint64_t key = 0; key < 3; key++) {
        check_memory(ALM_FORGET_ONE, 1, 0, key, all_of_it);
        check_memory(ALM_FORGET_ZERO, 1, 0, key, nothing);
        check_memory(ALM_FORGET_LEARNED, 1, 1, key, itself);
        check_memory(ALM_FORGET_NOISE, 1, 0, key, itself);
        check_memory(ALM_FORGET_ONE, 0, 0, key, itself);
    }
}

Test(options, prediction_takes_the_expectation_of_the_forget_gate)
{
    check_memory(ALM_FORGET_ZERO, 1.0 / 3, 0, 0, a_third_less);
    check_memory(ALM_FORGET_ONE, 0.25, 0, 0, towards_one);
    check_memory(ALM_FORGET_NOISE, 0.5, 0.4, 0, towards_half);
}

/* Mean over many keys of what training answers at the second step of one unit, where c is linear in the
 * forget gate and tanh nearly so. */
Test(options, training_samples_have_the_expectation_that_prediction_takes)
{
    static const struct alm_network_shape shapes[] = {
        {.forget = ALM_FORGET_ALL(ALM_FORGET_ZERO, 0.3, 0)},
        {.forget = ALM_FORGET_ALL(ALM_FORGET_ONE, 0.3, 0)},
        {.forget = ALM_FORGET_ALL(ALM_FORGET_NOISE, 0.8, 0.9)},
        {.dropout_input = 0.25},
        {.dropout_recurrent = 0.25},
    };
    enum { ROWS = 400, KEYS = 100 };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct alm_network_shape shape = shapes[s];
        shape.inputs = shape.hidden = shape.layers = shape.horizon = shape.levels = 1;
        shape.labels = ALM_LABELS_LAST;
        struct problem p = open_network(&shape, 2, ROWS);
        for (size_t k = 0; k < 2 * ROWS; k++)
            p.batch.x[k] = 0.05;
        for (size_t k = 0; k < 4; k++)
            p.network->parameters[alm_tensor_find(p.network, "layer0.b")->offset + k] = k == 2 ? 0.1 : 0.3;
        const double expected = alm_network_forward(p.tape, p.network, &p.batch)[0];
        double sum = 0;
        for (p.batch.key = 1; p.batch.key <= KEYS; p.batch.key++) {
            const double *out = alm_network_forward(p.tape, p.network, &p.batch);
            for (size_t row = 0; row < ROWS; row++)
                sum += out[row];
        }
        cr_assert(epsilon_eq(dbl, sum / (KEYS * ROWS), expected, 6e-4), "%zu: %g, not %g", s,
                  sum / (KEYS * ROWS), expected);
        problem_clear(&p);
    }
}

Test(options, two_halves_with_carried_state_answer_as_one_sequence)
{
    enum { T = 4, B = 19, F = 2 };
    for (size_t cell = 0; cell < 3; cell++) {
        const struct alm_network_shape shape = {SMALL, .levels = 1, .residual = true,
                                                .cell = cell == 1 ? ALM_CELL_SLSTM : ALM_CELL_LSTM,
                                                .peephole = cell == 2};
        struct problem p = problem_create(&shape, &mse, 2 * T, B);
        struct alm_layer_state *state;
        cr_assert(eq(int, alm_state_create(&state, &shape, B, NULL), ALM_OK));
        enum { OUT = T * B * 4 };
        double whole[2 * OUT];
        memcpy(whole, alm_network_forward(p.tape, p.network, &p.batch), sizeof whole);
        /* zeros are the start of every cell */
        struct alm_batch half = {.steps = T, .rows = B, .x = p.batch.x, .start = state, .last = state};
        for (size_t part = 0; part < 2; part++, half.x += T * B * F) {
            const double *out = alm_network_forward(p.tape, p.network, &half);
            for (size_t k = 0; k < OUT; k++)
                cr_assert(epsilon_eq(dbl, out[k], whole[part * OUT + k], 1e-13), "cell %zu", cell);
        }
        alm_state_free(state);
        problem_clear(&p);
    }
}

Test(options, slstm_outputs_stay_within_one_and_finite)
{
    const struct alm_network_shape shape = {
        .inputs = 3, .hidden = 8, .layers = 1, .horizon = 8, .levels = 1, .cell = ALM_CELL_SLSTM};
    enum { T = 200, B = 3 };
    struct problem p = open_network(&shape, T, B);
    for (double scale = 1; scale < 1e4; scale *= 10) {
        for (size_t k = 0; k < T * B * 3; k++)
            p.batch.x[k] *= scale;
        const double *h = alm_network_forward(p.tape, p.network, &p.batch);
        for (size_t k = 0; k < T * B * 8; k++)
            cr_assert(fabs(h[k]) <= 1, "h is %g", h[k]);
    }
    problem_clear(&p);
}

Test(options, masks_belong_to_key_and_row_alone)
{
    const struct alm_network_shape shape = {SMALL,
                                            .levels = 1,
                                            .forget = ALM_FORGET_ALL(ALM_FORGET_ZERO, 0.5, 0),
                                            .dropout_input = 0.3,
                                            .dropout_layer = 0.3,
                                            .dropout_recurrent = 0.3,
                                            .dropout_head = 0.3};
    enum { T = 4, B = 40, OUT = 4 };
    struct problem p = problem_create(&shape, &mse, T, B);
    double whole[T * B * OUT];
    p.batch.key = 9;
    memcpy(whole, alm_network_forward(p.tape, p.network, &p.batch), sizeof whole);
    struct alm_tape *tape;
    cr_assert(eq(int, alm_tape_create_threads(&tape, p.network, T, B, 3, NULL), ALM_OK));
    cr_assert(memcmp(whole, alm_network_forward(tape, p.network, &p.batch), sizeof whole) == 0);
    p.batch.key = 10;
    cr_assert(memcmp(whole, alm_network_forward(tape, p.network, &p.batch), sizeof whole) != 0);
    alm_tape_free(tape);
    problem_clear(&p);
}

Test(options, refuses_what_does_not_go_together)
{
    static const struct alm_network_shape bad[] = {
        {SMALL, .levels = 1, .cell = ALM_CELL_SLSTM, .peephole = true},
        {SMALL, .levels = 1, .cell = ALM_CELL_SLSTM, .forget = {{ALM_FORGET_ONE, 0, 0}}},
        {SMALL, .levels = 1, .cell = ALM_CELL_SLSTM, .forget = {[1] = {ALM_FORGET_ONE, 0.5, 0}}},
        {SMALL, .levels = 1, .window = 3},
        {SMALL, .levels = 1, .n_series = 3},
        {SMALL, .levels = 1, .embedding = 3},
        {SMALL, .levels = 1, .dropout_input = 1},
        {SMALL, .levels = 1, .dropout_layer = -0.1},
        {SMALL, .levels = 1, .dropout_recurrent = (double)NAN},
        {SMALL, .levels = 1, .forget = {{.rate = 1.1}}},
        {SMALL, .levels = 1, .dropout_head = 1},
        {SMALL, .levels = 1, .decoder = ALM_DECODER_SEGMENT, .segment = 2},
        {SMALL, .levels = 1, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT, .segment = 3},
        {SMALL, .levels = 1, .labels = ALM_LABELS_LAST, .segment = 2},
        {SMALL, .levels = 1, .labels = ALM_LABELS_LAST, .ahead = 2},
        {SMALL, .levels = 1, .dilation = {2}, .dropout_recurrent = 0.1},
        {SMALL, .levels = 1, .dilation = {2}, .forget = {{ALM_FORGET_ONE, 0.5, 0}}},
        {SMALL, .levels = 1, .dilation = {2}, .labels = ALM_LABELS_LAST, .decoder = ALM_DECODER_SEGMENT,
         .segment = 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alm_network *network;
        cr_expect(eq(int, alm_network_create(&network, &bad[i], NULL), ALM_USAGE), "shape %zu", i);
    }
}

static bool same_forget(struct alm_forget a, struct alm_forget b)
{
    return a.mode == b.mode && fabs(a.rate - b.rate) + fabs(a.noise - b.noise) <= 0;
}

Test(options, networks_that_were_stored_with_one_forgetting_for_all_layers_still_load)
{
    const struct alm_network_shape shape = {
        SMALL, .levels = 1, .forget = ALM_FORGET_ALL(ALM_FORGET_NOISE, 0.25, 0.5), .dropout_layer = 0.125};
    const uint32_t sizes[] = {2,
                              5,
                              2,
                              4,
                              1,
                              ALM_LABELS_ALL,
                              ALM_CELL_LSTM,
                              0,
                              0,
                              0,
                              ALM_FORGET_NOISE,
                              0,
                              0,
                              0,
                              0,
                              ALM_DECODER_DIRECT,
                              0};
    const double rates[] = {0.25, 0.5, 0, 0.125, 0};
    struct problem p = problem_create(&shape, &mse, 1, 1);
    struct alm_bytes now = {0}, then = {0};
    struct alm_network *loaded;
    alm_network_save(p.network, &now);
    alm_bytes_put_u32(&then, 2);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        alm_bytes_put_u32(&then, sizes[i]);
    alm_bytes_put_f64s(&then, rates, 5);
    /* now precision, ahead, projection, a rate and the list of layers are there, too */
    const size_t head = then.length + 3 * 4 + 8 + 2 * 24;
    alm_bytes_put(&then, now.data + head, now.length - head);
    struct alm_bytes_reader in = {.data = then.data, .length = then.length};
    cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_OK));
    cr_assert(eq(int, alm_bytes_reader_end(&in, NULL), ALM_OK));
    for (size_t i = 0; i < 2; i++)
        cr_assert(same_forget(loaded->shape.forget[i], shape.forget[i]));
    for (size_t k = 0; k < loaded->n_parameters; k++)
        cr_assert(eq(dbl, loaded->parameters[k], (double)(float)p.network->parameters[k]));
    alm_network_free(loaded);
    problem_clear(&p);
    alm_bytes_clear(&now);
    alm_bytes_clear(&then);
}

Test(options, every_shape_is_saved_and_loaded)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_network_shape shape = cases[i].shape;
        if (shape.levels == 0) shape.levels = 1;
        struct problem p = problem_create(&shape, &mse, 4, 1);
        struct alm_network *loaded;
        struct alm_bytes bytes = {0};
        alm_network_save(p.network, &bytes);
        struct alm_bytes_reader in = {.data = bytes.data, .length = bytes.length};
        cr_assert(eq(int, alm_network_load(&loaded, &in, NULL), ALM_OK), "%s", cases[i].name);
        cr_assert(eq(int, alm_bytes_reader_end(&in, NULL), ALM_OK));
        cr_assert(eq(sz, loaded->n_parameters, p.network->n_parameters));
        for (size_t k = 0; k < loaded->n_parameters; k++)
            cr_assert(eq(dbl, loaded->parameters[k], (double)(float)p.network->parameters[k]));
        for (size_t k = 0; k < shape.layers; k++)
            cr_assert(same_forget(loaded->shape.forget[k], shape.forget[k]), "%s", cases[i].name);
        cr_assert(loaded->shape.cell == shape.cell && loaded->shape.residual == shape.residual &&
                  loaded->shape.dropout_recurrent == shape.dropout_recurrent &&
                  loaded->shape.dropout_head == shape.dropout_head &&
                  loaded->shape.projection == shape.projection);
        alm_network_free(loaded);
        problem_clear(&p);
        alm_bytes_clear(&bytes);
    }
}
