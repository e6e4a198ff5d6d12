import gzip, hashlib
data = gzip.decompress(gzip.compress(b"payload"))
hashlib.sha256(data).hexdigest()
