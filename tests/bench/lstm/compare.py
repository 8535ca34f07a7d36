"""Compares our training step, or our inference, with PyTorch's: CPU time, taking turns in short bursts in one run.

    python3 compare.py LIBRARY [--rounds N] [--hidden 32,64] [--quick] [--inference] [--precision bf16]
                       [--threads N [--scaling]]

LIBRARY is the shared library made of step.c and peak.c. The model is an LSTM and a linear head on the last step, float32,
with denormals flushed; a training step is forward, MSE, backward and Adam (PyTorch's fused one), without clipping.
`stock` is PyTorch as it comes, `tuned` PyTorch in a second process whose MALLOC_MMAP_THRESHOLD_ and
MALLOC_TRIM_THRESHOLD_ are so high that memory is never given back. Each cell is measured in rounds: the peak of FMAs,
ours, stock, tuned, a burst of about 50 ms each. GFLOP/s = 6 T B 4H (F + H) / time (2 instead of 6 for inference), from the
smallest time; share is that by the peak of the cell's rounds; ratios are PyTorch's time by ours, of the smallest times and
of the medians. With --threads the times are wall clock and there is no tuned; with
--scaling only `alone`, ours on one thread, is compared with, and not PyTorch, whose waiting threads would take a core. With --precision bf16 ours and PyTorch's (autocast) are in
bf16, and `fp32` is ours in fp32; the peak stays that of FMAs in fp32.
"""
import argparse
import contextlib
import ctypes
import importlib.metadata
import itertools
import math
import os
import statistics
import subprocess
import sys
import time

BURST = 0.05
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "17179869184"}


def set_threads(n):
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(n)


class Ours:
    def __init__(self, lib, cell, inference, threads, bf16, wall):
        self.lib, self.inference, self.wall = lib, inference, wall
        self.step = lib.step_create(*cell, threads, bf16)

    def run(self, times):
        start = time.perf_counter()
        cpu = (self.lib.step_infer if self.inference else self.lib.step_run)(self.step, times)
        return time.perf_counter() - start if self.wall else cpu

    def close(self):
        self.lib.step_free(self.step)


class Torch:
    def __init__(self, cell, inference, threads, bf16):
        import torch

        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        F, H, T, B = cell
        self.torch, self.inference = torch, inference
        self.clock = time.perf_counter if threads > 1 else time.process_time
        self.lstm, self.head = torch.nn.LSTM(F, H), torch.nn.Linear(H, 1)
        self.adam = torch.optim.Adam([*self.lstm.parameters(), *self.head.parameters()], lr=1e-3, fused=True)
        self.x, self.y = torch.randn(T, B, F), torch.randn(B, 1)
        self.cast = torch.autocast("cpu", dtype=torch.bfloat16) if bf16 else contextlib.nullcontext()

    def answer(self):
        with self.cast:
            return self.head(self.lstm(self.x)[0][-1]).float()

    def step(self):
        if self.inference:
            with self.torch.inference_mode():
                return self.answer()
        self.adam.zero_grad(set_to_none=True)
        self.torch.nn.functional.mse_loss(self.answer(), self.y).backward()
        self.adam.step()

    def run(self, times):
        start = self.clock()
        for _ in range(times):
            self.step()
        return self.clock() - start

    def close(self):
        pass


