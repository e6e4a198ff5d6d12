from scipy.optimize import minimize
found = minimize(lambda p: (p[0] - 2) ** 2 + (p[1] + 1) ** 2, [0, 0])
[round(float(v), 3) for v in found.x]
