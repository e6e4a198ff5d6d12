import subprocess
try:
    subprocess.run(["ls"])
except OSError as error:
    print("refused")
