import { createContext } from "react";
import { createTheme, type Theme } from "./theme.js";

/** The look of the terminal: the one thing that every row needs and none decides about. */
export const ThemeContext = createContext<Theme>(createTheme(0, "dark"));
