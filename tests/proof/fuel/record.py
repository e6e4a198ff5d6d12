"""Records what wasmtime computes, and with how much fuel, in recorded.json.

    pip install wasmtime==50.0.1
    python tests/proof/fuel/record.py
"""

import base64
import hashlib
import json
import pathlib
from importlib.metadata import version

import wasmtime

from programs import PROGRAMS

HERE = pathlib.Path(__file__).resolve().parent
BUDGET = 1_000_000_000
# Go takes a clock that stands at 0 for a broken one.
CLOCK = 1_000_000_000
TOOL_CASES = 4
KERNEL_ITERATIONS = 2
FIXTURES = HERE.parents[2] / "fixtures"
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


def host(store, linker, memory_of):
    """WASI as far as a tool's runtime asks for it: no arguments, one time."""
    i32, i64 = wasmtime.ValType.i32(), wasmtime.ValType.i64()

    def write(address, data):
        memory_of().write(store, data, address)

    def sizes(count, size):
        write(count, bytes(4))
        write(size, bytes(4))
        return 0

    def clock(_clock, _precision, address):
        write(address, CLOCK.to_bytes(8, "little"))
        return 0

    def random(address, length):
        write(address, bytes(length))
        return 0

    def exit_(_code):
        raise wasmtime.WasmtimeError("exit")

    functions = {
        "args_sizes_get": ([i32, i32], [i32], sizes),
        "environ_sizes_get": ([i32, i32], [i32], sizes),
        "args_get": ([i32, i32], [i32], lambda a, b: 0),
        "environ_get": ([i32, i32], [i32], lambda a, b: 0),
        "clock_time_get": ([i32, i64, i32], [i32], clock),
        "random_get": ([i32, i32], [i32], random),
        "sched_yield": ([], [i32], lambda: 0),
        "fd_write": ([i32] * 4, [i32], lambda *_: 52),
        "poll_oneoff": ([i32] * 4, [i32], lambda *_: 52),
        "proc_exit": ([i32], [], exit_),
    }
    for name, (params, results, run) in functions.items():
        kind = wasmtime.FuncType(params, results)
        linker.define_func("wasi_snapshot_preview1", name, kind, run)


def run_tool(engine, path):
    """The schema and some calls of a tool, each with its fuel."""
    store = wasmtime.Store(engine)
    store.set_fuel(BUDGET)
    linker = wasmtime.Linker(engine)
    module = wasmtime.Module.from_file(engine, str(path))
    host(store, linker, lambda: instance.exports(store)["memory"])
    instance = linker.instantiate(store, module)
    start = BUDGET - store.get_fuel()
    exports = instance.exports(store)
    cases = json.loads(path.with_suffix(".cases.json").read_text())
    inputs = [json.dumps(case["arguments"]) for case in cases[:TOOL_CASES]]
    recorded = []

    def spend(name, *arguments):
        before = store.get_fuel()
        result = exports[name](store, *arguments)
        fuel = before - store.get_fuel()
        recorded.append({"call": name, "fuel": fuel})
        return result

    def answer(result):
        if isinstance(result, int):
            pointer, length = (result >> 32) & 0xFFFFFFFF, result & 0xFFFFFFFF
        else:
            pointer, length = result
        return bytes(exports["memory"].read(store, pointer, pointer + length))

    if "_initialize" in exports:
        spend("_initialize")
    recorded_answers = [answer(spend("__tool_schema")).decode()]
    for text in inputs:
        data = text.encode()
        pointer = spend("__tool_alloc", len(data))
        exports["memory"].write(store, data, pointer)
        result = spend("__tool_execute", pointer, len(data))
        recorded_answers.append(answer(result).decode())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    answers = hashlib.sha256("\n".join(recorded_answers).encode()).hexdigest()
    return {
        "file": str(path.relative_to(FIXTURES)),
        "sha256": digest,
        "start": start,
        "inputs": inputs,
        "answers": answers,
        "calls": recorded,
    }


def run_kernel(engine, path):
    store = wasmtime.Store(engine)
    store.set_fuel(BUDGET)
    module = wasmtime.Module.from_file(engine, str(path))
    run = wasmtime.Instance(store, module, []).exports(store)["run"]
    before = store.get_fuel()
    result = run(store, KERNEL_ITERATIONS)
    return {
        "file": str(path.relative_to(FIXTURES)),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "iterations": KERNEL_ITERATIONS,
        "result": str(result),
        "fuel": before - store.get_fuel(),
    }


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
    tools = [
        run_tool(one, path)
        for path in sorted(FIXTURES.glob("tools/*.wasm"))
        if "__tool_alloc" in {
            export.name
            for export in wasmtime.Module.from_file(one, str(path)).exports
        }
    ]
    kernels = [
        run_kernel(one, path) for path in sorted(FIXTURES.glob("kernels/*.wasm"))
    ]
    out = {"engine": f"wasmtime {version('wasmtime')}", "programs": programs,
           "tools": tools, "kernels": kernels}
    text = json.dumps(out, indent=1) + "\n"
    (HERE / "recorded.json").write_text(text)
    calls = sum(len(p["calls"]) for p in programs)
    calls += sum(len(t["calls"]) for t in tools) + len(kernels)
    modules = len(programs) + len(tools) + len(kernels)
    print(f"{out['engine']}: {modules} modules, {calls} calls recorded")


if __name__ == "__main__":
    main()
