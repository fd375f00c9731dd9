import { useToasts } from "../shared/toasts.js";

/** Puts text on the clipboard and says so. */
export function useCopy(): (text: string, what: string) => void {
  const toasts = useToasts();
  return (text, what) => {
    copyText(text).then(
      () => toasts.show({ tone: "ok", text: `Copied ${what}.` }),
      () => toasts.show({ tone: "error", text: `The browser did not let ${what} be copied.` }),
    );
  };
}

/** Pages that are not served over HTTPS have no clipboard of their own. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser did not copy.");
}
