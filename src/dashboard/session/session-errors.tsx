import { useSession } from "./session-context.js";

/** What went wrong and is not shown where it belongs. */
export function SessionErrors() {
  const error = useSession((snapshot) => snapshot.error);
  const connection = useSession((snapshot) => snapshot.connection);
  const failed = connection.state === "failed" ? connection.error : null;
  const shown = failed ?? error;
  if (!shown) return null;
  return (
    <p className="session-error" role="alert">
      {shown.message}
    </p>
  );
}
