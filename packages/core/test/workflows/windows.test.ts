import { expect, test } from "vitest";
import { besideFile } from "../../src/workflows/beside-file.ts";
import { read, workflowText } from "./reading.ts";

test.for<[file: string, path: string, found: string]>([
  ["C:\\conf\\pg.yaml", "pw.txt", "C:\\conf\\pw.txt"],
  ["C:\\conf\\pg.yaml", "..\\secrets\\pw.txt", "C:\\secrets\\pw.txt"],
  ["C:\\conf\\pg.yaml", "secrets/pw.txt", "C:\\conf\\secrets\\pw.txt"],
  ["\\\\server\\share\\pg.yaml", "pw.txt", "\\\\server\\share\\pw.txt"],
  ["C:\\conf\\pg.yaml", "D:\\pw.txt", "D:\\pw.txt"],
  ["conf\\pg.yaml", "pw.txt", "conf/pw.txt"],
  ["conf/pg.yaml", "C:\\pw.txt", "C:\\pw.txt"],
  ["/conf/pg.yaml", "/run/pw.txt", "/run/pw.txt"],
])("beside %s, %s is %s", ([file, path, found]) => {
  expect(besideFile(file, path)).toBe(found);
});

test("a file as Windows editors write it, with a byte order mark and CRLF, is read like any other", () => {
  const text = workflowText({ connection: "database: shop", config: 'schemaFilterPattern: { includes: ["sales"] }' });
  const [plain, windows] = [read(text), read(`\ufeff${text.replaceAll("\n", "\r\n")}`)];
  expect(windows.options).toEqual(plain.options);
  expect(windows.serviceFacts).toEqual(plain.serviceFacts);
});

test("a JSON file may begin with a byte order mark too", () => {
  const json = {
    source: {
      type: "postgres",
      serviceName: "shop",
      serviceConnection: { config: { type: "Postgres", username: "u", hostPort: "h:1" } },
      sourceConfig: { config: { type: "DatabaseMetadata" } },
    },
  };
  expect(read(`\ufeff${JSON.stringify(json, null, 2).replaceAll("\n", "\r\n")}`).service).toBe("shop");
});
