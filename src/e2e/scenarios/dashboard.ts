import { inTime } from "../until.js";
import { browserPath, textOfPage } from "../browser.js";
import { applications } from "../stories/story.js";
import type { Stage } from "../stage.js";
import type { Scenario } from "./scenario.js";

/** The dashboard answers in both places, with all that its page needs, and a browser shows the sessions. */
export const dashboardScenario: Scenario = {
  name: "dashboard",
  title: "the dashboard answers and shows the sessions",
  async run(stage, check) {
    const performances = await Promise.all(applications.map((each) => stage.startOnce(each)));
    check("answers under /dashboard", await pageProblems(`${stage.world.url}/dashboard/`, stage));
    check("answers on its own port", await pageProblems(`${stage.world.dashboardUrl}/`, stage));
    await Promise.all(
      performances.map(({ application, running }) => inTime(`the end of ${application}`, running.ended, stage.signal)),
    );
    const browser = browserPath();
    if (browser === undefined) return;
    const ids = performances.map(({ sessionId }) => sessionId);
    check("a browser shows the three sessions", await shownProblems(browser, ids, stage));
  },
};

/** The page and every file that it names answer. */
async function pageProblems(url: string, { signal }: Stage): Promise<string[]> {
  const page = await fetch(url, { signal, headers: { accept: "text/html" } });
  const html = await page.text();
  if (!page.ok || !html.includes("<script")) return [`${url} answers ${page.status} and no page.`];
  const files = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, file]) => new URL(file!, page.url).href);
  const answers = await Promise.all(
    files.map(async (file) => ({ file, status: (await fetch(file, { signal })).status })),
  );
  return answers.filter(({ status }) => status !== 200).map(({ file, status }) => `${file} answers ${status}.`);
}

async function shownProblems(browser: string, ids: readonly string[], { world, signal }: Stage): Promise<string[]> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
  const text = await textOfPage(
    browser,
    `${world.url}/dashboard/`,
    (html) => ids.every((id) => html.includes(id)),
    soon,
  );
  return ids.filter((id) => !text.includes(id)).map((id) => `The page does not show the session ${id}.`);
}
