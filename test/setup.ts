/** A warning of the process (a leaked listener, a deprecated call) fails the run as an uncaught error. */
process.on("warning", (warning) => {
  throw warning;
});

/** The runner asks for colours; the programs that tests start are to write what they write into a pipe. */
delete process.env["FORCE_COLOR"];
process.env["NO_COLOR"] = "1";
