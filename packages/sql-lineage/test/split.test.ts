import { expect, test } from "vitest";
import { type DialectName, splitStatements } from "../src/index.ts";

const cases: readonly { name: string; dialect: DialectName; text: string; statements: readonly string[] }[] = [
  { name: "nothing", dialect: "ansi", text: " ; -- nothing\n;; /* at all */", statements: [] },
  {
    name: "semicolons in strings, comments and names",
    dialect: "postgres",
    text: `select ';' as "a;b" -- ; \n from t /* ; */; select E'it\\';s'`,
    statements: [`select ';' as "a;b" -- ; \n from t`, `select E'it\\';s'`],
  },
  {
    name: "dollar quotes",
    dialect: "postgres",
    text: "do $x$ begin; insert into a select $$;$$; end $x$; select 1",
    statements: ["do $x$ begin; insert into a select $$;$$; end $x$", "select 1"],
  },
  {
    name: "data behind COPY FROM STDIN",
    dialect: "postgres",
    text: "copy t from stdin;\n1\tselect;\n\\.\nselect 2;",
    statements: ["copy t from stdin", "select 2"],
  },
  {
    name: "DELIMITER",
    dialect: "mysql",
    text: "delimiter //\ncreate procedure p() begin select 1; select 2; end//\ndelimiter ;\nselect 3;",
    statements: ["create procedure p() begin select 1; select 2; end", "select 3"],
  },
  {
    name: "GO and statements without semicolons",
    dialect: "tsql",
    text: "select 1\nselect 2\nGO\ncreate procedure p as begin select 3 select 4 end\nGO\nselect 5",
    statements: ["select 1", "select 2", "create procedure p as begin select 3 select 4 end", "select 5"],
  },
  {
    name: "a slash alone on its line",
    dialect: "oracle",
    text: "begin\n  insert into a values (1);\nend;\n/\nselect 4 / 2 from dual;",
    statements: ["begin\n  insert into a values (1);\nend", "select 4 / 2 from dual"],
  },
  {
    name: "block bodies",
    dialect: "bigquery",
    text: "begin insert into a select 1; if true then select 2; end if; end; select 3",
    statements: ["begin insert into a select 1; if true then select 2; end if; end", "select 3"],
  },
  {
    name: "cells of a notebook",
    dialect: "databricks",
    text: "-- Databricks notebook source\nselect 1\n\n-- COMMAND ----------\n\nselect 2",
    statements: ["select 1", "select 2"],
  },
];

test.for(cases)("$dialect: $name", ({ dialect, text, statements }) => {
  expect(splitStatements(text, dialect).map(([start, end]) => text.slice(start, end))).toEqual(statements);
});
