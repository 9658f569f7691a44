"""Writes kaplan_meier.json: what PyPI `lifelines` (0.30) makes of a few data sets.

    pip install lifelines && python kaplan_meier.py > kaplan_meier.json
"""
import json
import math
import random

from lifelines import KaplanMeierFitter
from lifelines.datasets import load_waltons
from lifelines.utils import median_survival_times


def number(value):
    return None if not math.isfinite(value) else float(value)


def case(durations, ended):
    fitter = KaplanMeierFitter(alpha=0.05).fit(durations, ended)
    table = fitter.event_table
    band = fitter.confidence_interval_survival_function_
    curve = []
    for day in table.index[table.observed > 0]:
        survival = float(fitter.survival_function_.loc[day].iloc[0])
        low, high = (number(side) for side in band.loc[day])
        inside = 0 < survival < 1
        curve.append([float(day), survival, low if inside else None, high if inside else None])
    sides = median_survival_times(band)
    low, high = (number(side) for side in sides.iloc[0])
    return {
        "durations": durations,
        "ended": ended,
        "median": number(fitter.median_survival_time_),
        "median_low": low,
        "median_high": high,
        "curve": curve,
    }


dice = random.Random(1958)
waltons = load_waltons()
cases = [
    ([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], [True] * 9 + [False] * 12),
    ([int(t) for t in waltons["T"]], [bool(e) for e in waltons["E"]]),
]
for size, share in [(1, 1.0), (12, 0.5), (60, 0.7), (200, 0.3), (200, 0.9)]:
    days = [int(dice.expovariate(1 / 40)) + 1 for _ in range(size)]
    cases.append((days, [dice.random() < share for _ in days]))
print(json.dumps([case(*each) for each in cases]))
