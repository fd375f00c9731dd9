/** Something that an operator should know; goes to the log. */
export interface Notice {
  level: "info" | "warn" | "error";
  message: string;
  detail?: object;
}

export type Notify = (notice: Notice) => void;
