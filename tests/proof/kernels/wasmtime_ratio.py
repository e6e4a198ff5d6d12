"""wasmtime's own cost of fuel on the kernels: time with fuel to time without.

    pip install wasmtime==50.0.1
    python tests/proof/kernels/wasmtime_ratio.py
"""

import math
import pathlib
import statistics
import time

import wasmtime

KERNELS = pathlib.Path(__file__).resolve().parent / "kernels.wasm"
ROUNDS = 25
TARGET_SECONDS = 0.012
BUDGET = 1 << 62


def exports(fuel):
    config = wasmtime.Config()
    config.consume_fuel = fuel
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    if fuel:
        store.set_fuel(BUDGET)
    module = wasmtime.Module.from_file(engine, str(KERNELS))
    instance = wasmtime.Instance(store, module, [])
    found = instance.exports(store)
    return store, {
        export.name: found[export.name]
        for export in module.exports
        if isinstance(export.type, wasmtime.FuncType)
    }


def seconds(store, function, n):
    start = time.perf_counter()
    function(store, n)
    return time.perf_counter() - start


def calibrate(store, function):
    n = 1
    while seconds(store, function, n) < TARGET_SECONDS / 2:
        n *= 2
    return n


def main():
    plain_store, plain = exports(False)
    fuel_store, fuel = exports(True)
    ratios = {}
    for name, function in plain.items():
        n = calibrate(plain_store, function)
        rounds = [
            seconds(fuel_store, fuel[name], n) / seconds(plain_store, function, n)
            for _ in range(ROUNDS)
        ]
        ratios[name] = statistics.median(rounds)
        print(f"{name:18} {ratios[name]:.3f}")
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    worst = max(ratios, key=ratios.get)
    print(f"wasmtime fuel: geometric mean {mean:.3f}, "
          f"worst {ratios[worst]:.2f} ({worst})")


if __name__ == "__main__":
    main()
