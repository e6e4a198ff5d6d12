class Broken(ValueError):
    pass
try:
    int("x")
except ValueError as cause:
    raise Broken("no number") from cause
