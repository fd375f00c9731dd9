import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,test,clients/node}/**/*.test.{ts,tsx}"],
    globalSetup: ["scripts/vitest-global-setup.mjs"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
    // A certificate bundle in the environment adds 40 ms to every process that a test starts.
    env: { NODE_EXTRA_CA_CERTS: "" },
    coverage: {
      provider: "v8",
      include: ["src/core/**", "src/storage/**"],
      exclude: ["src/storage/suite/**", "**/*.test.ts", "**/testing.ts", "**/testing/**"],
      reporter: ["text-summary", "html", "json-summary"],
      thresholds: {
        "src/core/**": { branches: 95 },
        "src/storage/**": { branches: 95 },
      },
    },
  },
});
