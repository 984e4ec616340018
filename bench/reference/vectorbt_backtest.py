"""The runs of backtest.c by vectorbt, called as it is and answering in the same way."""

import json
import sys
from time import perf_counter

import numpy as np
import pandas as pd
import vectorbt as vbt

file, all_rows, rows, what, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
time, open_, high, low, close = (column[:rows].copy() for column in np.fromfile(file).reshape(5, all_rows))
index = pd.to_datetime(time.astype("int64"), unit="ms")
open_, high, low, close = (pd.Series(column, index=index) for column in (open_, high, low, close))
capital, commission, slippage, share = 1e5, 2e-5, 1e-5, 0.95
# Signals act at the next open: vectorbt fills where it is told to, so they are moved by a bar.
market = {"open": open_, "price": open_, "init_cash": capital, "fees": commission, "freq": "1min"}
sized = {"size": share, "size_type": "percent", "accumulate": False}


def averages(fast, slow):
    return vbt.MA.run(close, fast), vbt.MA.run(close, slow)


def full():
    fast, slow = averages(10, 20)
    portfolio = vbt.Portfolio.from_signals(
        close,
        fast.ma_crossed_above(slow).vbt.fshift(1),
        fast.ma_crossed_below(slow).vbt.fshift(1),
        high=high, low=low, slippage=slippage, sl_stop=0.02, tp_stop=0.04, **market, **sized,
    )
    portfolio.trades.records
    return portfolio.stats()


def sweep():
    results = []
    slows = [50 + 4 * k for k in range(50)]
    slow = vbt.MA.run(close, slows, short_name="slow").ma.to_numpy()
    for fast_period in (5 + 2 * k for k in range(20)):
        fast = vbt.MA.run(close, fast_period).ma.to_numpy()[:, None]
        above, before = fast > slow, np.roll(fast > slow, 1, axis=0)
        before[0] = above[0]
        entries, exits = (np.roll(flags, 1, axis=0) for flags in (above & ~before, ~above & before))
        portfolio = vbt.Portfolio.from_signals(
            close, entries, exits, **{**market, "size": np.inf, "accumulate": False}
        )
        results.append((portfolio.total_return(), portfolio.max_drawdown(), portfolio.sharpe_ratio()))
    return results


run = {"full": full, "sweep": sweep}[what]
if what == "full":
    run()
times = []
for _ in range(runs):
    begun = perf_counter()
    run()
    times.append((perf_counter() - begun) * 1e3)
print(json.dumps({"ms": times, "version": vbt.__version__}))
