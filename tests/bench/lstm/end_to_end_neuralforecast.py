"""The neuralforecast side of end_to_end.sh: its LSTM on M4 hourly, from the file to 414 forecasts.

    python3 end_to_end_neuralforecast.py FOLDER        one thread; look-back 168, horizon 48, one layer of 64, 500 steps
"""
import csv
import logging
import os
import sys
import warnings

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
import pandas
import torch
from neuralforecast import NeuralForecast, __version__
from neuralforecast.losses.pytorch import MAE
from neuralforecast.models import LSTM

LOOKBACK, HORIZON, HIDDEN, STEPS, BATCH = 168, 48, 64, 500, 128


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {row[0]: np.array([float(x) for x in row[1:] if x]) for row in rows}


def frame(series):
    return pandas.DataFrame({
        "unique_id": np.repeat(list(series), [len(y) for y in series.values()]),
        "ds": np.concatenate([np.arange(len(y)) for y in series.values()]),
        "y": np.concatenate(list(series.values())),
    })


def main():
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    train, test = (read(f"{sys.argv[1]}/Hourly-{part}.csv") for part in ("train", "test"))
    # 128 windows a step, drawn from 32 series
    model = LSTM(
        h=HORIZON, input_size=LOOKBACK, encoder_n_layers=1, encoder_hidden_size=HIDDEN, decoder_layers=1,
        decoder_hidden_size=HIDDEN, loss=MAE(), max_steps=STEPS, learning_rate=2e-3, batch_size=32,
        windows_batch_size=BATCH, scaler_type="robust", random_seed=1, accelerator="cpu", logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )
    forecaster = NeuralForecast(models=[model], freq=1)
    forecaster.fit(frame(train))
    forecast = forecaster.predict().groupby("unique_id")["LSTM"].apply(np.array)
    mase = [np.abs(test[name] - forecast[name]).mean() / np.abs(y[24:] - y[:-24]).mean() for name, y in train.items()]
    print(f"neuralforecast {__version__}, PyTorch {torch.__version__}: MASE {np.mean(mase):.3f}")


main()
