import type { Paint } from "./colors.js";
import type { ServeSettings } from "./serve-settings.js";
import { printable } from "./text.js";

export interface Running {
  url: string;
  /** Where a browser shows the sessions. */
  dashboardUrl: string;
  version: string;
  settings: ServeSettings;
  /** How this command is called from the person's shell. */
  command: string;
}

/** Where the command line looks for a server that is not named. */
const defaultUrls = new Set(["http://localhost:9000", "http://127.0.0.1:9000"]);

/** What a person sees when the server is up, and how to go on from there. */
export function welcome({ url, dashboardUrl, version, settings, command }: Running, paint: Paint): string {
  const { storage, durability, host } = settings;
  const row = (name: string, text: string) => `  ${paint("dim", name.padEnd(11))}${text}`;
  const elsewhere = defaultUrls.has(url) ? "" : ` --url ${url}`;
  return [
    "",
    `  ${paint("bold", "claude-sessions")} ${version}`,
    "",
    row("API", paint("cyan", url)),
    row("Dashboard", paint("cyan", dashboardUrl)),
    row("Live", `${url.replace(/^http/, "ws")}/ws`),
    row("Reference", `${url}/docs`),
    row("Storage", printable(storage)),
    row(
      "Durability",
      durability === "strict"
        ? "strict: an answer means that it is on disk"
        : paint("yellow", "relaxed: the last moments before a power cut may be lost"),
    ),
    row("Network", networkLine(host)),
    "",
    "  Send a first event, and look at it:",
    "",
    `    curl ${url}/api/actions/my-session -d '{"type":"hello"}'`,
    `    ${command} query events my-session${elsewhere}`,
    "",
    paint("dim", "  Ctrl-C stops it."),
    "",
    "",
  ].join("\n");
}

function networkLine(host: string): string {
  const local = host === "localhost" || host === "::1" || host.startsWith("127.");
  return local
    ? "this machine only; for containers and others: --host 0.0.0.0"
    : `${printable(host)}: everyone who reaches this address can read and write`;
}

/** The same facts for a log: one a line. */
export function facts({ url, dashboardUrl, version, settings }: Omit<Running, "command">): string {
  return [
    `claude-sessions ${version}`,
    `listening ${url}`,
    `dashboard ${dashboardUrl}`,
    `host ${settings.host}`,
    `storage ${settings.storage}`,
    `durability ${settings.durability}`,
    "",
  ].join("\n");
}
