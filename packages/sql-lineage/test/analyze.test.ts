import { expect, test } from "vitest";
import {
  type ColumnEdge,
  type TableRequest,
  analyze,
  joinName,
  newSession,
  schemaOf,
  splitName,
  throughTemporary,
  toMermaid,
} from "../src/index.ts";

const edge = ({ from, to, confidence }: ColumnEdge): string =>
  `${from.table ?? "?"}.${from.column} -> ${to.table === null ? "" : `${to.table}.`}${to.column} ${confidence}`;

async function edges(sql: string, options: Parameters<typeof analyze>[1]): Promise<string[]> {
  const { statements } = await analyze(sql, options);
  return statements.flatMap(({ columns }) => columns.map(edge));
}

test("a provider is asked once for all tables of a text, with the names completed", async () => {
  const asked: (readonly TableRequest[])[] = [];
  const tables = schemaOf({ "lake.sales.orders": ["id", "total"], "lake.sales.lines": ["order_id", "price"] });
  const found = await edges(
    "select total from orders; insert into lines select id, total from orders; with c as (select 1) select * from c",
    {
      dialect: "postgres",
      defaults: { catalog: "lake", searchPath: ["sales"] },
      schema: async (requests) => {
        asked.push(requests);
        return Promise.resolve(await tables(requests));
      },
    },
  );
  expect(asked).toHaveLength(1);
  expect(asked[0]!.map(({ name }) => name.join("."))).toEqual(
    expect.arrayContaining(["lake.sales.orders", "lake.sales.lines"]),
  );
  expect(new Set(asked[0]!.map(({ name }) => name.join("."))).size).toBe(asked[0]!.length);
  expect(found).toEqual([
    "lake.sales.orders.total -> total exact",
    "lake.sales.orders.id -> lake.sales.lines.order_id exact",
    "lake.sales.orders.total -> lake.sales.lines.price exact",
  ]);
});

test("a provider that fails makes the call fail; one that gives too few answers is told so", async () => {
  await expect(
    analyze("select a from t", { dialect: "ansi", schema: () => Promise.reject(new Error("the catalog is away")) }),
  ).rejects.toThrow("the catalog is away");
  await expect(analyze("select a from t", { dialect: "ansi", schema: () => [] })).rejects.toThrow(
    /asked for 1 tables and gave 0 answers/,
  );
});

test("an unknown dialect is told with those there are", async () => {
  await expect(analyze("select 1", { dialect: "foxpro" as "ansi" })).rejects.toThrow(/foxpro.*postgres/);
});

test("names follow the dialect's case and quoting rules, and keep the spelling found", async () => {
  const schema = schemaOf({ 'PUBLIC."Orders"': ["ID", "id"], "PUBLIC.ITEMS": ["Sku", "NAME"] });
  expect(await edges('select "id", id from "Orders"', { dialect: "snowflake", schema })).toEqual([
    "PUBLIC.Orders.id -> id exact",
    "PUBLIC.Orders.ID -> id exact",
  ]);
  expect(await edges("select name from items", { dialect: "snowflake", schema })).toEqual([
    "PUBLIC.ITEMS.NAME -> name exact",
  ]);
});

test("a column that may be of several tables is ambiguous, with the tables it may be of", async () => {
  const { statements } = await analyze("select a from t join u on t.id = u.id", { dialect: "postgres" });
  expect(statements[0]!.columns[0]).toMatchObject({
    from: { table: null, column: "a", candidates: ["t", "u"] },
    confidence: "ambiguous",
  });
});

test("a schema decides what would be ambiguous or a star without one", async () => {
  const sql = "select *, a from t join u on t.id = u.id";
  expect(await edges(sql, { dialect: "postgres" })).toEqual(["t.* -> * star", "u.* -> * star", "?.a -> a ambiguous"]);
  expect(await edges(sql, { dialect: "postgres", schema: schemaOf({ t: ["id"], u: ["id", "a"] }) })).toEqual([
    "t.id -> id exact",
    "u.id -> id exact",
    "u.a -> a exact",
  ]);
});

test("what is near skipped tokens is recovered, and the gap says where they stand", async () => {
  const sql = "select a, b c d from t";
  const { statements } = await analyze(sql, { dialect: "postgres" });
  const [statement] = statements;
  expect(statement!.gaps.map(({ reason }) => reason)).toEqual(["unread"]);
  const [start, end] = statement!.gaps[0]!.span;
  expect(start).toBeGreaterThanOrEqual(sql.indexOf("c"));
  expect(end).toBeLessThanOrEqual(sql.length);
  expect(statement!.columns.map(edge)).toContain("t.a -> a exact");
});

