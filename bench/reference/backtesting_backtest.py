"""The full run of backtest.c by backtesting.py, called as it is and answering in the same way."""

import json
import sys
import warnings
from time import perf_counter

import numpy as np
import pandas as pd
import backtesting
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

file, all_rows, rows, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[5])
time, *prices = (column[:rows].copy() for column in np.fromfile(file).reshape(5, all_rows))
data = pd.DataFrame(dict(zip(("Open", "High", "Low", "Close"), prices)), index=pd.to_datetime(time.astype("int64"), unit="ms"))
data["Volume"] = 1000
warnings.filterwarnings("ignore")


def mean(values, period):
    return pd.Series(values).rolling(period).mean()


class Crossing(Strategy):
    def init(self):
        self.fast = self.I(mean, self.data.Close, 10)
        self.slow = self.I(mean, self.data.Close, 20)

    def next(self):
        if crossover(self.fast, self.slow):
            if not self.position:
                price = self.data.Close[-1]
                self.buy(size=0.95, sl=price * 0.98, tp=price * 1.04)
        elif crossover(self.slow, self.fast):
            self.position.close()


times = []
for _ in range(runs):
    begun = perf_counter()
    Backtest(data, Crossing, cash=1e5, commission=2e-5, spread=1e-5, finalize_trades=True).run()
    times.append((perf_counter() - begun) * 1e3)
print(json.dumps({"ms": times, "version": backtesting.__version__}))
