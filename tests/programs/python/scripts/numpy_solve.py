import numpy as np
a = np.array([[3.0, 1.0], [1.0, 2.0]])
np.linalg.solve(a, np.array([9.0, 8.0])).round(6)
