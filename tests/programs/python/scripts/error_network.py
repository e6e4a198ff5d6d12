import urllib.request
try:
    urllib.request.urlopen("http://example.com", timeout=2)
except Exception as error:
    print("refused")
