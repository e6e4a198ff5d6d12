import pandas as pd
axis = pd.Series([1, 3, 2]).plot(kind="bar")
axis.get_title()
