"""The PyTorch side of end_to_end.sh: M4 hourly from the file to 414 forecasts, by a global LSTM.

    python3 end_to_end.py FOLDER        one thread; look-back 168, horizon 48, hidden 64, 500 steps of 128 windows
"""
import csv
import os
import sys

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
import torch

LOOKBACK, HORIZON, HIDDEN, STEPS, BATCH = 168, 48, 64, 500, 128


def read(path):
    with open(path, newline="") as file:
        return [np.array([float(x) for x in row[1:] if x]) for row in list(csv.reader(file))[1:]]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = torch.nn.LSTM(1, HIDDEN), torch.nn.Linear(HIDDEN, HORIZON)

    def forward(self, x):
        return self.head(self.lstm(x)[0][-1])


def scale(windows):
    """Less the last value, by the standard deviation."""
    last, spread = windows[:, -1:], np.maximum(windows.std(axis=1, keepdims=True), 1e-9)
    x = torch.tensor(((windows - last) / spread).T[:, :, None], dtype=torch.float32)
    return x, last, spread


def main():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    train, test = (read(f"{sys.argv[1]}/Hourly-{part}.csv") for part in ("train", "test"))
    counts = np.cumsum([len(y) - LOOKBACK - HORIZON + 1 for y in train])
    model = Model()
    adam = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    for _ in range(STEPS):
        index = random.integers(counts[-1], size=BATCH)
        series = np.searchsorted(counts, index, side="right")
        first = index - np.where(series > 0, counts[series - 1], 0)
        windows = np.stack([train[s][f : f + LOOKBACK + HORIZON] for s, f in zip(series, first)])
        x, last, spread = scale(windows[:, :LOOKBACK])
        y = torch.tensor((windows[:, LOOKBACK:] - last) / spread, dtype=torch.float32)
        adam.zero_grad(set_to_none=True)
        torch.nn.functional.l1_loss(model(x), y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        adam.step()
    with torch.inference_mode():
        x, last, spread = scale(np.stack([y[-LOOKBACK:] for y in train]))
        forecast = model(x).numpy() * spread + last
    mase = [abs(a - f).mean() / abs(y[24:] - y[:-24]).mean() for y, a, f in zip(train, test, forecast)]
    print(f"PyTorch {torch.__version__}: MASE {np.mean(mase):.3f}")


main()
