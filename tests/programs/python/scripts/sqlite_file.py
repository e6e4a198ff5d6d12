import sqlite3
with sqlite3.connect("data.db") as db:
    db.execute("create table kv (k, v)")
    db.execute("insert into kv values ('a', 1)")
print(sqlite3.connect("data.db").execute("select * from kv").fetchall())
