/** Part of every statement's digest: raised when the same text would give other claims, so that it is read again. */
export const READER_VERSION = 18;
