/**
 * The Python code that wraps a user's program: it captures the value of the
 * last expression, saves figures to files, and records how the program ended.
 */

/** Where the driver writes the outcome, apart from the user's files. */
export const OUTCOME_FOLDER = "/run/outcome";

/** Where matplotlib's data files are placed in the standard library. */
export const MATPLOTLIB_DATA =
  "/usr/local/lib/python315.zip/matplotlib/mpl-data";

/** The source of the driver, which the interpreter imports as a module. */
export const DRIVER: string = String.raw`
import sys, types
_module = types.ModuleType("_driver")
exec(compile(r'''
import ast, json, linecache, os, sys, traceback, types

OUTCOME = "${OUTCOME_FOLDER}/outcome.json"
NAME = "<script>"
NOTHING = {"exit": 0, "figures": 0}

def plain(value):
    """What json does not know: numbers of numpy, tables, sets, dates."""
    for name in ("to_dict", "tolist", "item", "isoformat"):
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            return method()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(type(value).__name__)

def as_json(value):
    try:
        return json.dumps(value, default=plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None

def reseed():
    """What was drawn before a snapshot must not be drawn again."""
    random = sys.modules.get("random")
    if random is not None:
        random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
    uuid = sys.modules.get("uuid")
    if uuid is not None:
        uuid._last_timestamp = None

def unpack_data():
    import io, zipfile
    stdlib = "/usr/local/lib/python315.zip"
    try:
        inner = zipfile.ZipFile(stdlib).read("matplotlib/mpl-data.zip")
    except KeyError:
        return
    with zipfile.ZipFile(io.BytesIO(inner)) as data:
        names = data.namelist()
        prefix = "mpl-data/" if all(n.startswith("mpl-data/") for n in names) else ""
        for name in names:
            if name.endswith("/") or "sample_data" in name:
                continue
            path = os.path.join("${MATPLOTLIB_DATA}", name[len(prefix):])
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
            with open(path, "wb") as file:
                file.write(data.read(name))

def patch_asyncio():
    """No socket pair wakes a loop here, and no thread needs to."""
    from asyncio import selector_events
    loop = selector_events.BaseSelectorEventLoop
    def make(self):
        self._ssock = self._csock = None
        self._internal_fds += 1
    def close(self):
        self._internal_fds -= 1
    def wake(self):
        pass
    loop._make_self_pipe, loop._close_self_pipe, loop._write_to_self = make, close, wake

def room(size):
    """Makes the heap larger once, so that calls need not: memory that grew
    cannot be given back, and such an instance starts anew. What was freed
    before is zero afterwards, which is put back sooner than anything else."""
    import gc
    gc.collect()
    blocks = []
    for power in (22, 20, 18):
        blocks += [bytearray(1 << power) for _ in range((size // 3) >> power)]
    del blocks

drawn = 0

def forget_figures():
    """Those of an earlier program of a session: all that is there is sent."""
    global drawn
    while drawn > 0:
        path = "${OUTCOME_FOLDER}/figure%d.png" % drawn
        drawn -= 1
        if os.path.exists(path):
            os.remove(path)

def save_figures():
    global drawn
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return 0
    count = 0
    for number in pyplot.get_fignums():
        count += 1
        drawn = count
        pyplot.figure(number).savefig("${OUTCOME_FOLDER}/figure%d.png" % count)
    pyplot.close("all")
    return count

def show(error):
    lines = traceback.TracebackException.from_exception(error)
    frames = list(lines.stack)
    while frames and frames[0].filename != NAME:
        frames.pop(0)
    lines.stack = traceback.StackSummary.from_list(frames)
    print("".join(lines.format()), end="", file=sys.stderr)
    return {"type": type(error).__name__, "message": str(error)}

def evaluate(source, namespace):
    tree = ast.parse(source, NAME)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, NAME, "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), NAME, "eval"), namespace)

def namespace_of(fresh):
    main = sys.modules.get("__main__")
    if fresh or main is None or not hasattr(main, "__session__"):
        main = types.ModuleType("__main__")
        main.__dict__["__session__"] = True
        sys.modules["__main__"] = main
    return main.__dict__

def finish(outcome):
    sys.stdout.flush()
    sys.stderr.flush()
    tell(outcome)

def fail_in(name, error):
    """What a tool threw, and where in its own file."""
    lines = traceback.TracebackException.from_exception(error)
    frames = [frame for frame in lines.stack if frame.filename == name]
    lines.stack = traceback.StackSummary.from_list(frames)
    told = {"type": type(error).__name__, "message": str(error), "stack": "".join(lines.format())}
    if isinstance(error, SyntaxError) and error.filename == name:
        told["line"], told["column"] = error.lineno or 1, error.offset or 1
    elif frames:
        told["line"], told["column"] = frames[-1].lineno or 1, (frames[-1].colno or 0) + 1
    return {"exit": 1, "error": told}

def answer(name, make):
    try:
        text = as_json(make())
        if text is None:
            raise TypeError("What the tool answers is not JSON")
        finish({"exit": 0, "value": text})
    except BaseException as error:
        finish(fail_in(name, error))

def load_tool(source, name):
    """The module stays, and with it what it has made of itself by now."""
    def load():
        global tool
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        tool = types.ModuleType("tool")
        tool.__file__ = name
        sys.modules["tool"] = tool
        exec(compile(source, name, "exec"), tool.__dict__)
        found = {"execute": callable(getattr(tool, "execute", None))}
        for key in ("schema", "outputSchema"):
            if hasattr(tool, key):
                found[key] = getattr(tool, key)
        return found
    answer(name, load)

def call_tool(text):
    def call():
        value = tool.execute(json.loads(text))
        if hasattr(value, "__await__"):
            import asyncio
            value = asyncio.run(value)
        return value
    reseed()
    answer(tool.__file__, call)

def run(source, argv, fresh):
    forget_figures()
    linecache.cache[NAME] = (len(source), None, source.splitlines(True), NAME)
    sys.argv = list(argv)
    outcome = {"exit": 0}
    try:
        value = evaluate(source, namespace_of(fresh))
        if value is not None:
            outcome["repr"] = repr(value)
            text = as_json(value)
            if text is not None:
                outcome["value"] = text
    except SystemExit as ending:
        code = ending.code
        if code is not None and not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
        outcome["exit"] = code or 0
    except BaseException as error:
        outcome["exit"] = 1
        outcome["error"] = show(error)
    try:
        outcome["figures"] = save_figures()
    except Exception as error:
        show(error)
        outcome["figures"] = 0
    finish(outcome)

def tell(outcome):
    """Nothing is written where there is nothing to tell: that takes longer than
    many a program. What an earlier program of a session told is taken away."""
    if outcome == NOTHING:
        if os.path.exists(OUTCOME):
            os.remove(OUTCOME)
        return
    with open(OUTCOME, "w") as file:
        file.write(json.dumps(outcome))
''', "<driver>", "exec"), _module.__dict__)
sys.modules["_driver"] = _module
`;
