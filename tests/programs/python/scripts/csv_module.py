import csv, io
rows = list(csv.DictReader(io.StringIO("name,age\nAnn,31\nBob,29\n")))
sorted(rows, key=lambda row: int(row["age"]))
