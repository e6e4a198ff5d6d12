import matplotlib.pyplot as plt, os
fig, axis = plt.subplots()
axis.hist([1, 1, 2, 3, 5, 8])
fig.savefig("hist.png")
plt.close(fig)
os.path.getsize("hist.png") > 1000
