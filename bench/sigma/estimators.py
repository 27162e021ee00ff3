"""
The five estimators with numpy or pandas, to be held against ours: `estimators.py COLUMNS OUTPUT numpy|pandas`.
The same protocol as estimators.c. numpy as people write it: cumulative sums and their differences; pandas: its rolling windows.
"""

import sys
import time

import numpy as np

WINDOW = 1440
BARS_PER_YEAR = 525600
LN2 = np.log(2)


def with_numpy():
    def sums(values):
        total = np.cumsum(values)
        total[WINDOW:] -= total[:-WINDOW].copy()
        return total

    def squares(values):
        """Squared deviations from the window's mean."""
        return sums(values * values) - sums(values) ** 2 / WINDOW

    return estimate(sums, squares)


def with_pandas():
    import pandas as pd

    def sums(values):
        return pd.Series(values).rolling(WINDOW).sum().to_numpy()

    def squares(values):
        return pd.Series(values).rolling(WINDOW).var().to_numpy() * (WINDOW - 1)

    return estimate(sums, squares)


def estimate(sums, squares):
    """Five columns of σ by functions that add up over windows."""
    o, h, l, c = np.log(open_), np.log(high), np.log(low), np.log(close)
    before = np.concatenate((c[:1], c[:-1]))
    body = c - o
    k = 0.34 / (1.34 + (WINDOW + 1) / (WINDOW - 1))
    rogers_satchell = sums((h - c) * (h - o) + (l - c) * (l - o)) / WINDOW
    around = squares(o - before) + k * squares(body)
    variances = (
        squares(c - before) / (WINDOW - 1),
        sums((h - l) ** 2) / (4 * WINDOW * LN2),
        sums(0.5 * (h - l) ** 2 - (2 * LN2 - 1) * body**2) / WINDOW,
        rogers_satchell,
        around / (WINDOW - 1) + (1 - k) * rogers_satchell,
    )
    return [np.sqrt(np.maximum(0, variance * BARS_PER_YEAR)) for variance in variances]


columns, output, kind = sys.argv[1:]
open_, high, low, close = np.fromfile(columns).reshape(4, -1)
run = with_pandas if kind == "pandas" else with_numpy
first = True
for _ in sys.stdin:
    begun = time.perf_counter()
    result = run()
    print((time.perf_counter() - begun) * 1e3, flush=True)
    if first:
        np.concatenate(result).tofile(output)
        first = False
