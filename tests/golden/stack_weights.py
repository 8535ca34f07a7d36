"""Golden values of tests/forecast/test_combination.c: weights w >= 0 with sum 1 that make w' G w least, by
scipy's SLSQP from several starts. python3 stack_weights.py > stack_weights.h"""
import numpy as np
from scipy.optimize import minimize


def errors(case, n, m):
    i, k = np.meshgrid(np.arange(m), np.arange(n), indexing="ij")
    return (np.sin(1.3 * i + 0.7 * k * (case + 1)) * (1 + 0.3 * k) + 0.4 * np.cos(0.37 * i * (k + 1))
            + 0.1 * ((k + case) % 3))


def solve(gram):
    n = len(gram)
    best = None
    for start in [np.full(n, 1 / n)] + list(np.eye(n)):
        r = minimize(lambda w: w @ gram @ w, start, jac=lambda w: 2 * gram @ w, bounds=[(0, 1)] * n,
                     constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(n)}],
                     method="SLSQP", options={"maxiter": 2000, "ftol": 1e-16})
        if best is None or r.fun < best.fun:
            best = r
    return best


print("/* Made by stack_weights.py. */")
print("static const struct {\n    size_t n;\n    double value, weight[8];\n} golden_stack[] = {")
for case in range(6):
    n = [2, 3, 4, 5, 6, 8][case]
    e = errors(case, n, 60)
    r = solve(e.T @ e)
    print("    {%d, %.12g, {%s}}," % (n, r.fun, ", ".join("%.6f" % max(w, 0) for w in r.x)))
print("};")
