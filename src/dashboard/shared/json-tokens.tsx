import { memo } from "react";
import type { JsonValue } from "../../core/json.js";
import { jsonLines, jsonTokens, type JsonToken } from "../../view/json-tokens.js";
import "./json.css";

function Tokens({ tokens }: { tokens: readonly JsonToken[] }) {
  return tokens.map(({ kind, text }, index) => (
    <span key={index} className={`json-${kind}`}>
      {text}
    </span>
  ));
}

/** A value as coloured JSON on one line, cut behind about `length` characters. */
export const JsonLine = memo(function JsonLine({ value, length }: { value: JsonValue; length?: number }) {
  return (
    <code className="json-line">
      <Tokens tokens={jsonTokens(value, length)} />
    </code>
  );
});

/** A value as coloured, indented JSON; a very long one is cut, and says so. */
export const JsonBlock = memo(function JsonBlock({ value, maxLines }: { value: JsonValue; maxLines?: number }) {
  const lines = jsonLines(value, { maxLines });
  return (
    <pre className="json-block" tabIndex={0}>
      {lines.map((tokens, index) => (
        <div key={index}>
          <Tokens tokens={tokens} />
        </div>
      ))}
    </pre>
  );
});
