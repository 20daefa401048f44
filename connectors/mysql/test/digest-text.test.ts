import { expect, test } from "vitest";
import { readableDigest } from "../src/digest-text.ts";

test.each([
  ["SELECT ?, ... FROM `a` LIMIT ?, ... ", "SELECT ? FROM `a` LIMIT ?"],
  ["INSERT INTO `a` VALUES (...) /* , ... */ ", "INSERT INTO `a` VALUES (?) /* , ... */"],
  [
    "INSERT INTO `b` SELECT `CONCAT` ( `x` , ?, ... ) FROM `a` WHERE `x` IN (...)",
    "INSERT INTO `b` SELECT `CONCAT` ( `x` , ? ) FROM `a` WHERE `x` IN (?)",
  ],
])("%s is read as SQL", (normalised, text) => {
  expect(readableDigest(normalised, 1_024)).toEqual({ text, cut: false });
});

test.each([
  ["INSERT INTO `b` SELECT ?, ... , `x` FROM `a`", "INSERT INTO `b` SELECT"],
  [
    "CREATE TABLE `b` AS SELECT `s` . * FROM ( SELECT ?, ... , `x` FROM `a` ) `s`",
    "CREATE TABLE `b` AS SELECT `s` . * FROM ( SELECT",
  ],
])("of %s the columns cannot be told, and what follows is not read", (normalised, text) => {
  expect(readableDigest(normalised, 1_024)).toEqual({ text, cut: true });
});

test("a text that fills what the server keeps may be cut", () => {
  const long = `SELECT ${Array.from({ length: 50 }, () => "`column`").join(" , ")} FROM \`a\``;
  expect(readableDigest(long, 1_024).cut).toBe(false);
  expect(readableDigest(long, 600).cut).toBe(true);
});
