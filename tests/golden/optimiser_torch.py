"""Makes optimiser_torch.h: where PyTorch's optimisers bring 23 numbers in 12 steps, in double precision, every step the
gradient of Σ (w - target)⁴ / 4 + sin w clipped by its global norm. Numbers 3 to 11 decay, the others do not.

    pip install torch==2.13.0 && python3 optimiser_torch.py > optimiser_torch.h
"""
import math

import torch

torch.set_default_dtype(torch.float64)
N, STEPS, RATE, CLIP, FIRST, LAST = 23, 12, 0.03, 2.0, 3, 12
O = torch.optim
CASES = [  # our settings: kind, decay, momentum, nesterov; PyTorch's optimiser
    ("ADAM", 0, 0, False, lambda p, d: O.Adam(p, lr=RATE)),
    ("ADAM", 0.1, 0, False, lambda p, d: O.Adam(p, lr=RATE)),
    ("ADAMW", 0.1, 0, False, lambda p, d: O.AdamW(p, lr=RATE)),
    ("SGD", 0, 0, False, lambda p, d: O.SGD(p, lr=RATE)),
    ("SGD", 0, 0.9, False, lambda p, d: O.SGD(p, lr=RATE, momentum=0.9)),
    ("SGD", 0.2, 0.8, True, lambda p, d: O.SGD(p, lr=RATE, momentum=0.8, nesterov=True)),
    ("RMSPROP", 0, 0, False, lambda p, d: O.RMSprop(p, lr=RATE)),
    ("RMSPROP", 0.1, 0.7, False, lambda p, d: O.RMSprop(p, lr=RATE, momentum=0.7)),
]


def run(kind, decay, momentum, nesterov, make):
    """The same formulas as in test_optimiser.c."""
    start = [math.sin(0.7 * k) for k in range(N)]
    target = torch.tensor([math.cos(0.3 * k) for k in range(N)])
    parts = [torch.nn.Parameter(torch.tensor(start[a:b])) for a, b in ((0, FIRST), (FIRST, LAST), (LAST, N))]
    optimiser = make([{"params": parts[1], "weight_decay": decay},
                      {"params": [parts[0], parts[2]], "weight_decay": 0}], decay)
    for _ in range(STEPS):
        optimiser.zero_grad()
        w = torch.cat(parts)
        ((w - target) ** 4 / 4 + torch.sin(w)).sum().backward()
        norm = math.sqrt(sum((p.grad**2).sum().item() for p in parts))
        for p in parts:
            p.grad *= min(1.0, CLIP / norm)
        optimiser.step()
    values = ", ".join(repr(v) for v in torch.cat(parts).tolist())
    return (f"    {{{{.kind = ALM_OPTIMISER_{kind}, .decay = {decay}, .momentum = {momentum}, "
            f".nesterov = {str(nesterov).lower()}}},\n     {{{values}}}}},")


print(f"/* Made by optimiser_torch.py with PyTorch {torch.__version__.split('+')[0]}. Do not edit. */")
print("/* clang-format off */")
print(f"enum {{ GOLDEN_N = {N}, GOLDEN_STEPS = {STEPS}, GOLDEN_FIRST = {FIRST}, GOLDEN_LAST = {LAST} }};")
print(f"#define GOLDEN_RATE {RATE}\n#define GOLDEN_CLIP {CLIP}")
print("static const struct golden {\n    struct alm_optimiser_settings settings;\n    double weights[GOLDEN_N];\n} goldens[] = {")
for case in CASES:
    print(run(*case))
print("};")