test("evidence is the piece of text an edge was read from", async () => {
  const sql = "-- first\ninsert into t (x) select upper(a) from s";
  const { statements } = await analyze(sql, { dialect: "postgres" });
  const { span, rule } = statements[0]!.columns[0]!.evidence;
  expect(sql.slice(...span)).toBe("upper(a)");
  expect(rule).toBe("insert by position");
  expect(sql.slice(...statements[0]!.span)).toBe("insert into t (x) select upper(a) from s");
});

test("a result survives JSON", async () => {
  const script = await analyze("create table t as select count(*) n, max(a) from s where b in (select c from u)", {
    dialect: "bigquery",
  });
  expect(JSON.parse(JSON.stringify(script))).toEqual(script);
});

test("functions that expressions call are listed with the statement they stand in", async () => {
  const calls = async (sql: string, dialect: "postgres" | "tsql" = "postgres"): Promise<(readonly string[])[]> =>
    (await analyze(sql, { dialect })).statements.map((statement) => statement.calls);
  expect(
    await calls(`select f(a), pkg."Gr.eat"(1), (select coalesce(b, F(2)) from u) from t where "we.ird"(c)`),
  ).toEqual([["f", 'pkg."Gr.eat"', "coalesce", "F", '"we.ird"']]);
  expect(await calls("select a, (b), c in (1) from t join f on (true); insert into t (a) values (g(1))")).toEqual([
    [],
    ["g"],
  ]);
  const routine = `create function r() returns int language plpgsql as $$
    declare v int := f(1);
    begin
      if g(v) then insert into t select h(a) from u; end if;
      perform k(v);
      return m(v);
    end $$`;
  expect(await calls(routine)).toEqual([["f", "g", "m"], ["h"], ["k"]]);
  // What looks like a call of a schema's function is a method of a value.
  expect(await calls("select dbo.f(doc.value('a', 'int')) from t", "tsql")).toEqual([["dbo.f"]]);
});

test("a function sees the rows of the triggers of its script that run it, wherever they stand", async () => {
  const schema = schemaOf({ a: ["x", "y"], b: ["z"], log: ["p", "q"] });
  const body = (statements: string): string =>
    `create function f() returns trigger language plpgsql as $$ begin ${statements} return new; end $$;`;
  const trigger = "create trigger t after insert on a for each row execute function f();";
  const read = async (sql: string): Promise<string[]> => edges(sql, { dialect: "postgres", schema });
  const insert = "insert into log select new.x, b.z from b where tg_op = 'INSERT' and b.z = old.y;";
  const found = ["a.x -> log.p exact", "b.z -> log.q exact"];
  expect(await read(trigger + body(insert))).toEqual(found);
  expect(await read(body(insert) + trigger)).toEqual(found);
  // Without a trigger its rows are of no table, and the words are no columns.
  expect(await read(body(insert))).toEqual(["b.z -> log.q exact"]);
  expect(
    await read(`${trigger}${body(insert)}create trigger u before update on log execute procedure public.f();`),
  ).toEqual([...found, "log.x -> log.p ambiguous", "b.z -> log.q exact"]);
  expect(
    await read(
      `${trigger}create function g() returns trigger language plpgsql as $$ begin insert into log values (new.x); end $$`,
    ),
  ).toEqual([]);
  // Whole rows, and tables of rows under the names the trigger gives them.
  for (const whole of ["insert into log select new.*;", "insert into log values (old.*);"])
    expect(await read(trigger + body(whole))).toEqual(["a.x -> log.p exact", "a.y -> log.q exact"]);
  expect(await read(trigger + body("insert into log (p) values (to_jsonb(new));"))).toEqual(["a.* -> log.p star"]);
  expect(
    await read(
      `create trigger t after insert on a referencing new table as fresh execute function f();${body("insert into log (p) select y from fresh;")}`,
    ),
  ).toEqual(["a.y -> log.p exact"]);
});

