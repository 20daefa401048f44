/** Where a server listens for TCP. */
export interface HostPort {
  /** A host name, or an IP address without brackets. */
  host: string;
  port: number;
}

/** Reads `host:port`, `host`, `[IPv6]:port` or a bare IPv6 address; `null` for anything else. */
export function parseHostPort(text: string, defaultPort: number): HostPort | null {
  const trimmed = text.trim();
  const [, host, port] =
    /^\[([^\]]+)\](?::(\d+))?$/.exec(trimmed) ??
    // More than one colon can only be an IPv6 address without a port.
    (/^[^:/]*:[^:/]*:[^/]*$/.test(trimmed) ? [trimmed, trimmed] : /^([^:/\s]+)(?::(\d+))?$/.exec(trimmed)) ??
    [];
  if (host === undefined || host === "") return null;
  const number = port === undefined ? defaultPort : Number(port);
  return number >= 1 && number <= 65_535 ? { host, port: number } : null;
}

/** An address as people write it: an IPv6 address in brackets. */
export function showHostPort({ host, port }: HostPort): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A part of a URL as it is meant; a stray `%` stands for itself, as people write it in passwords. */
export function decodeUrlPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
