/** A warning of the process (a leaked listener, a deprecated call) fails the run as an uncaught error. */
process.on("warning", (warning) => {
  throw warning;
});
