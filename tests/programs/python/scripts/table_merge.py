import pandas as pd
left = pd.DataFrame({"id": [1, 2, 3], "name": ["a", "b", "c"]})
right = pd.DataFrame({"id": [2, 3, 4], "size": [20, 30, 40]})
print(left.merge(right, on="id", how="outer").to_string())
