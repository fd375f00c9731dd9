import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { realClock } from "../view/real-clock.js";
import { App, loadPages } from "./app.js";
import { createRouter } from "./router.js";
import { createServices } from "./shared/services.js";
import { createTheme } from "./theme.js";
import "./styles.css";

const router = createRouter(window);
const theme = createTheme(window);
/** The API is beside the dashboard, also where a proxy puts both under a path of its own. */
const url = new URL("..", document.baseURI).href;
const services = createServices({ url, clock: realClock, page: window, router });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App router={router} theme={theme} services={services} />
  </StrictMode>,
);

// What cannot be loaded now is loaded when somebody goes there, and then it is said.
addEventListener("load", () => setTimeout(() => void loadPages().catch(() => {}), 1_000), { once: true });
