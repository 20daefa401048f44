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

/** Makes an authority, a server's certificate for `hosts` and a client's for the role `postgres`. Old servers know RSA keys only. */
export async function makeCertificates(
  hosts: readonly string[] = ["localhost", "127.0.0.1"],
  keyType: "ec" | "rsa" = "ec",
): Promise<Certificates> {
  const authority = (name: string): Promise<Certificate> =>
    make(name, keyType, [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ]);
  const [ca, stranger] = await Promise.all([authority("Headwater tests"), authority("Nobody")]);
  const altNames = hosts.map((host) =>
    /^[\d.]+$|:/.test(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  );
  const [server, client] = await Promise.all([
    make(hosts[0] as string, keyType, [{ name: "subjectAltName", altNames }], ca),
    make("postgres", keyType, [{ name: "extKeyUsage", clientAuth: true }], ca),
  ]);
  return { ca, server, client, stranger };
}

async function make(
  commonName: string,
  keyType: "ec" | "rsa",
  extensions: NonNullable<Parameters<typeof generate>[1]>["extensions"],
  ca?: Certificate,
): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    keyType,
    algorithm: "sha256",
    ...(extensions === undefined ? {} : { extensions }),
    ...(ca === undefined ? {} : { ca }),
  });
  return { cert: made.cert, key: made.private };
}
