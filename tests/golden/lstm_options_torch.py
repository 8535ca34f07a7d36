"""Makes lstm_options_torch.h: what PyTorch gives in double precision for the networks that its own LSTM module does not
have: outputs, mean squared error and the gradient of every tensor, of small networks with stated weights and data, as
a prediction sees them (no dropout, the expectation of the forget gate). The cells are written out from their papers'
equations and differentiated by autograd; the segment decoder is torch.nn.LSTMCell called once per segment.

    pip install torch==2.13.0 && python3 lstm_options_torch.py > lstm_options_torch.h
"""
import math

import torch

torch.set_default_dtype(torch.float64)
T, B, F, H, HORIZON = 4, 2, 2, 4, 6
CASES = [  # name, options as the fields of struct alm_network_shape
    ("peephole", dict(layers=2, peephole=1)),
    ("layer_norm", dict(layers=2, layer_norm=1)),
    ("forget_noise", dict(layers=1, forget="NOISE", forget_rate=0.5, forget_noise=0.4)),
    ("forget_zero", dict(layers=2, forget="ZERO", forget_rate=0.25, peephole=1, layer_norm=1)),
    ("forget_by_layer", dict(layers=3, forget=["ONE", "LEARNED", "NOISE"], forget_rate=[0.5, 0.3, 0.75], forget_noise=[0, 0.2, 0.4])),
    ("residual", dict(layers=3, residual=1, labels="ALL")),
    ("around", dict(layers=1, window=5, extras=3, n_series=3, embedding=2)),
    ("slstm", dict(layers=2, cell="SLSTM", residual=1, labels="ALL")),
    ("slstm_norm", dict(layers=1, cell="SLSTM", layer_norm=1)),
    ("segments", dict(layers=1, decoder="SEGMENT", segment=2)),
    ("segments_around", dict(layers=2, decoder="SEGMENT", segment=3, extras=2, n_series=3, embedding=1, window=4, residual=1)),
    ("segments_ahead", dict(layers=1, decoder="SEGMENT", segment=2, extras=1, ahead=3)),
]
PREFIX = {"labels": "ALM_LABELS_", "cell": "ALM_CELL_", "decoder": "ALM_DECODER_"}
DEFAULTS = dict(labels="LAST", cell="LSTM", forget="LEARNED", decoder="DIRECT", peephole=0, layer_norm=0, residual=0,
                forget_rate=0, forget_noise=0, window=0, extras=0, n_series=0, embedding=0, segment=0, ahead=0)


def numbers(n, seed, scale):
    """The same formula as in test_golden.c."""
    return torch.tensor([scale * math.sin(0.7 * k + seed + 0.3 * ((k * k) % 7)) for k in range(n)])


