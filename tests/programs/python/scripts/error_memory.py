try:
    x = bytearray(10**10)
except MemoryError:
    print("no room")
