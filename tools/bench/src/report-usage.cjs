// Loaded into each measured process with `node --require`: when it ends, adds what it used to the file HEADWATER_BENCH_USAGE.
// CommonJS, because --require costs a measured process less than --import.
const { isMainThread } = require("node:worker_threads");

if (isMainThread)
  process.on("exit", () => {
    const { appendFileSync, readFileSync } = require("node:fs");
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    // Linux lets a process inherit the peak of the one that started it in getrusage(2); /proc tells the process's own.
    let peak = maxRSS;
    if (process.platform === "linux")
      peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "latin1"))[1]);
    appendFileSync(
      process.env.HEADWATER_BENCH_USAGE,
      `${JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1_000, rssKb: peak })}\n`,
    );
  });
