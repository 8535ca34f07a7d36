"""Makes rank_tests.h: scipy's Friedman test and studentized range, the ranks of Demšar (2006, JMLR 7, table 6), and
regressions of actuals on forecasts by statsmodels.

    pip install numpy scipy statsmodels && python3 rank_tests.py > rank_tests.h
"""
import numpy as np
import statsmodels.api as sm
from scipy import stats

rng = np.random.default_rng(2026)

# AUC of C4.5 with m, cf, both and neither tuned, on 14 data sets: Demšar 2006, table 6.
DEMSAR = """.763 .768 .771 .798|.599 .591 .590 .569|.954 .971 .968 .967|.628 .661 .654 .657|.882 .888 .886 .898
.936 .931 .916 .931|.661 .668 .609 .685|.583 .583 .563 .625|.775 .838 .866 .875|1 1 1 1|.940 .962 .965 .962
.619 .666 .614 .669|.972 .981 .9751 .975|.957 .978 .946 .970"""
DEMSAR = -np.array([[float(x) for x in row.split()] for row in DEMSAR.replace("\n", "|").split("|")])


def array(values):
    return "{" + ", ".join(repr(float(v)) for v in np.ravel(values)) + "}"


def print_friedman():
    cases = [DEMSAR, rng.exponential(1, (20, 5)) * [1, 1.1, 1, 0.9, 1.3], np.round(rng.exponential(2, (12, 3)))]
    print("static const struct {\n    size_t n, k;\n    double statistic, p, rank[5], loss[100];\n} golden_friedman[] = {")
    for loss in cases:
        statistic, p = stats.friedmanchisquare(*loss.T)
        ranks = np.apply_along_axis(stats.rankdata, 1, loss).mean(0)
        print(f"    {{{loss.shape[0]}, {loss.shape[1]}, {float(statistic)!r}, {float(p)!r},\n     {array(ranks)},\n     {array(loss)}}},")
    print("};\n\nstatic const struct {\n    double q;\n    size_t k;\n    double p;\n} golden_range[] = {")
    for k in (2, 3, 4, 10):
        for q in (0.5, 2.0, 3.5):
            print(f"    {{{q}, {k}, {float(stats.studentized_range.sf(q, k, np.inf))!r}}},")
    print("};\n")


def print_regressions():
    print("static const struct {\n    size_t n, h;\n    double intercept, slope, intercept_error, slope_error, statistic, p;")
    print("    size_t origin[80];\n    double forecast[80], actual[80];\n} golden_mincer_zarnowitz[] = {")
    for n, h, panel in (40, 1, 1), (60, 4, 1), (80, 3, 2):
        x = rng.normal(1, 1, n)
        y = 0.2 + 0.8 * x + np.convolve(rng.normal(0, 0.5, n + h - 1), np.ones(h), "valid") * (1 + 0.3 * abs(x))
        origin = np.arange(n) // panel
        ols = sm.OLS(y, sm.add_constant(x))
        if panel == 1:
            fit = ols.fit(cov_type="HAC", cov_kwds={"maxlags": h - 1, "kernel": "bartlett"}, use_t=True)
        else:
            fit = ols.fit(cov_type="hac-groupsum", cov_kwds={"time": origin, "maxlags": h - 1, "use_correction": False, "df_correction": False}, use_t=True)
        b, v, origins = fit.params, fit.cov_params(), n // panel
        off = b - [0, 1]
        f = off @ np.linalg.solve(v, off) / 2
        p = stats.f.sf(f, 2, origins - 2)
        if panel == 1:
            test = fit.f_test((np.eye(2), [0, 1]))
            assert np.isclose(test.fvalue, f) and np.isclose(test.pvalue, p)
        numbers = ", ".join(repr(float(v)) for v in (*b, *np.sqrt(np.diag(v)), f, p))
        print(f"    {{{n}, {h}, {numbers},\n     {{{', '.join(map(str, origin))}}},\n     {array(x)},\n     {array(y)}}},")
    print("};")


print("/* Made by rank_tests.py. */\n#include <stddef.h>\n")
print_friedman()
print_regressions()
