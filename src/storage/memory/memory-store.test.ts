import { describeStore } from "../suite/store-suite.js";
import { createMemoryStore } from "./memory-store.js";

describeStore({
  name: "memory store",
  durable: false,
  async open({ now }) {
    const store = createMemoryStore({ now });
    return { store, reopen: () => Promise.resolve(createMemoryStore({ now })), dispose: () => store.close() };
  },
});
