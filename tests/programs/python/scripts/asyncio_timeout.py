import asyncio
async def main():
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.05)
    except TimeoutError:
        return "timed out"
print(asyncio.run(main()))
