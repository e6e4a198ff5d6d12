import pandas as pd
table = pd.read_csv("input.csv")
table["total"] = table.price * table.count_
table.to_csv("output.csv", index=False)
float(table.total.sum())
