"""Makes nn_losses.h: losses of stated outputs and their derivatives as PyTorch has them, in double precision.

    pip install torch==2.13.0 && python3 nn_losses.py > nn_losses.h
"""
import math

import torch
from torch.distributions import Normal, StudentT
from torch.nn.functional import cross_entropy, softplus

torch.set_default_dtype(torch.float64)
N, FLOOR, LEVELS = 24, 1e-3, [0.05, 0.25, 0.5, 0.9]


def numbers(n, seed, scale):
    """The same formula as in test_loss.c."""
    return torch.tensor([scale * math.sin(0.7 * k + seed + 0.3 * ((k * k) % 7)) for k in range(n)])


def quantile(output, y, rising):
    if rising:
        output = torch.cat([output[:, :1], softplus(output[:, 1:])], 1).cumsum(1)
    error, q = y.unsqueeze(1) - output, torch.tensor(LEVELS)
    return torch.maximum(q * error, (q - 1) * error).mean(1)


def gaussian(output, y):
    return -Normal(output[:, 0], softplus(output[:, 1]) + FLOOR).log_prob(y)


def student(output, y):
    dof = 2 + FLOOR + softplus(output[:, 2])
    return -StudentT(dof, output[:, 0], softplus(output[:, 1]) + FLOOR).log_prob(y)


CASES = [
    ("sorted", "QUANTILE", len(LEVELS), lambda o, y: quantile(o, y, False)),
    ("monotone", "QUANTILE", len(LEVELS), lambda o, y: quantile(o, y, True)),
    ("gaussian", "GAUSSIAN", 2, gaussian),
    ("student", "STUDENT", 3, student),
    ("classes", "CLASSES", 5, lambda o, y: cross_entropy(o, y.long(), reduction="none")),
]
print(f"/* Made by nn_losses.py with PyTorch {torch.__version__.split('+')[0]}. Do not edit. */")
print("/* clang-format off */")
print(f"static const double loss_levels[] = {{{', '.join(map(repr, LEVELS))}}};\nenum {{ LOSS_VALUES = {N} }};")
rows = []
for name, kind, levels, loss in CASES:
    # from small outputs to such as make scales tiny and degrees of freedom many
    output = (numbers(N * levels, 1.0, 1.0) * torch.linspace(0.1, 4, N * levels)).reshape(N, levels).requires_grad_()
    y, w = numbers(N, 2.0, 5.0), numbers(N, 3.0, 0.5) + 0.5
    if name == "classes":
        y = torch.arange(N) % levels
    total = (w * loss(output, y)).sum()
    total.backward()
    print(f"static const double {name}_gradient[] = {{{', '.join(repr(v) for v in output.grad.reshape(-1).tolist())}}};")
    rows.append(f'    {{"{name}", {{.kind = ALM_LOSS_{kind}, .n_levels = {levels}, .levels = loss_levels, .monotone = {str(name == "monotone").lower()}}}, {total.item()!r}, {name}_gradient}},')
print("static const struct loss_golden {\n    const char *name;\n    struct alm_loss loss;\n    double sum;\n    const double *gradient;\n} loss_goldens[] = {")
print("\n".join(rows))
print("};")
