const loopbackAddress = /^127(\.\d{1,3}){3}$/;

/** The names under which a container reaches the machine that it runs on. */
const hostsOfContainers = new Set(["host.docker.internal", "host.containers.internal", "gateway.docker.internal"]);

/** Whether listening on `host` means that only this machine can connect. */
export function isLoopback(host: string): boolean {
  const name = withoutBrackets(host.toLowerCase());
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || loopbackAddress.test(name);
}

/** Whether a Host header may name a server on loopback; any other name may be a rebound DNS entry. */
export function isLocalName(hostname: string): boolean {
  return isLoopback(hostname) || hostsOfContainers.has(hostname);
}

/** The host name of a Host header, lower-case, without its port; undefined where it is none. */
export function hostnameOf(host: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host);
  return match ? withoutBrackets(match[1]!.toLowerCase()) : undefined;
}

function withoutBrackets(name: string): string {
  return name.startsWith("[") ? name.slice(1, -1) : name;
}

/** A Host header or an origin's host without the default ports, for comparison. */
export function comparableHost(host: string): string {
  return host.toLowerCase().replace(/:(80|443)$/, "");
}
