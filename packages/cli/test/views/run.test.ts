import type { InstalledConnector, RunEvent } from "@headwater/core";
import { noCounts } from "@headwater/core";
import { describe, expect, test } from "vitest";
import { FewOfEach } from "../../src/progress/few-of-each.ts";
import { addEvent, noProgress, progressLines } from "../../src/progress/state.ts";
import { widthOf } from "../../src/screen/width.ts";
import { ChangeSummary } from "../../src/views/change-list.ts";
import { connectorInfoLines, connectorListLines } from "../../src/views/connectors.ts";
import { eventLines } from "../../src/views/event.ts";
import { runLines } from "../../src/views/run.ts";
import { marked, narrow, wide } from "../looks.ts";

const AT = Date.UTC(2026, 0, 1);
type Body = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "at" | "run"> : never) : never;
const event = (body: Body, seconds: number = 0): RunEvent => ({ at: AT + seconds * 1_000, run: "7", ...body });

const EVENTS: RunEvent[] = [
  event({
    event: "run-started",
    service: "shop",
    pipeline: "shop.metadata",
    connector: "postgres@1.0.0",
    continued: false,
  }),
  event({ event: "connected", title: "PostgreSQL", server: "PostgreSQL 18.1", identity: "x", sessions: 4 }, 1),
  event({ event: "listed", node: "database", group: "", scopes: 1, found: 2, leftOut: 1 }, 2),
  event({ event: "read", node: "database", objects: 1, counts: {} }, 2),
  event({ event: "listed", node: "table", group: "shop", scopes: 3, found: 9_000, leftOut: 0 }, 3),
  event(
    {
      event: "not-listed",
      node: "table",
      scope: "shop.shop.secret",
      code: "denied",
      message: "No USAGE.",
      hint: "GRANT USAGE",
      failure: true,
    },
    3,
  ),
  event(
    {
      event: "not-listed",
      node: "databaseSchema",
      scope: "shop.other",
      code: "denied",
      message: "No CONNECT.",
      failure: false,
    },
    3,
  ),
  event({ event: "read", node: "table", objects: 2_000, counts: {} }, 4),
  event(
    {
      event: "failed",
      node: "table",
      fqn: "shop.shop.s.bad\u001b[2J",
      code: "refused",
      message: "It is broken.",
      hint: "Mend it.\nThen run again.",
    },
    5,
  ),
  event({ event: "set-aside", node: "table", fqn: "shop.shop.s.busy", reason: "locked by 17" }, 5),
  event({ event: "retry", what: "read table", attempt: 1, inMs: 1_000, message: "The connection broke." }, 5),
  event({ event: "read", node: "table", objects: 2_000, counts: {} }, 6),
  event({ event: "renamed", node: "table", from: "shop.shop.s.a", to: "shop.shop.s.b" }, 7),
  event({ event: "deleted", node: "databaseSchema", fqn: "shop.shop.old", below: 12 }, 7),
  event({ event: "kept", node: "table", fqn: "shop.shop.s.k", reason: "markDeletedTables is false" }, 7),
  event(
    { event: "out-of-scope", node: "table", scope: "shop.shop.s", objects: 3, below: 0, reason: "tableFilterPattern" },
    7,
  ),
  event(
    { event: "held", deletions: 40, limit: 10, of: 50, examples: ["a", "b"], hint: "Run again with --max-delete 40." },
    7,
  ),
  event({ event: "note", message: "Something to know." }, 7),
  event({ event: "queries", total: 18, bound: 52, sessions: 4 }, 8),
  event(
    {
      event: "run-finished",
      state: "partialSuccess",
      exit: 4,
      counts: {},
      message: "1 failed, everything else is committed (99.9 %).",
    },
    8,
  ),
];

