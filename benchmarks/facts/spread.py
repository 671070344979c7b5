"""What several seeds say together: a mean with its standard deviation, and a paired difference with its interval."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from practicum.statistics.intervals import Interval


def mean_sd(values: Sequence[float]) -> str:
    """`.864 ± .028`: the mean, and the standard deviation of the sample."""
    return f"{short(statistics.fmean(values))} ± {short(statistics.stdev(values))}"


def ahead(first: Sequence[float], second: Sequence[float]) -> Interval:
    """By how much the first is ahead, seed by seed: the mean difference and its 95 % interval by Student's t.

    Raises ValueError unless both have the same seeds, two or more.
    """
    from scipy.stats import t  # half a second to import

    gaps = [one - other for one, other in zip(first, second, strict=True)]
    if len(gaps) < 2:
        raise ValueError("an interval over seeds needs two seeds or more")
    mean = statistics.fmean(gaps)
    reach = float(t.ppf(0.975, len(gaps) - 1)) * statistics.stdev(gaps) / math.sqrt(len(gaps))
    return Interval(mean, mean - reach, mean + reach)


def between(gap: Interval) -> str:
    """`+.120 (+.050 to +.190)`."""
    return f"{short(gap.value, sign=True)} ({short(gap.low, sign=True)} to {short(gap.high, sign=True)})"


def short(value: float, *, sign: bool = False) -> str:
    """Three decimals, without the zero before them: `.864`, `1.000`, `-.012`."""
    text = f"{value:+.3f}" if sign else f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text
