"""Finds the coefficients of nn/kernel/body.h: tanh(x) = x P(x^2) / Q(x^2) on [0, 7.9], and e^r on |r| <= ln 2 / 2.

Minimax in relative error by Lawson's reweighting of linearised least squares (Sanathanan & Koerner 1963).
    pip install numpy && python3 fit_tanh.py
"""
import numpy as np
from numpy.polynomial import chebyshev, polynomial

N = 4000
NODES = np.cos(np.pi * (np.arange(N) + 0.5) / N)


def to_powers(c, top):
    """Chebyshev series in 2 u / top - 1 to powers of u."""
    result, power = np.zeros(1), np.ones(1)
    for a in chebyshev.cheb2poly(c):
        result, power = polynomial.polyadd(result, a * power), polynomial.polymul(power, [-1, 2 / top])
    return result


def fit_tanh(top=7.9, m=3, n=4):
    x = top / 2 * (1 - NODES)
    t, y = 2 * x * x / top**2 - 1, np.tanh(x)
    vp, vq = chebyshev.chebvander(t, m) * x[:, None], chebyshev.chebvander(t, n)
    weight, q, best = np.ones(N) / N, np.ones(N), (np.inf,)
    for _ in range(400):
        w = np.sqrt(weight) / (q * y)
        a = np.hstack([vp, -vq[:, 1:] * y[:, None]]) * w[:, None]
        s = np.linalg.lstsq(a, y * w, rcond=None)[0]
        cp, cq = s[: m + 1], np.r_[1, s[m + 1 :]]
        q = vq @ cq
        error = np.abs((vp @ cp) / q / y - 1)
        best = min(best, (error.max(), cp.tolist(), cq.tolist()))
        weight *= error**0.6
        weight /= weight.sum()
    error, cp, cq = best
    p, q = to_powers(cp, top**2), to_powers(cq, top**2)
    return error, p / q[0], q / q[0]


def fit_exp(degree=5):
    r = NODES * np.log(2) / 2 * 1.0001
    y, v = np.exp(r), np.vander(r, degree + 1, increasing=True)[:, 2:]
    weight, best = np.ones(N) / N, (np.inf,)
    for _ in range(300):
        w = np.sqrt(weight) / y
        s = np.linalg.lstsq(v * w[:, None], (y - 1 - r) * w, rcond=None)[0]
        error = np.abs((1 + r + v @ s) / y - 1)
        best = min(best, (error.max(), s.tolist()))
        weight *= error**0.5
        weight /= weight.sum()
    return best


error, p, q = fit_tanh()
print(f"tanh: relative error {error:.2g}\n  P {[f'{c:.9g}' for c in p]}\n  Q {[f'{c:.9g}' for c in q]}")
error, c = fit_exp()
print(f"exp: relative error {error:.2g}\n  from r^2 up {[f'{v:.9g}' for v in c]}")
