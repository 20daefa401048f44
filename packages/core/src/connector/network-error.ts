import type { SourceErrorCode } from "./source-error.ts";

/** What an error of the network or of TLS means, and what to do about it. */
export interface NetworkMeaning {
  code: SourceErrorCode;
  hint: string;
}

/** Node's codes of certificates that are not trusted. Source: Node's manual, "Error codes" of TLS, and OpenSSL's `X509_V_ERR_…`. */
const CERTIFICATES: ReadonlySet<string> = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/**
 * What Node's code of a system or TLS error means for a connection that is configured with `hostPort`; `null` for a code that is no
 * such error's. `server` is the address, or the path of a Unix socket; `certificate` names the setting with the authority's certificate.
 */
export function networkMeaning(
  code: string,
  { server, certificate }: { server: string; certificate: string },
): NetworkMeaning | null {
  const hint = CERTIFICATES.has(code) ? untrusted(certificate) : hintOf(code, server);
  return hint === null ? null : { code: "unreachable", hint };
}

/** What to do about a certificate that is not trusted; `certificate` names the setting with the authority's. */
export function untrusted(certificate: string): string {
  return `The server's certificate is not trusted: give the authority's certificate as ${certificate}, or check the host name.`;
}

function hintOf(code: string, server: string): string | null {
  switch (code) {
    case "ECONNREFUSED":
      return `Is a server listening at ${server}? Check hostPort.`;
    case "ENOTFOUND":
      return `No such host: check hostPort (${server}).`;
    case "EAI_AGAIN":
      return "The name could not be looked up; the network or its name server is down.";
    case "ENOENT":
      return `There is no Unix socket at ${server}.`;
    case "EACCES":
      return `The Unix socket at ${server} may not be opened by this user.`;
    default:
      return null;
  }
}