test("every event is a line a person understands", () => {
  expect(EVENTS.flatMap((each) => eventLines(each, wide)).join("\n")).toMatchInlineSnapshot(`
    "▸ shop.metadata with postgres@1.0.0
    ▸ connected to PostgreSQL 18.1, at most 4 sessions
    · found 2 databases, 1 left out
    · read 1 database
    · shop: found 9,000 tables in 3 schemas
    ✗ shop.shop.secret: No USAGE.
      GRANT USAGE
    ! shop.other: No CONNECT.
    · read 2,000 tables
    ✗ table shop.shop.s.bad\\x1b[2J: It is broken.
      Mend it.
      Then run again.
    ! table shop.shop.s.busy is set aside until the end: locked by 17
    ! read table: The connection broke. Trying again in 1.0 s.
    · read 2,000 tables
    ~ table shop.shop.s.a is shop.shop.s.b now
    - schema shop.shop.old is gone, with 12 below it
    ! table shop.shop.s.k is kept: markDeletedTables is false
    ! 3 tables of shop.shop.s are out of scope and kept: tableFilterPattern
      headwater prune shows and removes what is out of scope.
    ! 40 deletions held back, more than the 10 allowed of 50: a, b …
      Run again with --max-delete 40.
    ! Something to know.
    · 18 queries of at most 52, 4 sessions
    ✗ partialSuccess: 1 failed, everything else is committed (99.9 %)."
  `);
  expect(eventLines(EVENTS.at(-1) as RunEvent, marked)[0]).toContain("<red>✗</red>");
});

test("the first twenty of a kind are shown, then one line that says there are more", () => {
  const few = new FewOfEach();
  const deleted = event({ event: "deleted", node: "table", fqn: "t", below: 0 });
  const lines = Array.from({ length: 500 }, () => few.pick(deleted, ["gone"], wide)).flat();
  expect(lines).toEqual([...Array(20).fill("gone"), "… more of these follow; headwater runs show 7 has them all"]);
  expect(few.pick(EVENTS[2] as RunEvent, ["found"], wide)).toEqual(["found"]);
});

describe("the live block", () => {
  test("says what is read, how much of it is done and how fast", () => {
    const progress = noProgress(AT);
    expect(progressLines(progress, AT, wide)).toEqual(["", "  connecting · 0.0 s"]);
    for (const each of EVENTS.slice(0, 12)) addEvent(progress, each);
    expect(progressLines(progress, AT + 6_000, wide)).toEqual([
      "shop.metadata with postgres@1.0.0, PostgreSQL 18.1",
      "  databases      1",
      "  tables     4,000 of 9,000",
      "  reading tables · 1,000/s · 6.0 s",
    ]);
  });

  test("never wraps, however narrow the terminal", () => {
    const progress = noProgress(AT);
    for (const each of EVENTS) addEvent(progress, each);
    for (const width of [1, 12, 40])
      for (const line of progressLines(progress, AT, { ...wide, width })) expect(widthOf(line)).toBeLessThan(width);
  });
});

describe("a run of the past", () => {
  const record = {
    id: 7,
    service: "shop",
    pipeline: "shop.metadata",
    connector: "postgres@1.0.0",
    state: "partialSuccess" as const,
    exit: 4,
    startedAt: AT,
    endedAt: AT + 8_000,
    counts: { table: { ...noCounts(), found: 9_000, created: 8_999, failed: 1 } },
    queries: 18,
    resumable: false,
  };
  const text = (look = wide): string =>
    runLines(record, EVENTS, new ChangeSummary(20), look)
      .join("\n")
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d/g, "TIME");

  test("shows its failures first, with reasons and what mends them, then everything it said", () => {
    const [head = "", events = ""] = text().split("\nEvents\n");
    expect(head).toMatchInlineSnapshot(`
      "Run 7  partialSuccess  exit code 4
      pipeline    shop.metadata
      connector   postgres@1.0.0
      started     TIME
      ended       TIME, after 8.0 s
      result      1 failed, everything else is committed (99.9 %).
      queries     18 queries of at most 52, 4 sessions

      Counts
                FOUND  CREATED  FAILED
        tables  9,000    8,999       1

      Failures (2)
      ✗ shop.shop.secret: No USAGE.
        GRANT USAGE
      ✗ table shop.shop.s.bad\\x1b[2J: It is broken.
        Mend it.
        Then run again.
      "
    `);
    expect(events.split("\n")).toHaveLength(20);
    expect(events).toContain("TIME ~ table shop.shop.s.a is shop.shop.s.b now");
    expect(text()).not.toContain("\u001b");
  });

  test("says when it never ended", () => {
    const killed = { ...record, state: "running" as const, exit: null, endedAt: null, resumable: true };
    expect(runLines(killed, [], new ChangeSummary(1), narrow).join(" ").replaceAll(/\s+/g, " ")).toContain(
      "not yet: it is under way, or its process was killed",
    );
  });
});

