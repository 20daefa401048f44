import { generate } from "selfsigned";

/** A certificate and its key, as PEM text. */
export interface Certificate {
  cert: string;
  key: string;
}

/** What a server with TLS and its clients need. All of it is made for the occasion and worth nothing. */
export interface Certificates {
  /** The authority that signed the server's and the client's certificate. */
  ca: Certificate;
  /** For `localhost` and 127.0.0.1. */
  server: Certificate;
  /** For the role `postgres`. */
  client: Certificate;
  /** An authority nobody's certificate is from. */
  stranger: Certificate;
}

/** Makes an authority, a server's certificate for `hosts` and a client's for the role `postgres`. */
export async function makeCertificates(hosts: readonly string[] = ["localhost", "127.0.0.1"]): Promise<Certificates> {
  const authority = (name: string): Promise<Certificate> =>
    make(name, [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ]);
  const [ca, stranger] = await Promise.all([authority("Headwater tests"), authority("Nobody")]);
  const altNames = hosts.map((host) =>
    /^[\d.]+$|:/.test(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  );
  const [server, client] = await Promise.all([
    make(hosts[0] as string, [{ name: "subjectAltName", altNames }], ca),
    make("postgres", [{ name: "extKeyUsage", clientAuth: true }], ca),
  ]);
  return { ca, server, client, stranger };
}

async function make(
  commonName: string,
  extensions: NonNullable<Parameters<typeof generate>[1]>["extensions"],
  ca?: Certificate,
): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    algorithm: "sha256",
    ...(extensions === undefined ? {} : { extensions }),
    ...(ca === undefined ? {} : { ca }),
  });
  return { cert: made.cert, key: made.private };
}
