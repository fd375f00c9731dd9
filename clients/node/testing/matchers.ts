/** Texts that a case names with `$as`: all of one name are equal, and different names differ. */
export type Named = Map<string, string>;

const absent = Symbol("absent");

/** Where a value is not what a case's matcher says; empty where it is. clients/contract/README.md, "Matchers". */
export function mismatches(matcher: unknown, value: unknown, named: Named, path = "it"): string[] {
  const special = isObject(matcher) ? Object.keys(matcher)[0] : undefined;
  if (special?.startsWith("$")) return matchSpecial(special, (matcher as Fields)[special], value, named, path);
  if (matcher === null) return value === null || value === undefined ? [] : [`${path}: ${show(value)} is not nothing`];
  if (Array.isArray(matcher)) return matchArray(matcher, value, named, path);
  if (isObject(matcher)) return matchObject(matcher, value, named, path, false);
  return Object.is(matcher, value) ? [] : [`${path}: ${show(value)} is not ${show(matcher)}`];
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 300);
}

function matchSpecial(kind: string, operand: unknown, value: unknown, named: Named, path: string): string[] {
  const wrong = [`${path}: ${show(value)} is not ${kind} ${show(operand)}`];
  switch (kind) {
    case "$any":
      return isOfKind(String(operand), value) ? [] : wrong;
    case "$match":
      return typeof value === "string" && new RegExp(String(operand)).test(value) ? [] : wrong;
    case "$as":
      return typeof value === "string" && isNamed(String(operand), value, named) ? [] : wrong;
    case "$partial":
      return matchObject(operand as Fields, value, named, path, true);
    case "$length":
      return typeof value === "string" && value.length === operand ? [] : wrong;
    case "$absent":
      return value === undefined || value === null ? [] : wrong;
    default:
      return [`${path}: the case uses an unknown matcher ${kind}`];
  }
}

function isOfKind(kind: string, value: unknown): boolean {
  if (kind === "value") return value !== null && value !== undefined;
  if (kind === "array") return Array.isArray(value);
  return kind === "object" ? isObject(value) : typeof value === kind;
}

function isNamed(name: string, value: string, named: Named): boolean {
  const known = named.get(name);
  if (known !== undefined) return known === value;
  if ([...named.values()].includes(value)) return false;
  named.set(name, value);
  return true;
}

function matchArray(matchers: unknown[], value: unknown, named: Named, path: string): string[] {
  if (!Array.isArray(value)) return [`${path}: ${show(value)} is no array`];
  if (value.length !== matchers.length)
    return [`${path}: has ${value.length} items and not ${matchers.length}: ${show(value)}`];
  return matchers.flatMap((matcher, i) => mismatches(matcher, value[i], named, `${path}[${i}]`));
}

function matchObject(matcher: Fields, value: unknown, named: Named, path: string, partial: boolean): string[] {
  if (!isObject(value)) return [`${path}: ${show(value)} is no object`];
  const found = Object.entries(matcher).flatMap(([key, each]) => {
    const child = Object.hasOwn(value, key) ? value[key] : absent;
    if (isObject(each) && each["$absent"] === true) return child === absent ? [] : [`${path}.${key}: is there`];
    return child === absent ? [`${path}.${key}: is missing`] : mismatches(each, child, named, `${path}.${key}`);
  });
  const further = partial
    ? []
    : Object.keys(value).filter((key) => !Object.hasOwn(matcher, key) && value[key] !== undefined);
  return [...found, ...further.map((key) => `${path}.${key}: is not expected`)];
}
