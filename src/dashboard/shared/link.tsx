import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { useRouter, type Params, type Route } from "../router.js";

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: Route;
  params?: Params;
}

/** A link to a page of the dashboard: opens in a new tab as every link does, else without a load. */
export function Link({ to, params, onClick, ...rest }: LinkProps) {
  const router = useRouter();
  const href = router.href(to, params);
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    event.preventDefault();
    router.navigate(href);
  };
  return <a {...rest} href={href} onClick={follow} />;
}
