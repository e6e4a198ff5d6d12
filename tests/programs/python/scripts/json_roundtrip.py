import json
data = json.loads('{"a": [1, 2, {"b": null}], "text": "\\u00e9"}')
data["a"].append(True)
data
