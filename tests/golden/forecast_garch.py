"""Golden values of GARCH(1,1) from arch (8.0, https://github.com/bashtage/arch).

    python3 forecast_garch.py >forecast_garch.h

Variances and likelihoods at given parameters, and the best likelihoods that arch finds."""

import numpy as np
from arch import arch_model

N = 400
rng = np.random.default_rng(20)
returns, variance = np.empty(N), 1.0
for t in range(N):
    returns[t] = 0.05 + np.sqrt(variance) * rng.standard_t(6) * np.sqrt(4 / 6)
    variance = 0.05 + 0.1 * (returns[t] - 0.05) ** 2 + 0.85 * variance
returns = np.round(returns, 6)


def array(name, values):
    print(f"static const double {name}[] = {{" + ", ".join(f"{v:.17g}" for v in values) + "};")


print("/* Made by forecast_garch.py. */")
array("golden_returns", returns)
print("enum { GOLDEN_GARCH_H = 10 };")
print("static const struct {")
print("    double mu, omega, alpha, beta, nu; /* nu 0: normal */")
print("    double likelihood, h[GOLDEN_GARCH_H], next, best;")
print("} golden_garch[] = {")
CASES = [("Zero", "normal", [0.1, 0.12, 0.8]), ("Zero", "t", [0.05, 0.08, 0.9, 5.5]), ("Constant", "normal", [0.04, 0.2, 0.05, 0.7]),
         ("Constant", "t", [-0.1, 0.07, 0.15, 0.8, 9.0])]
for mean, errors, parameters in CASES:
    model = arch_model(returns, mean=mean, vol="GARCH", p=1, q=1, dist=errors, rescale=False)
    fixed = model.fix(parameters)
    best = model.fit(disp="off", tol=1e-12, options={"maxiter": 2000}).loglikelihood
    full = ([0.0] if mean == "Zero" else []) + parameters + ([] if errors == "t" else [0.0])
    h = fixed.conditional_volatility[:10] ** 2
    following = fixed.forecast(horizon=1, reindex=False).variance.to_numpy()[-1, 0]
    numbers = ", ".join(f"{v:.17g}" for v in full)
    print(f"    {{{numbers}, {fixed.loglikelihood:.17g}, {{" + ", ".join(f"{v:.17g}" for v in h) + f"}}, {following:.17g}, {best:.17g}}},")
print("};")
