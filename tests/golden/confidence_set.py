"""Makes confidence_set.h: model confidence sets (Tmax, circular blocks) by the package arch.

    pip install numpy arch && python3 confidence_set.py > confidence_set.h
"""
import numpy as np
from arch.bootstrap import MCS

print("/* Made by confidence_set.py. */\n#include <stddef.h>\n")
print("static const struct {\n    size_t n, k, block;\n    double p[5], loss[300];\n} golden_set[] = {")
rng = np.random.default_rng(8)
for n, k, block, worse in (60, 4, 1, [0, 0.2, 0.3, 0.5]), (60, 5, 4, [0, 0.05, 0.25, 0.3, 0.8]), (75, 3, 6, [0, 0.2, 0.3]):
    noise = np.apply_along_axis(lambda v: np.convolve(v, np.ones(block) / np.sqrt(block), "valid"), 0, rng.normal(0, 1, (n + block - 1, k)))
    loss = np.round(np.abs(noise + rng.normal(0, 1, (n, 1))) + worse, 3)
    found = MCS(loss, 0.1, reps=20000, block_size=block, method="max", bootstrap="circular", seed=1)
    found.compute()
    p = found.pvalues.Pvalue.reindex(range(k))
    numbers = ["{" + ", ".join(repr(float(v)) for v in np.ravel(x)) + "}" for x in (p, loss)]
    print(f"    {{{n}, {k}, {block},\n     {numbers[0]},\n     {numbers[1]}}},")
print("};")
