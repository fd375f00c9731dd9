import { lazy, Suspense } from "react";
import { safeLine } from "../../../view/safe-text.js";
import type { ItemPart } from "../../../view/item-parts-types.js";
import { Icon } from "../../shared/icon.js";
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
  switch (part.kind) {
    case "markdown":
      return <Titled title={part.title}>{<Prose text={part.text} />}</Titled>;
    case "command":
      return <Command command={part.command} description={part.description} />;
    case "output":
      return <Output text={part.text} tone={part.stream} label={part.stream === "error" ? "Errors" : "Output"} />;
    case "edit":
      return (
        <Suspense fallback={<p className="faint">Comparing…</p>}>
          <Edit path={part.path} before={part.before} after={part.after} />
        </Suspense>
      );
    case "patch":
      return <Patch path={part.path} lines={part.lines} />;
    case "file":
      return <File part={part} />;
    case "image":
      return <Picture part={part} />;
    case "error":
      return <Failure message={part.message} type={part.type} />;
    case "facts":
      return <Facts facts={part.facts} />;
    case "json":
      return (
        <Titled title={part.title}>
          <JsonBlock value={part.value} maxLines={400} />
        </Titled>
      );
  }
}

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
          <dt>{name}</dt>
          <dd>{safeLine(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
