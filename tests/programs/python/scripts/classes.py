from dataclasses import dataclass, field
@dataclass(order=True)
class Task:
    rank: int
    name: str = field(compare=False)
print(sorted([Task(2, "b"), Task(1, "a")]))
