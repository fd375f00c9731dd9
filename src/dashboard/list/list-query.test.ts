import { expect, test } from "vitest";
import { defaultListQuery } from "../../view/session-list-types.js";
import { isFiltered, noFilters, readAddress, sortParams, statusChoice, statusParams } from "./list-query.js";

const read = (text: string) => readAddress(new URLSearchParams(text));

test("an address without parameters is the list as it is by default", () => {
  expect(read("")).toEqual({ query: defaultListQuery, search: "", part: "events" });
  expect(isFiltered(read("sort=cost").query)).toBe(false);
});

test("reads every filter", () => {
  expect(read("status=failed&user=ada&tag=x&sort=-cost").query).toEqual({
    ...defaultListQuery,
    status: "failed",
    userId: "ada",
    tag: "x",
    sort: "cost",
    descending: false,
  });
  expect(["status=failed", "user=a", "tag=a", "waiting=1"].map((text) => isFiltered(read(text).query))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test("what makes no sense counts as absent", () => {
  expect(read("status=sleeping&sort=-luck&waiting=yes&in=drawers").query).toEqual(defaultListQuery);
});

test("a search looks through events, or through the names of sessions", () => {
  expect(read("q=needle")).toMatchObject({ search: "needle", part: "events", query: { text: "" } });
  expect(read("q=needle&in=sessions")).toMatchObject({ part: "sessions", query: { text: "needle" } });
});

test("a column sorts downwards at first, and then upwards", () => {
  const { query } = read("");
  expect(sortParams(query, "cost")).toEqual({ sort: "cost" });
  expect(sortParams(read("sort=cost").query, "cost")).toEqual({ sort: "-cost" });
  expect(sortParams(read("sort=-cost").query, "cost")).toEqual({ sort: "cost" });
  expect(sortParams(query, "activity")).toEqual({ sort: "-activity" });
  expect(sortParams(read("sort=cost").query, "activity")).toEqual({ sort: null });
});

test("waiting is a status to choose, and all takes it back", () => {
  expect(statusChoice(read("waiting=1").query)).toBe("waiting");
  expect(statusChoice(read("status=active").query)).toBe("active");
  expect([statusParams("waiting"), statusParams("failed"), statusParams("all")]).toEqual([
    { status: null, waiting: 1 },
    { status: "failed", waiting: null },
    { status: null, waiting: null },
  ]);
  expect(Object.keys(noFilters)).toEqual(expect.arrayContaining(["q", "status", "user", "tag", "waiting"]));
});
