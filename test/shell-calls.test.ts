import { execa } from "execa";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "../src/testing/temporary-folder.js";
import { listeningUrl } from "./support/listening.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a shell user types, and the fields that their scripts read. */
const calls: [name: string, command: string, answer: unknown][] = [
  [
    "health",
    `curl -sS $API/health | jq -c '[.status, (.uptime >= 0), .websocket.totalConnections, .websocket.users, .websocket.sessions, (.storage | length > 0)]'`,
    ["ok", true, 0, 0, 0, true],
  ],
  [
    "create",
    `curl -sS -X POST $API/api/sessions -H 'Content-Type: application/json' -d '{"sessionId":"demo","userId":"ann","initial":{"source":"shell","input":"hello","config":{}}}' | jq -c '[.success, .sessionId, (.path | endswith("/sessions/demo")), .seq]'`,
    [true, "demo", true, 1],
  ],
  [
    "get",
    `curl -sS $API/api/sessions/demo | jq -c '[.metadata.userId, .initial.input, .state.goals, .actions, .responses, .final]'`,
    ["ann", "hello", [], [], [], null],
  ],
  [
    "goal",
    `curl -sS -X POST $API/api/state/demo/goals -H 'Content-Type: application/json' -d '{"description":"land","goalId":"g1"}' | jq -c '[.goalId, .description, .status]'`,
    ["g1", "land", "pending"],
  ],
  [
    "agent",
    `curl -sS -X POST $API/api/state/demo/agents -H 'Content-Type: application/json' -d '{"type":"pilot","agentId":"a1","task":"fly"}' | jq -c '[.agentId, .type, .status, .task]'`,
    ["a1", "pilot", "active", "fly"],
  ],
  [
    "action",
    `curl -sS -X POST $API/api/actions/demo -H 'Content-Type: application/json' -d '{"type":"bash_exec","command":"ls"}' | jq -c '[.success, .seq, (.eventId | length > 0)]'`,
    [true, 4, true],
  ],
  [
    "response",
    `curl -sS -X POST $API/api/actions/demo/responses -H 'Content-Type: application/json' -d '{"type":"message","text":"done"}' | jq -c '[.success, .seq]'`,
    [true, 5],
  ],
  [
    "patch",
    `curl -sS -X PATCH $API/api/state/demo -H 'Content-Type: application/json' -d '{"phase":"execution"}' | jq -c '[.success, .seq, (.version > 0)]'`,
    [true, 6, true],
  ],
  [
    "actions ?limit=5",
    `curl -sS "$API/api/actions/demo?limit=5" | jq -c '[.[] | [.seq, .type, .command]]'`,
    [[4, "bash_exec", "ls"]],
  ],
  [
    "state",
    `curl -sS $API/api/state/demo | jq -c '[.phase, .goals[0].goalId, .agents[0].agentId]'`,
    ["execution", "g1", "a1"],
  ],
  [
    "recent",
    `curl -sS "$API/api/query/recent?limit=3" | jq -c '[.[] | [.sessionId, .status, .metrics.bashCommands]]'`,
    [["demo", "active", 1]],
  ],
  [
    "stats",
    `curl -sS $API/api/query/stats | jq -c '[.total, .active, .completed, .activeSessions, .completedSessions]'`,
    [1, 1, 0, 1, 0],
  ],
];

test("twelve calls with curl and jq, as a script makes them, against a fresh `npm start`", async ({ skip }) => {
  const { failed } = await execa("bash", ["-c", "command -v curl jq"], { reject: false });
  if (failed) skip("curl and jq are not installed");
  using storage = temporaryFolder();
  const started = execa("npm", ["start", "--silent", "--", "--port", "0", "--storage", storage.path], {
    cwd: root,
    reject: false,
    buffer: false,
    stderr: "ignore",
  });
  const api = await listeningUrl(started.stdout);
  try {
    for (const [name, command, answer] of calls) {
      const { stdout } = await execa("bash", ["-c", command], { env: { API: api } });
      expect(JSON.parse(stdout), name).toEqual(answer);
    }
  } finally {
    started.kill("SIGTERM");
    await started;
  }
});
