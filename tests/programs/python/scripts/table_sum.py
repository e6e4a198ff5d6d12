import pandas as pd
print(pd.DataFrame({"a": [1, 2], "b": [3.5, 4.5]}).sum())
