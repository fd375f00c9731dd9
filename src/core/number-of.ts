/** How many there are, with the word for it: `1 event`, `1,203 events`. */
export function numberOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
