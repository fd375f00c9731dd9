import { test as base, describe, expect } from "vitest";
import type { Metadata } from "../../core/metadata.js";
import { emptySession } from "../../core/session.js";
import { freshService, type Service, type TestService } from "./testing.js";

const test = base.extend<Service>(freshService);

function metadata(sessionId: string, fields: Partial<Metadata> = {}): { sessionId: string; metadata: Metadata } {
  const times = { created: "2026-01-01T00:00:00.000Z", updated: "2026-01-01T00:00:00.000Z" };
  return { sessionId, metadata: { ...emptySession(sessionId).metadata, ...times, eventCount: 1, ...fields } };
}

async function allPages(
  service: TestService,
  request: Parameters<TestService["ids"]>[0],
  limit: number,
): Promise<string[]> {
  const ids: string[] = [];
  let after: { updated: number; id: string } | undefined;
  do {
    const { sessions, next } = await service.call("list", { ...request, limit, after });
    ids.push(...(JSON.parse(sessions) as Metadata[]).map(({ sessionId }) => sessionId));
    after = next ?? undefined;
  } while (after);
  return ids;
}

describe("catalogue", () => {
  test("pages through 1,000 sessions by their last activity, newest first, each once", async ({ startService }) => {
    const service = startService();
    const sessions = Array.from({ length: 1000 }, (_, index) => {
      const time = Date.parse("2026-01-01T00:00:00Z") + ((index * 7919) % 500) * 1000;
      const fields: Partial<Metadata> = {
        updated: index % 3 === 0 ? new Date(time).toISOString().replace("Z", "+00:00") : new Date(time).toISOString(),
        status: index % 4 === 0 ? "completed" : "active",
        userId: index % 5 === 0 ? null : `user-${index % 5}`,
        tags: [`tag-${index % 6}`, "all"],
        parentSession: index % 10 === 0 ? "root" : null,
      };
      return metadata(`session-${index}`, fields);
    });
    await service.update(...sessions);
    const expected = (keep: (metadata: Metadata) => boolean): string[] =>
      sessions
        .filter(({ metadata }) => keep(metadata))
        .toSorted(
          (a, b) =>
            Date.parse(b.metadata.updated) - Date.parse(a.metadata.updated) || (a.sessionId < b.sessionId ? 1 : -1),
        )
        .map(({ sessionId }) => sessionId);

    expect(await allPages(service, {}, 90)).toEqual(expected(() => true));
    expect(await allPages(service, { status: "completed" }, 40)).toEqual(
      expected(({ status }) => status === "completed"),
    );
    expect(await allPages(service, { userId: "user-2" }, 40)).toEqual(expected(({ userId }) => userId === "user-2"));
    expect(await allPages(service, { tag: "tag-3" }, 40)).toEqual(expected(({ tags }) => tags.includes("tag-3")));
    expect(await allPages(service, { parent: "root" }, 40)).toEqual(
      expected(({ parentSession }) => parentSession === "root"),
    );
    expect(await allPages(service, { tag: "all", userId: "user-1", status: "active", parent: "root" }, 7)).toEqual(
      expected((one) => one.userId === "user-1" && one.status === "active" && one.parentSession === "root"),
    );
  });

  test("gives back the metadata that it was given, as it last was", async ({ startService }) => {
    const service = startService();
    const first = metadata("a", { model: "m-1", custom: { deep: [1, "ü"] } });
    await service.update(first);
    expect(JSON.parse((await service.call("list", { limit: 1 })).sessions)).toEqual([first.metadata]);
    const second = metadata("a", { model: "m-2", eventCount: 2 });
    await service.update(second);
    expect(JSON.parse((await service.call("list", { limit: 1 })).sessions)).toEqual([second.metadata]);
  });

  test("moves a session to where its new activity, tags and status belong", async ({ startService }) => {
    const service = startService();
    await service.update(
      metadata("a", { tags: ["x"], updated: "2026-01-01T00:00:01Z" }),
      metadata("b", { tags: ["x"], updated: "2026-01-01T00:00:02Z" }),
    );
    expect(await service.ids({ tag: "x" })).toEqual(["b", "a"]);
    await service.update(metadata("a", { tags: ["x"], updated: "2026-01-01T00:00:03Z", eventCount: 2 }));
    expect(await service.ids({ tag: "x" })).toEqual(["a", "b"]);
    await service.update(
      metadata("b", { tags: ["y"], status: "failed", updated: "2026-01-01T00:00:02Z", eventCount: 2 }),
    );
    expect([await service.ids({ tag: "x" }), await service.ids({ tag: "y" })]).toEqual([["a"], ["b"]]);
    expect([await service.ids({ status: "active" }), await service.ids({ status: "failed" })]).toEqual([["a"], ["b"]]);
  });

  test("counts sessions by status, and events, as they come, change and go", async ({ startService }) => {
    const service = startService();
    await service.update(
      metadata("a", { eventCount: 3 }),
      metadata("b", { eventCount: 4, status: "completed" }),
      metadata("c", { eventCount: 0 }),
    );
    expect(await service.call("stats", null)).toEqual({
      total: 3,
      active: 2,
      completed: 1,
      failed: 0,
      cancelled: 0,
      events: 7,
    });
    await service.update(metadata("a", { eventCount: 5, status: "cancelled" }), { sessionId: "c", metadata: null });
    expect(await service.call("stats", null)).toEqual({
      total: 2,
      active: 0,
      completed: 1,
      failed: 0,
      cancelled: 1,
      events: 9,
    });
    await service.update(
      { sessionId: "a", metadata: null },
      { sessionId: "b", metadata: null },
      { sessionId: "b", metadata: null },
    );
    expect(await service.call("stats", null)).toEqual({
      total: 0,
      active: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
      events: 0,
    });
    expect(await service.ids()).toEqual([]);
  });

  test("takes metadata whose fields an edit gave another kind", async ({ startService }) => {
    const service = startService();
    const odd = {
      userId: { a: 1 },
      parentSession: 7,
      updated: "never",
      tags: ["x", "x", 5],
      status: "paused",
    } as unknown as Partial<Metadata>;
    await service.update(metadata("odd", odd), metadata("odder", { created: "", updated: "" }));
    expect(await service.ids()).toEqual(["odd", "odder"]);
    expect(await service.ids({ tag: "x", status: "active" })).toEqual(["odd"]);
    await service.update({ sessionId: "odd", metadata: null });
    expect(await service.ids({ tag: "x" })).toEqual([]);
  });

  test("stores nothing of a batch that it cannot take", async ({ startService }) => {
    const service = startService();
    await service.update(metadata("a"));
    const broken = { sessionId: "b", metadata: { ...metadata("b").metadata, eventCount: null as unknown as number } };
    await expect(service.update(metadata("c"), broken)).rejects.toMatchObject({ code: "index_unavailable" });
    expect(await service.ids()).toEqual(["a"]);
    expect((await service.call("stats", null)).total).toBe(1);
  });
});
