import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/commands.ts";
import { commandHelp } from "../../src/help.ts";
import { OPTIONS } from "../../src/options.ts";
import { BIN, newProject } from "../headwater.ts";
import { wide } from "../looks.ts";

const project = newProject({});
const FIXTURES = join(import.meta.dirname, "..", "fixtures");

/** Milliseconds a process of Node takes, the middle one of several. */
function middle(...args: string[]): number {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    spawnSync(process.execPath, args, { cwd: project.folder, stdio: "ignore" });
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[4] ?? Number.NaN;
}

describe("starting", () => {
  test("--version and --help take at most 3 times as long as Node by itself", { retry: 2 }, () => {
    const alone = middle("-e", "0");
    for (const option of ["--version", "--help"]) {
      const ratio = middle(BIN, option) / alone;
      expect(ratio, `${option} takes ${ratio.toFixed(2)} times as long`).toBeLessThan(3);
    }
  });

  test.each(["--version", "--help", "help ingest", "ls --help"])("%s loads no other package", async (words) => {
    const { stderr, status } = spawnSync(
      process.execPath,
      ["--import", join(FIXTURES, "log-modules.js"), BIN, ...words.split(" ")],
      { cwd: project.folder, encoding: "utf8" },
    );
    expect(status).toBe(0);
    const loaded = stderr.split("\n").filter((line) => line.startsWith("loaded file:"));
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.filter((line) => !/packages\/cli\/(bin|dist)\//.test(line))).toEqual([]);
  });
});

describe("help", () => {
  test("lists every command", async () => {
    const { stdout, stderr, code } = await project.run("--help");
    expect([code, stderr]).toEqual([0, ""]);
    for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
    expect((await project.run()).stdout).toBe(stdout);
    expect((await project.run("help")).stdout).toBe(stdout);
  });

  test.each(COMMANDS)("of $name says its forms and options", (command) => {
    const text = commandHelp(command, wide).join("\n");
    for (const usage of command.usage) expect(text).toContain(`headwater ${usage}`);
    for (const option of command.options) expect(text).toContain(`--${option}`);
  });

  test("of a command comes by --help, -h or help", async () => {
    const ingest = COMMANDS.find(({ name }) => name === "ingest") as (typeof COMMANDS)[number];
    const text = `${commandHelp(ingest, wide).join("\n")}\n`;
    for (const words of [
      ["ingest", "--help"],
      ["ingest", "-c", "x", "-h"],
      ["help", "ingest"],
    ])
      expect(await project.run(...words)).toEqual({ code: 0, stdout: text, stderr: "" });
  });

  test("--version says the version alone", async () => {
    expect(await project.run("--version")).toEqual({ code: 0, stdout: "0.0.0\n", stderr: "" });
  });
});

describe("what is mistyped is answered with what was meant, and exit code 2", () => {
  test.each([
    ["ingset -c x", "There is no command ingset", "Did you mean ingest?"],
    ["xyzzy", "There is no command xyzzy", "headwater --help lists the commands"],
    ["--catalog x ls", "The command comes first", "headwater --help"],
    ["ls --jsn", "ls has no option --jsn", "Did you mean --json?"],
    ["ls --json=yes", "--json takes no value", ""],
    ["ls --catalog", "--catalog needs a value: --catalog FILE", ""],
    ["ls --catalog --json", "--catalog needs a value", ""],
    ["show", "Something is missing: headwater show NAME", ""],
    ["ls a b", '"b" is one word too many', "quotes"],
    ["log --limit 0", "--limit must be a whole number", ""],
    ["runs shwo 1", "headwater runs shwo 1 is not understood", "headwater runs show ID"],
    ["connectors info", "is not understood", "connectors info ID"],
    ["ingest", "There is nothing to read from", "-c FILE"],
    ["ingest shop.yaml", "shop.yaml is no URL", "-c shop.yaml"],
    ["ingest -c shop.yaml --threads many", "--threads must be", ""],
    ["ingest -c shop.yaml --max-delete lots", "--max-delete must be", "a number of objects"],
    ["ingest -c shop.yaml --json --events -", "both want standard output", "--report FILE"],
    ["ingest -c shop.yaml --service x", "--service goes with a URL", "source.serviceName"],
    ["export --format csv", "There is no format csv", "jsonl"],
    ["set x colour=red", "There is no field colour", ""],
    ["set x desciption=red", "There is no field desciption", "Did you mean description?"],
    ["set x owners=user:ana", "owners are a set", "--reset owners"],
    ["set x owners+=ana", '"ana" is no owner', "user:NAME"],
    ["set x description+=y", "description is one text", ""],
    ["set x", "Nothing to set", "description=TEXT"],
  ])("headwater %s", async (words, message, hint) => {
    const { code, stdout, stderr } = await project.run(...words.split(" "));
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

test("every option of a command is in the table, and every option of the table belongs to a command", () => {
  const used = new Set(["help", ...COMMANDS.flatMap(({ options }) => options)]);
  expect(Object.keys(OPTIONS).filter((option) => !used.has(option as keyof typeof OPTIONS))).toEqual([]);
});

describe("the bin", () => {
  test("hands over to the project's own headwater", async () => {
    const other = newProject({});
    other.write(
      "node_modules/headwater/bin/headwater.js",
      'console.log("the other one", process.argv.slice(2).join(" "))',
    );
    other.write("node_modules/headwater/package.json", '{ "name": "headwater", "type": "module" }');
    mkdirSync(other.path("deep", "er"), { recursive: true });
    const { stdout } = spawnSync(process.execPath, [BIN, "ls", "x"], {
      cwd: other.path("deep", "er"),
      encoding: "utf8",
    });
    expect(stdout).toBe("the other one ls x\n");
  });

  test("keeps what is compiled in the user's own folder, and works where it cannot", () => {
    const home = newProject({});
    home.write("file", "");
    for (const caches of [home.path("caches"), home.path("file")]) {
      const { stdout, stderr } = spawnSync(process.execPath, [BIN, "--version"], {
        cwd: home.folder,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: home.folder, XDG_CACHE_HOME: caches },
      });
      expect([stdout, stderr]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\n$/), ""]);
    }
    expect(readdirSync(home.path("caches", "headwater", "compiled"))).toHaveLength(1);
  });

  test("says what to do where it is not built", () => {
    const copy = newProject({});
    cpSync(BIN, copy.path("bin", "headwater.js"));
    copy.write("package.json", '{ "name": "headwater", "type": "module" }');
    const run = (): [number | null, string] => {
      const { status, stderr } = spawnSync(process.execPath, [copy.path("bin", "headwater.js")], {
        cwd: "/",
        encoding: "utf8",
      });
      return [status, stderr];
    };
    expect(run()).toEqual([2, "This installation of Headwater is incomplete: install the package headwater again.\n"]);
    mkdirSync(copy.path("src"));
    expect(run()).toEqual([2, "Headwater is not built yet: run npm run build first.\n"]);
  });

  const old = oldNode();
  test.skipIf(old === null)(
    `says in one sentence that an old Node is too old${old === null ? " (skipped: no Node before 24 on the PATH)" : ""}`,
    () => {
      const { status, stderr, stdout } = spawnSync(old ?? "", [BIN, "ls"], { encoding: "utf8" });
      expect(stderr).toMatch(/^Headwater needs Node 24 or newer, and this is Node \d+\.\d+\.\d+\.\n$/);
      expect([status, stdout]).toEqual([2, ""]);
    },
  );
});

/** A Node on the PATH that is too old for us. */
function oldNode(): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const node = join(folder, "node");
    if (!existsSync(node)) continue;
    const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
    if (Number(/^v(\d+)\./.exec(stdout)?.[1]) < 24) return node;
  }
  return null;
}
