import { resolve } from "node:path";
import type { ViewSource } from "../view/source.js";
import type { Cli } from "./cli.js";
import { serverUrl, type SourceOptions } from "./session-options.js";

/** Where views are fed from: the server, or with `--storage` the files themselves. */
export async function openViewSource(options: SourceOptions, cli: Cli): Promise<ViewSource> {
  if (options.storage !== undefined) {
    const { openFilesView } = await import("./files-view.js");
    return openFilesView(resolve(cli.context.cwd, options.storage));
  }
  const [{ createServerSource }, { nodeFetch }] = await Promise.all([
    import("../view/server-source.js"),
    import("./node-fetch.js"),
  ]);
  return createServerSource({ url: serverUrl(options, cli), fetch: nodeFetch });
}
