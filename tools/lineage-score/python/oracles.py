"""Asks Python's SQL lineage libraries about statements.

Reads JSON lines {"id", "system", "dialect", "sql"} from standard input and writes one JSON line for each:
{"id", "seconds", "sources": [table], "targets": [table], "columns": [[table, column, target table, target column]]},
or {"id", "seconds", "error": text} when the library refuses. Tables are dotted lists of parts; a null table is one the library could not
tell. The first line written is {"versions": {system: version}}; systems that are not installed are missing from it.
"""

import json
import logging
import re
import signal
import sys
import time
import warnings

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

SECONDS = 20


class Refused(Exception):
    pass


def alarm(_signal, _frame):
    raise Refused("took longer than %d s" % SECONDS)


# --- sqlglot

SQLGLOT_DIALECTS = {"ansi": "", "sparksql": "spark", "spark": "spark", "mariadb": "mysql"}


def table_parts(table):
    return [part.name for part in (table.args.get("catalog"), table.args.get("db"), table.this) if part is not None and part.name]


def sqlglot_answer(sql, dialect):
    import sqlglot
    from sqlglot import exp
    from sqlglot.lineage import to_node
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope, traverse_scope
    from sqlglot.schema import ensure_schema

    dialect = SQLGLOT_DIALECTS.get(dialect, dialect)
    statements = [s for s in sqlglot.parse(sql, read=dialect) if s is not None]
    if len(statements) != 1:
        raise Refused("%d statements" % len(statements))
    statement = statements[0]
    target, names = None, None
    if isinstance(statement, (exp.Insert, exp.Create)):
        if isinstance(statement, exp.Create) and statement.args.get("kind") not in ("TABLE", "VIEW"):
            raise Refused("creates something else")
        holder = statement.this
        if isinstance(holder, exp.Schema):
            names = [column.name for column in holder.expressions]
            holder = holder.this
        if not isinstance(holder, exp.Table):
            raise Refused("no plain target")
        target = table_parts(holder)
        query = statement.expression
        if statement.args.get("with_") is not None and isinstance(query, exp.Query):
            query.set("with_", statement.args["with_"])
        if query is None and isinstance(statement, exp.Create) and not statement.args.get("clone") and names is not None:
            return {"sources": [], "targets": [target], "columns": []}
    else:
        query = statement
    while isinstance(query, (exp.Subquery, exp.Paren)) and not query.args.get("alias"):
        query = query.this
    if isinstance(query, exp.Values):
        raise Refused("values")
    if not isinstance(query, exp.Query):
        raise Refused("no query")
    schema = ensure_schema({}, dialect=dialect)
    qualified = qualify(query.copy(), dialect=dialect, schema=schema, validate_qualify_columns=False, identify=False)
    sources = set()
    for scope in traverse_scope(qualified):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                sources.add(tuple(table_parts(source)))
    root = build_scope(qualified)
    columns = []
    selects = root.expression.selects
    cache, meta = {}, {}
    for index, select in enumerate(selects):
        name = "*" if select.is_star else (select.alias_or_name or "<expr>")
        if names is not None and index < len(names) and not any(s.is_star for s in selects):
            name = names[index]
        node = to_node(index, root, dialect, schema, trim_selects=False, _cache=cache, _scope_meta=meta)
        seen = set()
        stack = [node]
        while stack:
            at = stack.pop()
            if id(at) in seen:
                continue
            seen.add(id(at))
            stack.extend(at.downstream)
            if at.downstream:
                continue
            if isinstance(at.expression, exp.Table) and isinstance(at.expression.this, exp.Identifier):
                columns.append([table_parts(at.expression), at.name.split(".")[-1].strip('"`[]'), target, name])
            elif isinstance(at.expression, exp.Placeholder):
                columns.append([None, at.name.split(".")[-1].strip('"`[]'), target, name])
    return {"sources": sorted(sources), "targets": [target] if target else [], "columns": columns}


# --- sqllineage

SQLLINEAGE_DIALECTS = {"spark": "sparksql", "trino": "trino"}


