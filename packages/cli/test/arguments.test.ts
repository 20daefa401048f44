import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Arguments, parseArguments } from "../src/arguments.ts";
import { COMMANDS } from "../src/commands.ts";

const ingest = COMMANDS.find(({ name }) => name === "ingest") as (typeof COMMANDS)[number];

function parsed(...argv: string[]): Arguments {
  const args = parseArguments(ingest, argv);
  if (!(args instanceof Arguments)) throw new Error(args.message);
  return args;
}

test("options come in every form there is", () => {
  const args = parsed(
    "-c",
    "a.yaml",
    "b.yaml",
    "--config=c.yaml",
    "-qcd.yaml",
    "--threads",
    "8",
    "--max-delete=5%",
    "--events",
    "-",
  );
  expect(args.list("config")).toEqual(["a.yaml", "c.yaml", "d.yaml"]);
  expect(args.words).toEqual(["b.yaml"]);
  expect([args.flag("quiet"), args.flag("json"), args.flag("help")]).toEqual([true, false, false]);
  expect([args.value("threads"), args.value("max-delete"), args.value("events"), args.value("store")]).toEqual([
    "8",
    "5%",
    "-",
    undefined,
  ]);
  expect(parsed("--", "--json").words).toEqual(["--json"]);
});

test("an empty value is a forgotten one", () => {
  for (const argv of [["--catalog", ""], ["--catalog="], ["--service", ""]])
    expect(parseArguments(ingest, argv)).toMatchObject({
      message: expect.stringContaining(`${argv[0]?.replace("=", "")} needs a value`),
    });
});

test("an option the command does not have cannot be asked for", () => {
  expect(() => parsed().value("yes")).toThrow(/asks for --yes/);
});

test("whatever is typed gives arguments or a sentence, never a fault", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "--",
      "-",
      "-c",
      "--config",
      "--json",
      "--json=1",
      "-qh",
      "--no-json",
      "--__proto__",
      "--constructor=x",
      "-c=",
      "--threads",
    ),
  );
  const property = fc.property(fc.constantFrom(...COMMANDS), fc.array(word, { maxLength: 6 }), (command, argv) => {
    const args = parseArguments(command, argv);
    if (!(args instanceof Arguments)) return /\S/.test(args.message);
    return command.options.every((option) => args.flag(option as "json") !== null);
  });
  expect(fc.check(property)).toMatchObject({ failed: false, counterexample: null });
});
