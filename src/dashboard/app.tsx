import { lazy, Suspense } from "react";
import { ListPage } from "./list/list-page.js";
import { RouterContext, useLocation, type Router } from "./router.js";
import { ErrorBoundary } from "./shell/error-boundary.js";
import { NotFound } from "./shell/not-found.js";
import { Shell } from "./shell/shell.js";
import { ServicesContext, type Services } from "./shared/services.js";
import { LoadingState } from "./shared/states.js";
import { ThemeContext, type Theme } from "./theme.js";

const loadSession = () => import("./session/session-page.js");
const loadOverview = () => import("./overview/overview-page.js");
const SessionPage = lazy(async () => ({ default: (await loadSession()).SessionPage }));
const OverviewPage = lazy(async () => ({ default: (await loadOverview()).OverviewPage }));

/** The pages that are not shown yet, while nothing else is to do: going there then waits for nothing. */
export async function loadPages(): Promise<void> {
  await Promise.all([loadSession(), loadOverview()]);
}

interface AppProps {
  router: Router;
  theme: Theme;
  services: Services;
}

export function App({ router, theme, services }: AppProps) {
  return (
    <RouterContext value={router}>
      <ThemeContext value={theme}>
        <ServicesContext value={services}>
          <Shell>
            <Page />
          </Shell>
        </ServicesContext>
      </ThemeContext>
    </RouterContext>
  );
}

function Page() {
  const { route } = useLocation();
  const place = route.page === "session" ? `session ${route.sessionId}` : route.page;
  return (
    <ErrorBoundary place={place}>
      <Suspense
        fallback={
          <main className="shell-main" id="main">
            <LoadingState />
          </main>
        }
      >
        <PageOf />
      </Suspense>
    </ErrorBoundary>
  );
}

function PageOf() {
  const { route } = useLocation();
  switch (route.page) {
    case "sessions":
      return <ListPage />;
    case "overview":
      return <OverviewPage />;
    case "session":
      return <SessionPage key={route.sessionId} sessionId={route.sessionId} />;
    case "unknown":
      return <NotFound />;
  }
}
