import { join } from "node:path";
import { expect, test } from "vitest";
import { apiReport } from "./api-report.ts";

const REPORT = `# The public surface of \`@headwater/core/connector\`

<!-- Written by packages/core/test/connector/api-report.test.ts from the built declarations; vitest -u writes it anew. -->

What a connector may build on, and nothing else; [compatibility](compatibility.md) says how it changes.

\`\`\`ts
${apiReport(join(import.meta.dirname, "..", "..", "dist", "connector.d.mts"))}\`\`\`
`;

test("docs/connector-guide/api.md is what @headwater/core/connector exports", async () => {
  await expect(REPORT).toMatchFileSnapshot("../../../../docs/connector-guide/api.md");
});

test("the report holds what connectors are made of", () => {
  for (const part of [
    "interface Connector<Config = unknown, R extends RequestSpecs = RequestSpecs> {",
    "grantName?(placeholder: string, name: string): string;",
    "declare function defineConnector<",
    'type SourceErrorCode = "unreachable"',
  ])
    expect(REPORT).toContain(part);
});
