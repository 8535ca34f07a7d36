"""Makes lstm_torch.h: what PyTorch's LSTM gives in double precision for small networks with stated weights and data:
outputs, loss, the gradient of every tensor, and the losses and weights of ten clipped Adam steps.

    pip install torch==2.13.0 && python3 lstm_torch.py > lstm_torch.h
"""
import math

import torch

torch.set_default_dtype(torch.float64)
CASES = [  # name, F, H, layers, T, B, horizon, labels, loss, levels
    ("one_unit", 1, 1, 1, 1, 1, 1, "last", "mse", []),
    ("plain", 1, 5, 1, 6, 3, 2, "last", "mse", []),
    ("every_step", 2, 3, 1, 4, 2, 3, "all", "mae", []),
    ("stacked", 3, 4, 2, 5, 2, 1, "all", "huber", []),
    ("quantiles", 2, 3, 3, 3, 2, 2, "last", "quantile", [0.1, 0.5, 0.9]),
]
DELTA, RATE, CLIP, STEPS = 0.4, 0.02, 0.15, 10


def numbers(n, seed, scale):
    """The same formula as in test_golden.c."""
    return torch.tensor([scale * math.sin(0.7 * k + seed + 0.3 * ((k * k) % 7)) for k in range(n)])


def pinball(output, wanted, levels):
    error = wanted.unsqueeze(-1) - output
    q = torch.tensor(levels)
    return torch.maximum(q * error, (q - 1) * error).mean()


def run(name, F, H, layers, T, B, horizon, labels, loss, levels):
    lstm = torch.nn.LSTM(F, H, layers)
    head = torch.nn.Linear(H, horizon * max(1, len(levels)))
    tensors = []  # in our order; transposed where ours is
    seed = 1.0
    for layer in range(layers):
        for kind in ("weight_ih", "weight_hh", "bias_ih"):
            p = getattr(lstm, f"{kind}_l{layer}")
            tensors.append((p, p.dim() == 2))
        getattr(lstm, f"bias_hh_l{layer}").data.zero_()
        getattr(lstm, f"bias_hh_l{layer}").requires_grad_(False)  # we have one bias
    tensors += [(head.weight, True), (head.bias, False)]
    for p, transposed in tensors:
        shape = p.shape[::-1] if transposed else p.shape
        ours = numbers(p.numel(), seed, 0.6).reshape(shape)
        p.data.copy_(ours.T if transposed else ours)
        seed += 1
    x = numbers(T * B * F, 0.5, 1.0).reshape(T, B, F)
    steps = T if labels == "all" else 1
    y = numbers(steps * B * horizon, 0.25, 1.0).reshape(steps, B, horizon)

    def forward():
        h = lstm(x)[0]
        out = head(h if labels == "all" else h[-1:])
        if loss == "quantile":
            return out, pinball(out.reshape(steps, B, horizon, len(levels)), y, levels)
        f = torch.nn.functional
        return out, {"mse": f.mse_loss, "mae": f.l1_loss, "huber": lambda a, b: f.huber_loss(a, b, delta=DELTA)}[loss](out, y)

    flat = lambda which: [v for p, t in tensors for v in (which(p).T if t else which(p)).reshape(-1).tolist()]
    out, value = forward()
    value.backward()
    outputs, gradient, losses = out.reshape(-1).tolist(), flat(lambda p: p.grad), []
    adam = torch.optim.Adam([p for p, _ in tensors], lr=RATE)
    for _ in range(STEPS):
        adam.zero_grad()
        _, value = forward()
        losses.append(value.item())
        value.backward()
        # torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6; here the clipped norm is CLIP exactly
        norm = math.sqrt(sum((p.grad**2).sum().item() for p, _ in tensors))
        for p, _ in tensors:
            p.grad *= min(1.0, CLIP / norm)
        adam.step()
    weights = flat(lambda p: p.data)
    for what, values in (("output", outputs), ("gradient", gradient), ("losses", losses), ("weights", weights)):
        print(f"static const double {name}_{what}[] = {{{', '.join(repr(v) for v in values)}}};")
    if levels:
        print(f"static const double {name}_levels[] = {{{', '.join(map(repr, levels))}}};")
    return (
        f'    {{"{name}", {{.inputs = {F}, .hidden = {H}, .layers = {layers}, .horizon = {horizon}, .levels = {max(1, len(levels))}, .labels = ALM_LABELS_{labels.upper()}}}, '
        f"{{.kind = ALM_LOSS_{loss.upper()}, .delta = {DELTA}, .n_levels = {max(1, len(levels))}, .levels = {name + '_levels' if levels else 'NULL'}}}, {T}, {B},\n"
        f"     {len(outputs)}, {len(gradient)}, {name}_output, {name}_gradient, {name}_losses, {name}_weights}},"
    )


print(f"/* Made by lstm_torch.py with PyTorch {torch.__version__.split('+')[0]}. Do not edit. */")
print("/* clang-format off */")
print(f"enum {{ GOLDEN_STEPS = {STEPS} }};\n#define GOLDEN_RATE {RATE}\n#define GOLDEN_CLIP {CLIP}")
rows = [run(*case) for case in CASES]
print("static const struct golden {\n    const char *name;\n    struct alm_network_shape shape;\n    struct alm_loss loss;\n"
      "    size_t steps, rows, n_output, n_parameters;\n    const double *output, *gradient, *losses, *weights;\n} goldens[] = {")
print("\n".join(rows))
print("};")
