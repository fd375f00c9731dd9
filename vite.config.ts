import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The server that `npx vite` shows; started apart, with `npm start`. */
const server = process.env["SESSION_SERVICE_URL"] ?? "http://localhost:9000";
const proxied = { target: server, changeOrigin: true, headers: { origin: server }, rewriteWsOrigin: true };

/** The built page is told by the server where it lies; here that is always the same. */
const base: Plugin = {
  name: "base-of-the-page",
  apply: "serve",
  transformIndexHtml: (html) => html.replace('<base href="./" />', '<base href="/dashboard/" />'),
};

export default defineConfig(({ command }) => ({
  root: "src/dashboard",
  base: command === "build" ? "./" : "/dashboard/",
  plugins: [react(), base],
  server: {
    proxy: {
      "/api": proxied,
      "/health": proxied,
      "/ws": { ...proxied, ws: true },
    },
  },
  build: {
    outDir: "../../dist/dashboard",
    target: ["chrome120", "firefox121", "safari17"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
}));
