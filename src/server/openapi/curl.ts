import type { Operation } from "./document.js";

const examples: Record<string, string> = { id: "demo", userId: "ann", goalId: "GOAL", agentId: "AGENT" };

/** The call as one would type it in a shell, against the server at `origin`. */
export function curlLine(origin: string, method: string, path: string, { requestBody, parameters }: Operation): string {
  const concrete = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => examples[name] ?? name);
  const required = parameters.filter((parameter) => parameter.in === "query" && parameter.required);
  const query = required.map(({ name }) => `${name}=error`).join("&");
  const url = `${origin}${concrete}${query === "" ? "" : `?${query}`}`;
  const body = requestBody?.content["application/json"]?.example;
  const verb = method === "get" || (method === "post" && body !== undefined) ? "" : ` -X ${method.toUpperCase()}`;
  const json = body === undefined ? "" : ` --json ${quote(JSON.stringify(body))}`;
  return `curl${verb} ${quote(url)}${json}`;
}

function quote(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
