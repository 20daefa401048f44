/** HTTP through a proxy, as the environment names it. Whatever a connector asks over HTTP goes that way. */

/** The variables that name proxies, as most programs read them. */
export const PROXY_VARIABLES = [
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "NO_PROXY",
  "no_proxy",
] as const;

/**
 * Sends requests of `fetch` and of Node's own agents through the proxies of the environment. Source: Node's manual, "Built-in
 * proxy support". Loads nothing where no variable names one. Throws a `HeadwaterError` (`usage`) for what is no URL.
 */
export async function useProxies(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const named = PROXY_VARIABLES.filter((name) => !name.toLowerCase().startsWith("no_") && (env[name] ?? "") !== "");
  if (named.length === 0) return;
  const wrong = named.find((name) => !URL.canParse(env[name] ?? ""));
  if (wrong !== undefined) {
    const { HeadwaterError } = await import("@headwater/core");
    throw new HeadwaterError("usage", `The environment variable ${wrong} is not a URL.`, {
      hint: `Write it like ${wrong}=http://proxy.example:3128, or unset it.`,
    });
  }
  const http: { setGlobalProxyFromEnv?: () => void } = await import("node:http");
  // Releases of Node 24 before 24.14 read the variables at their start alone, if NODE_USE_ENV_PROXY=1 asks for it.
  http.setGlobalProxyFromEnv?.();
}
