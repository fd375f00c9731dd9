/** Lets a call go on by itself: whoever made it is not to hear of what goes wrong, strict or not. */
export function forget(call: Promise<unknown>): void {
  call.catch(() => undefined);
}
