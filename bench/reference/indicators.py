"""
The six indicators by TA-Lib, called as indicators.c is and answering in the same way. Results are freed after each run,
and malloc hands the same memory out again; with a last argument `kept` they stay to the end of the runs.
"""

import json
import sys
from time import perf_counter

import numpy
import talib

file, all_rows, rows, repeats = sys.argv[1], *map(int, sys.argv[2:5])
keeps = sys.argv[5:] == ["kept"]
high, low, close = (column[:rows].copy() for column in numpy.fromfile(file).reshape(3, all_rows))

calls = {
    "rsi": lambda: talib.RSI(close, 14),
    "macd": lambda: talib.MACD(close, 12, 26, 9),
    "atr": lambda: talib.ATR(high, low, close, 14),
    "bollinger": lambda: talib.BBANDS(close, 20, 2, 2),
    "adx": lambda: talib.ADX(high, low, close, 14),
    "stddev": lambda: talib.STDDEV(close, 20),
}


def measured(call):
    outputs = call()
    times = []
    kept = []
    for _ in range(repeats):
        begun = perf_counter()
        result = call()
        if keeps:
            kept.append(result)
        del result
        times.append((perf_counter() - begun) * 1e3)
    return {"ms": times, "last": [output[-1] for output in (outputs if isinstance(outputs, tuple) else (outputs,))]}


print(json.dumps({name: measured(call) for name, call in calls.items()}))
