import { useServices } from "../shared/services.js";
import { Menu } from "../shared/menu.js";
import { useToasts } from "../shared/toasts.js";
import { saveMarkdown } from "./save-markdown.js";

/** The session as files to keep. */
export function ExportMenu({ sessionId }: { sessionId: string }) {
  const { source, client } = useServices();
  const toasts = useToasts();
  const download = (format: string, ending: string) => () => {
    const link = document.createElement("a");
    link.href = `${client.url}/api/sessions/${encodeURIComponent(sessionId)}/export?format=${format}`;
    link.download = `${sessionId}.${ending}`;
    link.click();
  };
  const markdown = () => {
    saveMarkdown(source, sessionId).catch((error: unknown) =>
      toasts.show({ tone: "error", text: (error as Error).message }),
    );
  };
  return (
    <Menu
      label="Export"
      title="Export the session"
      icon="download"
      size="sm"
      kind="quiet"
      align="end"
      id="export-menu"
      items={[
        {
          id: "ndjson",
          label: "NDJSON",
          detail: "Every event, one a line; import takes it",
          run: download("ndjson", "ndjson"),
        },
        {
          id: "folder",
          label: "Folder (.tar.gz)",
          detail: "As the storage has it: logs and snapshots",
          run: download("folder", "tar.gz"),
        },
        { id: "markdown", label: "Markdown", detail: "What happened, to read and to share", run: markdown },
      ]}
    />
  );
}
