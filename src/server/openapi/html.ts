export function escapeHtml(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Prose with `code` in backticks, as HTML. */
export function text(raw: string): string {
  return escapeHtml(raw).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}