def sqllineage_table(table):
    if table is None:
        return None
    text = str(table)
    parts = text.split(".")
    return [part for part in parts if part != "<default>"]


def sqllineage_answer(sql, dialect):
    from sqllineage.core.models import Path, SubQuery
    from sqllineage.runner import LineageRunner

    text = sql.strip().rstrip(";")
    select = re.match(r"(?is)(?:--[^\n]*\n|/\*.*?\*/|[\s(])*(select|with)\b", text) is not None and not re.search(
        r"(?is)\b(insert\s+(into|overwrite)|merge\s+into|delete\s+from|update\s+\S+\s+set)\b", text
    )
    if select:
        # Columns are only told of statements that write.
        text = "INSERT INTO headwater_result\n" + text
    runner = LineageRunner(text, dialect=SQLLINEAGE_DIALECTS.get(dialect, dialect), silent_mode=False)
    if len(runner.statements()) != 1:
        raise Refused("%d statements" % len(runner.statements()))
    hidden = lambda parts: parts == ["headwater_result"]
    sources = [sqllineage_table(t) for t in runner.source_tables]
    targets = [t for t in (sqllineage_table(t) for t in runner.target_tables) if not hidden(t)]
    columns = []
    for path in runner.get_column_lineage():
        source, target = path[0], path[-1]
        if len(path) < 2:
            continue
        parent = source.parent
        if isinstance(parent, SubQuery):
            continue
        target_table = sqllineage_table(target.parent)
        columns.append([sqllineage_table(parent), source.raw_name, None if target_table is None or hidden(target_table) else target_table, target.raw_name])
    # Of a statement that writes nothing it says nothing about columns, which is not the same as saying there are none.
    return {"sources": sources, "targets": targets, "columns": columns if select or targets else None}


# --- openlineage-sql

OPENLINEAGE_DIALECTS = {"ansi": "ansi", "tsql": "mssql", "sparksql": "spark", "spark": "spark", "trino": "ansi", "athena": "athena", "duckdb": "duckdb", "oracle": "oracle"}


def openlineage_answer(sql, dialect):
    from openlineage_sql import parse

    meta = parse([sql], dialect=OPENLINEAGE_DIALECTS.get(dialect, dialect))
    if meta is None or meta.errors:
        raise Refused(str(meta.errors[0]) if meta else "nothing")
    parts = lambda t: [p for p in (t.database, t.schema, t.name) if p]
    targets = [parts(t) for t in meta.out_tables]
    target = targets[0] if len(targets) == 1 else None
    columns = []
    for lineage in meta.column_lineage:
        for source in lineage.lineage:
            origin = source.origin
            columns.append([parts(origin) if origin is not None else None, source.name, target, lineage.descendant.name])
    return {"sources": [parts(t) for t in meta.in_tables], "targets": targets, "columns": columns}


SYSTEMS = {"sqlglot": sqlglot_answer, "sqllineage": sqllineage_answer, "openlineage": openlineage_answer}
PACKAGES = {"sqlglot": "sqlglot", "sqllineage": "sqllineage", "openlineage": "openlineage_sql"}


def versions():
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for system, package in PACKAGES.items():
        try:
            found[system] = version(package)
        except PackageNotFoundError:
            pass
    return found


def main():
    print(json.dumps({"versions": versions()}), flush=True)
    signal.signal(signal.SIGALRM, alarm)
    sys.setrecursionlimit(20000)
    for line in sys.stdin:
        request = json.loads(line)
        signal.alarm(SECONDS)
        started = time.perf_counter()
        try:
            answer = SYSTEMS[request["system"]](request["sql"], request["dialect"])
        except RecursionError:
            answer = {"error": "recursion"}
        except Exception as error:  # whatever a library throws is its way to refuse
            answer = {"error": ("%s: %s" % (type(error).__name__, error))[:200]}
        except BaseException as error:  # pyo3 panics are no Exceptions
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            answer = {"error": ("%s: %s" % (type(error).__name__, error))[:200]}
        finally:
            signal.alarm(0)
        answer["id"] = request["id"]
        answer["seconds"] = round(time.perf_counter() - started, 6)
        print(json.dumps(answer), flush=True)


main()
