import re
text = "Mail ann@example.com or bob@test.org, not @nobody"
re.findall(r"[\w.]+@[\w.]+\.\w+", text)
