import { lazy, Suspense } from "react";
import { brief, safeLine } from "../../../view/safe-text.js";
import type { ItemPart, ListedTask, NamedLink } from "../../../view/item-parts-types.js";
import { Icon, type IconName } from "../../shared/icon.js";
import { JsonBlock } from "../../shared/json-tokens.js";
import { Output } from "./output.js";
import { Patch } from "./patch.js";
import { Prose } from "./prose.js";
import "./item-parts.css";

const Edit = lazy(() => import("./edit.js").then((module) => ({ default: module.Edit })));

/** What an item is made of, each piece in the form that it is best read in. */
export function ItemParts({ parts }: { parts: readonly ItemPart[] }) {
  return (
    <div className="item-parts">
      {parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </div>
  );
}

function Part({ part }: { part: ItemPart }) {
  const draw = drawings[part.kind] as (part: ItemPart) => React.ReactNode;
  return draw(part);
}

/** Each kind as it is drawn. */
const drawings: { [K in ItemPart["kind"]]: (part: Extract<ItemPart, { kind: K }>) => React.ReactNode } = {
  markdown: ({ text, title }) => <Titled title={title}>{<Prose text={text} />}</Titled>,
  command: ({ command, description }) => <Command command={command} description={description} />,
  output: ({ text, stream }) => <Output text={text} tone={stream} label={stream === "error" ? "Errors" : "Output"} />,
  edit: ({ path, before, after }) => (
    <Suspense fallback={<p className="faint">Comparing…</p>}>
      <Edit path={path} before={before} after={after} />
    </Suspense>
  ),
  patch: ({ path, lines }) => <Patch path={path} lines={lines} />,
  file: (part) => <File part={part} />,
  image: (part) => <Picture part={part} />,
  error: ({ message, type }) => <Failure message={message} type={type} />,
  facts: ({ facts, title }) => (
    <Titled title={title === "input" ? undefined : title}>
      <Facts facts={facts} />
    </Titled>
  ),
  tasks: ({ tasks }) => <Tasks tasks={tasks} />,
  links: ({ links }) => <Links links={links} />,
  json: ({ title, value }) => (
    <Titled title={title === "" ? undefined : title}>
      <JsonBlock value={value} maxLines={400} />
    </Titled>
  ),
};

function Titled({ title, children }: { title?: string; children: React.ReactNode }) {
  if (title === undefined) return children;
  return (
    <section>
      <h3 className="item-parts-title">{title}</h3>
      {children}
    </section>
  );
}

function Command({ command, description }: { command: string; description: string | null }) {
  return (
    <div className="item-command">
      {description !== null && <p className="item-command-description">{safeLine(description)}</p>}
      <pre className="item-command-text" tabIndex={0} aria-label="Command">
        {command.split("\n").map((line, index) => (
          <div key={index}>
            <span className="item-command-prompt" aria-hidden="true">
              {index === 0 ? "$ " : "  "}
            </span>
            {safeLine(line.replaceAll("\t", "    "))}
          </div>
        ))}
      </pre>
    </div>
  );
}

function File({ part }: { part: Extract<ItemPart, { kind: "file" }> }) {
  return (
    <section>
      <h3 className="item-parts-title item-parts-path">
        <Icon name="file" size={13} />
        <span className="mono truncate">{safeLine(part.path)}</span>
        {part.isNew && <span className="item-parts-new">new file</span>}
      </h3>
      <Output text={part.text} firstLine={part.firstLine} label={`Content of ${safeLine(part.path)}`} />
    </section>
  );
}

function Picture({ part }: { part: Extract<ItemPart, { kind: "image" }> }) {
  const source = `data:${part.mediaType};base64,${part.base64.replaceAll("-", "+").replaceAll("_", "/")}`;
  return <img className="item-picture" src={source} alt="A picture that the event holds" loading="lazy" />;
}

function Failure({ message, type }: { message: string; type: string | null }) {
  return (
    <div className="item-failure">
      {type !== null && <p className="item-failure-type">{safeLine(type)}</p>}
      <Output text={message} tone="error" label="Error" />
    </div>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="item-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{safeLine(name)}</dt>
          <dd>{safeLine(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const taskLooks: Record<string, { icon: IconName; word: string }> = {
  completed: { icon: "check", word: "done" },
  in_progress: { icon: "play", word: "in progress" },
  pending: { icon: "circle", word: "to do" },
};

function Tasks({ tasks }: { tasks: readonly ListedTask[] }) {
  return (
    <ul className="item-tasks">
      {tasks.map(({ text, status }, index) => {
        const look = taskLooks[status];
        return (
          <li key={index} className={look ? `item-task-${status}` : undefined}>
            <Icon name={look?.icon ?? "circle"} size={14} />
            <span>{safeLine(text)}</span>
            <span className={status === "in_progress" || !look ? "item-task-status" : "visually-hidden"}>
              {look?.word ?? brief(status, 30)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Pages of the web; an address of any other scheme is text. */
function Links({ links }: { links: readonly NamedLink[] }) {
  return (
    <ul className="item-links">
      {links.map(({ title, url }, index) => (
        <li key={index}>
          {/^https?:\/\//i.test(url) ? (
            <a href={url} target="_blank" rel="noopener noreferrer nofollow">
              {brief(title, 200)}
            </a>
          ) : (
            <span>{brief(title, 200)}</span>
          )}
          <span className="item-links-address truncate">{brief(url, 300)}</span>
        </li>
      ))}
    </ul>
  );
}
