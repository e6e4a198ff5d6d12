import pandas as pd
pd.DataFrame({"x": [1, 2, 3]}).to_excel("book.xlsx", index=False)
pd.read_excel("book.xlsx").x.tolist()
