from datetime import date, datetime, timedelta, timezone
print(date(2024, 2, 28) + timedelta(days=2))
print(datetime(2024, 1, 1, tzinfo=timezone.utc).isoformat())
(date(2024, 12, 25) - date(2024, 7, 1)).days
