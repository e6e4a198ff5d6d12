"""A tool, as SandboxedTool.load takes it."""
import math

schema = {
    "description": "Adds numbers",
    "parameters": {
        "type": "object",
        "properties": {"numbers": {"type": "array", "items": {"type": "number"}}},
        "required": ["numbers"],
    },
}
calls = 0

async def execute(arguments):
    global calls
    calls += 1
    if not arguments["numbers"]:
        raise ValueError("There is nothing to add")
    print("adding", len(arguments["numbers"]))
    return {"sum": math.fsum(arguments["numbers"]), "calls": calls}
