row = {"a": 1}
print("before")
row["b"]
