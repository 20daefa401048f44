import { styleText } from "node:util";
import type { WriteStream } from "node:tty";
import { safe, safeJson } from "./safe-text.ts";

/** How a piece of text stands out. */
export type Tint = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
/** Gives a text a tint, or leaves it as it is where there are no colours. The text must be safe. */
export type Paint = (tint: Tint, text: string) => string;

/** What a view needs to know of the place it is drawn on. */
export interface Look {
  /** In columns; `Infinity` where nothing has to fit. */
  width: number;
  paint: Paint;
}

/** A stream that people read. */
export interface Screen extends Look {
  stream: NodeJS.WriteStream;
  /** Whether a person is watching a terminal that understands cursor movements. */
  isTerminal: boolean;
  /** Writes lines. What is unsafe in them becomes visible; only the screen's own tints pass. */
  print(...lines: readonly string[]): void;
  /** Writes a value as JSON. */
  json(value: unknown): void;
}

const TINTS: readonly Tint[] = ["bold", "dim", "red", "green", "yellow", "cyan"];

/** No tints at all. */
export const plain: Paint = (_tint, text) => text;
const coloured: Paint = (tint, text) => styleText(tint, text, { validateStream: false });

/** The screen of a stream. NO_COLOR, FORCE_COLOR, TERM=dumb and COLUMNS are respected. */
export function openScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  const hasColours = styleText("red", "x", { stream }) !== "x";
  const escape = hasColours ? safeBetweenTints : safe;
  return {
    stream,
    isTerminal: stream.isTTY && env["TERM"] !== "dumb",
    get width() {
      return widthOf(stream, env);
    },
    paint: hasColours ? coloured : plain,
    print: (...lines) => {
      stream.write(lines.map((line) => `${escape(line)}\n`).join(""));
    },
    json: (value) => {
      stream.write(`${safeJson(value, 2)}\n`);
    },
  };
}

function widthOf(stream: Partial<WriteStream>, env: NodeJS.ProcessEnv): number {
  if (stream.isTTY && stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const columns = Number(env["COLUMNS"]);
  return Number.isInteger(columns) && columns > 0 ? columns : Infinity;
}

const OWN = new RegExp(
  `(${TINTS.flatMap((tint) => coloured(tint, "\n").split("\n"))
    .map((code) => code.replaceAll("[", "\\["))
    .join("|")})`,
);

/** Splits at our own tints and makes everything between them safe. */
function safeBetweenTints(line: string): string {
  return line
    .split(OWN)
    .map((part, at) => (at % 2 === 1 ? part : safe(part)))
    .join("");
}
