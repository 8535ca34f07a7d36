"""Compares our training step with PyTorch's, one thread each, CPU time, taking turns in bursts within one process.

    python3 compare.py LIBRARY [--rounds N] [--quick]      (LIBRARY: the shared library made of step.c)

LSTM and a linear head on the last step, MSE, Adam (PyTorch's fused one), float32, denormals flushed, no gradient clipping.
Prints per cell the median milliseconds of a step and the ratio of the smallest and of the median times, and the geometric
mean of the ratios by hidden size. GFLOP/s = 6 T B 4H (F + H) / time.
"""
import argparse
import ctypes
import itertools
import math
import os
import statistics
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import torch  # noqa: E402

BURST = 0.05


def load(path):
    lib = ctypes.CDLL(path)
    lib.step_create.restype = ctypes.c_void_p
    lib.step_create.argtypes = [ctypes.c_size_t] * 4
    lib.step_run.restype = ctypes.c_double
    lib.step_run.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    lib.step_kernel.restype = ctypes.c_char_p
    return lib


class Torch:
    def __init__(self, F, H, T, B):
        self.lstm, self.head = torch.nn.LSTM(F, H), torch.nn.Linear(H, 1)
        self.adam = torch.optim.Adam([*self.lstm.parameters(), *self.head.parameters()], lr=1e-3, fused=True)
        self.x, self.y = torch.randn(T, B, F), torch.randn(B, 1)

    def run(self, times):
        start = time.process_time()
        for _ in range(times):
            self.adam.zero_grad(set_to_none=True)
            loss = torch.nn.functional.mse_loss(self.head(self.lstm(self.x)[0][-1]), self.y)
            loss.backward()
            self.adam.step()
        return time.process_time() - start


def measure(lib, F, H, T, B, rounds):
    ours, theirs = lib.step_create(F, H, T, B), Torch(F, H, T, B)
    runs = {"ours": lambda n: lib.step_run(ours, n), "torch": theirs.run}
    times = {name: [] for name in runs}
    repeat = {}
    for name, run in runs.items():  # warm up, then choose how many steps fill a burst
        run(2)
        repeat[name] = max(1, round(BURST / (run(2) / 2)))
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(run(repeat[name]) / repeat[name])
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="T = 24 and B = 32 only")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    lib = load(args.library)
    print(f"PyTorch {torch.__version__}, our kernel {lib.step_kernel().decode()}")
    print("   H    T    B  torch ms   ours ms   ours GFLOP/s   ratio min / median")
    lengths, batches = ([24], [32]) if args.quick else ([24, 96, 168], [32, 128])
    for H in (32, 64, 128, 256):
        ratios = []
        for T, B in itertools.product(lengths, batches):
            t = measure(lib, 1, H, T, B, args.rounds)
            best, middle = {k: min(v) for k, v in t.items()}, {k: statistics.median(v) for k, v in t.items()}
            ratios.append((best["torch"] / best["ours"], middle["torch"] / middle["ours"]))
            speed = 6 * T * B * 4 * H * (1 + H) / best["ours"] / 1e9
            print(f"{H:4d} {T:4d} {B:4d} {1e3 * middle['torch']:9.3f} {1e3 * middle['ours']:9.3f} {speed:14.1f}"
                  f"   {ratios[-1][0]:.2f} / {ratios[-1][1]:.2f}", flush=True)
        means = [math.exp(sum(map(math.log, r)) / len(r)) for r in zip(*ratios)]
        print(f"H={H}: geometric mean of the ratios {means[0]:.2f} / {means[1]:.2f}", flush=True)


main()
