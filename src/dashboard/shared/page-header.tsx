import type { ReactNode } from "react";
import "./page-header.css";

interface PageHeaderProps {
  title: ReactNode;
  /** Behind the title: figures, a status. */
  detail?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, detail, actions }: PageHeaderProps) {
  return (
    <header className="page-header">
      <h1 className="page-header-title">{title}</h1>
      {detail !== undefined && <div className="page-header-detail">{detail}</div>}
      {actions !== undefined && <div className="page-header-actions">{actions}</div>}
    </header>
  );
}
