import zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("one.txt", "hello " * 100)
with zipfile.ZipFile("a.zip") as z:
    print(z.namelist(), len(z.read("one.txt")))
