import re
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)", "2024-05-17")
m.groupdict()
