"""Records what wasmtime computes, and with how much fuel, in recorded.json.

    pip install wasmtime==50.0.1
    python tests/proof/fuel/record.py
"""

import base64
import json
import pathlib
from importlib.metadata import version

import wasmtime

from programs import PROGRAMS

HERE = pathlib.Path(__file__).resolve().parent
BUDGET = 1_000_000_000
PROPOSALS = (
    "wasm_exceptions", "wasm_function_references", "wasm_gc",
    "wasm_memory64", "wasm_multi_memory", "wasm_tail_call",
)


def engine():
    config = wasmtime.Config()
    config.consume_fuel = True
    for proposal in PROPOSALS:
        setattr(config, proposal, True)
    return wasmtime.Engine(config)


def plain(value):
    """A result as JSON: floats by their shortest text, integers as text."""
    if isinstance(value, float):
        return repr(value)
    return None if value is None else str(value)


def convert(kind, argument):
    return float(argument) if str(kind).startswith("f") else int(argument)


def run_calls(engine, module, calls):
    store = wasmtime.Store(engine)
    store.set_fuel(BUDGET)
    instance = wasmtime.Instance(store, module, [])
    left = store.get_fuel()
    start = BUDGET - left
    recorded = []
    for name, *arguments in calls:
        function = instance.exports(store)[name]
        kinds = function.type(store).params
        values = [convert(k, a) for k, a in zip(kinds, arguments)]
        entry = {"call": name, "arguments": [str(a) for a in arguments]}
        try:
            entry["result"] = plain(function(store, *values))
        except wasmtime.Trap as trap:
            entry["trap"] = str(trap.trap_code.name if trap.trap_code else "other")
        except wasmtime.WasmtimeError:
            entry["trap"] = "other"
        entry["fuel"] = left - store.get_fuel()
        left = store.get_fuel()
        recorded.append(entry)
    return start, recorded


def main():
    one = engine()
    programs = []
    for name, text, calls in PROGRAMS:
        binary = bytes(wasmtime.wat2wasm(text))
        start, recorded = run_calls(one, wasmtime.Module(one, binary), calls)
        programs.append({
            "name": name,
            "wasm": base64.b64encode(binary).decode(),
            "start": start,
            "calls": recorded,
        })
    out = {"engine": f"wasmtime {version('wasmtime')}", "programs": programs}
    text = json.dumps(out, indent=1) + "\n"
    (HERE / "recorded.json").write_text(text)
    calls = sum(len(p["calls"]) for p in programs)
    print(f"{out['engine']}: {len(programs)} modules, {calls} calls recorded")


if __name__ == "__main__":
    main()
