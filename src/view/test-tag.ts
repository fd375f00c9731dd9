/** Test sessions have it, so that they are found, and deleted, together. */
export const testTag = "test";