describe("connectors", () => {
  const postgres: InstalledConnector = {
    packageName: "@headwater/connector-postgres",
    packageVersion: "1.0.0",
    folder: "/x/node_modules/@headwater/connector-postgres",
    namedBy: "/x/package.json",
    manifest: {
      id: "postgres",
      title: "PostgreSQL",
      contract: 1,
      service: "database",
      types: { postgres: "Postgres" },
      urlSchemes: ["postgres", "postgresql"],
      capabilities: {
        metadata: {
          limits: ["no rules"],
          queries: { perGroup: 10, perSlice: 6, perObjects: [{ kinds: ["View"], oneFor: 200 }] },
        },
      },
      privileges: [
        {
          capability: "metadata",
          privilege: "CONNECT on every database",
          loses: "the database",
          grant: "GRANT CONNECT ON DATABASE {database} TO {role}",
        },
        { capability: "metadata", privilege: "pg_monitor", loses: "sizes", optional: true },
      ],
      sdks: { pg: "8.23.1" },
      tested: ["PostgreSQL 12 to 18"],
      notProven: ["IAM"],
    },
  };

  test("are listed, with those that cannot be used beside them", () => {
    const search = {
      installed: [postgres],
      refused: [
        { packageName: "headwater-connector-x", namedBy: "/x/package.json", reason: "It speaks contract version 9." },
      ],
      lookedAt: ["/x/package.json"],
    };
    expect(connectorListLines(search, wide)).toMatchInlineSnapshot(`
      {
        "beside": [
          "Refused: headwater-connector-x. It speaks contract version 9.",
          "Looked at the dependencies in /x/package.json.",
        ],
        "list": [
          "ID        SOURCE      VERSION  CAPABILITIES  PACKAGE",
          "postgres  PostgreSQL  1.0.0    metadata      @headwater/connector-postgres",
        ],
      }
    `);
    expect(connectorListLines({ installed: [], refused: [], lookedAt: [] }, wide)).toMatchInlineSnapshot(`
      {
        "beside": [
          "No connector is installed. One is an npm package: npm install @headwater/connector-NAME",
          "There is no package.json here or above whose dependencies could name a connector.",
        ],
        "list": [],
      }
    `);
  });

  test("tell everything about themselves", () => {
    expect(connectorInfoLines(postgres, wide).join("\n")).toMatchInlineSnapshot(`
      "PostgreSQL  @headwater/connector-postgres 1.0.0

      id          postgres
      reads       database services
      types       postgres (Postgres)
      URLs        postgres://…, postgresql://…
      drivers     pg 8.23.1
      folder      /x/node_modules/@headwater/connector-postgres

      Capabilities
        metadata
          at most 10 queries per group, 6 per slice, 1 per 200 of View
          · no rules

      Privileges
        CONNECT on every database (metadata, required)
          without it: the database
          GRANT CONNECT ON DATABASE {database} TO {role}
        pg_monitor (metadata, optional)
          without it: sizes

      Tested against
        · PostgreSQL 12 to 18

      Not proven by a test
        · IAM"
    `);
  });
});