class Child:
    """The same in a process with an environment of its own; it waits on a pipe while others are timed."""

    process = None

    def __init__(self, cell, inference, bf16):
        if Child.process is None:
            Child.process = subprocess.Popen([sys.executable, __file__, "--serve"], env=os.environ | MALLOC, text=True,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask("make", *cell, int(inference), int(bf16))

    def ask(self, *words):
        print(*words, file=Child.process.stdin, flush=True)
        return float(Child.process.stdout.readline())

    def run(self, times):
        return self.ask("run", times)

    def close(self):
        pass


def serve():
    model = None
    for line in sys.stdin:
        command, *numbers = line.split()
        numbers = [int(n) for n in numbers]
        if command == "make":
            model = Torch(numbers[:4], bool(numbers[4]), 1, bool(numbers[5]))
        print(model.run(numbers[0]) if command == "run" else 0, flush=True)


def load(path):
    lib = ctypes.CDLL(path)
    size, pointer, real = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_double
    lib.step_create.restype, lib.step_create.argtypes = pointer, [size] * 6
    lib.step_free.argtypes = [pointer]
    for run in (lib.step_run, lib.step_infer):
        run.restype, run.argtypes = real, [pointer, size]
    lib.step_peak.restype = real
    lib.step_kernel.restype = ctypes.c_char_p
    return lib


def measure(lib, runners, rounds):
    """Seconds of a step by runner and round, and the peak's GFLOP/s by round."""
    times, repeat, peaks = {name: [] for name in runners}, {}, []
    for name, runner in runners.items():  # warm up, then choose how many steps fill a burst
        runner.run(1)
        repeat[name] = max(1, round(BURST / runner.run(1)))
    for _ in range(rounds):
        peaks.append(lib.step_peak())
        for name, runner in runners.items():
            times[name].append(runner.run(repeat[name]) / repeat[name])
    for runner in runners.values():
        runner.close()
    return times, max(peaks)


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def compare(lib, args, H, cells):
    rows = []
    for F, T, B in cells:
        cell = (F, H, T, B)
        bf16 = args.precision == "bf16"
        wall = args.threads > 1
        runners = {"ours": Ours(lib, cell, args.inference, args.threads, bf16, wall)}
        if bf16:
            runners["fp32"] = Ours(lib, cell, args.inference, args.threads, False, wall)
        if args.scaling:
            runners["alone"] = Ours(lib, cell, args.inference, 1, bf16, wall)
        else:
            runners["stock"] = Torch(cell, args.inference, args.threads, bf16)
        if not wall and not args.scaling:
            runners["tuned"] = Child(cell, args.inference, bf16)
        if not rows:
            print(" F    H    T    B" + "".join(f"{name:>10}" for name in runners) +
                  "   GFLOP/s    share   ratios of the others' times to ours (minima / medians)")
        times, peak = measure(lib, runners, args.rounds)
        low, middle = {k: min(v) for k, v in times.items()}, {k: statistics.median(v) for k, v in times.items()}
        speed = (2 if args.inference else 6) * T * B * 4 * H * (F + H) / low["ours"] / 1e9
        share = speed / (peak * args.threads) if peak > 0 else math.nan
        rivals = [k for k in runners if k != "ours"]
        ratios = [v for k in rivals for v in (low[k] / low["ours"], middle[k] / middle["ours"])]
        rows.append([speed, share, *ratios])
        print(f"{F:2d} {H:4d} {T:4d} {B:4d}" + "".join(f"{1e3 * middle[k]:10.3f}" for k in runners)
              + f" {speed:9.1f} {100 * share:6.0f} %   " + "   ".join(
                  f"{a:5.2f} / {b:5.2f}" for a, b in zip(ratios[::2], ratios[1::2])), flush=True)
    means = [geometric(column) for column in zip(*rows)]
    ratios = (f"to {name} {low:.2f} / {middle:.2f}" for name, low, middle in zip(rivals, means[2::2], means[3::2]))
    print(f"H={H}: geometric means: {means[0]:.1f} GFLOP/s, {100 * means[1]:.1f} % of peak, ratio " + ", ".join(ratios),
          flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", default="32,64,128,256")
    parser.add_argument("--quick", action="store_true", help="F = 1, T = 24 and B = 32 only")
    parser.add_argument("--inference", action="store_true", help="forward only, B = 1 and 32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scaling", action="store_true", help="against one thread, not PyTorch")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    args = parser.parse_args()
    set_threads(args.threads)
    lib = load(args.library)
    rival = "" if args.scaling else f"PyTorch {importlib.metadata.version('torch')}, "
    print(f"{rival}our kernel {lib.step_kernel().decode()}, {args.threads} thread(s), median ms a step")
    batches = [1, 32] if args.inference else [32, 128]
    cells = [(1, 24, 32)] if args.quick else list(itertools.product((1, 8), (24, 96, 168), batches))
    for H in map(int, args.hidden.split(",")):
        compare(lib, args, H, cells)


if "--serve" in sys.argv:
    set_threads(1)
    serve()
else:
    main()
