"""The same program as chaos-agent.ts, with the Python hook agent."""

import asyncio
import json
import os
import sys

from hook_agent import HookAgent


async def main() -> None:
    work = json.loads(sys.argv[1])
    agent = HookAgent(
        heartbeat_ms=0, backoff_ms=10, backoff_max_ms=100, request_timeout_ms=2000, close_timeout_ms=20_000
    )
    for n in range(1, work["count"] + 1):
        record = {"type": "step", "process": work["process"], "n": n, "text": "x" * (n * 37 % 400)}
        receipt = await (agent.log_response(record) if n % 3 == 0 else agent.log_action(record))
        os.write(1, f"{'lost' if receipt is None else 'accepted'} {n}\n".encode())
        if n % work["burst"] == 0:
            await asyncio.sleep(0.005)
    await agent.flush(20_000)
    await agent.close()


asyncio.run(main())
