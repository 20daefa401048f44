import { tmpdir } from "node:os";
import { accessSync, constants } from "node:fs";
import { PROXY_VARIABLES } from "../run/proxy.ts";
import { redactUrls } from "../redact.ts";
import { VERSION } from "../version.ts";
import type { Finding } from "./finding.ts";

/** Looks at the program itself and at what it runs on. */
export function* aboutInstallation(): Generator<Finding> {
  yield { verdict: "well", about: "headwater", text: `${VERSION}, from ${process.argv[1] ?? "?"}` };
  yield { verdict: "well", about: "node", text: `${process.version} on ${process.platform} ${process.arch}` };
  const folder = tmpdir();
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    yield {
      verdict: "broken",
      about: "temporary files",
      text: `${folder} cannot be written to, and dry runs keep their copy there.`,
      hint: "Name another folder: TMPDIR=…",
    };
  }
  for (const name of PROXY_VARIABLES) {
    const value = process.env[name];
    if (value === undefined || value === "") continue;
    const isUrl = name.toLowerCase() === "no_proxy" || URL.canParse(value);
    yield isUrl
      ? { verdict: "well", about: "proxy", text: `${name}=${redactUrls(value)}` }
      : {
          verdict: "broken",
          about: "proxy",
          text: `${name} is not a URL.`,
          hint: `Write it like ${name}=http://proxy.example:3128`,
        };
  }
}
