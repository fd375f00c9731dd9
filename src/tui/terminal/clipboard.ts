/** What terminals take in one go (xterm reads at most 100,000 bytes of a control string). */
const limit = 74_000;

/** Sets the clipboard of the terminal (OSC 52), also across ssh; undefined where the text is too long for that. */
export function clipboardSequence(text: string): string | undefined {
  const encoded = Buffer.from(text).toString("base64");
  return encoded.length > limit ? undefined : `\u001b]52;c;${encoded}\u0007`;
}