def shapes(o):
    """Every tensor in the order of the block."""
    out = []
    for layer in range(o["layers"]):
        inputs = H if layer else F + o["embedding"]
        out += [(f"W{layer}", inputs, 4 * H), (f"R{layer}", H, 4 * H), (f"b{layer}", 1, 4 * H)]
        out += [(f"p{layer}", 3, H)] * o["peephole"] + [(f"gain{layer}", 1, 4 * H)] * o["layer_norm"]
    segments = HORIZON // o["segment"] if o["segment"] else 1
    out += [("head", H, HORIZON // segments), ("head_b", 1, HORIZON // segments)]
    out += [("E", o["extras"], HORIZON), ("S", o["window"], HORIZON), ("V", o["n_series"], o["embedding"])]
    if o["segment"]:
        out += [("P", segments, H // 2), ("DW", H // 2 + o["extras"] + o["embedding"] + o["ahead"], 4 * H), ("DR", H, 4 * H), ("Db", 1, 4 * H)]
    return [(name, rows, columns) for name, rows, columns in out if rows * columns]


def forgetting(o):
    """Mode, rate and noise of each layer."""
    lists = (value if isinstance(value, list) else [value] * o["layers"] for value in (o["forget"], o["forget_rate"], o["forget_noise"]))
    return list(zip(*lists))


def run_layer(x, w, layer, o):
    h = c = n = torch.zeros(B, H)
    m = torch.full((B, H), -math.inf)
    p = w.get(f"p{layer}", torch.zeros(3, H))
    outputs = []
    for x_t in x:
        a = x_t @ w[f"W{layer}"] + h @ w[f"R{layer}"]
        if o["layer_norm"]:
            a = torch.nn.functional.layer_norm(a, (4 * H,), w[f"gain{layer}"][0])
        a_i, a_f, a_g, a_o = (a + w[f"b{layer}"]).chunk(4, 1)
        if o["cell"] == "SLSTM":
            log_f = torch.nn.functional.logsigmoid(a_f)
            new_m = torch.maximum(log_f + m, a_i)
            i, f = torch.exp(a_i - new_m), torch.exp(log_f + m - new_m)
            c, n, m = f * c + i * torch.tanh(a_g), f * n + i, new_m
            h = torch.sigmoid(a_o) * c / n
        else:
            i, f = torch.sigmoid(a_i + p[0] * c), torch.sigmoid(a_f + p[1] * c)
            mode, rate, a = forgetting(o)[layer]
            f = {"LEARNED": f, "ZERO": (1 - rate) * f, "ONE": (1 - rate) * f + rate,
                 "NOISE": (1 - rate) * f + rate * ((1 - a) * f + a / 2)}[mode]
            c = f * c + i * torch.tanh(a_g)
            h = torch.sigmoid(a_o + p[2] * c) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), c


def answer(x, window, extras, ahead, series, w, o):
    vector = w["V"][series] if o["embedding"] else torch.zeros(B, 0)
    x = torch.cat([x, vector.expand(T, B, -1)], 2)
    for layer in range(o["layers"]):
        h, c = run_layer(x, w, layer, o)
        x = h + x if layer and o["residual"] else h
    if o["segment"]:
        cell = torch.nn.LSTMCell(w["DW"].shape[0], H)
        state = (x[-1], c)
        named = {"weight_ih": w["DW"].T, "weight_hh": w["DR"].T, "bias_ih": w["Db"][0], "bias_hh": torch.zeros(4 * H)}
        context = torch.cat([extras, vector], 1)
        parts = []
        for i, position in enumerate(w["P"]):
            seen = torch.cat([position.expand(B, -1), context, ahead[:, i]], 1)
            step = torch.func.functional_call(cell, named, (seen, state))[0]
            parts.append(step @ w["head"] + w["head_b"])
        out = torch.cat(parts, 1).unsqueeze(0)
    else:
        out = (x if o["labels"] == "ALL" else x[-1:]) @ w["head"] + w["head_b"]
    if o["extras"]:
        out = out + extras @ w["E"]
    if o["window"]:
        out = out + window @ w["S"]
    return out


def run(name, options):
    o = DEFAULTS | options
    w = {key: numbers(rows * columns, i + 1.0, 0.6).reshape(rows, columns).requires_grad_()
         for i, (key, rows, columns) in enumerate(shapes(o))}
    x = numbers(T * B * F, 0.5, 1.0).reshape(T, B, F)
    window, extras = numbers(B * o["window"], 0.1, 1.0).reshape(B, -1), numbers(B * o["extras"], 0.2, 1.0).reshape(B, -1)
    segments = HORIZON // o["segment"] if o["segment"] else 1
    ahead = numbers(B * segments * o["ahead"], 0.3, 1.0).reshape(B, segments, -1)
    series = [(2 * row + 1) % o["n_series"] if o["n_series"] else 0 for row in range(B)]
    out = answer(x, window, extras, ahead, series, w, o)
    loss = torch.nn.functional.mse_loss(out, numbers(out.numel(), 0.25, 1.0).reshape(out.shape))
    loss.backward()
    gradient = [v for key, _, _ in shapes(o) for v in w[key].grad.reshape(-1).tolist()]
    for what, values in (("output", out.reshape(-1).tolist()), ("gradient", gradient)):
        print(f"static const double {name}_{what}[] = {{{', '.join(repr(v) for v in values)}}};")
    fields = ", ".join(f".{key} = {PREFIX.get(key, '')}{value}" for key, value in options.items() if "forget" not in key)
    if "forget" in options:
        fields += ", .forget = {" + ", ".join(f"{{ALM_FORGET_{m}, {rate}, {a}}}" for m, rate, a in forgetting(o)) + "}"
    labels = "" if "labels" in options else ", .labels = ALM_LABELS_LAST"
    return (f'    {{"{name}", {{.inputs = {F}, .hidden = {H}, .horizon = {HORIZON}, .levels = 1, {fields}{labels}}},\n'
            f"     {T}, {B}, {out.numel()}, {len(gradient)}, {loss.item()!r}, {name}_output, {name}_gradient}},")


print(f"/* Made by lstm_options_torch.py with PyTorch {torch.__version__.split('+')[0]}. Do not edit. */")
print("/* clang-format off */")
rows = [run(*case) for case in CASES]
print("static const struct option_golden {\n    const char *name;\n    struct alm_network_shape shape;\n"
      "    size_t steps, rows, n_output, n_parameters;\n    double loss;\n    const double *output, *gradient;\n} option_goldens[] = {")
print("\n".join(rows))
print("};")
