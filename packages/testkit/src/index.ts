export * from "./memory-source.ts";
