import { readFileSync } from "node:fs";
import {
  connectorForType,
  connectorForUrl,
  HeadwaterError,
  type InstalledConnector,
  loadConnector,
  type MetadataWorkflow,
  readWorkflow,
  serverRefusal,
  type UsableConnector,
  type Workflow,
  type WorkflowContext,
  workflowFromUrl,
} from "@headwater/core";
import type { Call } from "../call.ts";
import { remember, rememberSecrets } from "../redact.ts";
import { installedConnectors } from "./installed-connectors.ts";

/** One thing that was asked to be read, not yet looked at. */
export interface Named {
  /** The file or the URL, as it may be shown. */
  from: string;
  /** Reads it. Throws a `HeadwaterError` that says everything that is wrong with it. */
  read: () => Workflow;
}

/** What the words and `-c` of a call name: workflow files and URLs. Throws a `HeadwaterError` (`usage`) where there is none. */
export function namedWorkflows({ args }: Call): Named[] {
  const isUrl = (word: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(word);
  const urls = args.words.filter(isUrl);
  // The shell turns `-c *.yaml` into `-c a.yaml b.yaml`.
  const more = args.words.filter((word) => !isUrl(word));
  const files = args.list("config");
  const [stray] = more;
  if (stray !== undefined && files.length === 0)
    throw new HeadwaterError("usage", `${stray} is no URL.`, { hint: `Is it a workflow file? Then: -c ${stray}` });
  const all = [...files, ...more];
  if (all.length + urls.length === 0)
    throw new HeadwaterError("usage", "There is nothing to read from.", {
      hint: "Name a workflow file (-c FILE) or a URL (postgres://…).",
    });
  const service = args.value("service");
  if (service !== undefined && all.length > 0)
    throw new HeadwaterError("usage", `--service goes with a URL; ${all[0] ?? ""} names its service itself.`, {
      hint: "It is source.serviceName in the file.",
    });
  const context = workflowContext();
  return [
    ...all.map((file) => ({ from: file, read: () => fromFile(file, context) })),
    ...urls.map((url) => ({
      from: `${new RegExp("^[^:]*").exec(url)?.[0] ?? ""}://…`,
      read: () => fromUrl(url, service),
    })),
  ];
}

/** The workflow files `-c` names, where words mean something else. Throws a `HeadwaterError` (`usage`) where there is none. */
export function namedFiles({ args }: Call): Named[] {
  const files = args.list("config");
  if (files.length === 0)
    throw new HeadwaterError("usage", "There is no workflow file to look at.", { hint: "Name one: -c FILE" });
  const context = workflowContext();
  return files.map((file) => ({ from: file, read: () => fromFile(file, context) }));
}

/** A workflow that reads metadata. Throws a `HeadwaterError` (`usage`) for one of another kind. */
export function metadataOnly(workflow: Workflow): MetadataWorkflow {
  if (workflow.kind === "metadata") return workflow;
  throw new HeadwaterError("usage", `${workflow.from} reads no metadata: it is a ${workflow.kind} workflow.`);
}

/** Refuses a workflow that wants its metadata somewhere else than in the catalog, unless `--store catalog` says not to mind. */
export function checkStore({ args }: Call, workflows: readonly Workflow[]): void {
  const store = args.value("store");
  if (store !== undefined && store !== "catalog")
    throw new HeadwaterError("usage", `There is no store called ${store}.`, { hint: "There is one: --store catalog" });
  if (store === "catalog") return;
  for (const { server, from } of workflows) if (server !== null) throw serverRefusal(from, server);
}

/** What reading a workflow needs of this process and this project. */
export function workflowContext(): WorkflowContext {
  const loaded = connectorLoader();
  const search = installedConnectors();
  return {
    env: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
    connectorFor: (type) => loaded(connectorForType(search, type)),
  };
}

/** Loads connectors, each once. */
function connectorLoader(): (installed: InstalledConnector) => UsableConnector {
  const loaded = new Map<string, UsableConnector>();
  return (installed) => {
    let usable = loaded.get(installed.folder);
    if (usable === undefined) {
      usable = { connector: loadConnector(installed), version: installed.packageVersion };
      loaded.set(installed.folder, usable);
    }
    return usable;
  };
}

function fromFile(file: string, context: WorkflowContext): Workflow {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new HeadwaterError("usage", `The workflow file ${file} cannot be read: ${reason(error)}.`, { cause: error });
  }
  return withSecretsRemembered(readWorkflow(text, file, context));
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "you may not read it" : message;
}

function fromUrl(typed: string, service: string | undefined): Workflow {
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    // The error would show the URL, and with it the password.
    throw new HeadwaterError("usage", `What begins with ${typed.slice(0, typed.indexOf(":"))}:// is not a URL.`, {
      hint: "The form is scheme://user@host:port/name. Characters like / @ : # in a user's name or a password are written %2F %40 %3A %23.",
    });
  }
  if (url.password !== "") {
    remember(url.password);
    remember(decodeURIComponent(url.password));
  }
  const installed = connectorForUrl(installedConnectors(), url);
  return withSecretsRemembered(workflowFromUrl(url, connectorLoader()(installed), { service }));
}

function withSecretsRemembered(workflow: Workflow): Workflow {
  rememberSecrets(workflow.connection?.config);
  return workflow;
}
