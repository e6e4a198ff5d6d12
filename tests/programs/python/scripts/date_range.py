import pandas as pd
[str(d.date()) for d in pd.date_range("2024-01-30", periods=3, freq="D")]
