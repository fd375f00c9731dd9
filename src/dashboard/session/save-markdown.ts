import { sessionMarkdown } from "../../view/session-markdown.js";
import type { ViewSource } from "../../view/source.js";

/** Writes the session as Markdown and hands it to the browser as a download. */
export async function saveMarkdown(source: ViewSource, sessionId: string): Promise<void> {
  const parts: BlobPart[] = [];
  for await (const text of sessionMarkdown(source, sessionId)) parts.push(new Blob([text]));
  const url = URL.createObjectURL(new Blob(parts, { type: "text/markdown;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${sessionId}.md`;
  link.click();
  // The browser reads it behind this task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
