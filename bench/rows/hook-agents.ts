import { execa } from "execa";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Group } from "../bench.js";
import { atMost, within, type Figure } from "../figures.js";

interface Measured {
  /** The agent's own work beside a server that takes requests and never answers, against the same work alone. */
  ratio: number;
  /** Of one call, the worst of: server down, hung, answering 500. */
  p99Ms: number;
}

const python = join(".venv", "bin", "python");

/** What being observed costs an agent. The clients measure themselves, each in its own language. */
export const hookAgents: Group = {
  name: "hook-agents",
  async run(bench) {
    bench.say("hook agent, Node");
    const figures = figuresOf("Node", await measure(process.execPath, join("clients", "node", "bench.mjs")));
    if (!existsSync(python)) {
      bench.say("hook agent, Python: left out, `npm test` makes its environment");
      return figures;
    }
    bench.say("hook agent, Python");
    return [...figures, ...figuresOf("Python", await measure(python, join("clients", "python", "bench.py")))];
  },
};

async function measure(program: string, script: string): Promise<Measured> {
  const { stdout } = await execa(program, [script], { stderr: "ignore" });
  return JSON.parse(stdout.split("\n").at(-1)!) as Measured;
}

function figuresOf(language: string, { ratio, p99Ms }: Measured): Figure[] {
  const work = (value: number) => ({ value, unit: "× its own work" });
  return [
    atMost(1.02, {
      name: `${language} agent with a server that never answers`,
      than: "the same agent unobserved",
      measured: work(ratio),
      baseline: work(1),
    }),
    within({ value: 1, unit: "ms" }, `a call of the ${language} hook agent, p99, server down, hung or failing`, p99Ms),
  ];
}
