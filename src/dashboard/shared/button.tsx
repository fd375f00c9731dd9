import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./icon.js";
import "./button.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `quiet` has no frame until it is pointed at; default `plain`. */
  kind?: "plain" | "primary" | "quiet" | "danger" | "allow";
  size?: "sm" | "md";
  icon?: IconName;
  children?: ReactNode;
}

export function Button({ kind = "plain", size = "md", icon, children, className = "", ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`button button-${kind} button-${size} ${className}`}>
      {icon && <Icon name={icon} size={size === "sm" ? 13 : 15} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children"> {
  icon: IconName;
  /** Read out, and shown as the tooltip. */
  label: string;
}

export function IconButton({ label, kind = "quiet", className = "", ...rest }: IconButtonProps) {
  return <Button {...rest} kind={kind} className={`button-icon ${className}`} aria-label={label} title={label} />;
}
