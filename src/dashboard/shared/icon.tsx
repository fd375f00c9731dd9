const paths = {
  sessions: "M4 6h16M4 12h16M4 18h10",
  overview: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4",
  bell: "M6 16V11a6 6 0 1 1 12 0v5l1.5 2h-15L6 16ZM10 21h4",
  "bell-off": "M6 16V11a6 6 0 0 1 8.5-5.4M18 11v5l1.5 2H9M10 21h4M4 4l16 16",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a6.8 6.8 0 0 0 10.5 10.5Z",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.7v.1",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  deny: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.7 5.7l12.6 12.6",
  chevron: "M9 6l6 6-6 6",
  down: "M6 9l6 6 6-6",
  play: "M7 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  trash: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10 11v5M14 11v5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  refresh: "M20 11a8 8 0 0 0-14.5-4.5L4 8M4 4v4h4M4 13a8 8 0 0 0 14.5 4.5L20 16M20 20v-4h-4",
  circle: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 2",
  alert: "M12 4l9 16H3l9-16ZM12 10v4M12 17v.1",
  filter: "M4 5h16l-6 8v6l-4-2v-4L4 5Z",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  more: "M5 12h.1M12 12h.1M19 12h.1",
  command:
    "M9 9h6v6H9zM9 9V6.5A2.5 2.5 0 1 0 6.5 9H9ZM15 9h2.5A2.5 2.5 0 1 0 15 6.5V9ZM15 15v2.5a2.5 2.5 0 1 0 2.5-2.5H15ZM9 15H6.5A2.5 2.5 0 1 0 9 17.5V15Z",
  sparkle: "M12 3l1.8 5.2L19 10l-5.2 1.8L12 17l-1.8-5.2L5 10l5.2-1.8L12 3ZM19 16v4M17 18h4",
  terminal: "M4 5h16v14H4zM7.5 9.5L10 12l-2.5 2.5M12 15h4",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21a8 8 0 0 1 16 0",
  message: "M4 5h16v11H9l-5 4V5Z",
  robot: "M5 9h14v10H5zM12 9V5M9 13v2M15 13v2M12 4.5v.1",
  target: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 12v.1",
  branch:
    "M7 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 21a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 7v10M17 9c0 4-10 3-10 8",
  disk: "M4 6c0-1.7 3.6-3 8-3s8 1.300 8 3-3.600 3-8 3-8-1.300-8-3ZM4 6v12c0 1.700 3.600 3 8 3s8-1.300 8-3V6M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3",
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside words that say the same; where it stands alone, its button has the label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
