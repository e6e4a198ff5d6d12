import matplotlib.pyplot as plt
plt.figure(); plt.bar(["a", "b"], [3, 5])
plt.figure(); plt.pie([1, 2, 3])
print("drawn")