test("what variables are given is followed, and what a new row is given before the change goes into its table", async () => {
  const schema = schemaOf({ a: ["x", "y", "total"], b: ["id", "z"], log: ["p", "q"] });
  const read = async (sql: string, dialect: "postgres" | "mysql" | "tsql" = "postgres"): Promise<string[]> =>
    (await edges(sql, { dialect, schema })).filter((one) => one.includes(" -> a.") || one.includes(" -> log."));
  const trigger = (when: string, body: string): string =>
    `create trigger t ${when} insert on a for each row execute function f();
     create function f() returns trigger language plpgsql as $$ declare v int := new.x; r record; begin ${body} return new; end $$`;
  expect(await read(trigger("after", "v := v + old.y; insert into log values (v, 1);"))).toEqual([
    "a.x -> log.p exact",
    "a.y -> log.p exact",
  ]);
  expect(
    await read(trigger("after", "r.one := new.x; r.two := new.y; insert into log values (r.two, r.one);")),
  ).toEqual(["a.y -> log.p exact", "a.x -> log.q exact"]);
  const given = "new.total := new.x * 2; new.y := (select z from b where b.id = new.x);";
  expect(await read(trigger("before", `${given} insert into log (p) values (new.total);`))).toEqual([
    "a.x -> a.total exact",
    "b.z -> a.y exact",
    "a.total -> log.p exact",
    "a.x -> log.p exact",
  ]);
  // After the change nothing goes into the table any more, and an old row never does.
  expect(await read(trigger("after", given))).toEqual([]);
  expect(await read(trigger("before", "old.total := new.x;"))).toEqual([]);
  expect(
    await read("create trigger t before update on a for each row begin set new.total = new.x + 1; end", "mysql"),
  ).toEqual(["a.x -> a.total exact"]);
  expect(
    await read(
      "declare @v int, @w int; select @v = z from b; set @w = @v + 1; insert into log (p) values (@w)",
      "tsql",
    ),
  ).toEqual(["b.z -> log.p exact"]);
});

test("a session carries temporary tables, new tables and the search path over", async () => {
  const session = newSession({ catalog: "lake", searchPath: ["public"] });
  await analyze("create temp table recent as select id, at from events; set search_path to app", {
    dialect: "postgres",
    session,
  });
  const { statements } = await analyze("insert into kept select * from recent", { dialect: "postgres", session });
  expect(statements[0]!.reads).toMatchObject([{ temporary: true, columns: "session" }]);
  expect(statements[0]!.writes).toMatchObject([{ id: "lake.app.kept" }]);
  expect(statements[0]!.columns.map(edge)).toEqual([
    "recent.id -> lake.app.kept.id exact",
    "recent.at -> lake.app.kept.at exact",
  ]);
});

test("what stands where a label should and is none is a gap", async () => {
  const sql = "begin null; end; <<a>> <<b..c update>> while true";
  const { statements } = await analyze(sql, { dialect: "oracle" });
  const gaps = statements.flatMap((statement) => statement.gaps);
  expect(gaps.map(({ span }) => sql.slice(...span)).join(" ")).toContain("<<b");
});

test("columns are followed through temporary tables", async () => {
  const script = await analyze(
    "create temp table a as select x + 1 as y from s; create temp table b as select y as z from a; insert into t (w) select z from b",
    { dialect: "postgres" },
  );
  expect(throughTemporary(script)).toEqual([
    { from: { table: "s", column: "x" }, to: { table: "t", column: "w" }, statements: [0, 1, 2], exact: true },
  ]);
});

test("a temporary table that is renamed stays one, whatever tables of that name there are", async () => {
  const script = await analyze("create temp table a as select x from s; alter table a rename to t; select x from t", {
    dialect: "postgres",
    schema: schemaOf({ "lake.public.t": ["x"], "lake.public.s": ["x"] }),
  });
  expect(script.statements[1]!.writes).toMatchObject([{ id: "t", mode: "rename", temporary: true }]);
  expect(script.statements[2]!.reads).toMatchObject([{ id: "t", temporary: true }]);
});

test("Mermaid draws one arrow for each pair of tables and escapes what it has to", async () => {
  const script = await analyze('insert into t select "a<b" as c, d from s; select d from t', { dialect: "postgres" });
  expect(toMermaid(script)).toBe(
    [
      "flowchart LR",
      '  t1["s"]',
      '  t2["t"]',
      '  t3["result 2"]',
      '  t1 -->|"a#60;b → c<br>d"| t2',
      '  t2 -->|"d"| t3',
      "",
    ].join("\n"),
  );
});

test("names are joined and split again", () => {
  for (const parts of [["a"], ["a", "b.c", "d"], ['say "hi"', "x"], ["", "t"]])
    expect(splitName(joinName(parts))).toEqual(parts);
});
