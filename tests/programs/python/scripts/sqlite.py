import sqlite3
db = sqlite3.connect(":memory:")
db.execute("create table t (id integer primary key, name text)")
db.executemany("insert into t (name) values (?)", [("x",), ("y",), ("z",)])
db.execute("select count(*), max(name) from t").fetchone()
