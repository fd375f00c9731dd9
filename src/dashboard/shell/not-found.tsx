import { Link } from "../shared/link.js";
import { EmptyState } from "../shared/states.js";

export function NotFound() {
  return (
    <main className="shell-main" id="main">
      <EmptyState icon="help" title="There is nothing at this address.">
        <Link to={{ page: "sessions" }}>Show all sessions</Link>
      </EmptyState>
    </main>
  );
}
