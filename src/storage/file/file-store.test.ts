import { temporaryFolder } from "../../testing/temporary-folder.js";
import type { SessionStore } from "../session-store.js";
import { describeStore } from "../suite/store-suite.js";
import { openFileStore } from "./file-store.js";

describeStore({
  name: "file store",
  durable: true,
  async open({ now }) {
    const folder = temporaryFolder();
    let store: SessionStore = await openFileStore({ path: folder.path, now });
    return {
      store,
      async reopen() {
        await store.close();
        return (store = await openFileStore({ path: folder.path, now }));
      },
      async dispose() {
        await store.close();
        folder.remove();
      },
    };
  },
});
