import { seqOfLine } from "../line.js";
import type { Page, PageQuery } from "../session-store.js";
import { streamFile } from "./layout.js";
import { linesBackward, linesForward, offsetAfter, withFile, type LineRun, type OpenFile } from "./line-file.js";
import { readMerged } from "./merged-events.js";
import { emptyPage, maxPageBytes, type SessionFiles } from "./stored-lines.js";
import { typedEvents, typedRecords } from "./typed-pages.js";

export async function readSessionPage(files: SessionFiles, query: PageQuery): Promise<Page> {
  const types = query.types !== undefined && query.types.length > 0 ? query.types : undefined;
  if (query.of === "events") return types ? typedEvents(files, query, types) : eventsPage(files, query);
  if (types) return typedRecords(files, query.of, query, types);
  return withFile(streamFile(files.folder, query.of), files.sizes?.[query.of], emptyPage, (file) =>
    streamPage(file, query),
  );
}

/** One stream: the page is a range of the file, found by its ends. */
function streamPage(file: OpenFile, { after, before, limit }: PageQuery): Page {
  const low = after === undefined ? 0 : offsetAfter(file, after, seqOfLine);
  const high = before === undefined ? file.size : offsetAfter(file, before - 1, seqOfLine);
  if (low >= high) return emptyPage;
  const bounded = { fd: file.fd, size: high };
  const run =
    after === undefined
      ? linesBackward(bounded, high, limit, maxPageBytes)
      : linesForward(bounded, low, limit, maxPageBytes);
  return runPage(run, after === undefined ? run.start > low : run.end < high);
}

function runPage({ bytes, count }: LineRun, more: boolean): Page {
  if (count === 0) return emptyPage;
  const lastStart = bytes.length < 2 ? 0 : bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  return { lines: bytes, count, first: seqAt(bytes, 0), last: seqAt(bytes, lastStart), more };
}

function seqAt(bytes: Buffer, start: number): number {
  const seq = seqOfLine(bytes.toString("latin1", start, Math.min(start + 64, bytes.length)));
  if (seq > 0) return seq;
  const end = bytes.indexOf(0x0a, start);
  return seqOfLine(bytes.toString("utf8", start, end === -1 ? bytes.length : end));
}

/** The merged log: seqs have no gaps, so a page is the events `from` < seq ≤ `to` of three files. */
function eventsPage(files: SessionFiles, query: PageQuery): Page {
  const { from, to } = rangeOf(files.head, query);
  if (from >= to) return emptyPage;
  let page = readMerged(files, from, to);
  if (query.after !== undefined) return { ...page, more: page.count > 0 && page.last < endOf(files.head, query) };
  while (page.count > 0 && page.last < to) page = readMerged(files, page.last, to);
  return { ...page, more: page.first > 1 };
}

function endOf(head: number, { before }: { before?: number }): number {
  return Math.min(head, (before ?? Infinity) - 1);
}

function rangeOf(head: number, { after, before, limit }: PageQuery): { from: number; to: number } {
  const end = endOf(head, { before });
  if (after !== undefined) return { from: after, to: Math.min(end, after + limit) };
  return { from: Math.max(0, end - limit), to: end };
}
