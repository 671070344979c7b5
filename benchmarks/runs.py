"""One run of a snippet: through the runner, in cold Python, in a new Jupyter kernel, in a warm one (the limit)."""

from __future__ import annotations

from benchmarks.kernels import Kernel, cold, new_kernel
from benchmarks.table import Timing, in_turn, markdown, milliseconds, ratio
from practicum.runner import Job, Limits, Pool

SNIPPETS = {
    "`x = 1 + 1`": "x = 1 + 1",
    "tiny Keras build": (
        "import keras\n"
        "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])\n"
        "shape = model.output_shape"
    ),
    "MobileNetV2 build": (
        "import keras\n"
        "base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3))\n"
        "shape = base.output_shape"
    ),
    "tiny fit": (
        "import keras, numpy as np\n"
        "x = np.random.default_rng(0).normal(size=(64, 8)).astype('float32')\n"
        "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\n"
        "model.fit(x, x[:, :1], epochs=2, verbose=0)"
    ),
}
ROUNDS = {"practicum": 30, "warm kernel": 30, "new kernel": 7, "cold python": 7}


def measure() -> dict[str, dict[str, Timing]]:
    """Timings by snippet and by where it ran."""
    found: dict[str, dict[str, Timing]] = {}
    with Pool(size=1) as pool, Kernel() as kernel:
        for name, code in SNIPPETS.items():
            job = Job(code=code, limits=Limits(seconds=120))

            def through_the_runner(job: Job = job) -> None:
                result = pool.run(job)
                if not result.ok:
                    raise RuntimeError(result.why or str(result.failure))

            actions = {
                "practicum": through_the_runner,
                "warm kernel": lambda code=code: kernel.run(code),
                "new kernel": lambda code=code: new_kernel(code),
                "cold python": lambda code=code: cold(code),
            }
            for warm_up in ("practicum", "warm kernel"):
                actions[warm_up]()
                actions[warm_up]()
            found[name] = in_turn(actions, ROUNDS)
    return found


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    found = measure()
    rows = []
    for name, timings in found.items():
        ours, limit = timings["practicum"].median, timings["warm kernel"].median
        cells = [f"{milliseconds(timings[where].median)}" for where in ROUNDS]
        rows.append(
            [
                name,
                *cells,
                ratio(ours / limit),
                ratio(timings["new kernel"].median / ours),
                ratio(timings["cold python"].median / ours),
            ]
        )
    headings = [
        "median ms",
        *(f"{where} (n = {count})" for where, count in ROUNDS.items()),
        "to a warm kernel",
        "faster than a new kernel",
        "faster than cold python",
    ]
    p95 = "; ".join(
        f"{name} {milliseconds(t['practicum'].p95)} ({milliseconds(t['warm kernel'].p95)})" for name, t in found.items()
    )
    return (
        "## One run\n\n"
        "A snippet through `practicum.runner` (a fresh, isolated interpreter each time), beside a warm Jupyter kernel "
        "(one process for all, no isolation: the least it can take), a new Jupyter kernel, and `python -c`.\n\n"
        f"{markdown(headings, rows)}\n\n95th percentile in ms, in brackets the warm kernel's: {p95}.\n"
    )
