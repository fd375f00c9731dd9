import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { SessionStore, StoreObserver } from "../storage/session-store.js";
import { diskOf } from "./disk.js";
import type { Hub } from "./hub/hub.js";

export interface Metrics {
  /** To be handed to the store's engine. */
  storage: StoreObserver;
  request(method: string, route: string, status: number, seconds: number): void;
  /** Says whose figures are asked for when the metrics are read. */
  watch(store: SessionStore, hub: Hub): void;
  /** The Prometheus text. */
  render(): Promise<{ contentType: string; text: string }>;
}

const prefix = "claude_sessions_";
const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * Metrics of one server, in a registry of their own. `process` adds those of the Node process, from
 * when they are first asked for: to watch the garbage collector costs what nobody else should pay.
 */
export function createMetrics({ process = true }: { process?: boolean } = {}): Metrics {
  const registry = new Registry();
  let watchesProcess = !process;
  return {
    storage: storageMetrics(registry),
    request: requestMetrics(registry),
    watch: (store, hub) => watchServer(registry, store, hub),
    async render() {
      if (!watchesProcess) collectDefaultMetrics({ register: registry });
      watchesProcess = true;
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function requestMetrics(registry: Registry): Metrics["request"] {
  const duration = new Histogram({
    name: `${prefix}http_request_duration_seconds`,
    help: "HTTP requests by method, route and status",
    labelNames: ["method", "route", "status"],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const known = new Map<string, (seconds: number) => void>();
  return (method, route, status, seconds) => {
    const key = `${method} ${status} ${route}`;
    let observe = known.get(key);
    if (!observe) {
      const labelled = duration.labels(knownMethods.has(method) ? method : "OTHER", route, String(status));
      observe = (value) => labelled.observe(value);
      if (known.size < 1000) known.set(key, observe);
    }
    observe(seconds);
  };
}

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

function storageMetrics(registry: Registry): StoreObserver {
  const registers = [registry];
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: prefix + name, help, buckets, registers });
  const append = histogram("append_duration_seconds", "Time from an append to its being durable", secondsBuckets);
  const fsync = histogram("fsync_duration_seconds", "Time that one fsync of the journal takes", secondsBuckets);
  const group = histogram(
    "commit_group_events",
    "Events that one fsync makes durable",
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024],
  );
  const bytes = new Counter({ name: `${prefix}commit_bytes_total`, help: "Bytes made durable", registers });
  return {
    appended: (seconds) => append.observe(seconds),
    committed: ({ events, bytes: size, fsyncSeconds }) => {
      group.observe(events);
      fsync.observe(fsyncSeconds);
      bytes.inc(size);
    },
  };
}

function watchServer(registry: Registry, store: SessionStore, hub: Hub): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | undefined | Promise<number | undefined>) =>
    new Gauge({
      name: prefix + name,
      help,
      registers,
      async collect() {
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  gauge("journal_bytes", "Bytes of the journal that are not checkpointed yet", () => store.status().journalBytes);
  gauge("index_lag_events", "Acknowledged events that are not searchable yet", () => store.status().indexLag);
  gauge("hot_sessions", "Sessions held in memory", () => store.status().hotSessions);
  gauge("writable", "Whether writes are taken", () => Number(store.status().writable));
  gauge("subscriber_lag_events", "Events that the slowest subscriber has still to be given", () => hub.figures().lag);
  gauge("subscriber_held_bytes", "Bytes held for subscribers that lag", () => hub.figures().heldBytes);
  gauge("disk_free_bytes", "Bytes free where the sessions are", async () => (await diskOf(store.status().path))?.free);
  byLabel(registry, "sockets", "Open live connections", "kind", async () => {
    const { ws, sse } = hub.figures();
    return { ws, sse };
  });
  byLabel(registry, "sessions", "Stored sessions by status", "status", () => sessionsByStatus(store));
}

function byLabel(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Promise<Record<string, number>>,
) {
  return new Gauge({
    name: prefix + name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      for (const [value, count] of Object.entries(await read())) this.set({ [label]: value }, count);
    },
  });
}

/** Nothing where the index cannot answer: the other metrics are still worth reading. */
async function sessionsByStatus(store: SessionStore): Promise<Record<string, number>> {
  try {
    const { active, completed, failed, cancelled } = await store.stats();
    return { active, completed, failed, cancelled };
  } catch {
    return {};
  }
}
