import numpy as np
rng = np.random.default_rng(7)
rng.integers(0, 100, 5).tolist()
