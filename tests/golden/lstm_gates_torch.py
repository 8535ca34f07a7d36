"""Makes lstm_gates_torch.h: what the gates, memories and outputs of a stack of two of PyTorch's LSTM layers are at every
step. PyTorch does not show them, so its parameters are put through the equations step by step, and the outputs that
come of it must be those of torch.nn.LSTM.

    pip install torch==2.13.0 && python3 lstm_gates_torch.py > lstm_gates_torch.h
"""
import math

import torch

torch.set_default_dtype(torch.float64)
F, H, LAYERS, T, B = 2, 3, 2, 5, 2


def numbers(n, seed, scale):
    """The same formula as in test_golden.c."""
    return torch.tensor([scale * math.sin(0.7 * k + seed + 0.3 * ((k * k) % 7)) for k in range(n)])


lstm = torch.nn.LSTM(F, H, LAYERS)
seed = 1.0
for layer in range(LAYERS):
    for kind in ("weight_ih", "weight_hh", "bias_ih"):
        p = getattr(lstm, f"{kind}_l{layer}")
        shape = p.shape[::-1] if p.dim() == 2 else p.shape  # ours are transposed
        p.data.copy_(numbers(p.numel(), seed, 0.6).reshape(shape).T if p.dim() == 2 else numbers(p.numel(), seed, 0.6))
        seed += 1
    getattr(lstm, f"bias_hh_l{layer}").data.zero_()  # we have one bias

x = numbers(T * B * F, 0.5, 1.0).reshape(T, B, F)
seen = {part: [] for part in "ifgoch"}
below = x
with torch.no_grad():
    for layer in range(LAYERS):
        w, r, b = (getattr(lstm, f"{kind}_l{layer}") for kind in ("weight_ih", "weight_hh", "bias_ih"))
        h = c = torch.zeros(B, H)
        outputs = []
        for x_t in below:
            a_i, a_f, a_g, a_o = (x_t @ w.T + h @ r.T + b).chunk(4, 1)
            i, f, g, o = torch.sigmoid(a_i), torch.sigmoid(a_f), torch.tanh(a_g), torch.sigmoid(a_o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outputs.append(h)
            for part, value in zip("ifgoch", (i, f, g, o, c, h)):
                seen[part] += value.reshape(-1).tolist()
        below = torch.stack(outputs)
    assert torch.allclose(below, lstm(x)[0], rtol=0, atol=1e-15)

print(f"/* Made by lstm_gates_torch.py with PyTorch {torch.__version__.split('+')[0]}. Do not edit. */")
print("/* clang-format off */")
print(f"enum {{ GATES_INPUTS = {F}, GATES_HIDDEN = {H}, GATES_LAYERS = {LAYERS}, GATES_STEPS = {T}, GATES_ROWS = {B} }};")
print("/* [layers][steps][rows][hidden] */")
for part, values in seen.items():
    print(f"static const double golden_{part}[] = {{{', '.join(map(repr, values))}}};")
