import tempfile
with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
    file.write("scratch")
    file.seek(0)
    print(file.read())
