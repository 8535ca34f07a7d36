/* Part of body.h: σ, tanh, and the equations of one LSTM cell for LANES units of one row, forward and
 * backward side by side. Whatever computes the sums W x + R h' + b, the gates are made here. */

#ifdef ALM_REAL_DOUBLE

#include <math.h>

static inline vec vector_sigmoid(vec x)
{
    for (size_t k = 0; k < LANES; k++)
        x[k] = 1 / (1 + exp(-x[k]));
    return x;
}

static inline vec vector_tanh(vec x)
{
    for (size_t k = 0; k < LANES; k++)
        x[k] = tanh(x[k]);
    return x;
}

#else

/* σ(x) = 1 / (1 + e^-x) with e^-x = 2^-k e^-r, k = round(x / ln 2), |r| <= ln 2 / 2 (Cody & Waite 1980) and
 * e^-r as a polynomial of degree 5, minimax in relative error (1.0e-7) with the first two coefficients held
 * at
 * 1. Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits, from where it is shifted into the
 * exponent. */
static inline vec vector_sigmoid(vec x)
{
    const vec y = lesser(REAL(87) - (vec){0}, greater(REAL(-87) - (vec){0}, x));
    const vec shifted = y * REAL(-0x1.715476p+0) + REAL(0x1.8p+23);
    const vec k = shifted - REAL(0x1.8p+23);
    const vec r = y + k * REAL(0x1.62e430p-1);
    vec p = r * REAL(-0.00831252047) + REAL(0.0418901573);
    p = p * r - REAL(0.166671146);
    p = p * r + REAL(0.499992315);
    p = p * r - REAL(1);
    p = p * r + REAL(1);
    const vec e = (vec)((bits)p + ((bits)shifted << 23));
    return reciprocal(e + REAL(1));
}

/* tanh(x) = x P(x²) / Q(x²) with P of degree 3 and Q of degree 4, minimax in relative error (1.3e-7) on
 * |x| <= 7.9, beyond which tanh is 1 to within 3e-7. The fits are tests/golden/fit_tanh.py. */
static inline vec vector_tanh(vec x)
{
    const vec z = lesser(REAL(7.9) - (vec){0}, greater(REAL(-7.9) - (vec){0}, x)), u = z * z;
    vec p = u * REAL(1.15318798e-05) + REAL(0.00296047737);
    p = p * u + REAL(0.129344215);
    p = p * u + REAL(0.999999869);
    vec q = u * REAL(2.49256027e-07) + REAL(0.000240012609);
    q = q * u + REAL(0.0238541);
    q = q * u + REAL(0.462676482);
    q = q * u + REAL(1);
    return z * p * reciprocal(q);
}

#endif

/* What one cell has after a step: its gates, its memory, tanh of that, and its output. */
struct cell {
    vec i, f, g, o, c, t, h;
};

/* One step of the cell (Hochreiter & Schmidhuber 1997; f: Gers, Schmidhuber & Cummins 2000). i, f, g, o come
 * as the sums a = W x + R h' + b; c_before is c', the memory of the step before. */
static inline struct cell cell_forward(vec i, vec f, vec g, vec o, vec c_before)
{
    struct cell cell;
    /* i = σ(W_i x + R_i h' + b_i)       what is let in */
    cell.i = vector_sigmoid(i);
    /* f = σ(W_f x + R_f h' + b_f)       what is kept */
    cell.f = vector_sigmoid(f);
    /* g = tanh(W_g x + R_g h' + b_g)    what is offered */
    cell.g = vector_tanh(g);
    /* o = σ(W_o x + R_o h' + b_o)       what is shown */
    cell.o = vector_sigmoid(o);
    /* c = f c' + i g                    the memory */
    cell.c = cell.f * c_before + cell.i * cell.g;
    /* h = o tanh(c)                     the output */
    cell.t = vector_tanh(cell.c);
    cell.h = cell.o * cell.t;
    return cell;
}

/* The loss's derivatives by the sums that cell_forward took, and by c'. */
struct cell_slopes {
    vec i, f, g, o, c_before;
};

/* The same step backward, from its last equation to its first, by the chain rule (through all steps: Graves &
 * Schmidhuber 2005, appendix A); dh is the whole derivative of the loss by h, dc at first the one by c that
 * comes from the step after. Beside σ(a) and tanh(a) stand σ' = σ (1 - σ) and tanh' = 1 - tanh². cell->c and
 * cell->h are not looked at. */
static inline struct cell_slopes cell_backward(const struct cell *cell, vec c_before, vec d_h, vec d_c)
{
    const vec i = cell->i, f = cell->f, g = cell->g, o = cell->o, t = cell->t;
    struct cell_slopes d;
    /* h = o tanh(c)     dc gains dh o (1 - tanh²c) */
    const vec o_h = d_h * o;
    d_c += o_h * (REAL(1) - t * t);
    /* c = f c' + i g    dc' = dc f */
    d.c_before = d_c * f;
    /* o = σ(a_o)        da_o = dh tanh(c) o (1 - o) */
    d.o = o_h * t * (REAL(1) - o);
    /* g = tanh(a_g)     da_g = dc i (1 - g²) */
    const vec i_c = d_c * i;
    d.g = i_c * (REAL(1) - g * g);
    /* f = σ(a_f)        da_f = dc c' f (1 - f) */
    d.f = d.c_before * c_before * (REAL(1) - f);
    /* i = σ(a_i)        da_i = dc g i (1 - i) */
    d.i = i_c * g * (REAL(1) - i);
    return d;
}
