import numpy as np
x = np.arange(1, 101)
{"mean": x.mean(), "std": round(float(x.std()), 4), "p90": np.percentile(x, 90)}
