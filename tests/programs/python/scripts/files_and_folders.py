import os, pathlib, shutil
pathlib.Path("out/deep").mkdir(parents=True)
pathlib.Path("out/deep/a.txt").write_text("A")
shutil.copy("out/deep/a.txt", "out/b.txt")
sorted(str(p) for p in pathlib.Path("out").rglob("*"))
