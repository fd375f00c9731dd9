import { Component, type ReactNode } from "react";
import { toViewError } from "../../view/view-error.js";
import { ErrorState } from "../shared/states.js";

interface Props {
  children: ReactNode;
  /** A change of it shows the children again. */
  place: string;
}

interface State {
  error: unknown;
  place: string;
}

/** Where a page cannot be shown, or is no longer on the server after an update, the frame stays and says so. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps({ place }: Props, state: State): Partial<State> | null {
    return place === state.place ? null : { error: null, place };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <main className="shell-main" id="main">
        <ErrorState error={toViewError(error)} onRetry={() => location.reload()} />
      </main>
    );
  }
}
