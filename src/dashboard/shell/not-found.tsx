import { Link } from "../shared/link.js";
import { EmptyState } from "../shared/states.js";

export function NotFound() {
  return (
    <main className="shell-main" id="main">
      <EmptyState alone icon="help" title="There is nothing at this address.">
        <Link className="button button-plain button-md" to={{ page: "sessions" }}>
          Show all sessions
        </Link>
      </EmptyState>
    </main>
  );
}
