text = "naïve café 🐍"
print(text, len(text))
text.encode("utf-8")[-4:].hex()
