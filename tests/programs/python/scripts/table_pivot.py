import pandas as pd
df = pd.DataFrame({"day": ["mo", "mo", "tu"], "kind": ["x", "y", "x"], "n": [1, 2, 3]})
print(df.pivot_table(index="day", columns="kind", values="n", fill_value=0).to_csv())
