import pandas as pd
sales = pd.DataFrame({"city": ["Rome", "Oslo", "Rome"], "amount": [10, 20, 30]})
sales.groupby("city")["amount"].sum().to_dict()
