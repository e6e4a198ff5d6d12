import matplotlib.pyplot as plt
plt.plot([1, 4, 9, 16], marker="o")
plt.title("Squares")
plt.xlabel("n")
