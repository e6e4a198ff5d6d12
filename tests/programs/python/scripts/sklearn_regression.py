from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[1], [2], [3]], [2, 4, 6])
round(float(model.predict([[10]])[0]), 6)
